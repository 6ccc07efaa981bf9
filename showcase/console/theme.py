"""How the console looks: one palette in light and dark, one type scale, one spacing unit."""

from __future__ import annotations

from typing import Any

UNIT_PX = 4
"""Every gap and padding is a multiple of this."""

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

PLOT = {"past": "#6f8494", "ahead": "#1786a8", "other": "#cf7c22"}
"""Colours of glyphs: told apart by the colour-blind, and 3:1 against the light and the dark surface alike."""


def _palette(mode: str) -> dict[str, Any]:
    colours = _PALETTES[mode]
    return {
        **{name: {"main": colours[name]} for name in ("primary", "success", "warning", "error")},
        "info": {"main": colours["primary"]},
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
            "MuiToolbar": {"styleOverrides": {"root": {"minHeight": "48px !important", "paddingLeft": "16px"}}},
        },
    }


THEME: dict[str, Any] = {"light": _theme("light"), "dark": _theme("dark")}
"""What every component of the page inherits."""

CARD = """
:host {
  display: flex; flex-direction: column; gap: 8px; padding: 12px; box-sizing: border-box; min-width: 0;
  background: var(--mui-palette-background-paper); border: 1px solid var(--mui-palette-divider); border-radius: 8px;
}
.scroll-button { display: none; }
"""
"""The stylesheet of a card: one surface, one border, no shadow."""

TEXT = """
:host { color: var(--mui-palette-text-primary); font-family: Roboto, system-ui, sans-serif; font-size: 13px;
        line-height: 1.4; overflow-wrap: anywhere; }
p { margin: 0; }
h2 { font-size: 15px; line-height: 1.3; margin: 0; font-weight: 700; }
.quiet { color: var(--mui-palette-text-secondary); font-weight: 400; }
.small { font-size: 12px; }
.good { color: var(--mui-palette-success-main); }
.careful { color: var(--mui-palette-warning-main); }
.bad { color: var(--mui-palette-error-main); }
.line { display: flex; align-items: baseline; justify-content: space-between; gap: 12px; }
.line > .quiet { text-align: right; }
"""
"""The stylesheet of every piece of text."""

FAINT_HELP = "svg[data-testid='InfoOutlinedIcon'] { opacity: .5; }"
"""The mark beside a label whose help opens on hover: there, and not in the way."""
