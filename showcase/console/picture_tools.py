"""The three buttons of a picture: its table, its numbers as CSV, itself as PNG; all done by the browser."""

from __future__ import annotations

from pathlib import Path

import param
from panel.custom import JSComponent

from showcase.console.theme import sheet


class PictureTools(JSComponent):
    """Place it in the card of a picture: the PNG is what the nearest canvases around it show."""

    file = param.String(default="picture", doc="What the files are called, without their ending.")
    csv = param.String(default="", doc="The numbers of the picture.")
    has_table = param.Boolean(default=False, doc="Whether the table is shown in place of the picture.")
    offers_table = param.Boolean(default=True, doc="Whether its table can be shown in its place.")
    says = param.String(default="picture", doc="What the picture shows, for readers of the screen.")

    _esm = Path(__file__).with_name("picture_tools.js")
    _stylesheets = [sheet("picture_tools")]  # noqa: RUF012  (Panel's own declaration)
