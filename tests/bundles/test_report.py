"""The report opens offline, runs nothing, escapes everything and says what there is to say."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from showcase.bundles.report import write_report
from showcase.bundles.score_pictures import coverage_picture, effects_picture, horizon_picture
from tests.bundles.cases import DIGEST, content, tables, workspace

HOSTILE = "</td></style><script>alert('x')</script><img src=x onerror=\"alert(1)\">&amp;{{7*7}}"
VERDICT = {
    "overall": "different",
    "parts": {"data": "identical", "scores": "different"},
    "where": {"scores": "scores[0].wape: 20.0 against 21.0"},
    "source_workspace_id": "f" * 32,
}


class Reader(HTMLParser):
    """Collects the elements, the texts and the addresses of a page, and that every element ends."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_content() -> Any:
    event = {
        "action_id": "1" * 32, "tool_name": HOSTILE, "decision": "approved", "decided_at": "2026-01-05T12:00:00+00:00",
        "decided_by": HOSTILE, "session_id": HOSTILE, "auto_approved": False, "reason": HOSTILE,
        "execution_status": HOSTILE, "tool_call_summary": {"description": HOSTILE, "arguments_keys": [HOSTILE]},
        "transcript_summary": HOSTILE, "tokens_used": 0, "tool_calls_count": 1, "evidence_digest": DIGEST,
    }  # fmt: skip
    found = {
        "event": HOSTILE, "status": HOSTILE, "detail": HOSTILE, "count": 1, "occurred_at": "", "provider": HOSTILE,
        "reachable": True, "query": HOSTILE, "hits": [{"source": HOSTILE, "score": 1.0}],
    }  # fmt: skip
    step = {"step": HOSTILE, "status": HOSTILE, "detail": HOSTILE, "duration_ms": 1.0}
    summary = workspace()["result_summary"] | {"reason": HOSTILE, "verdict": VERDICT | {"where": {"scores": HOSTILE}}}
    return content(
        name=HOSTILE, notes=HOSTILE, tags=[HOSTILE], scenario=HOSTILE, approval_events=[event], rag_events=[found],
        phase_summaries=[{"phase": HOSTILE, "status": "pass", "duration_ms": 1.0, "steps": [step]}],
        environment={"python": HOSTILE, "libraries": {HOSTILE: HOSTILE}, "code": HOSTILE, "code_digest": HOSTILE},
        result_summary=summary,
    )  # fmt: skip


@pytest.mark.fault("I3")
def test_nothing_that_somebody_wrote_becomes_markup() -> None:
    usual, hostile = Reader(write_report(content(), tables())), Reader(write_report(hostile_content(), tables()))
    assert "script" not in hostile.names
    assert "img" not in hostile.names
    assert not {name for name in hostile.attributes if name.startswith("on") or name == "style"}
    assert hostile.names - usual.names == set()
    assert hostile.open == []
    assert "alert('x')" in hostile.text  # it is shown as it was written


def test_the_page_loads_nothing_and_allows_its_own_sheet_alone() -> None:
    page = write_report(content(), tables())
    assert all(link.startswith("#") for link in Reader(page).links)
    style = re.search("<style>(.*?)</style>", page.decode(), re.DOTALL)
    policy = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', page.decode())
    assert style is not None
    assert policy is not None
    seal = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy[1].replace("&#x27;", "'").startswith(f"default-src 'none'; style-src 'sha256-{seal}';")


def test_every_link_of_the_page_leads_to_a_part() -> None:
    page = write_report(hostile_content(), tables()).decode()
    parts = re.findall('<section id="([a-z]+)"', page)
    assert re.findall('href="#([a-z]+)"', page) == parts
    assert len(parts) == 10


def test_equal_content_gives_equal_bytes() -> None:
    assert write_report(content(), tables()) == write_report(content(), tables())


def test_the_numbers_are_those_of_the_run() -> None:
    text = Reader(write_report(content(), tables())).text
    for words in ("S1 / P2", "8 units are forecast for 6 Jan to 7 Jan 2026", "20.00", "undefined",
                  "A week at 10 % less", "+12", "-10.00 to +4.00", "1 series were too short"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    "changes",
    [
        {"result_summary": None, "environment": None, "status": "failed", "name": None},
        {"result_summary": {"reason": "interrupted in step train"}, "status": "interrupted", "date_start": None},
        {"config_schema_version": 1, "store_id": None, "product_id": None, "as_of": None},
        {"result_summary": workspace()["result_summary"] | {"verdict": VERDICT}},
        {"user_scope": {"store_id": 1, "product_id": 2, "store_code": None, "sku": None}},
        {"run_config": {"train_model_types": ["naive"], "backtest": {"horizon": 7}}, "seed_overrides": {"stores": 2}},
    ],
)
def test_a_workspace_that_tells_less_has_a_report_too(changes: dict[str, Any]) -> None:
    for stored in (tables(), {}):
        assert Reader(write_report(content(**changes), stored)).open == []


def test_scores_over_the_horizon_and_held_intervals_are_drawn() -> None:
    board = [
        {"rank": 1, "model": HOSTILE, "is_winner": True, "is_chosen": True, "wape": 9.0, "coverage80": 81.0,
         "coverage95": 94.0},
        {"rank": 2, "model": "naive", "is_winner": False, "is_chosen": False, "wape": 12.0, "coverage80": None,
         "coverage95": None},
    ]  # fmt: skip
    held = str(coverage_picture(board))
    assert held.count("<circle") == held.count("<rect") == 1
    assert "<script" not in held
    assert coverage_picture(board[1:]) is None
    kinds = {HOSTILE: "best", "naive": "control"}
    drawn = str(horizon_picture({HOSTILE: [9.0, 10.0], "naive": [12.0, None]}, ["1-7", "8-14"], kinds))
    assert drawn.count("<circle") == 3
    assert drawn.index('class="score control"') < drawn.index('class="score best"')
    assert "<script" not in drawn
    assert str(horizon_picture({"naive": [None]}, ["1-7"], kinds)).count("<circle") == 0


def test_a_plan_is_drawn_with_its_interval_and_its_true_effect_where_it_is_known() -> None:
    plan = {
        "name": HOSTILE, "units_delta": 20.0, "units_delta_pct": 10.0, "units_delta_interval": [10.0, 30.0],
        "true_units_delta": 24.0, "revenue_delta": 0.0, "revenue_delta_pct": 0.0,
    }  # fmt: skip
    drawn = str(effects_picture([plan]))
    assert "estimated 10.0 %, truly 12.0 %" in drawn
    assert (drawn.count("<circle"), drawn.count("<rect")) == (1, 1)
    assert "<script" not in drawn
    assert "truly" not in str(effects_picture([plan | {"true_units_delta": None}])).replace("and truly", "")
    assert effects_picture([plan | {"units_delta_pct": None}]) is None
