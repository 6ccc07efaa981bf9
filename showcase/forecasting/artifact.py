"""A fitted model as bytes: a plain zip of JSON, Parquet and the libraries' own text, never a pickle.

The same model gives the same bytes. The reader refuses whatever the writer would not have written: another version, a
member more or less, a changed bit, a wrong shape.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from showcase.errors import IntegrityError, ShowcaseError
from showcase.forecasting.fit import FittedModel
from showcase.forecasting.intervals import IntervalTable
from showcase.forecasting.state import ModelState, Table
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.canonical import canonical_json
from showcase.kernel.identity import Digest

FORMAT = "showcase-model"
FORMAT_VERSION = 1
_MANIFEST = "manifest.json"
_INTERVALS = "intervals.json"
_SERIES = ("store_ids", "product_ids", "scale")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip can hold: contents alone decide the bytes
_DTYPES = {"float64": np.float64, "int64": np.int64}


@dataclass(frozen=True, slots=True)
class Artifact:
    """A stored model: fitted, with the intervals that its backtest gave where there was one."""

    model: FittedModel
    intervals: IntervalTable | None = None


def write_artifact(artifact: Artifact) -> bytes:
    """The artifact's bytes; equal artifacts give equal bytes."""
    model = artifact.model
    series: dict[str, Table] = {
        "store_ids": model.store_ids,
        "product_ids": model.product_ids,
        "scale": model.scale,
    }
    arrays: dict[str, Table] = {f"series.{name}": series[name] for name in _SERIES}
    arrays |= {f"state.{name}": array for name, array in model.state.arrays.items()}
    members = {f"{name}.parquet": _parquet(array) for name, array in arrays.items()}
    members |= {f"state.{name}.txt": text.encode() for name, text in model.state.texts.items()}
    if artifact.intervals is not None:
        members[_INTERVALS] = canonical_json(artifact.intervals.to_json())
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "model": model.config.model_dump(mode="json"),
        "cutoff": model.cutoff.isoformat(),
        "reach": model.reach,
        "series": model.n_series,
        "facts": dict(model.state.facts),
        "arrays": {name: {"dtype": str(array.dtype), "shape": list(array.shape)} for name, array in arrays.items()},
        "members": {name: Digest.of(content) for name, content in members.items()},
    }
    return _packed({_MANIFEST: canonical_json(manifest), **members})


def read_artifact(content: bytes) -> Artifact:
    """The artifact in `content`; IntegrityError for anything that `write_artifact` would not have written."""
    members = _unpacked(content)
    manifest = _manifest(members)
    listed = {name: digest for name, digest in manifest["members"].items() if isinstance(digest, str)}
    if set(listed) != set(members) - {_MANIFEST}:
        raise _refused("the very members that its manifest lists", ", ".join(sorted(set(members) ^ set(listed)))[:200])
    for name, digest in listed.items():
        if Digest.of(members[name]) != digest:
            raise _refused(f"{name} with digest {digest[:8]}", Digest.of(members[name]).short)
    arrays = {name: _array(members, name, facts) for name, facts in manifest["arrays"].items()}
    texts = {name: content.decode() for name, content in members.items() if name.endswith(".txt")}
    if set(members) != {_MANIFEST, *texts, *(f"{name}.parquet" for name in arrays)} | (set(members) & {_INTERVALS}):
        raise _refused("a Parquet file for each array and a text for the rest", ", ".join(sorted(members))[:200])
    model = _model(manifest, arrays, texts)
    intervals = IntervalTable.from_json(json.loads(members[_INTERVALS])) if _INTERVALS in members else None
    return Artifact(model, intervals)


