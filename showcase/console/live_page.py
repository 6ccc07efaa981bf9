"""The frame of every live page: Panel's own, with the script that brings a page back that lost its server."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import panel_material_ui as pmui
from panel.io import resources

from showcase.console.theme import THEME, opening_sheet

_SCRIPT = Path(__file__).with_name("comeback.js")
_FRAME = """
{% extends frame %}
{% block loader_script %}
<script>
{{ script }}
</script>
{{ super() }}
{% endblock %}
"""


def live_page(**options: Any) -> pmui.Page:
    """A page of ours with these options, a relative `site_url` among them: a proxy may put a path in front."""
    opening = opening_sheet(is_dark=options.get("dark_theme", False))
    return pmui.Page(title="Showcase", theme_config=THEME, template=_template(), raw_css=[opening], **options)


@cache
def _template() -> Any:
    """Panel's template with our script in front of its own."""
    frame = resources.BASE_TEMPLATE
    script = _SCRIPT.read_text(encoding="utf-8")
    return frame.environment.from_string(_FRAME, globals={"frame": frame, "script": script})
