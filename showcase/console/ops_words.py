"""What the Operations view says, card by card; every value from outside is escaped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from showcase.console.rows import Cell, Column, Mark, table_html
from showcase.console.run_html import RUN_TONES, RUN_WORDS
from showcase.console.stores.operations import OpsPicture
from showcase.console.surface import title
from showcase.console.text import advised, clock, count, day, moment, plain, score, seconds, spoken, told
from showcase.diagnosis import Finding
from showcase.store.decisions import Decision
from showcase.store.runs import RunRow
from showcase.workspaces.health import WorkspaceHealth

_DECIDED = {"approved": "good", "rejected": "bad", "timed_out": "careful", "pending": "now"}
_DRIFT = {"worse": "bad", "better": "good", "stable": "", "unknown": ""}
_STALE = {
    "run_not_success": "its run is no success any more",
    "feature_frame_version_mismatch": "a newer one reads another feature frame",
    "newer_success_run": "a newer run succeeded",
}
_MB, _GB = 1024**2, 1024**3


def size(held_bytes: int) -> str:
    """Bytes as `12 MB` or `1.4 GB`."""
    return f"{held_bytes / _GB:.1f} GB" if held_bytes >= _GB else f"{held_bytes / _MB:.1f} MB"


def attention_html(seen: OpsPicture) -> str:
    """What asks for a person, with what to do; the doctor's findings that are not fine come first."""
    ill = [(f"{found.name}: {found.detail}", "") for found in seen.findings if not found.is_fine]
    items = [*ill, *((item.what, item.remedy) for item in seen.summary.attention)]
    if not items:
        return title("Attention") + '<p class="good"><b>Nothing asks for attention.</b></p>'
    listed = "".join(f'<li><b>{told(what)}</b><br><span class="quiet">{advised(remedy)}</span></li>' if remedy else
                     f'<li><b class="bad">{told(what)}</b></li>' for what, remedy in items)  # fmt: skip
    return title("Attention", count(len(items), "item")) + f'<ul class="attention">{listed}</ul>'


def numbers_html(seen: OpsPicture) -> str:
    """The state in six numbers."""
    found = seen.summary
    behind, last = found.freshness.days_behind, found.freshness.data_end
    numbers = [
        ("runs", found.runs["total"], f"{found.runs['failed']} failed, {found.runs['interrupted']} interrupted"),
        ("workspaces", found.workspaces["total"], f"{found.workspaces['completed']} completed"),
        ("model runs", found.model_runs["total"], f"{found.model_runs['success']} successful"),
        ("jobs", found.jobs["total"], f"{found.jobs['failed']} failed"),
        ("approvals", found.approvals["total"], f"{found.approvals['approved']} approved"),
        (
            "data",
            "none" if behind is None else (f"{count(behind, 'day')} old" if behind else "today's"),
            "import or seed some" if last is None else f"to {day(date.fromisoformat(last))}",
        ),
    ]
    return '<div class="figures">' + "".join(
        f'<div><span class="quiet small">{name}</span><b>{plain(value) if isinstance(value, str) else f"{value:,}"}</b>'
        f'<span class="quiet small">{plain(more)}</span></div>'
        for name, value, more in numbers
    ) + "</div>"  # fmt: skip


def approvals_html(seen: OpsPicture) -> str:
    """Who decided what, newest first, over all workspaces."""
    columns = (
        Column("When"), Column("Asked", is_wide=True), Column("Decision"), Column("By whom, why", is_wide=True),
    )  # fmt: skip
    rows = [_decision(one, seen.now) for one in seen.decisions]
    return _card("Approvals", columns, rows, count(seen.decided, "decision"), "No question was put to a person yet.")


def _decision(one: Decision, now: datetime) -> tuple[Cell, ...]:
    word = "auto-approved" if one.auto_approved else one.state.replace("_", " ")
    done = one.execution_status.replace("_", " ")
    why = ": ".join(part for part in (one.decided_by, one.reason) if part)
    return (
        moment(one.asked_at, now), spoken(one.description), Mark(word, _DECIDED.get(one.state, "")),
        f"{why}; {done}" if why else done,
    )  # fmt: skip


def runs_html(seen: OpsPicture) -> str:
    """The newest runs with why each ended as it did."""
    columns = (
        Column("Run"), Column("Demand"), Column("Status"), Column("Began"), Column("Took", is_number=True),
        Column("Why it ended", is_wide=True),
    )  # fmt: skip
    rows = [_run(run, seen) for run in seen.runs]
    total = seen.summary.runs["total"]
    aside = f"the newest {len(rows)} of {total:,}" if total > len(rows) else count(total, "run")
    return _card("Runs", columns, rows, aside, "No run yet. Press Run in the view Run.")


def _run(run: RunRow, seen: OpsPicture) -> tuple[Cell, ...]:
    now = seen.now
    took = ((run.ended_at or now) - run.started_at).total_seconds()
    where = run.reason or ("all steps done" if run.status == "completed" else None)
    if run.status == "running":
        where = f"in step {run.step_name}" if run.step_name else "it begins"
    status = Mark(RUN_WORDS[run.status], RUN_TONES[run.status])
    demand = run.demand(seen.data_sets)
    return run.run_id.short, demand, status, moment(run.started_at, now), seconds(1000 * max(took, 0)), where


def aliases_html(seen: OpsPicture) -> str:
    """Each alias with what it points at, and why it is stale."""
    columns = (Column("Alias"), Column("Points at", is_wide=True), Column("State", is_wide=True))
    rows = [
        (
            state.alias.name, f"{state.run.model_type} {state.run.run_id.short}",
            Mark("stale: " + "; ".join(_STALE.get(reason, reason) for reason in state.stale_reasons), "careful")
            if state.is_stale else Mark("fresh", "good"),
        )
        for state in seen.summary.aliases
    ]  # fmt: skip
    return _card("Aliases", columns, rows, "", "No alias yet. A run that registers its winner sets demo-production.")


