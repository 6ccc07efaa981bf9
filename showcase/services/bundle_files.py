"""Folders of bundles on the disk: staged, synced, exchanged with what was there, and swept after a kill."""

from __future__ import annotations

import ctypes
import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from showcase.errors import ConflictError, UnavailableError
from showcase.failpoints import reach
from showcase.kernel.disk import start_sync, sync_path
from showcase.kernel.identity import WorkspaceId
from showcase.kernel.lock_file import held_alone

_STAGING = re.compile(r"\.(?:staging|replaced)-([0-9a-f]{32})-[0-9a-f]{8}")
_LOCK = re.compile(r"\.lock-([0-9a-f]{32})")
_AT_FDCWD = -100
_EXCHANGE = 2  # RENAME_EXCHANGE of renameat2(2), Linux 3.15
_SWAP = 2  # RENAME_SWAP of renamex_np(2), macOS 10.12


def touch_disk[Answer](operation: str, path: Path, act: Callable[[], Answer]) -> Answer:
    """Every folder made, write, sync, rename and removal of a bundle goes through here.

    `operation` is make, write, sync, rename or remove. UnavailableError says which of them failed, where, and why.
    """
    try:
        reach(f"export.{operation}.before")
        done = act()
        reach(f"export.{operation}.after")
    except OSError as error:
        raise _failure(operation, path, error) from error
    return done


def _failure(operation: str, path: Path, error: OSError) -> UnavailableError:
    why = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "the file would be larger than is allowed",
        errno.EROFS: "the disk is read-only",
        errno.EXDEV: "it lies on another disk than the folder beside it",
        errno.EBUSY: "it is in use as a mount point",
    }.get(error.errno or 0, error.strerror or str(error))
    remedy = {
        errno.ENOSPC: "Free disk space, then export again; what was exported before is still whole.",
        errno.EDQUOT: "Free disk space, then export again; what was exported before is still whole.",
        errno.EXDEV: "Let the folder be a plain one inside SHOWCASE_HOME, then export again.",
    }.get(error.errno or 0, "Make the folder one that can be written, or set SHOWCASE_HOME to another, then try again.")
    return UnavailableError(f"The bundle could not be exported: {operation} of {path} failed, {why}.", remedy)


