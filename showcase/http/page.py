"""The frame of the pages that need no console: its colours, its head, its title."""

from __future__ import annotations

from html import escape
from string import Template


def html_page(title: str, style: str, main: str, *, is_dark: bool = False) -> str:
    """A whole page, dark where that is asked for or the browser is so; `style` and `main` are CSS and HTML, escaped."""
    scheme, dark = ("dark", _DARK) if is_dark else ("light dark", f"@media (prefers-color-scheme: dark) {{ {_DARK} }}")
    return _PAGE.substitute(title=escape(title), style=style, main=main, scheme=scheme, dark=dark)


_DARK = (
    ":root { --ground: #10171d; --surface: #18222a; --ink: #e6edf2; --quiet: #a3b2be; --line: #2c3a45; "
    "--accent: #6cc4de; --good: #62cf99; }"
)


_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="$scheme">
<link rel="icon" href="data:,">
<title>$title · Showcase</title>
<style>
:root { --ground: #f5f7f9; --surface: #fff; --ink: #14222e; --quiet: #51626f; --line: #d9e1e7; --accent: #0b6583;
        --good: #19774a; }
$dark
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 Roboto, system-ui, sans-serif; }
header { background: #103d50; color: #fff; padding: 12px 24px; font-weight: 700; font-size: 16px; }
main { max-width: 960px; margin: 0 auto; padding: 24px; overflow-wrap: anywhere; }
h1 { font-size: 20px; margin: 0 0 16px; }
$style
</style>
</head>
<body>
<header>Showcase</header>
<main>
<h1>$title</h1>
$main
</main>
</body>
</html>
""")