def retraining_html(seen: OpsPicture) -> str:
    """The newest model of each grain by how urgent a newer one is."""
    columns = (
        Column("Store / product", is_wide=True), Column("Model"), Column("Age", is_number=True),
        Column("Wape", is_number=True), Column("Score", is_number=True),
    )  # fmt: skip
    rows = [
        (
            _pair(seen, one.entry.grain), one.entry.model_type, f"{one.age_days} d",
            score(one.entry.wape, "wape"), f"{one.score:.2f}",
        )
        for one in seen.summary.candidates
    ]  # fmt: skip
    return _card("Retraining", columns, rows, "score 0 to 1, 0.7 is due", "No model is registered for a pair yet.")


def _pair(seen: OpsPicture, grain: tuple[int, int]) -> str:
    """A store and a product by their codes; by their ids where their data set was wiped since."""
    return seen.pairs.get(grain) or f"{grain[0]} / {grain[1]} (wiped)"


def drift_html(seen: OpsPicture) -> str:
    """How the scores of each model type on each grain moved."""
    columns = (
        Column("Model"), Column("Store / product", is_wide=True), Column("Latest", is_number=True),
        Column("Before", is_number=True), Column("Change"),
    )  # fmt: skip
    rows = [
        (
            one.model_type, _pair(seen, one.grain), score(one.drift.latest, "wape"),
            score(one.drift.prior_mean, "wape"),
            Mark(
                one.drift.verdict
                + ("" if one.drift.change_percent is None else f" {one.drift.change_percent:+.0f} %"),
                _DRIFT.get(one.drift.verdict, ""),
            ),
        )
        for one in seen.summary.health
    ]  # fmt: skip
    return _card("Drift", columns, rows, "band of 10 %", "Two scores of one model on one pair are needed first.")


def links_html(seen: OpsPicture) -> str:
    """Of the newest workspaces, whether what they point at is still there."""
    columns = (
        Column("Workspace", is_wide=True), Column("There", is_number=True), Column("Gone", is_number=True),
        Column("Links", is_wide=True),
    )  # fmt: skip
    rows = [_links(name, health) for name, health in seen.links]
    aside = f"the newest {len(rows)} of {seen.kept:,}" if seen.kept > len(rows) else count(len(rows), "workspace")
    return _card("Link health", columns, rows, aside, "No workspace yet. Keep a run, and its links are checked here.")


def _links(name: str, health: WorkspaceHealth) -> tuple[Cell, ...]:
    gone = list(dict.fromkeys(one.ref_type.replace("_", " ") for one in health.references if one.status == "dead"))
    if gone:
        state = Mark(f"gone: {', '.join(gone)}", "bad")
    elif health.unknown:
        state = Mark(f"{health.unknown} not known", "careful")
    else:
        state = Mark("partial run", "careful") if health.partial_run else Mark("whole", "good")
    return name, health.alive, health.dead, state


def disk_html(seen: OpsPicture) -> str:
    """What the installation holds on disk, and what nothing names any more."""
    disk = seen.summary.disk
    orphaned = f"{count(disk.orphaned, 'artifact')}, {size(disk.orphaned_bytes)}, named by nothing"
    facts = [
        ("database", size(disk.database_bytes)),
        ("artifacts", f"{disk.artifacts:,}, {size(disk.artifact_bytes)}" if disk.artifacts else "none"),
        ("orphaned", f'<span class="careful">{orphaned}</span>' if disk.orphaned else "none"),
        ("free", size(disk.free_bytes)),
    ]
    return title("Disk") + _facts(facts)


def process_html(seen: OpsPicture) -> str:
    """This process: open pages, memory, since when."""
    process = seen.process
    facts = [
        ("open pages", f"{seen.sessions:,}"),
        ("memory", size(process.memory_bytes)),
        ("running for", clock(max((seen.now - process.since).total_seconds(), 0))),
        ("process", str(process.pid)),
    ]
    return title("This process", f"seen {day(seen.now.date())} {seen.now:%H:%M} UTC") + _facts(facts)


def doctor_html(seen: OpsPicture) -> str:
    """Everything the installation stands on, fine or not."""
    lines = "".join(_finding(found) for found in seen.findings)
    is_fine = all(found.is_fine for found in seen.findings)
    return title("Doctor", "all fine" if is_fine else "something is wrong") + f'<ul class="findings">{lines}</ul>'


def _finding(found: Finding) -> str:
    tone, mark, said = ("good", "✓", "fine") if found.is_fine else ("bad", "✗", "wrong")
    return (
        f'<li><span class="{tone}" role="img" aria-label="{said}">{mark}</span><b>{plain(found.name)}</b>'
        f"<span>{plain(found.detail)}</span></li>"
    )


def _facts(facts: list[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in facts) + "</dl>"


def _card(name: str, columns: tuple[Column, ...], rows: list[tuple[Cell, ...]], aside: str, empty: str) -> str:
    if not rows:
        return title(name) + f'<p class="quiet">{plain(empty)}</p>'
    return title(name, aside) + table_html(name, columns, rows)


CARDS: Mapping[str, Callable[[OpsPicture], str]] = {
    "attention": attention_html,
    "numbers": numbers_html,
    "runs": runs_html,
    "approvals": approvals_html,
    "aliases": aliases_html,
    "retraining": retraining_html,
    "drift": drift_html,
    "links": links_html,
    "doctor": doctor_html,
    "disk": disk_html,
    "process": process_html,
}
"""The cards of the view, each a function from what was seen to its words."""
