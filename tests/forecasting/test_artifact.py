"""Stored models: equal bytes for equal models, equal forecasts after the round trip, nothing else is read."""

import io
import json
import pickle
import zipfile
from collections.abc import Callable

import numpy as np
import pytest

from showcase.errors import IntegrityError
from showcase.forecasting.artifact import Artifact, read_artifact, write_artifact
from showcase.forecasting.fit import FittedModel, fit_model
from showcase.forecasting.intervals import Residuals, calibrate
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import Digest
from tests.forecasting.matrices import lively, matrix_of

MATRIX = lively(5, 80)
CUTOFF, HORIZON = 70, 7


def fitted(model_type: str) -> FittedModel:
    options = {"n_trees": 10} if model_type in ("regression", "random_forest", "lightgbm", "xgboost") else {}
    if options:
        pytest.importorskip("lightgbm", reason="the tree models are an extra")
    return fit_model(ModelConfig.of(model_type, **options), MATRIX.history(CUTOFF), HORIZON)


@pytest.mark.parametrize("model_type", [model_type.value for model_type in ModelType])
def test_every_model_goes_round_with_equal_forecasts(model_type: str) -> None:
    model = fitted(model_type)
    content = write_artifact(Artifact(model))
    back = read_artifact(content)
    future = MATRIX.future(CUTOFF, HORIZON)
    np.testing.assert_array_equal(back.model.predict(future), model.predict(future))
    assert back.model.config == model.config
    assert (back.model.cutoff, back.model.reach) == (model.cutoff, model.reach)
    assert back.intervals is None
    assert write_artifact(back) == content


@pytest.mark.parametrize("model_type", [model_type.value for model_type in ModelType])
def test_two_fits_give_the_same_bytes(model_type: str) -> None:
    assert Digest.of(write_artifact(Artifact(fitted(model_type)))) == Digest.of(
        write_artifact(Artifact(fitted(model_type)))
    )


def test_intervals_travel_with_the_model() -> None:
    table = calibrate([Residuals(np.random.default_rng(0).normal(size=(90, 14)), np.full(90, 2.0))])
    back = read_artifact(write_artifact(Artifact(fitted("naive"), table)))
    assert back.intervals is not None
    np.testing.assert_array_equal(back.intervals.quantiles, table.quantiles)


def test_a_missing_forecast_stays_missing() -> None:
    matrix = matrix_of(np.vstack([np.full(20, np.nan), np.ones(20)]))
    model = fit_model(ModelConfig.of("naive"), matrix.history(10), 5)
    back = read_artifact(write_artifact(Artifact(model))).model
    np.testing.assert_array_equal(back.predict(matrix.future(10, 5)), model.predict(matrix.future(10, 5)))


def test_the_container_is_plain_files() -> None:
    with zipfile.ZipFile(io.BytesIO(write_artifact(Artifact(fitted("regression"))))) as archive:
        names = archive.namelist()
        assert json.loads(archive.read("manifest.json"))["format_version"] == 1
    assert {name.rpartition(".")[2] for name in names} <= {"json", "parquet", "txt"}


def repacked(change: Callable[[dict[str, bytes]], None], **settings: int) -> bytes:
    """The artifact of a naive model with its members changed, and its manifest made to fit as an attacker would."""
    with zipfile.ZipFile(io.BytesIO(write_artifact(Artifact(fitted("naive"))))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", settings.get("compression", zipfile.ZIP_STORED)) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.compress_type = settings.get("compression", zipfile.ZIP_STORED)
            archive.writestr(entry, members[name])
    return stream.getvalue()


def in_manifest(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        manifest = {**json.loads(members["manifest.json"]), **changes}
        members["manifest.json"] = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()

    return change


def extra_member(members: dict[str, bytes]) -> None:
    members["notes.txt"] = b"hello"


def listed_extra_member(members: dict[str, bytes]) -> None:
    members["evil.pkl"] = pickle.dumps({})
    manifest = json.loads(members["manifest.json"])
    manifest["members"]["evil.pkl"] = Digest.of(members["evil.pkl"])
    in_manifest(members=manifest["members"])(members)


def shorter_array(members: dict[str, bytes]) -> None:
    """A level of fewer series, its manifest made to fit."""
    other = fit_model(ModelConfig.of("naive"), MATRIX.history(CUTOFF).select(np.array([0, 1])), HORIZON)
    with zipfile.ZipFile(io.BytesIO(write_artifact(Artifact(other)))) as archive:
        members["state.level.parquet"] = archive.read("state.level.parquet")
    manifest = json.loads(members["manifest.json"])
    manifest["members"]["state.level.parquet"] = Digest.of(members["state.level.parquet"])
    manifest["arrays"]["state.level"]["shape"] = [2]
    in_manifest(members=manifest["members"], arrays=manifest["arrays"])(members)


def wrong_shape(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["arrays"]["state.level"]["shape"] = [5, 3]
    in_manifest(arrays=manifest["arrays"])(members)


def test_an_unchanged_repacking_is_read() -> None:
    assert read_artifact(repacked(lambda members: None)).model.n_series == 5


@pytest.mark.parametrize(
    "change",
    [
        in_manifest(format_version=2),
        in_manifest(format="something"),
        in_manifest(model={"model_type": "arima"}),
        in_manifest(model={"model_type": "moving_average"}, facts=[]),
        in_manifest(model={"model_type": "seasonal_naive"}),
        in_manifest(cutoff="yesterday"),
        in_manifest(series=6),
        in_manifest(members={}),
        in_manifest(arrays={}),
        lambda members: members.pop("manifest.json"),
        lambda members: members.pop("state.level.parquet"),
        lambda members: members.update({"manifest.json": b"{"}),
        lambda members: members.update({"manifest.json": b"[]"}),
        lambda members: members.update({"state.level.parquet": b"PAR1"}),
        extra_member,
        listed_extra_member,
        shorter_array,
        wrong_shape,
    ],
)
def test_anything_else_is_refused(change: Callable[[dict[str, bytes]], None]) -> None:
    with pytest.raises(IntegrityError) as refusal:
        read_artifact(repacked(change))
    assert refusal.value.remedy


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", pickle.dumps({"a": 1}), b"PK\x05\x06" + b"\0" * 18],
    ids=["empty", "text", "pickle", "empty zip"],
)
def test_what_is_no_artifact_is_refused(content: bytes) -> None:
    with pytest.raises(IntegrityError):
        read_artifact(content)


def test_a_compressed_member_is_refused() -> None:
    with pytest.raises(IntegrityError, match="compressed"):
        read_artifact(repacked(lambda members: None, compression=zipfile.ZIP_DEFLATED))


def test_any_changed_byte_is_found() -> None:
    content = write_artifact(Artifact(fitted("naive")))
    for place in range(0, len(content), 37):
        changed = bytearray(content)
        changed[place] ^= 0x01
        with pytest.raises(IntegrityError):
            read_artifact(bytes(changed))


@pytest.mark.parametrize("tail", [b"x", b"PK\x05\x06"])
def test_bytes_before_or_behind_are_found(tail: bytes) -> None:
    content = write_artifact(Artifact(fitted("naive")))
    for changed in (content + tail, tail + content):
        with pytest.raises(IntegrityError):
            read_artifact(changed)
