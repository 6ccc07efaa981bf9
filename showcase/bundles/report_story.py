"""The parts of a report about how it came about: verdict, approvals, knowledge, steps, configuration and proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from showcase.bundles.content import pretty_json
from showcase.bundles.markup import Child, Markup, element, number
from showcase.bundles.report_facts import ReportFacts
from showcase.bundles.report_result import mark, section, table

_SHORT = 12


def verdict(facts: ReportFacts) -> Markup | None:
    """How a replay compares with its source, part by part."""
    found = facts.summary.get("verdict")
    if not found:
        return None
    where = found.get("where", {})
    rows = [(part.replace("_", " "), _judged(judged), where.get(part, "")) for part, judged in found["parts"].items()]
    words = f"This run replays workspace {found['source_workspace_id']}; overall it is {_words(found['overall'])}."
    return section("Verdict", words, table(("part", "verdict", "first difference"), rows), id_="verdict")


_KINDS = {"identical": "pass", "within_tolerance": "pass", "different": "fail", "unknown": "warn"}


def _judged(word: str) -> Markup:
    return mark(_words(word), _KINDS.get(word, "quiet"))


def _words(name: str) -> str:
    return name.replace("_", " ")


def approvals(facts: ReportFacts) -> Markup | None:
    """What the agent asked, and what a person said."""
    events = facts.workspace["approval_events"]
    if not events:
        return None
    kinds = {"approved": "pass", "rejected": "fail", "timed_out": "warn"}
    rows = [
        (event["tool_call_summary"]["description"], mark(_words(event["decision"]), kinds.get(event["decision"])),
         _decider(event), _moment(event["decided_at"]), event["reason"] or "", _words(event["execution_status"]),
         _code(event["evidence_digest"]))
        for event in events
    ]  # fmt: skip
    heads = ("proposal", "decision", "by", "when (UTC)", "reason", "what became of it", "evidence")
    words = "An agent proposed, and only a person could decide; silence executes nothing."
    return section("Approvals", words, table(heads, rows), id_="approvals")


def _decider(event: Mapping[str, Any]) -> str:
    return str(event["decided_by"] or ("nobody, as set" if event["auto_approved"] else "nobody"))


def knowledge(facts: ReportFacts) -> Markup | None:
    """What the run looked up."""
    events = facts.workspace["rag_events"]
    if not events:
        return None
    rows = [
        (event["event"], mark(event["status"]), event["detail"], event["query"] or "", event["provider"],
         [element("div", f"{hit['source']} {number(hit['score'], 2)}") for hit in event["hits"]])
        for event in events
    ]  # fmt: skip
    heads = ("event", "status", "detail", "question", "asked of", "found")
    return section("Knowledge", "What the run looked up on its way.", table(heads, rows), id_="knowledge")


def steps(facts: ReportFacts) -> Markup | None:
    """Every step with its end."""
    phases = facts.workspace["phase_summaries"]
    if not phases:
        return None
    rows = [
        (phase["phase"] if at == 0 else "", step["step"], mark(step["status"]), step["detail"],
         number((step["duration_ms"] or 0) / 1000))
        for phase in phases
        for at, step in enumerate(phase["steps"])
    ]  # fmt: skip
    heads = ("phase", "step", "status", "detail", "seconds")
    seconds = facts.summary.get("wall_clock_s")
    words = f"{len(rows)} steps" + (f" in {number(seconds, 1)} seconds." if seconds is not None else ".")
    return section("Steps", words, table(heads, rows, numbers=(4,)), id_="steps")


def configuration(facts: ReportFacts) -> Markup:
    """What was asked for, on which data, and what computed it."""
    workspace, data = facts.workspace, facts.content.data
    scope = workspace["user_scope"]
    backtest = (workspace["run_config"] or {}).get("backtest") or {}
    models = (workspace["run_config"] or {}).get("train_model_types")
    environment = workspace["environment"] or {}
    asked: list[tuple[str, Child]] = [
        ("preset", workspace["scenario"]),
        ("seed", workspace["seed"]),
        ("data", _data_words(workspace)),
        ("last day asked for", workspace["as_of"]),
        ("overrides", _pairs(workspace["seed_overrides"])),
        ("focus pair asked for", f"{scope['store_code']} / {scope['sku']}" if scope else "left to the run"),
        ("models", ", ".join(models) if models else "the usual three"),
        ("backtest", _pairs(backtest) or "as usual"),
        ("replays", _code(workspace["replayed_from_workspace_id"])),
        ("notes", workspace["notes"]),
        ("tags", ", ".join(workspace["tags"])),
    ]
    stood: list[tuple[str, Child]] = [
        ("data set", f"{data.get('kind') or 'unknown'} {data.get('name') or ''}"),
        ("days", f"{workspace['date_start']} to {workspace['date_end']}" if workspace["date_start"] else None),
        ("rows", _pairs(data.get("row_counts"))),
        ("fingerprint", _code(workspace["data_fingerprint"], whole=True)),
        ("Python", environment.get("python")),
        ("libraries", _pairs(environment.get("libraries"))),
        ("program", environment.get("code")),
        ("its code", _code(environment.get("code_digest"))),
    ]
    recipe = data.get("recipe")
    whole = element(
        "details", element("summary", "The data set's recipe"), element("pre", pretty_json(recipe).decode())
    )
    return section(
        "Configuration",
        "What was asked for, the data it ran on, and what computed it.",
        element("div", _facts("Asked for", asked), _facts("Ran on", stood), class_="columns"),
        whole if recipe else None,
        id_="configuration",
    )


def proof(facts: ReportFacts) -> Markup:
    """How the reader checks all of this."""
    runs = facts.content.model_runs
    rows = [
        (run["model_type"], mark(run["status"], "pass" if run["status"] == "success" else "quiet"),
         f"{run['date_start']} to {run['date_end']}", _score(run), "demonstration" if run["synthetic"] else "",
         _code(run["run_id"]), _code(run["artifact_digest"]))
        for run in runs
    ]  # fmt: skip
    heads = ("model", "status", "days it saw", "wape %", "", "model run", "artifact")
    return section(
        "Proof",
        "Every file beside this page has its SHA-256 in checksums.sha256. Check them with sha256sum -c "
        "checksums.sha256, or more strictly with python3 verify.py; README.md says what each of them proves.",
        table(heads, rows, numbers=(3,)) if rows else None,
        id_="proof",
    )


def _score(run: Mapping[str, Any]) -> str:
    return number(((run["metrics"] or {}).get("scores") or {}).get("wape"))


def _data_words(workspace: Mapping[str, Any]) -> str:
    if workspace["skip_seed"]:
        name = (workspace["created_objects"] or {}).get("data_set_name")
        return f"what was there, {name}" if isinstance(name, str) else "the data that was there"
    return "seeded after a reset" if workspace["reset"] else "seeded"


def _facts(title: str, pairs: Sequence[tuple[str, Child]]) -> Markup:
    told = [(name, value) for name, value in pairs if value not in (None, "")]
    return element(
        "div",
        element("h3", title),
        element("dl", [[element("dt", name), element("dd", value)] for name, value in told], class_="facts"),
    )


def _pairs(values: Mapping[str, Any] | None) -> str:
    return ", ".join(f"{_words(name)} {value}" for name, value in sorted((values or {}).items()))


def _code(text: str | None, *, whole: bool = False) -> Markup | None:
    if not text:
        return None
    return element("code", text if whole else text[:_SHORT], title=text)


def _moment(text: str | None) -> str:
    return text[:19].replace("T", " ") if text else ""
