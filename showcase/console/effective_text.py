"""What will run, in HTML: the settings with their origins, and how long it will take; everything is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from showcase.console.effective import DEFAULT, PRESET, Setting
from showcase.console.text import clock, plain, words
from showcase.pipeline.estimate import Estimate

_LEAST_S, _MINUTE_S, _NAMED = 0.1, 60, 4
_LITTLE = 0.1  # of the dearest model


def settings_html(settings: Sequence[Setting]) -> str:
    """A list of the settings; what a person or an old run said stands out."""
    rows = "".join(_row(one) for one in settings)
    return f'<dl class="settings">{rows}</dl>'


def _row(one: Setting) -> str:
    kind, said = "from" if is_usual(one) else "from is-set", plain(one.origin)
    return (
        f'<div><dt>{plain(one.name)}</dt><dd>{plain(one.value)}</dd><dd class="{kind}" title="{said}">{said}</dd></div>'
    )


def is_usual(setting: Setting) -> bool:
    """Whether nobody chose it."""
    return setting.origin in (DEFAULT, PRESET)


def short_time(seconds: float) -> str:
    """An estimate as `under 0.1 s`, `0.4 s`, `12 s` or `2:05 min`."""
    if seconds < _LEAST_S:
        return f"under {_LEAST_S} s"
    if seconds < _MINUTE_S:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return f"{clock(seconds)} {'min' if seconds < _MINUTE_S**2 else 'h'}"


def estimate_words(estimate: Estimate | None) -> str:
    """The whole and its parts, the dearest models by name; plain text, empty where nothing can be told."""
    if estimate is None:
        return ""
    parts = [f"seeding {short_time(estimate.seeding_s)}"] if estimate.seeding_s else []
    dearest = sorted(estimate.models_s.items(), key=lambda item: -item[1])
    told = [(name, seconds) for name, seconds in dearest if seconds >= _LEAST_S][:_NAMED]
    parts += [f"{name} {short_time(seconds)}" for name, seconds in told]
    others = sum(seconds for name, seconds in dearest if (name, seconds) not in told)
    parts += [f"{'the other ' if told else ''}models {short_time(others)}"] if len(told) < len(dearest) else []
    parts.append(f"the rest {short_time(estimate.rest_s)}")
    asks = " It then asks a person, and waits." if estimate.asks else ""
    return f"About {short_time(estimate.total_s)}: {words(parts)}.{asks}"


def costs_words(costs: Mapping[str, float]) -> str:
    """What each model costs, by its title; those that cost little beside the dearest in one word."""
    little = max(_LEAST_S, _LITTLE * max(costs.values()))
    dear = {title: seconds for title, seconds in costs.items() if seconds >= little}
    cheap = [seconds for seconds in costs.values() if seconds < little]
    told = [f"{title} {short_time(seconds)}" for title, seconds in dear.items()]
    if cheap:
        most = max(cheap)
        least = short_time(most) if most < _LEAST_S else f"at most {short_time(most)}"
        told.append(f"{'the others' if dear else 'each'} {least}")
    return f"Costs about {words(told)}."
