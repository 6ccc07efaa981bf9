"""The secrets of the tests, and the search for them in everything that a test left behind."""

from __future__ import annotations

import base64
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import polars as pl
import polars.selectors as cs

from showcase.store.engine import open_database

CANARIES: dict[str, str] = {
    "database_password": "canary-p@ss/word-4f81c2d97a",
    "api_token": "canary-token-b7e05a9913d4",
    "viewer_token": "canary-viewer-58c1d0aa7e63",
    "operator_token": "canary-operator-0c9e4b7712f5",
    "embedding_key": "canary-embedding-3ad6028fe1c5",
    "agent_key": "canary-agent-93f1c07be6d2",
    "provider_key": "canary-provider-0123456789abcdef",
    "gate_token": "canary-gate-6f2e0d8a91c4",
}
"""Whatever a test uses as a password, token or key is one of these, so that it can be looked for afterwards."""
_STEM = "canary-"
"""How all of them begin, so that a file without it is done with quickly."""

_UNPACKED_DEEP = 3
_LARGEST_BYTES = 256 * 1024**2  # what is larger are sales that a test made up


def _base64_cores(secret: bytes) -> Iterator[bytes]:
    """What stands in a base64 text that holds the secret, whichever of three places it begins at."""
    for shift, own in enumerate((0, 2, 3)):
        encoded = base64.b64encode(bytes(shift) + secret)
        # the signs at both ends also carry bits of what stands beside the secret
        yield encoded[own : (len(secret) + shift) // 3 * 4]


def _disguises(secret: str) -> set[bytes]:
    plain = secret.encode()
    return {plain, quote(secret, safe="").encode(), plain.hex().encode(), *_base64_cores(plain)}


_STEMS = _disguises(_STEM)
_NAMES = {disguise: name for name, secret in CANARIES.items() for disguise in _disguises(secret)}


def in_bytes(content: bytes, deep: int = _UNPACKED_DEEP) -> set[str]:
    """The names of the secrets that stand in the content, plain or encoded, also inside zip, gzip and Parquet."""
    has_stem = any(stem in content for stem in _STEMS)
    found = {name for disguise, name in _NAMES.items() if disguise in content} if has_stem else set()
    if deep:
        for inner in _unpacked(content):
            found |= in_bytes(inner, deep - 1)
    return found


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"PAR1"):
        # bytes, which JSON has not, are looked at as base64
        yield pl.read_parquet(io.BytesIO(content)).with_columns(cs.binary().bin.encode("base64")).write_json().encode()


def in_folder(folder: Path) -> dict[str, set[str]]:
    """Every file below the folder that holds a secret, by its name, with the secrets' names."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size < _LARGEST_BYTES:
            try:
                secrets = in_bytes(path.read_bytes())
            except (OSError, zipfile.BadZipFile, zlib.error, EOFError, pl.exceptions.PolarsError):
                secrets = in_bytes(path.read_bytes(), deep=0) if path.exists() else set()  # broken on purpose, or gone
            if secrets:
                found[str(path.relative_to(folder))] = secrets
    return found


def in_server(url: str) -> dict[str, set[str]]:
    """The same for the log of changes of a database server on this machine, in which every row of a test once stood.

    Values above two kilobytes are compressed there, and older parts were written over.
    """
    database = open_database(url)
    with database.lone_connection() as connection:
        [folder] = connection.execute("SHOW data_directory").fetchone() or ("",)
    database.dispose()
    log = Path(folder) / "pg_wal"
    contents = ((path.name, _bytes_of(path)) for path in sorted(log.iterdir()) if path.is_file())
    found = {name: in_bytes(content, deep=0) for name, content in contents if _STEM.encode() in content}
    return {name: secrets for name, secrets in found.items() if secrets}


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a checkpoint gave it the name of a later part meanwhile, to be written over
        return b""
