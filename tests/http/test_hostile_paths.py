"""Names from outside never become paths: nothing outside of what was asked for is opened, whatever stands in a path."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

TRICKS = (
    "..", "../secret", "..%2fsecret", "%2e%2e%2fsecret", "%252e%252e%252fsecret", "..\\secret", "..%5csecret",
    "%2fetc%2fpasswd", "/etc/passwd", "//etc/passwd", "C:%5csecret", "%00", "a%00b", ".", "showcase-secret", "?..",
    "%23secret", "..;/secret", "%c0%ae%c0%ae%c0%afsecret", "%ff", "a" * 5000, "\N{FULLWIDTH FULL STOP}" * 2 + "/secret",
)  # fmt: skip
SECRET = "what nobody may read"


class Watched:
    """Every file that this process opens while `is_on`; an audit hook stays for good, so it is one for all tests."""

    def __init__(self) -> None:
        self.is_on, self.opened = False, list[str]()
        sys.addaudithook(self._look)

    def _look(self, event: str, facts: tuple[Any, ...]) -> None:
        if self.is_on and event == "open" and isinstance(facts[0], str | bytes):
            self.opened.append(facts[0] if isinstance(facts[0], str) else facts[0].decode("utf-8", "replace"))


@pytest.fixture(scope="module")
def watched() -> Watched:
    return Watched()


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    """Beside every folder of the home lies something that is none of it."""
    for place in (tmp_path.parent, tmp_path, tmp_path / "showcase", tmp_path / "models"):
        place.mkdir(exist_ok=True)
        (place / "secret").write_text(SECRET)
    yield tmp_path
    (tmp_path.parent / "secret").unlink()


@pytest.mark.fault("I6")
@pytest.mark.parametrize(
    "every", [pytest.param(5, id="each trick"), pytest.param(1, id="each trick in each path", marks=pytest.mark.long)]
)
def test_no_trick_in_any_path_opens_a_file(client: TestClient, secret: Path, watched: Watched, every: int) -> None:
    documented = client.get("/openapi.json").json()["paths"]
    paths = {path: {"get", "delete"} & set(of) for path, of in documented.items() if "{" in path}
    assert len(paths) > 20
    statuses = set()
    served = {**paths, "/notebooks/{name}": {"get"}, "/static/{file}": {"get"}, "/{any}": {"get"}}
    for number, (path, methods) in enumerate(served.items()):
        for trick in TRICKS[number % every :: every]:
            asked = re.sub(r"\{\w+\}", lambda _, trick=trick: trick, path)
            for method in sorted(methods):
                watched.opened.clear()
                watched.is_on = True
                answer = client.request(method, asked, follow_redirects=False)
                watched.is_on = False
                assert answer.status_code < 500, (method, asked)
                assert SECRET not in answer.text, (method, asked)
                assert not [name for name in watched.opened if name.endswith(("secret", "passwd"))], (method, asked)
                statuses.add(answer.status_code)
    assert 404 in statuses


@pytest.mark.fault("I6")
@pytest.mark.parametrize(
    "name", ["../../secret.csv", "/etc/cron.d/x", "..\\..\\x.csv", "a\x00b.csv", "", "\u202ecsv.exe"]
)
def test_the_name_of_an_uploaded_file_is_a_name_and_no_place(client: TestClient, tmp_path: Path, name: str) -> None:
    before = set(tmp_path.parent.iterdir())
    sales = "date,store,product,quantity\n" + "".join(f"2026-01-{day:02},S1,P1,{day}\n" for day in range(1, 29))
    answer = client.post("/datasets/import", files={"file": (name, sales.encode())})
    assert answer.status_code in (201, 422), answer.text
    kept = client.get("/datasets").text
    assert "../" not in kept
    assert "\u202e" not in kept
    assert set(tmp_path.parent.iterdir()) == before
    assert not [path for path in tmp_path.rglob("*") if path.name in ("x", "x.csv", "secret.csv")]
