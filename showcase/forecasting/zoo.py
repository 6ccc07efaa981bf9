"""THE table of models: what each type is called, how it is fitted, and what switches it on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, ValidationError, model_validator

from showcase.errors import FieldError, InvalidInputError
from showcase.forecasting import additive, baselines, learners, prophet_like, trees
from showcase.forecasting import options as opt
from showcase.forecasting.history import Floats, Future, History
from showcase.forecasting.learners import Learner
from showcase.forecasting.options import ModelOptions, ModelType
from showcase.forecasting.state import ArraySpec, ModelState
from showcase.kernel.refusals import refusal


class Family(StrEnum):
    """What kind of model a type is."""

    BASELINE = "baseline"
    ADDITIVE = "additive"
    TREE = "tree"


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One type of models.

    `complexity` decides between equal scores, the lower one wins. `fit` takes the history, the type's options and the
    reach (how many days after the cutoff will be asked for at most, gap included); `predict` takes what fitting left
    and the future, and answers (n, h). `arrays` and `texts` are what fitting leaves. `feature_aware` says that price,
    promotion and holidays of the forecast days change the forecast. `setting` names the flag that switches the type on;
    None is always on.
    """

    model_type: ModelType
    title: str
    family: Family
    options: type[ModelOptions]
    complexity: int
    fit: Callable[[History, Any, int], ModelState]
    predict: Callable[[ModelState, Future], Floats]
    arrays: tuple[ArraySpec, ...]
    texts: tuple[str, ...] = ()
    feature_aware: bool = False
    setting: str | None = None


def _tree_row(
    model_type: ModelType,
    title: str,
    options: type[ModelOptions],
    complexity: int,
    learner: Learner,
    setting: str | None,
) -> ModelRow:
    return ModelRow(
        model_type,
        title,
        Family.TREE,
        options,
        complexity,
        trees.tree_fitter(learner),
        trees.tree_predictor(learner),
        trees.tree_arrays(learner),
        learner.texts,
        feature_aware=True,
        setting=setting,
    )


_ROWS = (
    ModelRow(
        ModelType.NAIVE, "Naive", Family.BASELINE, opt.ModelOptions, 1,
        baselines.fit_naive, baselines.predict_level, baselines.LEVEL_ARRAYS,
    ),
    ModelRow(
        ModelType.SEASONAL_NAIVE, "Seasonal naive", Family.BASELINE, opt.SeasonalNaiveOptions, 2,
        baselines.fit_seasonal_naive, baselines.predict_season, baselines.SEASON_ARRAYS,
    ),
    ModelRow(
        ModelType.MOVING_AVERAGE, "Moving average", Family.BASELINE, opt.MovingAverageOptions, 3,
        baselines.fit_moving_average, baselines.predict_level, baselines.LEVEL_ARRAYS,
    ),
    ModelRow(
        ModelType.WEIGHTED_MOVING_AVERAGE, "Weighted moving average", Family.BASELINE,
        opt.WeightedMovingAverageOptions, 4,
        baselines.fit_weighted_moving_average, baselines.predict_level, baselines.LEVEL_ARRAYS,
    ),
    ModelRow(
        ModelType.SEASONAL_AVERAGE, "Seasonal average", Family.BASELINE, opt.SeasonalAverageOptions, 5,
        baselines.fit_seasonal_average, baselines.predict_season, baselines.SEASON_ARRAYS,
    ),
    ModelRow(
        ModelType.TREND_REGRESSION_BASELINE, "Trend regression", Family.ADDITIVE, opt.TrendRegressionOptions, 6,
        additive.fit_trend_regression, additive.predict_trend_regression, additive.TREND_ARRAYS,
    ),
    ModelRow(
        ModelType.PROPHET_LIKE, "Prophet-like", Family.ADDITIVE, opt.ProphetLikeOptions, 7,
        prophet_like.fit_prophet_like, prophet_like.predict_prophet_like, prophet_like.ARRAYS, feature_aware=True,
    ),
    _tree_row(
        ModelType.REGRESSION, "Gradient boosting (scikit-learn)", opt.RegressionOptions, 8, learners.REGRESSION, None,
    ),
    _tree_row(
        ModelType.RANDOM_FOREST, "Random forest", opt.RandomForestOptions, 9, learners.RANDOM_FOREST,
        "SHOWCASE_ENABLE_RANDOM_FOREST",
    ),
    _tree_row(
        ModelType.LIGHTGBM, "LightGBM", opt.LightGbmOptions, 10, learners.LIGHTGBM, "SHOWCASE_ENABLE_LIGHTGBM",
    ),
    _tree_row(
        ModelType.XGBOOST, "XGBoost", opt.XgBoostOptions, 11, learners.XGBOOST, "SHOWCASE_ENABLE_XGBOOST",
    ),
)  # fmt: skip
ZOO: Mapping[ModelType, ModelRow] = {row.model_type: row for row in _ROWS}


