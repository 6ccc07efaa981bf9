"""The pictures of a report about scores and plans, as SVG: error by days ahead, intervals, effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from showcase.bundles.markup import Markup, element, number
from showcase.bundles.pictures import picture
from showcase.bundles.scales import Scale, round_scale

_LEFT, _RIGHT, _LINE, _TOP = 190.0, 930.0, 30, 10.0
_HORIZON_BOTTOM = 220.0

Row = Mapping[str, Any]


def horizon_picture(scores: Mapping[str, Sequence[float | None]], buckets: Sequence[str], kinds: Row) -> Markup:
    """One line a model over the buckets of days ahead; `kinds` says who is best, chosen or control."""
    known = [value for values in scores.values() for value in values if value is not None]
    scale, marks = round_scale(known or [1.0], _HORIZON_BOTTOM, _TOP, ticks=5)
    across = [_place(at, len(buckets)) for at in range(len(buckets))]
    drawn: list[Markup] = []
    for mark in marks:
        y = scale.at(mark)
        drawn.append(element("line", class_="grid", x1=52, x2=_RIGHT, y1=y, y2=y))
        drawn.append(element("text", f"{mark:g}", class_="mark end", x=44, y=y + 4))
    for x, bucket in zip(across, buckets, strict=True):
        drawn.append(element("text", f"days {bucket}", class_="mark middle", x=x, y=_HORIZON_BOTTOM + 22))
    for model in sorted(scores, key=lambda name: kinds.get(name) == "best"):
        drawn += _line(model, scores[model], buckets, across, scale, str(kinds.get(model, "control")))
    return picture(int(_HORIZON_BOTTOM) + 34, "Error of each model by days ahead", drawn)


def _place(at: int, count: int) -> float:
    return (52 + _RIGHT) / 2 if count == 1 else 110 + at * (_RIGHT - 160) / (count - 1)


def _line(
    model: str, values: Sequence[float | None], buckets: Sequence[str], across: Sequence[float], scale: Scale, kind: str
) -> list[Markup]:
    points = [(x, bucket, value) for x, bucket, value in zip(across, buckets, values, strict=True) if value is not None]
    path = "".join(f"{'L' if at else 'M'}{x:.2f} {scale.at(value):.2f}" for at, (x, _, value) in enumerate(points))
    dots = [
        element(
            "circle", element("title", f"{model}, days {bucket}: {number(value)}"), class_=f"point {kind}", cx=x,
            cy=scale.at(value), r=5 if kind == "best" else 4,
        )
        for x, bucket, value in points
    ]  # fmt: skip
    return [element("path", class_=f"score {kind}", d=path), *dots]


def coverage_picture(board: Sequence[Row]) -> Markup | None:
    """How often each interval held (circle 80, square 95) and how often it should (dotted); nothing where unknown."""
    rows = [row for row in board if row.get("coverage80") is not None and row.get("coverage95") is not None]
    if not rows:
        return None
    lowest = min(60.0, *(row["coverage80"] for row in rows))
    scale = Scale(lowest, 100.0, _LEFT, _RIGHT)
    bottom = _TOP + _LINE * len(rows)
    drawn = [_upright(scale.at(level), bottom, f"{level} %") for level in (80, 95)]
    for at, row in enumerate(rows):
        y = _TOP + at * _LINE + 14
        drawn.append(element("text", str(row["model"]), class_="name end", x=_LEFT - 12, y=y + 5))
        for level, kind in ((80, "other"), (95, "ahead")):
            held = float(row[f"coverage{level}"])
            words = f"{row['model']}: the {level} % interval held on {number(held, 1)} % of days"
            drawn.append(element("line", class_=f"reach {kind}", x1=scale.at(held), x2=scale.at(level), y1=y, y2=y))
            drawn.append(_marked(scale.at(held), y, kind, words))
    return picture(int(bottom) + 30, "How often the intervals of each model held", drawn)


def effects_picture(plans: Sequence[Row]) -> Markup | None:
    """What each plan changes, in percent: estimated (circle) with its interval, and truly (square)."""
    rows = [(plan, of) for plan in plans for of in ("units", "revenue") if plan.get(f"{of}_delta_pct")]
    if not rows:
        return None
    found = [(str(plan["name"]), of, _shares(plan, of)) for plan, of in rows]
    scale, marks = round_scale(
        [value for *_, shares in found for value in shares.values() if value is not None], _LEFT + 120, _RIGHT, ticks=7
    )
    bottom = _TOP + _LINE * len(found)
    drawn = [_upright(scale.at(mark), bottom, f"{mark:+g} %" if mark else "0") for mark in marks]
    for at, (name, of, shares) in enumerate(found):
        y = _TOP + at * _LINE + 14
        words = f"{name}, {of}: estimated {number(shares['estimated'], 1)} %"
        if shares["true"] is not None:
            words += f", truly {number(shares['true'], 1)} %"
        label = f"{name[:28]}{'…' if len(name) > 28 else ''}, {of}"
        drawn.append(element("text", label, class_="name end", x=_LEFT + 108, y=y + 5))
        if shares["low"] is not None and shares["high"] is not None:
            ends = {"x1": scale.at(shares["low"]), "x2": scale.at(shares["high"])}
            drawn.append(element("line", class_="reach other", **ends, y1=y, y2=y))
        if shares["estimated"] is not None:
            drawn.append(_marked(scale.at(shares["estimated"]), y, "other", words))
        if shares["true"] is not None:
            drawn.append(_marked(scale.at(shares["true"]), y, "ahead", words))
    return picture(int(bottom) + 30, "What each plan changes, estimated and truly", drawn)


def _shares(plan: Row, of: str) -> dict[str, float | None]:
    """The effect on units or revenue in percent of what the plan starts from."""
    delta, percent = float(plan[f"{of}_delta"]), float(plan[f"{of}_delta_pct"])
    low, high = plan.get(f"{of}_delta_interval") or (None, None)
    values = {"estimated": delta, "low": low, "high": high, "true": plan.get(f"true_{of}_delta")}
    return {name: None if value is None else float(value) * percent / delta for name, value in values.items()}


def _upright(x: float, bottom: float, words: str) -> Markup:
    return element(
        "g",
        element("line", class_="cut", x1=x, x2=x, y1=_TOP, y2=bottom),
        element("text", words, class_="mark middle", x=x, y=bottom + 18),
    )


def _marked(x: float, y: float, kind: str, words: str) -> Markup:
    """A circle or a square that says its numbers where a pointer rests on it."""
    title = element("title", words)
    if kind == "other":
        return element("circle", title, class_="point other", cx=x, cy=y, r=5)
    return element("rect", title, class_="point best", x=x - 5, y=y - 5, width=10, height=10)
