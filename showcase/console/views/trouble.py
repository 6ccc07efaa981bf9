"""What went wrong in a page outside of a view that would tell it, as a notice above whatever view is open."""

from __future__ import annotations

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.surface import arranged, remedy, show_only, text
from showcase.console.theme import sheet
from showcase.errors import ShowcaseError

_LINE = "display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 12px; flex: none;"


class TroubleView(pn.viewable.Viewer):
    """Hidden while all is well; stays until somebody has read it."""

    def __init__(self) -> None:
        super().__init__()
        self._words = text()
        close = pmui.IconButton(icon="close", description="I have read it", size="small", margin=0, icon_size="1.1em")
        close.on_click(self._read)
        self.root = arranged(self._words, close, css=_LINE, in_line=True, extra=sheet("trouble"))
        show_only(self.root, False)

    def tell(self, fault: BaseException) -> None:
        """Say it: a refusal in its own words, a fault of the program without the words of a library."""
        self._words.object = remedy(fault if isinstance(fault, ShowcaseError) else _ours(fault))
        show_only(self.root, True)

    def _read(self, _event: param.parameterized.Event) -> None:
        show_only(self.root, False)

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _ours(fault: BaseException) -> ShowcaseError:
    return ShowcaseError(
        f"The console could not do that, by a fault of its own ({type(fault).__name__}).",
        "Load this page again; where that does not help, look into the log of the server.",
    )
