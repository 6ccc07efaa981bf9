"""Secrets are planted, every door is used, and none of them is found in what was said, written, kept or handed over."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from bokeh.util.token import get_token_payload
from sqlalchemy import URL

from showcase.store.backup import take_backup
from showcase.store.engine import Database
from showcase.store.pg_binaries import choose_binaries
from tests.adapters.fake_provider import FakeProvider, provider, says
from tests.canaries import CANARIES, in_bytes, in_folder
from tests.http.served import PATIENCE_S, Served, served

PLANTED = {"database_password", "api_token", "viewer_token", "operator_token", "embedding_key", "agent_key"}
RUN = {"scenario": "showcase_rich", "skip_seed": False, "reset": True, "preservation": "keep", "workspace_name": "kept"}
CALLED = """
import json, os, sys, traceback
from showcase import open_showcase
from showcase.cli import main
from showcase.settings import load_settings

for arguments, changes in json.loads(sys.argv[1]):
    before = dict(os.environ)
    os.environ.update(changes)
    sys.argv = ["showcase", *arguments]
    try:
        main()
    except SystemExit as ended:
        print("ended with", ended.code)
    os.environ.clear()
    os.environ.update(before)

# as a cell of a notebook prints whatever it can reach
showcase = open_showcase()
print(showcase, showcase.installation, load_settings(), load_settings().model_dump_json())
try:
    showcase.run(scenario="no such preset")
except Exception:
    traceback.print_exc()
