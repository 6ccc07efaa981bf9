"""The components of our own, which all exist before any page is made.

Panel 1.10.0 tells a browser what it has to know of a component with each page that is made once its class is there; of
the tabs that were open before, with the first alone that shows one. Another of them could not draw it, nor its page.
"""

from __future__ import annotations

from panel.custom import ReactiveESM

from showcase.console.choice_rows import ChoiceRows
from showcase.console.connection import Connection
from showcase.console.copy_text import CopyText
from showcase.console.countdown import Countdown
from showcase.console.file_drop import FileDrop
from showcase.console.number_field import DayField, DecimalField, WholeField
from showcase.console.picture_tools import PictureTools
from showcase.console.preset_cards import PresetCards
from showcase.console.sight import Sight

COMPONENTS: tuple[type[ReactiveESM], ...] = (
    ChoiceRows,
    Connection,
    CopyText,
    Countdown,
    DayField,
    DecimalField,
    FileDrop,
    PictureTools,
    PresetCards,
    Sight,
    WholeField,
)
