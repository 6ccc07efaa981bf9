"""The frame of every live page: Panel's own, with a sight of it that needs no script, and the way back to a server."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import panel_material_ui as pmui
from panel.io import resources

from showcase.console.opening import TITLE, Way, opening_html
from showcase.console.theme import THEME, opening_sheet

_SCRIPT = Path(__file__).with_name("comeback.js")
_FRAME = """
{% extends frame %}
{% block js_resources %}{% endblock %}
{% block loader %}
<style>
{% for weight, file in letters %}
@font-face { font-family: Roboto; font-weight: {{ weight }}; font-display: swap;
  unicode-range: U+0-FF, U+131, U+152-153, U+2000-206F, U+20AC, U+2122, U+2212;
  src: url("{{ dist_url }}../panel-material-ui/{{ file }}") format("woff2"); }
{% endfor %}
</style>
{{ opening }}
{{ bokeh_js }}
{% endblock %}
{% block loader_script %}
<script>
{{ script }}
</script>
{{ super() }}
{% endblock %}
"""


def live_page(ways: tuple[Way, ...] = (), **options: Any) -> pmui.Page:
    """A page of ours with these options, a relative `site_url` among them: a proxy may put a path in front.

    `ways` are the links of its rail until the rail itself is there.
    """
    sheet = opening_sheet(is_dark=options.get("dark_theme", False))
    return pmui.Page(title=TITLE, theme_config=THEME, template=_template(ways), raw_css=[sheet], **options)


@cache
def _template(ways: tuple[Way, ...]) -> Any:
    """Panel's template with what is seen first in front of the scripts, and our script in front of its own."""
    frame = resources.BASE_TEMPLATE
    known = {"frame": frame, "script": _SCRIPT.read_text(encoding="utf-8"), "opening": opening_html(ways)}
    return frame.environment.from_string(_FRAME, globals={**known, "letters": _letters()})


def _letters() -> list[tuple[int, str]]:
    """The files of the Latin letters by weight.

    panel-material-ui declares its letters in two style sheets. The second one says of no file which alphabet it has, so
    that text is hidden while one file after the other is fetched and found to have none of its letters. What is
    declared last is tried first: our pages therefore name the right files once more.
    """
    folder = Path(pmui.__file__).with_name("dist")
    named = ((weight, folder.glob(f"roboto-latin-{weight}-normal-*.woff2")) for weight in (400, 700))
    return [(weight, file.name) for weight, files in named for file in files]
