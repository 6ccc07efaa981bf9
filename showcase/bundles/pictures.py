"""The pictures of a report, as SVG whose colours come from the page, so that light and dark are one drawing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from showcase.bundles.markup import Markup, element, number
from showcase.bundles.scales import Days, round_scale, short_day

_WIDTH = 960
_LEFT, _RIGHT = 52.0, 948.0

Row = Mapping[str, Any]


def forecast_picture(tested: Sequence[Row], ahead: Sequence[Row], label: str) -> Markup:
    """What was sold and what was forecast for it, fold by fold, then the days ahead with both intervals.

    `tested`: date, actual, forecast, fold; `ahead`: date, forecast, lo80, hi80, lo95, hi95; both in units, by date.
    """
    height, top, bottom = 330, 14.0, 292.0
    dates = [row["date"] for row in (*tested, *ahead)]
    days = Days(min(dates), max(dates), _LEFT + 12, _RIGHT)
    values = [row[name] for row in tested for name in ("actual", "forecast")]
    values += [row[name] for row in ahead for name in ("forecast", "lo95", "hi95")]
    scale, marks = round_scale([value for value in values if _is_finite(value)], bottom, top)
    drawn: list[Markup | None] = [_grid(scale, marks), _day_axis(days, bottom)]
    drawn += [
        element("path", class_=f"band {name}", d=_band(days, scale, ahead, f"lo{level}", f"hi{level}"))
        for name, level in (("wide", 95), ("narrow", 80))
        if ahead
    ]
    drawn += _fold_starts(days, tested, top, bottom)
    if tested and ahead:
        drawn.append(_cut(days.at(ahead[0]["date"], -0.5), top, bottom, "last known day"))
    drawn += [
        element("path", class_="curve sold", d=_curve(days, scale, tested, "actual")),
        *(element("path", class_="curve tested", d=_curve(days, scale, rows, "forecast")) for rows in _by_fold(tested)),
        element("path", class_="curve ahead", d=_curve(days, scale, ahead, "forecast")),
    ]
    drawn += [_point(days, scale, row, "actual", "sold", row.get("forecast")) for row in tested]
    drawn += [_point(days, scale, row, "forecast", "ahead", None) for row in ahead]
    return picture(height, f"Units sold and forecast of {label}", drawn)


def folds_picture(folds: Sequence[Row], first_day: date) -> Markup:
    """The days that each fold trains on, leaves out and tests; `folds` have their days in ISO form."""
    line, top = 30, 10
    days = Days(first_day, date.fromisoformat(folds[-1]["test_end"]), _LEFT + 20, _RIGHT - 6)
    height = top + line * len(folds) + 34
    drawn = [_day_axis(days, float(top + line * len(folds) + 4))]
    for position, fold in enumerate(folds):
        y = float(top + position * line)
        cutoff, start, end = (date.fromisoformat(fold[name]) for name in ("cutoff", "test_start", "test_end"))
        begin = date.fromordinal(cutoff.toordinal() - int(fold["train_days"]) + 1)
        drawn += [
            element("text", f"fold {fold['fold']}", class_="mark end", x=_LEFT + 8, y=y + 15),
            _span(days, begin, cutoff, y, "train", f"trains on {fold['train_days']} days to {cutoff}"),
            _span(days, start, end, y, "test", f"tests {start} to {end}"),
        ]
    return picture(height, "The days that each fold trains on and tests", drawn)


def bars_picture(
    rows: Sequence[tuple[str, float | None, str]], unit: str, title: str, most: float = math.inf
) -> Markup:
    """One bar a row of (name, value, class), the smallest best; a value that is undefined has words in its place.

    A bar ends at `most`, whatever its number says.
    """
    line, left = 30, 190.0
    known = [min(value, most) for _, value, _ in rows if value is not None]
    scale, _ = round_scale(known or [1.0], left, _RIGHT - 90)
    drawn = []
    for position, (name, value, kind) in enumerate(rows):
        y = float(6 + position * line)
        drawn.append(element("text", name, class_="name end", x=left - 12, y=y + 15))
        if value is None:
            drawn.append(element("text", "undefined", class_="mark", x=left + 4, y=y + 15))
            continue
        width = max(scale.at(min(value, most)) - left, 1.0)
        drawn.append(element("rect", class_=f"bar {kind}", x=left, y=y + 2, width=width, height=18, rx=3))
        drawn.append(element("text", f"{number(value)}{unit}", class_="value", x=left + width + 8, y=y + 16))
    return picture(12 + line * len(rows), title, drawn)


def picture(height: int, title: str, drawn: Sequence[Markup | None]) -> Markup:
    """What was drawn, as wide as the page, with its title for readers of the screen."""
    return element(
        "svg",
        element("title", title),
        drawn,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_label=title,
    )


def framed(drawing: Markup | None) -> Markup | None:
    """A picture, if there is one, in a frame: on a narrow screen it scrolls there rather than shrink too far."""
    return drawing and element("div", drawing, class_="scroll picture", tabindex=0)


def _grid(scale: Any, marks: Sequence[float]) -> Markup:
    lines = []
    for mark in marks:
        y = scale.at(mark)
        lines.append(element("line", class_="grid", x1=_LEFT, x2=_RIGHT, y1=y, y2=y))
        lines.append(element("text", f"{mark:g}", class_="mark end", x=_LEFT - 8, y=y + 4))
    return element("g", lines)


def _day_axis(days: Days, y: float) -> Markup:
    marks = days.marks()
    return element(
        "g",
        element("line", class_="axis", x1=days.start, x2=days.end, y1=y, y2=y),
        [element("line", class_="axis", x1=days.at(day), x2=days.at(day), y1=y, y2=y + 5) for day in marks],
        [
            element(
                "text",
                short_day(day),
                class_="mark end" if day == days.last else "mark middle",
                x=days.at(day),
                y=y + 20,
            )
            for day in marks
        ],
    )


def _fold_starts(days: Days, tested: Sequence[Row], top: float, bottom: float) -> list[Markup]:
    return [_cut(days.at(rows[0]["date"], -0.5), top, bottom, f"fold {rows[0]['fold']}") for rows in _by_fold(tested)]


def _cut(x: float, top: float, bottom: float, words: str) -> Markup:
    return element(
        "g",
        element("line", class_="cut", x1=x, x2=x, y1=top, y2=bottom),
        element("text", words, class_="mark", x=x + 5, y=top + 8),
    )


def _by_fold(tested: Sequence[Row]) -> list[list[Row]]:
    folds: dict[Any, list[Row]] = {}
    for row in tested:
        folds.setdefault(row["fold"], []).append(row)
    return list(folds.values())


def _curve(days: Days, scale: Any, rows: Sequence[Row], name: str) -> str:
    """A line through the days that follow one another; a missing day, or an undefined value, breaks it."""
    steps, before = [], None
    for row in rows:
        if not _is_finite(row[name]):
            before = None
            continue
        follows = before is not None and (row["date"] - before).days == 1
        steps.append(f"{'L' if follows else 'M'}{days.at(row['date']):.2f} {scale.at(row[name]):.2f}")
        before = row["date"]
    return "".join(steps)


def _band(days: Days, scale: Any, rows: Sequence[Row], low: str, high: str) -> str:
    held = [row for row in rows if _is_finite(row[low]) and _is_finite(row[high])]
    upper = [f"{days.at(row['date']):.2f} {scale.at(row[high]):.2f}" for row in held]
    lower = [f"{days.at(row['date']):.2f} {scale.at(row[low]):.2f}" for row in reversed(held)]
    return f"M{'L'.join((*upper, *lower))}Z" if held else ""


def _point(days: Days, scale: Any, row: Row, name: str, kind: str, beside: object) -> Markup | None:
    """A dot that says its day and numbers where a pointer rests on it."""
    if not _is_finite(row[name]):
        return None
    words = f"{row['date']}: {kind if kind == 'sold' else 'forecast'} {number(row[name], 1)}"
    if beside is not None:
        words += f", forecast {number(beside, 1)}"
    if kind == "ahead":
        words += f", 80 % between {number(row['lo80'], 1)} and {number(row['hi80'], 1)}"
    x, y = days.at(row["date"]), scale.at(row[name])
    return element("circle", element("title", words), class_=f"dot {kind}", cx=x, cy=y, r=3.5)


def _span(days: Days, first: date, last: date, y: float, kind: str, words: str) -> Markup:
    x = days.at(first, -0.5 if first > days.first else 0.0)
    width = days.at(last, 0.5 if last < days.last else 0.0) - x
    return element("rect", element("title", words), class_=f"span {kind}", x=x, y=y, width=width, height=20, rx=3)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
