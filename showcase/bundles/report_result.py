"""The parts of a report about what came out: figures, forecast, leaderboard, folds and plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from showcase.bundles.markup import Child, Markup, element, number, table_row
from showcase.bundles.pictures import bars_picture, folds_picture, forecast_picture, framed
from showcase.bundles.report_facts import ReportFacts
from showcase.bundles.scales import short_day
from showcase.bundles.score_pictures import coverage_picture, effects_picture, horizon_picture

_UNITS = {"wape": " %", "mae": "", "rmse": ""}
_DAYS = {"all": "all days", "in_stock": "in stock", "stockout": "out of stock"}
_OF = ("sales", "demand")
_BOARD = (("wape", "wape %"), ("mae", "mae"), ("rmse", "rmse"), ("bias", "bias"), ("mase", "mase"),
          ("coverage80", "80 % held"), ("coverage95", "95 % held"))  # fmt: skip


def section(title: str, words: str, *children: Child, id_: str) -> Markup:
    """A part of the page with its heading and one sentence."""
    return element("section", element("h2", title), element("p", words, class_="lead"), children, id_=id_)


def table(heads: Sequence[str], rows: Sequence[Sequence[Child]], *, numbers: Sequence[int] = ()) -> Markup:
    """A table; the columns at `numbers` are set right."""

    def kind(column: int) -> str | None:
        return "number" if column in numbers else None

    head = element("tr", [element("th", name, scope="col", class_=kind(at)) for at, name in enumerate(heads)])
    starts = [f'<td class="{kind(at)}">' if kind(at) else "<td>" for at in range(len(heads))]
    body = [table_row(cells, starts) for cells in rows]
    return element("div", element("table", element("thead", head), element("tbody", body)), class_="scroll", tabindex=0)


def mark(words: str, kind: str | None = None) -> Markup:
    """A word in a pill; its kind gives the colour, and is a class of the page."""
    return element("span", words, class_=f"pill {kind or words}")


def figures(facts: ReportFacts) -> Markup:
    """The few numbers that stand first."""
    backtest, status = facts.said("backtest"), facts.said("status")
    best = next((row for row in facts.board if row.get("is_winner")), {})
    verdict = (facts.summary.get("verdict") or {}).get("overall")
    cards: list[tuple[str, Child, str]] = []
    if facts.winner:
        value = f"{number(facts.summary.get('winner_value'))}{_UNITS.get(facts.metric, '')}"
        cards.append(("Winner", _breakable(facts.winner), f"{facts.metric} {value}"))
        cards.append(("Interval of 80 %", f"{number(best.get('coverage80'), 1)} %", "of the actuals lay inside it"))
    if status:
        cards.append(("Data", f"{status['series']} series", f"{status['date_start']} to {status['date_end']}"))
    if backtest.get("folds"):
        cards.append(("Backtest", f"{len(backtest['folds'])} folds", f"scored by {facts.metric}"))
    if verdict:
        cards.append(("Replay", verdict.replace("_", " "), "compared with its source"))
    drawn = [
        element("div", element("dt", name), element("dd", value), element("dd", words, class_="quiet"), class_="card")
        for name, value, words in cards
    ]
    return element("dl", drawn, class_="cards")


def _breakable(name: str) -> list[Child]:
    """A name that may go on in a new line behind an underscore, and nowhere else if it fits."""
    *parts, last = name.split("_")
    return [*(piece for part in parts for piece in (f"{part}_", element("wbr"))), last]


def forecast(facts: ReportFacts) -> Markup:
    """What the winner said and says for the focus pair."""
    words = f"The featured series is {facts.focus}."
    if not facts.tested and not facts.ahead:
        return section("Forecast", f"{words} The run did not get as far as a forecast.", id_="forecast")
    legend = element(
        "p",
        element("span", "sold", class_="key sold"),
        element("span", f"{facts.winner} on the test days, not knowing them", class_="key tested"),
        element("span", "forecast", class_="key ahead"),
        element("span", "80 % interval", class_="key narrow"),
        element("span", "95 % interval", class_="key wide"),
        class_="legend",
    )
    total = sum(row["forecast"] for row in facts.ahead)
    if facts.ahead:
        first, last = facts.ahead[0]["date"], facts.ahead[-1]["date"]
        words += f" {total:,.0f} units are forecast for {short_day(first)} to {short_day(last)} {last.year}."
    return section(
        "Forecast", words, legend, framed(forecast_picture(facts.tested, facts.ahead, facts.focus)),
        _days(facts.ahead), id_="forecast",
    )  # fmt: skip


def _days(ahead: Sequence[Mapping[str, Any]]) -> Markup | None:
    if not ahead:
        return None
    rows = [
        (str(row["date"]), number(row["forecast"], 1), f"{number(row['lo80'], 1)} to {number(row['hi80'], 1)}",
         f"{number(row['lo95'], 1)} to {number(row['hi95'], 1)}")
        for row in ahead
    ]  # fmt: skip
    heads = ("day", "units", "80 % interval", "95 % interval")
    return element("details", element("summary", "Day by day"), table(heads, rows, numbers=(1, 2, 3)))


def leaderboard(facts: ReportFacts) -> Markup | None:
    """The models by their score, with the controls beside."""
    if not facts.board:
        return None
    unit = _UNITS.get(facts.metric, "")
    bars = [(row["model"], row.get(facts.metric), _bar_kind(row)) for row in facts.board]
    rows = [
        (row["rank"], element("strong", row["model"]) if row["is_winner"] else row["model"],
         mark("winner", "pass") if row["is_winner"] else "" if row["is_chosen"] else mark("control", "quiet"),
         *(number(row.get(name)) for name, _ in _BOARD))
        for row in facts.board
    ]  # fmt: skip
    heads = ("rank", "model", "", *(head for _, head in _BOARD))
    words = (
        "Scores are pooled over all series and folds. The winner has the lowest "
        f"{facts.metric} among the chosen models; a control is a baseline that is scored beside them."
    )
    picture = bars_picture(bars, unit, f"{facts.metric} of each model, lower is better")
    held = coverage_picture(facts.board)
    legend = None if held is None else _legend(("circle other", "80 % interval held"), ("square", "95 % interval held"))
    board = table(heads, rows, numbers=(0, *range(3, len(heads))))
    return section("Leaderboard", words, framed(picture), board, legend, framed(held), id_="leaderboard")


def _legend(*keys: tuple[str, str]) -> Markup:
    """What is what in a picture: (class of the key, words)."""
    return element("p", [element("span", words, class_=f"key {kind}") for kind, words in keys], class_="legend apart")


def _bar_kind(row: Mapping[str, Any]) -> str:
    return "best" if row["is_winner"] else "chosen" if row["is_chosen"] else "control"


def truth(facts: ReportFacts) -> Markup | None:
    """The winner against what people wanted, which generated data know."""
    told = facts.content.data.get("truth")
    if not told:
        return None
    bars = [
        (_DAYS[row["days"]] + words, row[f"wape_{of}"], kind)
        for row in told
        for of, words, kind in (("sales", ", sales", "chosen"), ("demand", ", demand", "best"))
    ]
    rows = [
        (_DAYS[row["days"]], f"{row['n']:,}", *(number(row[f"{name}_{of}"]) for name in ("wape", "bias") for of in _OF))
        for row in told
    ]
    heads = ("days", "scored", *(f"{name} against {of}" for name in ("wape %", "bias") for of in _OF))
    words = (
        "While a shelf is empty sales stay below what people wanted. The data were generated, so that is known: the "
        f"error of {facts.winner} against sales, and against demand. No model saw it. A bar ends at 100 %."
    )
    drawn = bars_picture(bars, " %", "wape of the winner against sales and against demand", most=100.0)
    legend = _legend(("square past", "against sales"), ("square", "against demand"))
    body = table(heads, rows, numbers=range(1, len(heads)))
    return section("Against the truth", words, legend, framed(drawn), body, id_="truth")


def folds(facts: ReportFacts) -> Markup | None:
    """How the models were tested, and how each did in each fold and over the horizon."""
    backtest = facts.said("backtest")
    told = backtest.get("folds")
    if not told:
        return None
    first = date.fromisoformat(facts.workspace["date_start"] or told[0]["cutoff"])
    names = [str(fold["fold"]) for fold in told]
    tables: list[Markup | None] = [_by(facts, backtest.get("by_fold", ()), "fold", names, "fold ")]
    buckets = list(dict.fromkeys(str(row["bucket"]) for row in backtest.get("by_bucket", ())))
    if buckets:
        tables += [_over_horizon(facts, buckets), _by(facts, backtest["by_bucket"], "bucket", buckets, "days ")]
    left_out = backtest.get("left_out") or 0
    words = "Each fold trains on the days before its cutoff alone and is scored on days that it never saw."
    if left_out:
        words += f" {left_out} series were too short for a fold and left out of it."
    return section("Folds", words, framed(folds_picture(told, first)), tables, id_="folds")


def _over_horizon(facts: ReportFacts, buckets: Sequence[str]) -> Markup | None:
    """The metric of each model by days ahead, drawn."""
    found = {(row["model"], str(row["bucket"])): row.get(facts.metric) for row in facts.said("backtest")["by_bucket"]}
    scores = {row["model"]: [found.get((row["model"], bucket)) for bucket in buckets] for row in facts.board}
    return framed(horizon_picture(scores, buckets, {row["model"]: _bar_kind(row) for row in facts.board}))


def _by(facts: ReportFacts, rows: Sequence[Mapping[str, Any]], key: str, names: Sequence[str], head: str) -> Markup:
    """The metric of each model in each fold or bucket."""
    found = {(row["model"], str(row[key])): row.get(facts.metric) for row in rows}
    models = [row["model"] for row in facts.board]
    lines = [
        (element("strong", model) if model == facts.winner else model, *(number(found.get((model, n))) for n in names))
        for model in models
    ]
    heads = (f"{facts.metric} by {'days ahead' if key == 'bucket' else key}", *(f"{head}{name}" for name in names))
    return table(heads, lines, numbers=range(1, len(heads)))


def plans(facts: ReportFacts) -> Markup | None:
    """The saved what-ifs."""
    if not facts.content.plans:
        return None
    rows = []
    for plan in facts.content.plans:
        outcome = plan["outcome"]
        low, high = outcome.get("revenue_delta_interval") or (None, None)
        rows.append(
            (plan["name"], f"{plan['store_code']} / {plan['sku']}", plan["method"].replace("_", " "),
             signed(plan["units_delta"], 0), signed(outcome.get("true_units_delta"), 0),
             signed(plan["revenue_delta"]), f"{signed(low)} to {signed(high)}")
        )  # fmt: skip
    heads = ("plan", "for", "method", "units", "units, truly", "revenue", "95 % interval")
    words = "What would change, as estimated from the data; on synthetic data the true effect stands beside it."
    drawn = effects_picture([{**plan["outcome"], **plan} for plan in facts.content.plans])
    keys = (("circle other", "estimated, with 95 % interval"), ("square", "true"))
    legend = None if drawn is None else _legend(*keys)
    return section("What-if plans", words, table(heads, rows, numbers=(3, 4, 5, 6)), legend, framed(drawn), id_="plans")


def signed(value: object, digits: int = 2) -> str:
    """A change with its sign; or that it is not known."""
    text = number(value, digits)
    if text == "undefined":
        return "not known"
    return text if text.startswith("-") else f"+{text}"
