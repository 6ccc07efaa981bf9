"""What the newest run found: the winner with its controls, the forecast of the focus series, the leaderboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import panel as pn
import param

from showcase.console.plots.forecast import HEIGHT, forecast_plot
from showcase.console.plots.leaderboard import leaderboard_plot
from showcase.console.progress import RunProgress
from showcase.console.stores.run import Outcome
from showcase.console.surface import arranged, card, show_only, text, title
from showcase.console.text import percent, plain, score
from showcase.console.theme import PLOT, sheet

CONTROLS = ("naive", "seasonal_naive")
_STACK = "display: flex; flex-direction: column; gap: 12px; flex: none;"
_KEYS = (
    f'<p class="small quiet keys"><span><i class="key" style="border-color:{PLOT["past"]}"></i>sold</span>'
    f'<span><i class="key dashed" style="border-color:{PLOT["other"]}"></i>winner in the backtest</span>'
    f'<span><i class="key" style="border-color:{PLOT["ahead"]}"></i>forecast, 80 and 95 % intervals</span></p>'
)


class ResultView(pn.viewable.Viewer):
    """Empty until there is something to show; each picture keeps its place from the first moment on."""

    def __init__(self, progress: RunProgress) -> None:
        super().__init__()
        self._progress = progress
        self._numbers = text(stylesheets=[sheet("numbers")])
        self._forecast_head, self._keys = text(), text(stylesheets=[sheet("numbers")])
        self._board_head, self._board_words = text(), text()
        self._forecast = _place(HEIGHT)
        self._board = _place(120)
        self._forecast_card = card(self._forecast_head, self._keys, self._forecast)
        self._board_card = card(self._board_head, self._board, self._board_words)
        self._column = arranged(card(self._numbers), self._forecast_card, self._board_card, css=_STACK)
        progress.param.watch(self._show, "outcome")
        progress.param.watch(self._count, "story")
        self._show()

    def _count(self, *_events: param.parameterized.Event) -> None:
        outcome: Outcome | None = self._progress.outcome
        show_only(self._column, self._progress.story is not None)
        self._numbers.object = numbers_html(outcome, self._progress.is_running)

    def _show(self, *_events: param.parameterized.Event) -> None:
        outcome: Outcome | None = self._progress.outcome
        self._count()
        has_line = outcome is not None and any(t is not None for t in (outcome.past, outcome.forecast, outcome.tested))
        self._forecast_head.object = title("Forecast", outcome.focus if outcome and has_line else "")
        self._forecast.object = forecast_plot(outcome.past, outcome.forecast, outcome.tested) if has_line else None
        self._keys.object = _keys(outcome) if has_line else '<p class="quiet">Drawn as soon as the data are read.</p>'
        has_board = outcome is not None and bool(outcome.board)
        self._board_head.object = title("Leaderboard", f"{outcome.metric}, lower is better" if has_board else "")
        self._board.object = leaderboard_plot(outcome.board, outcome.metric) if has_board else None
        self._board.visible = has_board
        self._board_words.object = "" if has_board else '<p class="quiet">Ranked after the backtest.</p>'

    def __panel__(self) -> pn.viewable.Viewable:
        return self._column


def _place(height: int) -> pn.pane.HoloViews:
    return pn.pane.HoloViews(None, min_height=height, margin=0, sizing_mode="stretch_width", linked_axes=False)


def _keys(outcome: Outcome | None) -> str:
    if outcome is not None and outcome.past is None:
        return f'{_KEYS}<p class="small quiet">Its data set was wiped since: what was sold cannot be drawn.</p>'
    return _KEYS


def numbers_html(outcome: Outcome | None, is_running: bool) -> str:
    """The winner and its score, the best control beside it, how often the 80 % interval held."""
    winner = _winner(outcome)
    if outcome is None or winner is None:
        waits = "The winner appears after the backtest." if is_running else "This run has no winner."
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
