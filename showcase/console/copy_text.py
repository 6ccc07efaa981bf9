"""A piece of code with a button that copies it."""

from __future__ import annotations

from pathlib import Path

import param
from panel.custom import JSComponent

from showcase.console.theme import sheet


class CopyText(JSComponent):
    """Set as text, never as markup. Where the browser keeps the clipboard shut, the text is selected to be copied."""

    text = param.String(default="", doc="What is shown and copied.")
    name_of_text = param.String(default="Code", doc="What it is, for readers of the screen.")

    _esm = Path(__file__).with_name("copy_text.js")
    _stylesheets = [sheet("copy_text")]  # noqa: RUF012  (Panel's own declaration)
