"""How the console looks: one palette in light and dark, one type scale, one spacing unit."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

HEADER_GROUND = {"light": "#103d50", "dark": "#0b2733"}

_PALETTES: dict[str, dict[str, str]] = {
    "light": {
        "ground": "#f4f7f9", "surface": "#ffffff", "ink": "#14222e", "quiet": "#51626f", "line": "#d9e1e7",
        "primary": "#0b6583", "success": "#19774a", "warning": "#9a5200", "error": "#b3261e",
    },
    "dark": {
        "ground": "#10171d", "surface": "#18222a", "ink": "#e6edf2", "quiet": "#a3b2be", "line": "#2f3e4a",
        "primary": "#6cc4de", "success": "#62cf99", "warning": "#f0b45e", "error": "#ff9189",
    },
}  # fmt: skip

PLOT = {"past": "#6f8494", "ahead": "#1786a8", "other": "#cf7c22", "good": "#2a9461", "bad": "#d6453a"}
"""Colours of glyphs: told apart by the colour-blind, and 3:1 against the light and the dark surface alike."""
INK = {is_dark: _PALETTES["dark" if is_dark else "light"]["ink"] for is_dark in (False, True)}
"""Colour of words in a picture, by whether the page is dark."""


def _palette(mode: str) -> dict[str, Any]:
    colours = _PALETTES[mode]
    return {
        **{name: {"main": colours[name]} for name in ("primary", "success", "warning", "error")},
        "info": {"main": colours["primary"]},
        # of the little buttons in fields, which nobody would see on the dark ground otherwise
        "default": {"main": colours["ink"], "dark": colours["quiet"]},
        "background": {"default": colours["ground"], "paper": colours["surface"]},
        "text": {"primary": colours["ink"], "secondary": colours["quiet"]},
        "divider": colours["line"],
    }


def _theme(mode: str) -> dict[str, Any]:
    return {
        "palette": _palette(mode),
        "shape": {"borderRadius": 6},
        "typography": {
            "fontSize": 13,
            "h3": {"fontSize": "1.0625rem", "fontWeight": 700},
            "button": {"fontWeight": 700},
        },
        "components": {
            # a name that fades away cannot be read; the field itself shows that it is shut
            "MuiFormLabel": {"styleOverrides": {"root": {"&.Mui-disabled": {"color": _PALETTES[mode]["quiet"]}}}},
            "MuiAppBar": {
                "styleOverrides": {
                    "root": {
                        "backgroundColor": HEADER_GROUND[mode],
                        "backgroundImage": "none",
                        "color": "#ffffff",
                        "boxShadow": "none",
                    }
                }
            },
            # as wide as what it says: beside a small button it would break after each word
            "MuiTooltip": {"styleOverrides": {"tooltip": {"width": "max-content", "maxWidth": "300px"}}},
            "MuiDialog": {"styleOverrides": {"paper": {"backgroundImage": "none"}}},
            "MuiToolbar": {"styleOverrides": {"root": {"minHeight": "48px !important", "paddingLeft": "16px"}}},
        },
    }


THEME: dict[str, Any] = {"light": _theme("light"), "dark": _theme("dark")}
"""What every component of the page inherits."""


def opening_sheet(*, is_dark: bool = False) -> str:
    """The style of a page until its components are there."""
    mode = "dark" if is_dark else "light"
    names = ("ground", "surface", "ink", "quiet", "line", "primary")
    colours = {"header": HEADER_GROUND[mode]} | {name: _PALETTES[mode][name] for name in names}
    declared = " ".join(f"--opening-{name}: {colour};" for name, colour in colours.items())
    return f":root {{ {declared} }}\n{sheet('opening')}"


@cache
def sheet(name: str) -> str:
    """One of the style sheets in `styles`; each reaches the shadow root of the component that it is given to."""
    return (Path(__file__).with_name("styles") / f"{name}.css").read_text(encoding="utf-8")