showcase.close()
"""


def _echo(request: BaseHTTPRequestHandler) -> None:
    """A provider that says the key it got back in whatever it answers, in errors as in forms."""
    key = request.headers.get("Authorization", "")
    if request.path.endswith("embeddings"):
        says(401, {"error": {"message": f"your header {key} is not known"}})(request)
        return
    words = {"title": f"plan {key[-12:]}", "reasons": [f"because of {key}"], "assumptions": {"price": {}}}
    call = {"id": "c", "type": "function", "function": {"name": "propose_plan", "arguments": json.dumps(words)}}
    message = {"role": "assistant", "content": key, "tool_calls": [call]}
    answer = {
        "id": key, "object": "chat.completion", "created": 1, "model": key,
        "choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}],
        "usage": {"prompt_tokens": 4, "completion_tokens": 1, "total_tokens": 5},
    }  # fmt: skip
    says(200, answer, **{"Content-Type": "application/json"})(request)


@pytest.fixture
def asked() -> Iterator[FakeProvider]:
    with provider(_echo) as fake:
        yield fake


@pytest.fixture
def secrets(database: Database, asked: FakeProvider, tmp_path: Path) -> dict[str, str]:
    """The environment with every secret that the program knows; the password is one that the server does not check."""
    return {
        "SHOWCASE_HOME": str(tmp_path / "home"),
        "SHOWCASE_DATABASE_URL": _with_password(database.url),
        "SHOWCASE_API_TOKEN": CANARIES["api_token"],
        "SHOWCASE_OPERATOR_TOKEN": CANARIES["operator_token"],
        "SHOWCASE_VIEWER_TOKEN": CANARIES["viewer_token"],
        "SHOWCASE_EMBEDDING_URL": asked.url,
        "SHOWCASE_EMBEDDING_MODEL": "small",
        "SHOWCASE_EMBEDDING_KEY": CANARIES["embedding_key"],
        "SHOWCASE_AGENT_URL": asked.url,
        "SHOWCASE_AGENT_MODEL": "small",
        "SHOWCASE_AGENT_KEY": CANARIES["agent_key"],
        "SHOWCASE_LOG_LEVEL": "debug",
        "SHOWCASE_DECISION_WINDOW_S": "0.3",
        "SHOWCASE_TODAY": "2026-11-22",
    }


def _with_password(url: URL, **changes: Any) -> str:
    return url.set(password=CANARIES["database_password"], **changes).render_as_string(hide_password=False)


def _ask_every_route(server: Served) -> Iterator[httpx.Response]:
    """A kept run and its bundle, every GET, and questions that are refused in every way there is."""
    with httpx.Client(
        base_url=server.url, headers={"authorization": f"Bearer {CANARIES['api_token']}"}, timeout=2 * PATIENCE_S
    ) as client:
        done = client.post("/demo/run?wait=true", json=RUN)
        yield done
        workspace = done.json()["workspace_id"]
        ids = {"{workspace_id}": workspace, "{run_id}": done.json()["run_id"]}
        yield client.post(f"/demo/workspaces/{workspace}/export")
        yield client.post("/rag/retrieve", json={"query": "how is a backtest made"})
        yield client.post("/rag/index", json={"documents": [{"source": "a", "text": "A text."}]})
        session = client.post("/agents/sessions", json={})
        yield session
        yield client.post(f"/agents/sessions/{session.json()['session_id']}/chat", json={"message": "How is it?"})
        for path, operations in client.get("/openapi.json").json()["paths"].items():
            for name, value in ids.items():
                path = path.replace(name, value)
            if "get" in operations:
                yield client.get(path)
            yield client.post(path, content=b"{", headers={"content-type": "application/json"})
        page = client.get("/")
        yield page
        # what a session of the console knows of its request is packed into its page
        [session] = set(re.findall(r'"token":"([^"]+)"', page.text))
        yield httpx.Response(200, text=repr(get_token_payload(session)))
        yield server.get("/demo/runs", headers={"authorization": f"Bearer {CANARIES['api_token']}x"})
        yield server.get("/demo/runs", auth=("me", f"{CANARIES['viewer_token']}x"))
        yield server.get("/", auth=("me", CANARIES["operator_token"]))


def _heard(answers: Iterator[httpx.Response]) -> Iterator[bytes]:
    for answer in answers:
        yield repr(answer.headers).encode() + answer.content


def _called(secrets: dict[str, str], calls: list[tuple[list[str], dict[str, str]]]) -> bytes:
    """What the command line says to these calls, each with changes of the environment, and then a notebook's cell."""
    ran = subprocess.run(
        [sys.executable, "-c", CALLED, json.dumps(calls)],
        env={**os.environ, **secrets}, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.stdout.count(b"ended with") == len(calls), ran.stderr
    assert b"no such preset" in ran.stderr
    return ran.stdout + ran.stderr


def _rows(database: Database, folder: Path) -> bytes:
    """Every row of the database as text."""
    backup = take_backup(database, folder / "rows.dump").path
    program = choose_binaries().program("pg_restore")
    return subprocess.run([program, "--file=-", backup], capture_output=True, check=True).stdout


@pytest.mark.fault("S1")
def test_no_secret_is_found_behind_any_door(
    database: Database,
    secrets: dict[str, str],
    asked: FakeProvider,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with served(database, home, **secrets) as server:
        heard = list(_heard(_ask_every_route(server)))
    assert len(heard) > 100
    sent = {headers[name] for _, headers, _ in asked.asked for name in headers if name.lower() == "authorization"}
    assert sent == {f"Bearer {CANARIES['embedding_key']}", f"Bearer {CANARIES['agent_key']}"}
    closed = database.url.set(host="127.0.0.1", port=1, query={})
    key = CANARIES["agent_key"]
    heard.append(
        _called(
            secrets,
            [
                (["doctor"], {}),
                (["db", "backup", str(home / "one.dump")], {}),
                (["run", "--seed", "-1"], {}),
                (["doctor"], {"SHOWCASE_DATABASE_URL": _with_password(closed)}),
                (["doctor"], {"SHOWCASE_DATABASE_URL": _with_password(database.url, drivername="mysql")}),
                (["doctor"], {"SHOWCASE_EMBEDDING_URL": f"http://me:{key}@host"}),
                (["doctor"], {"SHOWCASE_AGENT_KEY": f"{key} line\nend"}),
                (["doctor"], {"SHOWCASE_VIEWER_TOKEN": CANARIES["api_token"]}),
            ],
        )
    )
    rows = _rows(database, tmp_path)
    assert b"showcase_workspace" in rows
    files = [path for path in home.rglob("*") if path.is_file()]
    assert {"served.log", "manifest.json", "one.dump"} <= {path.name for path in files}
    found = {name for each in heard for name in in_bytes(each)} | in_bytes(rows)
    assert not found & PLANTED
    assert not in_folder(home)
    record_property("figure", f"{len(PLANTED)} secrets, {len(heard)} answers, {len(files)} files, all rows: 0 canaries")


def test_the_search_finds_a_secret_however_it_is_packed(tmp_path: Path) -> None:
    for name, secret in CANARIES.items():
        plain = f"before {secret} after".encode()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.gz", gzip.compress(plain))
        table = io.BytesIO()
        pl.DataFrame({"text": [plain.decode()]}).write_parquet(table)
        (tmp_path / name).mkdir()
        for number, content in enumerate((plain, packed.getvalue(), table.getvalue(), plain.hex().encode())):
            assert name in in_bytes(content)
            (tmp_path / name / str(number)).write_bytes(content)
    assert len(in_folder(tmp_path)) == 4 * len(CANARIES)
    shutil.rmtree(tmp_path)  # whatever the tests leave is searched at their end
    assert not in_bytes(b"before secret after")


@pytest.mark.parametrize("before", ["", "a", "ab", "Basic me:"])
def test_the_search_finds_a_secret_in_base64(before: str) -> None:
    for name, secret in CANARIES.items():
        assert name in in_bytes(base64.b64encode(f"{before}{secret}x".encode()))
