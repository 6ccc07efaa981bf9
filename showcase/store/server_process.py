"""The processes of an embedded server: seen alive, waited for, ended."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from showcase.errors import UnavailableError
from showcase.store.placement import Placement, ServerUser

STOP_LIMIT_S = 60.0
POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A live server: its first process, where its socket is, and what it says of itself (starting, ready, ...)."""

    process: psutil.Process
    socket_folder: Path
    status: str


def running_server(placement: Placement) -> RunningServer | None:
    """The server of this data folder, or None.

    A process counts only if its working folder is the data folder: after a crash or a reboot the number in
    postmaster.pid may be anybody's.
    """
    try:
        lines = (placement.data_folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        process = psutil.Process(int(lines[0]))
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return None
    if not _works_on(process, placement, placement.data_folder):
        return None
    lines += [""] * 8  # the server writes the file in parts
    return RunningServer(process, Path(lines[4].strip()), lines[7].strip() or "starting")


def is_alive(pid: int) -> bool:
    """Whether a process runs under this number; one that has ended and waits for its parent does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def shut_down(server: RunningServer, placement: Placement) -> None:
    """Stop the server cleanly; one that does not stop within STOP_LIMIT_S seconds is stopped at once, which is safe."""
    for signal_number in (signal.SIGINT, signal.SIGQUIT):
        _send(server.process, signal_number)
        if wait_until_gone([server.process]):
            break
    if server.socket_folder == placement.socket_folder():
        shutil.rmtree(server.socket_folder, ignore_errors=True)


def end_orphans(placement: Placement, folder: Path | None = None) -> None:
    """End what a killed user left at work on a data folder, by default the one in use.

    A server's children hold the shared memory and keep a new server from starting; initdb goes on filling a folder
    that the next start wants to remove.
    """
    folder = folder or placement.data_folder
    found = [process for process in psutil.process_iter(["name"]) if _works_on(process, placement, folder)]
    orphans = [*found, *(child for process in found for child in _children(process))]
    for orphan in orphans:
        _send(orphan, signal.SIGQUIT)
    if not wait_until_gone(orphans):
        numbers = ", ".join(str(orphan.pid) for orphan in orphans)
        raise UnavailableError(
            f"Processes of an earlier server still work on {folder}: {numbers}.",
            "Wait until they have ended, or end them, and start again.",
        )


def wait_until_gone(processes: Sequence[psutil.Process]) -> bool:
    """Wait until all have ended; False when some have not within STOP_LIMIT_S seconds."""
    deadline = time.monotonic() + STOP_LIMIT_S
    while any(process.is_running() and is_alive(process.pid) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


def _send(process: psutil.Process, signal_number: signal.Signals) -> None:
    try:
        process.send_signal(signal_number)
    except psutil.NoSuchProcess:
        return


def _works_on(process: psutil.Process, placement: Placement, folder: Path) -> bool:
    try:
        if process.name() == "initdb":  # it stays where it was started
            return str(folder) in process.cmdline()
        if process.name() != "postgres":
            return False
        return _working_folder(process, placement.user) == str(folder)
    except psutil.NoSuchProcess:  # psutil's ZombieProcess is one too
        return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _working_folder(process: psutil.Process, user: ServerUser) -> str | None:
    try:
        return str(process.cwd())
    except psutil.AccessDenied:
        if not user.is_another or sys.platform != "linux":
            return None
    # Root without CAP_SYS_PTRACE, as in most containers, may not look; the server's own user may.
    answer = subprocess.run(  # noqa: S603 - fixed arguments
        ["/bin/readlink", f"/proc/{process.pid}/cwd"], capture_output=True, text=True, cwd="/", **user.run_as()
    )
    return answer.stdout.removesuffix("\n") or None