@dataclass(frozen=True, slots=True)
class BundleFolder:
    """The folder of all bundles: one whole bundle a workspace, and beside them only what is being made."""

    root: Path

    def path(self, workspace_id: WorkspaceId) -> Path:
        """Where the bundle of a workspace lies."""
        return self.root / workspace_id

    def check(self) -> None:
        """Make the folder where it is missing; UnavailableError where it is a link, a file, or cannot be made."""
        if self.root.is_symlink():
            raise _no_folder(self.root, "a symbolic link")
        if self.root.exists() and not self.root.is_dir():
            raise _no_folder(self.root, "a file")
        touch_disk("make", self.root, lambda: self.root.mkdir(parents=True, exist_ok=True))
        # without its own name on the disk the folder, and a bundle in it, can go when the power fails
        touch_disk("sync", self.root.parent, partial(sync_path, self.root.parent))

    def check_target(self, workspace_id: WorkspaceId) -> None:
        """Refuse to replace what is no bundle's folder."""
        target = self.path(workspace_id)
        if target.is_symlink():
            raise _no_folder(target, "a symbolic link")
        if target.exists() and not target.is_dir():
            raise _no_folder(target, "a file")

    @contextmanager
    def exclusive(self, workspace_id: WorkspaceId) -> Iterator[Executor]:
        """Keep every other export of this workspace out, of any process; ConflictError where one is under way.

        Gives a thread for what has to be done by the end of the block, and not before.
        """
        with ExitStack() as held:
            lock = self.root / f".lock-{workspace_id}"
            if not touch_disk("make", lock, lambda: held.enter_context(held_alone(lock))):
                raise ConflictError(
                    f"The workspace {workspace_id.short} is being exported by somebody else.",
                    "Wait until that has ended, then export again if it is still needed.",
                    reason="exporting",
                )
            with ThreadPoolExecutor(1, thread_name_prefix="bundle-leftovers") as beside:
                yield beside

    @contextmanager
    def stage(self, workspace_id: WorkspaceId, beside: Executor) -> Iterator[Stage]:
        """A folder beside the bundles to write into; whatever is left of it at the end is removed, by `beside`."""
        stage = Stage(self.root / f".staging-{workspace_id}-{secrets.token_hex(4)}")
        try:
            touch_disk("make", stage.folder, lambda: stage.folder.mkdir())
            yield stage
        finally:
            beside.submit(shutil.rmtree, stage.folder, ignore_errors=True)

    def publish(self, workspace_id: WorkspaceId, stage: Stage) -> None:
        """Put the staged folder in the place of what was there: a reader sees the old whole one or the new whole one.

        The old one is left in the staging folder, which goes at the end.
        """
        target = self.path(workspace_id)
        self.check_target(workspace_id)
        if not target.exists():
            touch_disk("rename", target, lambda: stage.folder.rename(target))
        elif not touch_disk("rename", target, lambda: _exchange(stage.folder, target)):
            self._replace(workspace_id, stage, target)
        touch_disk("sync", self.root, lambda: sync_path(self.root))

    def _replace(self, workspace_id: WorkspaceId, stage: Stage, target: Path) -> None:
        """Where the disk cannot exchange two folders: two renames; a kill between them is mended by `sweep`."""
        aside = self.root / f".replaced-{workspace_id}-{secrets.token_hex(4)}"
        touch_disk("rename", aside, lambda: target.rename(aside))
        try:
            touch_disk("rename", target, lambda: stage.folder.rename(target))
        except BaseException:
            aside.rename(target)
            raise
        shutil.rmtree(aside, ignore_errors=True)

    def sweep(self) -> list[WorkspaceId]:
        """Remove what killed exports left behind; returns whose they were. Exports under way are left alone."""
        if self.root.is_symlink() or not self.root.is_dir():
            return []
        found: dict[WorkspaceId, list[Path]] = {}
        for path in sorted(self.root.iterdir()):
            match = _STAGING.fullmatch(path.name) or _LOCK.fullmatch(path.name)
            if match:
                found.setdefault(WorkspaceId(match[1]), []).append(path)
        swept = []
        for workspace_id, paths in found.items():
            try:
                with self.exclusive(workspace_id):
                    self._sweep(workspace_id, [path for path in paths if _STAGING.fullmatch(path.name)])
            except ConflictError:
                continue
            swept.append(workspace_id)
        return swept

    def _sweep(self, workspace_id: WorkspaceId, left: list[Path]) -> None:
        target = self.path(workspace_id)
        for path in left:
            if path.name.startswith(".replaced-") and not target.exists():
                path.rename(target)
            else:
                shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder that becomes a bundle."""

    folder: Path
    _written: list[Path] = field(default_factory=list)

    def write(self, path: str, content: bytes) -> None:
        """Write one new file, which `sync` has the disk keep."""
        target = self.folder / path
        if not target.parent.exists():
            touch_disk("make", target.parent, lambda: target.parent.mkdir())
        _write_new(target, content)
        self._written.append(target)

    def start_sync(self) -> None:
        """Send all files on their way to the disk, so that `sync` has less to wait for."""
        for path in self._written:
            touch_disk("sync", path, partial(start_sync, path))

    def sync(self) -> None:
        """Return when the disk keeps every file and the names in every folder; UnavailableError where it refuses."""
        for path in (*self._written, *sorted({path.parent for path in self._written})):
            touch_disk("sync", path, partial(sync_path, path))


def _no_folder(path: Path, what: str) -> UnavailableError:
    return UnavailableError(
        f"Bundles need a plain folder at {path}, and that is {what}.",
        "Move it away, or set SHOWCASE_HOME to another folder, then export again.",
    )


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = touch_disk("make", path, lambda: os.open(path, flags, 0o644))
    try:
        touch_disk("write", path, lambda: _write_all(descriptor, content))
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


@cache
def _exchanging_call() -> Callable[[bytes, bytes], int] | None:
    """The call of this system's C library that exchanges two names in one step; None where it has none."""
    library = ctypes.CDLL(None, use_errno=True)
    if (call := getattr(library, "renameat2", None)) is not None:
        return partial(_call_exchange, call, (_AT_FDCWD,), _EXCHANGE)
    if (call := getattr(library, "renamex_np", None)) is not None:
        return partial(_call_exchange, call, (), _SWAP)
    return None


def _call_exchange(call: Callable[..., int], place: tuple[int, ...], flag: int, one: bytes, other: bytes) -> int:
    return call(*place, ctypes.c_char_p(one), *place, ctypes.c_char_p(other), ctypes.c_uint(flag))


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where this system or this disk cannot."""
    call = _exchanging_call()
    if call is None:
        return False
    if call(os.fsencode(one), os.fsencode(other)) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(other))
