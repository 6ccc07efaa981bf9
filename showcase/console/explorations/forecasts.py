"""Explore forecasts: a series of the current data set, a model and a backtest, tried at once and kept nowhere."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param
import polars as pl

from showcase.console.draft import SCORING, BacktestForm
from showcase.console.explorations.trial import Trial, try_model
from showcase.console.forms.focus import FocusPicker
from showcase.console.plots.folds import HEIGHT as FOLDS_HEIGHT
from showcase.console.plots.folds import folds_plot
from showcase.console.plots.forecast import HEIGHT, forecast_plot
from showcase.console.refusals import refused_by
from showcase.console.result_tables import forecast_table
from showcase.console.result_text import TRIED_KEYS
from showcase.console.rows import Column, table_html
from showcase.console.side_page import keep_in_address
from showcase.console.surface import arranged, card, field, refuse, remedy, text, title
from showcase.console.text import plain, score
from showcase.console.theme import sheet
from showcase.console.views.picture import HEAD, Picture
from showcase.errors import ShowcaseError
from showcase.evaluation.settings import BacktestSettings
from showcase.forecasting.history import SalesMatrix
from showcase.forecasting.zoo import ModelConfig
from showcase.wiring import Installation

_KNOBS = "display: grid; grid-template-columns: repeat(auto-fill, minmax(130px, 1fr)); gap: 13px 8px; padding-top: 7px;"
_SHOWN = ("wape", "mae", "bias", "coverage80")
_WEEKS_BEFORE = 8
_TRIED = [name for name in SCORING if name != "metric"]


class ForecastExploration(pn.viewable.Viewer):
    """Whatever is turned, the model is scored and fitted anew in memory; nothing is registered or written."""

    model = param.Selector(default="moving_average", objects=["moving_average"], label="Model")

    def __init__(self, installation: Installation, **params: object) -> None:
        super().__init__(**params)
        self._services = installation.services
        self._matrix: SalesMatrix | None = None
        self._usual: tuple[int, int] | None = None
        self.trial: Trial | None = None
        self.param["model"].objects = [one.model_type for one in self._services.models.catalog() if one.enabled]
        self.picker, self.backtest = FocusPicker(), BacktestForm()
        keep_in_address(self, ["model"])
        keep_in_address(self.backtest, _TRIED)
        keep_in_address(self.picker, ["store_id", "product_id"])
        common = {"size": "small", "margin": 0, "sizing_mode": "stretch_width"}
        self._settings = {name: field(self.backtest, name) for name in _TRIED}
        knobs = [pmui.Select.from_param(self.param.model, **common), *self._settings.values()]
        self._words = text('<p class="quiet">Reading the current data set</p>')
        # heights of their own: a picture that comes later would not take the whole width
        self._folds = Picture("Folds", "folds", height=FOLDS_HEIGHT)
        self._picture = Picture("Forecast", "forecast", height=HEIGHT)
        self._scores = text(stylesheets=[sheet("rows")])
        top = card(text(title("Series, model and backtest")), self.picker, arranged(*knobs, css=_KNOBS), self._words)
        known = text(TRIED_KEYS, stylesheets=[sheet("numbers")])
        shown = card(_head("Tested, and the days ahead", self._picture), known, *self._picture.body)
        folds = card(_head("Folds", self._folds), *self._folds.body, self._scores)
        self.root = arranged(top, shown, folds, css="display: grid; gap: 12px;")
        self.param.watch(self._turned, "model")
        self.backtest.param.watch(self._turned, _TRIED)
        self.picker.param.watch(self._turned, ["store_id", "product_id"])

    def load(self) -> None:
        """Read the current data set, then try what the knobs say; an empty database is told with its remedy."""
        try:
            data_set = self._services.demand.require_current()
            stores, products = self._services.demand.pairs(data_set)
            usual = self._services.demand.focus(data_set, None).pair
            self._matrix = self._services.demand.matrix(data_set)
        except ShowcaseError as error:
            self._words.object = remedy(error)
            return
        self._usual = (usual.store_id, usual.product_id)
        self.picker.param.update(stores=stores, products=products)
        self.run()

    def run(self) -> None:
        """Try the model; what does not fit is told with the settings that would."""
        if self._matrix is None or self._usual is None:
            return
        sent = {name: getattr(self.backtest, name) for name in _TRIED}
        refused = refused_by(BacktestSettings, sent, "backtest")
        for name, widget in self._settings.items():
            refuse(widget, refused, name)
        if refused.errors:
            self._words.object = f'<p role="alert"><b class="bad">{plain(refused.at(*_TRIED))}</b></p>'
            return
        chosen = self.picker.given()
        key = (chosen["store_id"], chosen["product_id"]) if chosen else self._usual
        try:
            plan = BacktestSettings(**sent).plan()
            self.trial = try_model(self._matrix, key, ModelConfig.of(self.model), plan)
        except ShowcaseError as error:
            self._words.object = remedy(error)
            return
        self._show(self.trial)

    def begin(self) -> None:
        """Read and try beside the page; to be called once it is there."""
        pn.state.execute(self._load)

    # coroutines run on a worker thread, so that no other page waits for this one's models
    async def _load(self) -> None:
        self.load()

    async def _turned(self, *_events: param.parameterized.Event) -> None:
        self.run()

    def _show(self, trial: Trial) -> None:
        self._words.object = (
            f"<p>{plain(self.model)} and the two controls over {trial.n_series:,} series of the current data "
            "set; nothing of this is kept.</p>"
        )
        shown_from = trial.past["date"][max(trial.past.height - 7 * _WEEKS_BEFORE, 0)]
        tested = trial.tested.filter(pl.col("date") >= shown_from)
        drawn = (trial.past.tail(7 * _WEEKS_BEFORE), trial.ahead, tested)
        self._picture.draw(forecast_plot(*drawn), forecast_table(*drawn))
        self._folds.draw(folds_plot(trial.folds), trial.folds.to_pandas())
        columns = [
            Column("model"),
            *(Column(f"{name}, {whose}", is_number=True) for whose in _WHOSE for name in _SHOWN),
        ]
        own = {row["model"]: row for row in trial.own_scores}
        rows = [
            [row["model"], *(score(each.get(name)) for each in (row, own.get(row["model"], {})) for name in _SHOWN)]
            for row in trial.scores
        ]
        self._scores.object = table_html("Scores, best first", columns, rows)

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _head(words: str, picture: Picture) -> pn.Column:
    return arranged(text(title(words)), picture.tools, css=HEAD, in_line=True)


_WHOSE = ("all series", "this one")
