"""What a run found, in words: the winner in numbers, who decided, and what the lines of the pictures are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from showcase.console.stores.outcome import Outcome
from showcase.console.story_text import approval_html
from showcase.console.surface import title
from showcase.console.text import plain, score
from showcase.console.theme import PLOT
from showcase.kernel.words import percent

CONTROLS = ("naive", "seasonal_naive")


def keys(*each: tuple[str, str, str]) -> str:
    """What each line, dot or square is: (kind of the key, colour, words)."""
    told = "".join(
        f'<span><i class="key {kind}" style="color:{PLOT[tone]}"></i>{words}</span>' for kind, tone, words in each
    )
    return f'<p class="small quiet keys">{told}</p>'


SOLD, WANTED, EMPTY = ("", "past", "sold"), ("dashed", "ahead", "wanted (known truth)"), ("dot", "other", "shelf empty")
_TESTED, _AHEAD = ("dashed", "other", "winner in the backtest"), ("", "ahead", "forecast, 80 and 95 % intervals")
TRIED_KEYS = keys(SOLD, ("dashed", "other", "in the backtest"), _AHEAD)
COVERAGE_KEYS = keys(
    ("dot", "other", "80 % interval"), ("square", "ahead", "95 % interval"), ("dotted", "past", "as it should")
)
TRUTH_KEYS = keys(
    ("square", "past", "error against sales"), ("square", "ahead", "against demand, empty shelves or not")
)
EFFECT_KEYS = keys(("dot", "other", "estimated, with 95 % interval"), ("square", "ahead", "true, as generated"))
PLAN_KEYS = keys(("", "ahead", "the plan"), ("dashed", "past", "the forecast without it"))
GONE = '<p class="small quiet">Its data set was wiped since: what was sold cannot be drawn.</p>'


def forecast_keys(past: object, forecast: object, tested: object) -> str:
    """The keys of those of the three that are there; what was sold goes with its data set."""
    parts = ((past, SOLD), (tested, _TESTED), (forecast, _AHEAD))
    return keys(*(key for part, key in parts if part is not None)) + ("" if past is not None else GONE)


def horizon_keys(board: Sequence[Mapping[str, Any]]) -> str:
    """The keys of the errors by days ahead; a control that was chosen too is drawn as such."""
    has_controls = any(not row.get("is_chosen") for row in board)
    controls = (("dashed", "past", "control"),) if has_controls else ()
    return keys(("", "ahead", "winner (strong) and chosen"), *controls)


def decided_html(approval: Mapping[str, Any]) -> str:
    """Who decided what an agent proposed, when and why."""
    return f"{title('Decision')}<div>{approval_html(approval)}</div>"


def numbers_html(outcome: Outcome | None, waits: str = "This run has no winner.") -> str:
    """The winner and its score, the best control beside it, how often the 80 % interval held.

    `waits` is said where there is no winner, or none yet.
    """
    winner = _winner(outcome)
    if outcome is None or winner is None:
        return f'{title("Result")}<p class="quiet">{waits}</p>'
    metric, control = outcome.metric, _best_control(outcome)
    cells = [
        _cell("winner", plain(winner["model"]), "refitted and registered"),
        _cell(plain(metric), score(winner[metric], metric), _gain(winner[metric], control, metric)),
        _cell("80 % interval", score(winner.get("coverage80"), "wape"), "of days held"),
    ]
    if control is not None:
        cells.insert(2, _cell("best control", score(control[metric], metric), plain(control["model"])))
    return f'{title("Result")}<div class="numbers">{"".join(cells)}</div>'


def _cell(what: str, value: str, aside: str) -> str:
    """One number with its name above and a word below; all three are escaped already."""
    return f'<div><span class="quiet small">{what}</span><b>{value}</b><span class="quiet small">{aside}</span></div>'


def _winner(outcome: Outcome | None) -> Mapping[str, Any] | None:
    return next((row for row in outcome.board if row["is_winner"]), None) if outcome else None


def _best_control(outcome: Outcome) -> Mapping[str, Any] | None:
    """The best-scored control that did not win itself."""
    scored = [
        row
        for row in outcome.board
        if row["model"] in CONTROLS and not row["is_winner"] and row[outcome.metric] is not None
    ]
    return min(scored, key=lambda row: row[outcome.metric], default=None)


def _gain(mine: float, control: Mapping[str, Any] | None, metric: str) -> str:
    """How the winner compares with the best control; told by word and by tone."""
    if control is None or not control[metric]:
        return "no control to compare"
    share = 1 - mine / control[metric]
    tone, word = ("good", "better") if share >= 0 else ("bad", "worse")
    return f'<span class="{tone}">{percent(abs(share))} {word}</span>'
