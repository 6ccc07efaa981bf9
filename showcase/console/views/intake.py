"""An import in the page: choose a file, see how it would be read, import it, read what was refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.actions import Action
from showcase.console.data_words import account_html, refusal_html
from showcase.console.file_drop import FileDrop
from showcase.console.forms.intake import IntakeForm
from showcase.console.rows import Column, table_html
from showcase.console.stores.data import DataStore
from showcase.console.surface import arranged, card, remedy, show_only, text, title
from showcase.console.text import percent, plain, words
from showcase.console.theme import sheet
from showcase.console.uploads import MOST_BYTES, Upload
from showcase.console.work import Work, follow
from showcase.demand.intake import Intake
from showcase.demand.intake_preview import Preview
from showcase.demand.intake_report import IntakeRefusedError
from showcase.errors import ShowcaseError
from showcase.services.demand import Kept

_COLUMN = "display: flex; flex-direction: column; gap: 12px;"
_ROW = "display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 12px; align-items: center;"
_HINT = f"Drop CSV, CSV.gz or Parquet here: date, store, product and quantity. Up to {MOST_BYTES // 1024**3} GB."

Imported = tuple[Kept, Intake]


class IntakeView(pn.viewable.Viewer):
    """`imported` is told the fingerprint of what came in, `left` that somebody went back."""

    def __init__(
        self, store: DataStore, imported: Callable[[str], Awaitable[None]], left: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__()
        self._store, self._imported, self._left = store, imported, left
        self._upload: Upload | None = None
        self._drop = FileDrop(store.scratch, self._taken, hint=_HINT, margin=0, sizing_mode="stretch_width")
        back = pmui.Button(label="Back to the series", icon="arrow_back", variant="text", size="small", margin=0)
        self.form = IntakeForm()
        self._head, self._sample = text(), text(stylesheets=[sheet("rows")])
        self._says = text(stylesheets=[sheet("rows"), sheet("notes")])
        self.act = Action("Import", self._import, icon="upload", color="primary", variant="contained", size="small")
        self._bar = pmui.LinearProgress(
            value=0, variant="determinate", visible=False, margin=0, sizing_mode="stretch_width"
        )
        self._doing = text(visible=False)
        row = arranged(self.act.button, self._doing, css=_ROW, in_line=True)
        first = card(text(title("Import sales")), self._drop, arranged(back, css="display: flex;"))
        how = card(self._head, self.form.columns, self.form.texts, self._sample, row, self._bar, self.act.notice)
        self._how, self._report = (
            arranged(how, css="display: block;"),
            arranged(card(self._says), css="display: block;"),
        )
        self.root = arranged(first, self._report, self._how, css=_COLUMN)
        show_only(self._how, False)
        show_only(self._report, False)
        self.form.param.watch(self._look_again, "version")
        back.on_click(self._back)

    async def _taken(self, upload: Upload) -> None:
        """A file has arrived: show how it would be read."""
        self._upload = upload
        self.form.reset()
        show_only(self._report, False)
        await self._look(None)

    async def _look_again(self, _event: param.parameterized.Event) -> None:
        await self._look(self.form.mapping())

    async def _look(self, mapping: dict[str, str | None] | None) -> None:
        upload = self._upload
        if upload is None:
            return
        try:
            found = await self._store.preview(upload, mapping, self.form.options())
        except ShowcaseError as error:
            self._tell(_failure(error))
            self.act.is_allowed = False
            return
        show_only(self._report, False)
        show_only(self._how, True)
        if mapping is None or found.mapping.missing:
            self.form.offer(found.columns, found.mapping)
        self._head.object = title("How it is read", upload.name) + f'<p class="small quiet">{plain(_said(found))}</p>'
        self._sample.object = _sample(found)
        self.act.is_allowed = not found.mapping.missing

    async def _import(self) -> None:
        if self._upload is not None:
            work = self._store.import_file(self._upload, self.form.mapping(), self.form.options())
            self._show_work(work)
            follow(work, lambda: self._show_work(work), lambda: self._end(work))

    def _show_work(self, work: Work[Imported]) -> None:
        said = f'<p class="small quiet" role="status">{percent(work.share)} · {plain(work.what)}</p>'
        self._bar.param.update(value=round(work.share * 100), visible=not work.is_done)
        self._doing.param.update(object=said, visible=not work.is_done)
        self.act.is_allowed = work.is_done

    def _end(self, work: Work[Imported]) -> None:
        self._show_work(work)
        try:
            kept, intake = work.outcome()
        except ShowcaseError as error:
            self._tell(_failure(error))
            return
        self._drop.discard()
        self._upload = None
        show_only(self._how, False)
        self._tell(account_html(kept, intake))
        fingerprint = str(kept.data_set.fingerprint)

        async def told() -> None:
            await self._imported(fingerprint)

        pn.state.execute(told)

    def _tell(self, html: str) -> None:
        self._says.object = html
        show_only(self._report, True)

    async def _back(self, _event: param.parameterized.Event) -> None:
        await self._left()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.root


def _failure(error: ShowcaseError) -> str:
    return refusal_html(error) if isinstance(error, IntakeRefusedError) else remedy(error)


def _said(found: Preview) -> str:
    """What is missing or left out of a file, in a sentence."""
    if found.mapping.missing:
        return f"Say which column holds {words(found.mapping.missing)}; nothing can be imported without."
    ignored = found.mapping.ignored
    return f"Not read: {', '.join(ignored)}." if ignored else "Every column is read."


def _sample(found: Preview) -> str:
    """The first rows as texts by field."""
    fields = [entry.field for entry in found.mapping.mapped]
    if not fields or not found.rows:
        return ""
    columns = [Column(f"{entry.field} ← {entry.column}") for entry in found.mapping.mapped]
    return table_html("The first rows", columns, [[row.get(field, "") for field in fields] for row in found.rows])
