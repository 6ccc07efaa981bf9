"""A disk that may lose, when the power fails, whatever was written and not synced.

What POSIX promises and no more: a file has its bytes once it was synced, a folder its names once it was synced, and a
rename happens as a whole or not at all. Until then the bytes of a file are all there, none of them, or some at its
head; the names of a folder are those of any moment since it was synced last.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from showcase.services import bundle_files

Names = dict[str, int]


@dataclass(slots=True)
class LossyDisk:
    """Watches the operations of exports below `root`; everything that is there at first counts as synced.

    Files and folders go by their inode: a rename moves none of them.
    """

    root: Path
    names: dict[int, list[Names]] = field(default_factory=dict)
    """For each folder what stood in it when it was synced last, and after every operation since."""
    contents: dict[int, list[bytes]] = field(default_factory=dict)
    """For each file its bytes when it was synced last, none for one that never was, and after every operation since."""

    def __post_init__(self) -> None:
        self._look(self.root)
        self.names = {inode: [each[-1]] for inode, each in self.names.items()}
        self.contents = {inode: [each[-1]] for inode, each in self.contents.items()}

    def watch(self, operation: str, path: Path) -> None:
        """Note how things stand after one operation."""
        self._look(self.root)
        if operation == "sync":
            inode = path.stat().st_ino
            for kept in (self.names, self.contents):
                if inode in kept:
                    kept[inode] = kept[inode][-1:]  # type: ignore[assignment, index]

    def _look(self, folder: Path) -> None:
        entries = {each.name: each for each in folder.iterdir()}
        now = {name: each.stat().st_ino for name, each in entries.items()}
        self._note(self.names, folder.stat().st_ino, now, {})
        for each in entries.values():
            if each.is_dir():
                self._look(each)
            else:
                self._note(self.contents, each.stat().st_ino, each.read_bytes(), b"")

    @staticmethod
    def _note[State](kept: dict[int, list[State]], inode: int, now: State, at_first: State) -> None:
        states = kept.setdefault(inode, [at_first])
        if states[-1] != now:
            states.append(now)

    def fail(self, place: Path, choose: Callable[[int], int]) -> None:
        """Make at `place` what a reader may find after the power has failed now; `choose(n)` is one of n states."""
        self._restore(place, self.root.stat().st_ino, choose)

    def _restore(self, place: Path, inode: int, choose: Callable[[int], int]) -> None:
        if inode in self.contents:
            states = self.contents[inode]
            content = states[choose(len(states))]
            if content != states[0]:
                content = content[: (len(content) // 2, len(content))[choose(2)]]
            place.write_bytes(content)
            return
        place.mkdir()
        states_of_names = self.names[inode]
        for name, inner in states_of_names[choose(len(states_of_names))].items():
            self._restore(place / name, inner, choose)


def losses(chance: random.Random, mixtures: int) -> Iterator[Callable[[int], int]]:
    """Everything that was not synced is lost, nothing of it is, and some mixtures."""
    yield lambda _: 0
    yield lambda states: states - 1
    for _ in range(mixtures):
        yield chance.randrange


def watched(disk: LossyDisk, after_each: Callable[[], None]) -> Callable[..., object]:
    """In the place of `touch_disk`: the operation itself, then `after_each`."""
    touch, one_at_a_time = bundle_files.touch_disk, threading.Lock()

    def watching[Answer](operation: str, path: Path, act: Callable[[], Answer]) -> Answer:
        with one_at_a_time:
            answer = touch(operation, path, act)
            disk.watch(operation, path)
            after_each()
        return answer

    return watching