def _model(manifest: Mapping[str, Any], arrays: dict[str, Table], texts: dict[str, str]) -> FittedModel:
    series = [arrays.pop(f"series.{name}", None) for name in _SERIES]
    n_series = manifest["series"]
    if any(array is None or array.shape != (n_series,) for array in series):
        raise _refused(f"store_ids, product_ids and scale of {n_series} series", "other shapes")
    try:
        config = ModelConfig.parse(manifest["model"])
        cutoff = date.fromisoformat(manifest["cutoff"])
        reach = int(manifest["reach"])
    except (ShowcaseError, TypeError, ValueError) as error:
        raise _refused("a known model with its options, cutoff and reach", str(error)[:200]) from error
    state = ModelState(
        arrays={name.removeprefix("state."): array for name, array in arrays.items()},
        texts={name.removeprefix("state.").removesuffix(".txt"): text for name, text in texts.items()},
        facts=manifest["facts"],
    )
    for spec in config.row.arrays:
        array = state.arrays.get(spec.name)
        if array is None or array.ndim != spec.dimensions or (spec.by_series and len(array) != n_series):
            found = "nothing" if array is None else f"shape {array.shape}"
            raise _refused(f"the array {spec.name} of a {config.model_type} over {n_series} series", found)
    if set(state.arrays) != {spec.name for spec in config.row.arrays} or set(state.texts) != set(config.row.texts):
        raise _refused(f"the arrays and texts of a {config.model_type}", ", ".join([*state.arrays, *state.texts])[:200])
    store_ids, product_ids, scale = (np.asarray(array) for array in series)
    return FittedModel(config, store_ids, product_ids, cutoff, reach, scale, state)


def _manifest(members: Mapping[str, bytes]) -> dict[str, Any]:
    try:
        manifest = json.loads(members[_MANIFEST])
        found = manifest["format"], manifest["format_version"]
        shaped = all(isinstance(manifest[key], dict) for key in ("model", "facts", "arrays", "members"))
        shaped = shaped and isinstance(manifest["series"], int)
    except (KeyError, TypeError, ValueError) as error:
        raise _refused("a manifest of a model", f"{type(error).__name__} {str(error)[:100]}") from error
    if found != (FORMAT, FORMAT_VERSION) or not shaped:
        raise _refused(f"{FORMAT} version {FORMAT_VERSION}", f"{found[0]!s:.40} version {found[1]!s:.40}")
    return dict(manifest)


def _parquet(array: Table) -> bytes:
    """The array with one column for each of its columns, named 0, 1, 2 ..."""
    table = array.reshape(len(array), -1) if array.ndim == 1 else array
    stream = io.BytesIO()
    frame = pl.DataFrame({str(place): np.ascontiguousarray(table[:, place]) for place in range(table.shape[1])})
    frame.write_parquet(stream, compression="uncompressed", statistics=False)
    return stream.getvalue()


def _array(members: Mapping[str, bytes], name: str, facts: Any) -> Table:
    try:
        dtype, shape = _DTYPES[facts["dtype"]], tuple(int(length) for length in facts["shape"])
        frame = pl.read_parquet(io.BytesIO(members[f"{name}.parquet"]))
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise _refused(f"the array {name}", f"{type(error).__name__} {str(error)[:100]}") from error
    width = 1 if len(shape) == 1 else shape[-1]
    types = {column.to_numpy().dtype for column in frame.get_columns()}
    if len(shape) not in (1, 2) or frame.shape != (shape[0], width) or types - {np.dtype(dtype)}:
        raise _refused(f"the array {name} of shape {shape}", f"shape {frame.shape}")
    columns = [column.to_numpy() for column in frame.get_columns()]
    table = np.column_stack(columns) if columns else np.zeros(shape, dtype=dtype)
    return np.ascontiguousarray(table.reshape(shape))


def _packed(members: Mapping[str, bytes]) -> bytes:
    """A zip without compression whose bytes depend on nothing but names and contents."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, members[name])
    return stream.getvalue()


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The members; refused where packing them again would give other bytes, be it by a hidden one or a comment."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            # stored members cannot be larger than the file, so a reader cannot be made to fill the memory
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise _refused("members that are not compressed", "a compressed one")
            members = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError) as error:
        raise _refused("a zip of a model", f"{type(error).__name__} {str(error)[:100]}") from error
    if _packed(members) != content:
        raise _refused("a zip as this program writes it", "other bytes around its members")
    return members


def _refused(expected: str, found: str) -> IntegrityError:
    return IntegrityError(
        f"A model artifact with {expected} was expected, found {found}.",
        "Train the model again, or restore the artifact from a backup.",
    )
