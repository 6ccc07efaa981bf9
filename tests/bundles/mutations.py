"""Seventeen kinds of change to a bundle, each at a random place, none of which may pass."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

from showcase.bundles.verify import CHECKSUMS, MANIFEST

Mutation = Callable[[Path, random.Random], None]


def files_of(folder: Path) -> list[Path]:
    """The files in one order, so that a seed means one mutation."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def change_bytes(path: Path, change: Callable[[bytes], bytes]) -> None:
    before = path.read_bytes()
    after = change(before)
    assert after != before
    path.write_bytes(after)


def a_text(folder: Path, choose: random.Random) -> Path:
    """The checksums as often as any other text of several lines."""
    texts = [path for path in files_of(folder) if path.suffix in (".md", ".json", ".jsonl", ".py", ".html")]
    return choose.choice([folder / CHECKSUMS, choose.choice(texts)])


def change_lines(folder: Path, choose: random.Random, change: Callable[[list[str], int], list[str]]) -> None:
    """Change the lines of the checksums at a random one."""
    path = folder / CHECKSUMS
    lines = path.read_text().splitlines()
    path.write_text("\n".join(change(lines, choose.randrange(len(lines)))) + "\n")


def flip_a_bit(folder: Path, choose: random.Random) -> None:
    def flipped(content: bytes) -> bytes:
        at = choose.randrange(len(content))
        return content[:at] + bytes([content[at] ^ (1 << choose.randrange(8))]) + content[at + 1 :]

    change_bytes(choose.choice(files_of(folder)), flipped)


def truncate(folder: Path, choose: random.Random) -> None:
    change_bytes(choose.choice(files_of(folder)), lambda content: content[: choose.randrange(len(content))])


def swap_two_files(folder: Path, choose: random.Random) -> None:
    one, other = choose.sample(files_of(folder), 2)
    first, second = one.read_bytes(), other.read_bytes()
    assert first != second
    one.write_bytes(second)
    other.write_bytes(first)


def add(folder: Path, choose: random.Random) -> None:
    """A file, a hidden one, an empty folder, or one more name for a file that is there."""
    below = choose.choice([folder, *(path for path in sorted(folder.iterdir()) if path.is_dir())])
    kind = choose.choice(("file", "hidden", "folder", "hard link"))
    new = below / {"hidden": ".hidden", "folder": "more"}.get(kind, "extra.json")
    if kind == "folder":
        new.mkdir()
    elif kind == "hard link":
        os.link(choose.choice(files_of(folder)), new)
    else:
        new.write_bytes(b"{}")


def remove(folder: Path, choose: random.Random) -> None:
    choose.choice(files_of(folder)).unlink()


def rename(folder: Path, choose: random.Random) -> None:
    path = choose.choice(files_of(folder))
    path.rename(path.with_name(f"{choose.choice(('x', '.', '0'))}{path.name}"))


def link(folder: Path, choose: random.Random) -> None:
    """A symbolic link to the very same bytes outside, for a file or for a folder."""
    path = choose.choice([*files_of(folder), *(path for path in sorted(folder.iterdir()) if path.is_dir())])
    outside = folder.parent / f"outside-{folder.name}"
    path.rename(outside)
    path.symlink_to(outside)


def to_crlf(folder: Path, choose: random.Random) -> None:
    change_bytes(a_text(folder, choose), lambda content: content.replace(b"\n", b"\r\n"))


def to_upper_case(folder: Path, choose: random.Random) -> None:
    """A digest in capitals, which means the same to most programs."""
    change_lines(
        folder, choose, lambda lines, at: [*lines[:at], lines[at][:64].upper() + lines[at][64:], *lines[at + 1 :]]
    )


def duplicate_a_line(folder: Path, choose: random.Random) -> None:
    change_lines(folder, choose, lambda lines, at: [*lines[: at + 1], lines[at], *lines[at + 1 :]])


def _relisted(line: str, path: Callable[[str], str]) -> str:
    return f"{line[:64]}  {path(line[66:])}"


def list_an_absolute_path(folder: Path, choose: random.Random) -> None:
    def absolute(lines: list[str], at: int) -> list[str]:
        return [*lines[:at], _relisted(lines[at], lambda path: str(folder.resolve() / path)), *lines[at + 1 :]]

    change_lines(folder, choose, absolute)


def list_a_way_out(folder: Path, choose: random.Random) -> None:
    """The same file by a way through the folder above, or one more file that lies there."""
    (folder.parent / "secret").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    if choose.random() < 0.5:
        change_lines(folder, choose, lambda lines, at: [f"{empty}  ../secret", *lines])
        return

    def around(lines: list[str], at: int) -> list[str]:
        return [*lines[:at], _relisted(lines[at], lambda path: f"../{folder.name}/{path}"), *lines[at + 1 :]]

    change_lines(folder, choose, around)


def put_a_nul(folder: Path, choose: random.Random) -> None:
    def with_nul(content: bytes) -> bytes:
        at = choose.randrange(len(content))
        return content[:at] + b"\0" + content[at:]

    change_bytes(a_text(folder, choose), with_nul)


def add_trailing_spaces(folder: Path, choose: random.Random) -> None:
    if choose.random() < 0.5:
        change_lines(folder, choose, lambda lines, at: [*lines[:at], f"{lines[at]} ", *lines[at + 1 :]])
    else:
        path = choose.choice(files_of(folder))
        path.rename(path.with_name(f"{path.name} "))


def add_a_byte_order_mark(folder: Path, choose: random.Random) -> None:
    change_bytes(a_text(folder, choose), lambda content: b"\xef\xbb\xbf" + content)


def unsort(folder: Path, choose: random.Random) -> None:
    def shuffled(lines: list[str], at: int) -> list[str]:
        other = choose.choice([place for place in range(len(lines)) if place != at])
        lines[at], lines[other] = lines[other], lines[at]
        return lines

    change_lines(folder, choose, shuffled)


def add_a_twin_in_other_case(folder: Path, choose: random.Random) -> None:
    """A file whose name differs in capitals alone, and perhaps its line."""
    path = choose.choice([path for path in files_of(folder) if re.search("[a-z]", path.name)])
    twin = path.with_name(path.name.swapcase())
    twin.write_bytes(path.read_bytes())
    if choose.random() < 0.5 and path.name not in (CHECKSUMS, MANIFEST):
        name = path.relative_to(folder).as_posix()

        def with_twin(lines: list[str], at: int) -> list[str]:
            line = next(line for line in lines if line[66:] == name)
            return sorted(
                [*lines, _relisted(line, lambda _: twin.relative_to(folder).as_posix())], key=lambda x: x[66:]
            )

        change_lines(folder, choose, with_twin)


MUTATIONS: dict[str, Mutation] = {
    mutation.__name__: mutation
    for mutation in (
        flip_a_bit, truncate, swap_two_files, add, remove, rename, link, to_crlf, to_upper_case, duplicate_a_line,
        list_an_absolute_path, list_a_way_out, put_a_nul, add_trailing_spaces, add_a_byte_order_mark, unsort,
        add_a_twin_in_other_case,
    )
}  # fmt: skip
"""All seventeen, by name."""