class ModelConfig(BaseModel):
    """One model to be fitted: its type and its options; a bare `{"model_type": ...}` takes the defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model_type: ModelType = Field(description="One of the eleven types.")
    options: SerializeAsAny[ModelOptions] = Field(description="Options of that type; unknown ones are refused.")

    @model_validator(mode="before")
    @classmethod
    def _options_of_the_type(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping) or raw.get("model_type") not in tuple(ModelType):
            return raw
        row = ZOO[ModelType(raw["model_type"])]
        given = raw.get("options")
        if isinstance(given, ModelOptions):
            given = given.model_dump()
        return {**raw, "options": row.options.model_validate({} if given is None else given)}

    @classmethod
    def of(cls, model_type: ModelType | str, **options: Any) -> Self:
        """The configuration of one type; InvalidInputError names what was refused."""
        return cls.parse({"model_type": model_type, "options": options})

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> Self:
        """The configuration in `raw`; InvalidInputError names what was refused."""
        try:
            return cls.model_validate(dict(raw))
        except ValidationError as error:
            refused = refusal(error, "model configuration")
            raise InvalidInputError(
                refused.message,
                f"Use one of {', '.join(ModelType)}, with the options that the catalog lists.",
                refused.errors,
            ) from error

    @property
    def row(self) -> ModelRow:
        return ZOO[self.model_type]


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One line of the catalog, as the API and the form show it; `options` is a JSON schema."""

    model_type: str
    title: str
    family: str
    enabled: bool
    setting: str | None
    feature_aware: bool
    options: dict[str, Any]


def is_enabled(model_type: ModelType, enabled: Collection[str]) -> bool:
    """Whether the type may be used; `enabled` holds the names of the flags that are on."""
    setting = ZOO[model_type].setting
    return setting is None or setting in enabled


def catalog(enabled: Collection[str] = ()) -> tuple[CatalogEntry, ...]:
    """Every type with its options, the switched-off ones too; `enabled` holds the names of the flags that are on."""
    return tuple(
        CatalogEntry(
            model_type=row.model_type.value,
            title=row.title,
            family=row.family.value,
            enabled=is_enabled(row.model_type, enabled),
            setting=row.setting,
            feature_aware=row.feature_aware,
            options=_schema(row.options),
        )
        for row in ZOO.values()
    )


@cache
def _schema(options: type[ModelOptions]) -> dict[str, Any]:
    return options.model_json_schema()


def require_enabled(model_types: Iterable[ModelType], enabled: Collection[str]) -> None:
    """Refuse a type that is switched off, naming its flag."""
    off = [ZOO[model_type] for model_type in model_types if not is_enabled(model_type, enabled)]
    if off:
        names = ", ".join(f"{row.model_type} ({row.setting})" for row in off)
        raise InvalidInputError(
            f"Models that are switched on were expected, found switched off: {names}.",
            f"Set {' and '.join(f'{row.setting}=1' for row in off)}, or leave the model out.",
            [FieldError("train_model_types", row.model_type.value, f"on with {row.setting}=1") for row in off],
        )
