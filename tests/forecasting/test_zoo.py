"""The table of models, their options, and the flags that switch them on."""

import pytest

from showcase.errors import InvalidInputError
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ZOO, Family, ModelConfig, catalog, is_enabled, require_enabled

FLAGS = {
    ModelType.RANDOM_FOREST: "SHOWCASE_ENABLE_RANDOM_FOREST",
    ModelType.LIGHTGBM: "SHOWCASE_ENABLE_LIGHTGBM",
    ModelType.XGBOOST: "SHOWCASE_ENABLE_XGBOOST",
}


def test_there_are_eleven_types_and_each_has_a_row() -> None:
    assert len(ModelType) == 11
    assert list(ZOO) == list(ModelType)


def test_families_are_those_of_the_contract() -> None:
    by_family = {family: [row.model_type.value for row in ZOO.values() if row.family is family] for family in Family}
    assert by_family == {
        Family.BASELINE: [
            "naive", "seasonal_naive", "moving_average", "weighted_moving_average", "seasonal_average",
        ],
        Family.ADDITIVE: ["trend_regression_baseline", "prophet_like"],
        Family.TREE: ["regression", "random_forest", "lightgbm", "xgboost"],
    }  # fmt: skip


def test_every_rank_of_complexity_is_its_own() -> None:
    assert len({row.complexity for row in ZOO.values()}) == len(ZOO)


@pytest.mark.parametrize("model_type", list(ModelType))
def test_a_bare_type_takes_the_defaults_and_goes_round(model_type: ModelType) -> None:
    config = ModelConfig.parse({"model_type": model_type.value})
    assert config.options == ZOO[model_type].options()
    assert ModelConfig.parse(config.model_dump(mode="json")) == config


def test_options_are_kept() -> None:
    config = ModelConfig.parse({"model_type": "moving_average", "options": {"window_size": 14}})
    assert config.model_dump(mode="json") == {"model_type": "moving_average", "options": {"window_size": 14}}


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        ({"model_type": "arima"}, "model_type"),
        ({}, "model_type"),
        ({"model_type": "moving_average", "options": {"window_size": 0}}, "window_size"),
        ({"model_type": "moving_average", "options": {"window_size": "14"}}, "window_size"),
        ({"model_type": "moving_average", "options": {"window_size": 14.0}}, "window_size"),
        ({"model_type": "moving_average", "options": {"window_size": True}}, "window_size"),
        ({"model_type": "moving_average", "options": {"window": 14}}, "window"),
        ({"model_type": "naive", "options": {"anything": 1}}, "anything"),
        ({"model_type": "naive", "extra": 1}, "extra"),
        ({"model_type": "lightgbm", "options": {"learning_rate": float("nan")}}, "learning_rate"),
        ({"model_type": "prophet_like", "options": {"feature_frame": "v3"}}, "feature_frame"),
    ],
)
def test_a_refusal_names_the_field(raw: dict[str, object], named: str) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        ModelConfig.parse(raw)
    assert any(named in error.field for error in refusal.value.errors)
    assert refusal.value.remedy


def test_an_int_is_a_float() -> None:
    assert ModelConfig.of("prophet_like", shrinkage=2).model_dump()["options"]["shrinkage"] == 2.0


@pytest.mark.parametrize("model_type", list(ModelType))
def test_every_option_says_what_it_does_and_has_bounds_or_choices(model_type: ModelType) -> None:
    schema = ZOO[model_type].options.model_json_schema()
    for name, about in schema.get("properties", {}).items():
        assert about["description"].endswith("."), name
        bounded = "minimum" in about and "maximum" in about
        assert bounded or about.get("type") == "boolean" or "$ref" in about, name
        assert "default" in about, name


def test_only_the_three_opt_in_types_have_a_flag() -> None:
    assert {row.model_type: row.setting for row in ZOO.values() if row.setting} == FLAGS


def test_the_catalog_lists_the_switched_off_ones_and_says_so() -> None:
    entries = {entry.model_type: entry for entry in catalog({"SHOWCASE_ENABLE_LIGHTGBM"})}
    assert list(entries) == [model_type.value for model_type in ModelType]
    assert entries["lightgbm"].enabled
    assert not entries["xgboost"].enabled
    assert entries["xgboost"].setting == "SHOWCASE_ENABLE_XGBOOST"
    assert entries["regression"].enabled
    assert [name for name, entry in entries.items() if entry.feature_aware] == [
        "prophet_like", "regression", "random_forest", "lightgbm", "xgboost",
    ]  # fmt: skip


def test_a_switched_off_model_is_refused_with_its_flag() -> None:
    with pytest.raises(InvalidInputError, match="SHOWCASE_ENABLE_RANDOM_FOREST") as refusal:
        require_enabled([ModelType.NAIVE, ModelType.RANDOM_FOREST], ())
    assert "SHOWCASE_ENABLE_RANDOM_FOREST=1" in refusal.value.remedy
    require_enabled([ModelType.NAIVE, ModelType.RANDOM_FOREST], {"SHOWCASE_ENABLE_RANDOM_FOREST"})
    assert is_enabled(ModelType.NAIVE, ())
