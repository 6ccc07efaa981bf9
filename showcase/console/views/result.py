"""What the newest run found: the winner with its controls, and a card for each picture."""

from __future__ import annotations

import panel as pn
import param

from showcase.console.plots.forecast import HEIGHT, forecast_plot
from showcase.console.plots.leaderboard import leaderboard_height, leaderboard_plot
from showcase.console.plots.scores import (
    HORIZON_HEIGHT,
    coverage_height,
    coverage_plot,
    coverage_table,
    horizon_plot,
    horizon_table,
)  # fmt: skip
from showcase.console.plots.truth import (
    TRUTH_HEIGHT,
    effects_height,
    effects_plot,
    effects_table,
    truth_plot,
    truth_table,
)  # fmt: skip
from showcase.console.progress import RunProgress
from showcase.console.result_tables import forecast_table, leaderboard_table
from showcase.console.result_text import (
    COVERAGE_KEYS,
    EFFECT_KEYS,
    TRUTH_KEYS,
    decided_html,
    forecast_keys,
    horizon_keys,
    numbers_html,
)  # fmt: skip
from showcase.console.stores.outcome import Outcome
from showcase.console.surface import arranged, card, remedy, show_only, text, title
from showcase.console.text import count
from showcase.console.theme import sheet
from showcase.console.views.picture import PictureCard

_STACK = "display: flex; flex-direction: column; gap: 12px; flex: none;"
_BOARD_PX = 120


class ResultView(pn.viewable.Viewer):
    """Empty until there is something to show; the first pictures keep their place from the first moment on."""

    def __init__(self, progress: RunProgress) -> None:
        super().__init__()
        self._progress = progress
        self._numbers = text(stylesheets=[sheet("numbers")])
        self._decided = text()
        self._forecast = PictureCard("Forecast", "forecast", min_height=HEIGHT, waits="Drawn as soon as data are read.")
        self._board = PictureCard(
            "Leaderboard", "leaderboard", min_height=_BOARD_PX, waits="Ranked after the backtest."
        )
        self._horizon = PictureCard("Error by days ahead", "error-by-days-ahead")
        self._coverage = PictureCard("Intervals", "interval-coverage")
        self._truth = PictureCard("Against the truth", "against-truth")
        self._effects = PictureCard("Plans", "plan-effects")
        pictures = (self._forecast, self._board, self._horizon, self._coverage, self._truth, self._effects)
        self._decision = arranged(card(self._decided), css="display: block; flex: none;")
        self._column = arranged(card(self._numbers), self._decision, *pictures, css=_STACK)
        progress.param.watch(self._show, ["outcome", "refusal"])
        progress.param.watch(self._told, "story")
        self._show()

    def _told(self, *_events: param.parameterized.Event) -> None:
        self._count()
        self._keep_places()

    def _keep_places(self) -> None:
        """Wait for what can still come; nothing waits for a step that the run did not reach."""
        story = self._progress.story
        for picture, step in ((self._forecast, "status"), (self._board, "backtest")):
            show_only(picture.root, story is None or story.is_running or bool(story.data(step)))

    def _count(self, *_events: param.parameterized.Event) -> None:
        story = self._progress.story
        show_only(self._column, story is not None)
        if self._progress.refusal is not None:
            self._numbers.object = title("Result") + remedy(self._progress.refusal)
        elif story is not None and story.data("backtest").get("winner"):
            self._numbers.object = numbers_html(self._progress.outcome, "Reading the result.")
        elif self._progress.is_running:
            self._numbers.object = numbers_html(self._progress.outcome, "The winner appears after the backtest.")
        else:
            self._numbers.object = numbers_html(self._progress.outcome)

    def _show(self, *_events: param.parameterized.Event) -> None:
        found: Outcome | None = self._progress.outcome
        self._count()
        self._decided.object = decided_html(found.decided) if found and found.decided else ""
        show_only(self._decision, bool(self._decided.object))
        self._draw_forecast(found)
        if found is not None and found.board:
            aside = f"{found.metric}, lower is better"
            self._board.show(
                lambda: (leaderboard_plot(found.board, found.metric), leaderboard_table(found.board)),
                height=leaderboard_height(found.board, found.metric), aside=aside,
            )  # fmt: skip
        else:
            self._board.wait()
        self._draw_scores(found)
        if found is not None and found.truth is not None:
            truth = found.truth
            self._truth.show(
                lambda: (truth_plot(truth), truth_table(truth)),
                height=TRUTH_HEIGHT, aside=f"{found.winner}, as generated", keys=TRUTH_KEYS,
            )  # fmt: skip
        else:
            self._truth.wait(is_hidden=True)
        if found is not None and found.plans:
            aside = count(len(found.plans), "what-if")
            self._effects.show(
                lambda: (effects_plot(found.plans), effects_table(found.plans)),
                height=effects_height(found.plans), aside=aside, keys=EFFECT_KEYS,
            )  # fmt: skip
        else:
            self._effects.wait(is_hidden=True)
        self._keep_places()

    def _draw_forecast(self, found: Outcome | None) -> None:
        parts = (None, None, None) if found is None else (found.past, found.forecast, found.tested)
        if found is None or all(part is None for part in parts):
            self._forecast.wait()
            return
        self._forecast.show(
            lambda: (forecast_plot(*parts), forecast_table(*parts)), height=HEIGHT,
            aside=f"{found.focus}, units a day", keys=forecast_keys(*parts),
        )  # fmt: skip

    def _draw_scores(self, found: Outcome | None) -> None:
        if found is None or horizon_table(found.by_bucket, found.metric).empty:
            self._horizon.wait(is_hidden=True)
        else:
            by_bucket, metric, board = found.by_bucket, found.metric, found.board
            self._horizon.show(
                lambda: (horizon_plot(by_bucket, metric, board), horizon_table(by_bucket, metric)),
                height=HORIZON_HEIGHT, aside=f"winner: {found.winner}", keys=horizon_keys(board),
            )  # fmt: skip
        if found is None or coverage_table(found.board).empty:
            self._coverage.wait(is_hidden=True)
        else:
            ranked = found.board
            self._coverage.show(
                lambda: (coverage_plot(ranked), coverage_table(ranked)),
                height=coverage_height(ranked), aside="how often they held", keys=COVERAGE_KEYS,
            )  # fmt: skip

    def __panel__(self) -> pn.viewable.Viewable:
        return self._column
