"""The frame of every live page: Panel's own, with a sight of it that needs no script, and the way back to a server."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import panel_material_ui as pmui
from panel.io import resources

import showcase.console.components  # noqa: F401  (they have to be there before a page is)
from showcase.console.opening import TITLE, Way, opening_html
from showcase.console.theme import THEME, opening_sheet

_SCRIPTS = {name: Path(__file__).with_name(f"{name}.js") for name in ("letters", "comeback")}
_FRAME = """
{% extends frame %}
{% block js_resources %}{% endblock %}
{% block loader %}
<script>
{{ letters }}
</script>
{{ opening }}
{{ bokeh_js }}
{% endblock %}
{% block loader_script %}
<script>
{{ comeback }}
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
    """Panel's template with what is seen first in front of the scripts, and our scripts in front of its own."""
    frame = resources.BASE_TEMPLATE
    scripts = {name: path.read_text(encoding="utf-8") for name, path in _SCRIPTS.items()}
    known = {"frame": frame, "opening": opening_html(ways), **scripts}
    return frame.environment.from_string(_FRAME, globals=known)
