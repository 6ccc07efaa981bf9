"""An import in the page: choose a file, see how it would be read, import it, read what was refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.actions import Action
from showcase.console.data_words import account_html
from showcase.console.file_drop import FileDrop
from showcase.console.forms.intake import IntakeForm
from showcase.console.intake_words import failure_html, said_of, sample_html
from showcase.console.stores.data import DataStore
from showcase.console.surface import arranged, card, show_only, text, title
from showcase.console.text import plain
from showcase.console.theme import sheet
from showcase.console.uploads import MOST_BYTES, Upload
from showcase.console.work import Work, follow
from showcase.demand.intake import Intake
from showcase.errors import ShowcaseError
from showcase.kernel.words import percent
from showcase.services.demand import Kept

_COLUMN = "display: flex; flex-direction: column; gap: 12px;"
_ROW = "display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 12px; align-items: center;"
_HINT = f"Drop CSV, CSV.gz or Parquet here: date, store, product and quantity. Up to {MOST_BYTES // 1024**3} GB."

Imported = tuple[Kept, Intake]


class IntakeView(pn.viewable.Viewer):
    """`imported` is told the fingerprint of what came in, `left` that somebody went back."""

    leads_back = param.Boolean(default=True, doc="Whether there is anything to go back to.")

    def __init__(
        self, store: DataStore, imported: Callable[[str], Awaitable[None]], left: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__()
        self._store, self._imported, self._left = store, imported, left
        self._upload: Upload | None = None
        self._work: Work[Imported] | None = None
        self._is_readable = False
        drop = FileDrop(store.scratch, self._begun, self._taken, hint=_HINT, margin=0, sizing_mode="stretch_width")
        back = pmui.Button(
            label="Back to the series", icon="arrow_back", variant="text", size="small", margin=0,
            visible=self.param.leads_back,
        )  # fmt: skip
        self.form = IntakeForm()
        self._head, self._sample = text(), text(stylesheets=[sheet("rows")])
        self._says = text(stylesheets=[sheet("rows"), sheet("notes")])
        self.act = Action("Import", self._import, icon="upload", color="primary", variant="contained", size="small")
        self._bar = pmui.LinearProgress(
            value=0, variant="determinate", visible=False, margin=0, sizing_mode="stretch_width"
        )
        self._doing = text(visible=False)
        row = arranged(self.act.button, self._doing, css=_ROW, in_line=True)
        first = card(text(title("Import sales")), drop, arranged(back, css="display: flex;"))
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
        if pn.state.curdoc is not None and pn.state.curdoc.session_context is not None:
            pn.state.on_session_destroyed(lambda _session: self._let_go())

    def _begun(self) -> None:
        """Another file is on its way: nothing can be imported before it is there."""
        self._forget()
        show_only(self._how, False)
        show_only(self._report, False)

    async def _taken(self, upload: Upload) -> None:
        """A file has arrived: show how it would be read."""
        self._upload = upload
        self.form.reset()
        await self._look(None)

    def _forget(self) -> None:
        """Let go of the file that is here, and offer nothing to import."""
        self._judge(False)
        self._let_go()

    def _let_go(self) -> None:
        """The file alone, for a page that has gone; one that is being imported is read to its end."""
        upload, self._upload = self._upload, None
        if upload is not None and self._work is not None:
            self._work.afterwards(upload.discard)
        elif upload is not None:
            upload.discard()

    async def _look_again(self, _event: param.parameterized.Event) -> None:
        await self._look(self.form.mapping())

    async def _look(self, mapping: dict[str, str | None] | None) -> None:
        upload = self._upload
        if upload is None:
            return
        try:
            found = await self._store.preview(upload, mapping, self.form.options())
        except ShowcaseError as error:
            if upload is self._upload:
                self._tell(failure_html(error))
                self._judge(False)
            return
        if upload is not self._upload:
            return  # another file began to arrive meanwhile
        show_only(self._report, False)
        show_only(self._how, True)
        if mapping is None or found.mapping.missing:
            self.form.offer(found.columns, found.mapping)
        self._head.object = title("How it is read", upload.name) + f'<p class="small quiet">{plain(said_of(found))}</p>'
        self._sample.object = sample_html(found)
        self._judge(not found.mapping.missing)

    def _judge(self, is_readable: bool) -> None:
        """A file can be imported that could be read, while no other is being imported."""
        self._is_readable = is_readable
        self.act.is_allowed = is_readable and self._work is None

    async def _import(self) -> None:
        upload = self._upload
        if upload is not None:
            work = self._work = self._store.import_file(upload, self.form.mapping(), self.form.options())
            self._judge(self._is_readable)
            self._show_work(work)
            follow(work, lambda: self._show_work(work), lambda: self._end(work, upload))

    def _show_work(self, work: Work[Imported]) -> None:
        said = f'<p class="small quiet" role="status">{percent(work.share)} · {plain(work.what)}</p>'
        self._bar.param.update(value=round(work.share * 100), visible=not work.is_done)
        self._doing.param.update(object=said, visible=not work.is_done)

    def _end(self, work: Work[Imported], upload: Upload) -> None:
        self._show_work(work)
        self._work = None
        self._judge(self._is_readable)
        try:
            kept, intake = work.outcome()
        except ShowcaseError as error:
            self._tell(failure_html(error))
            return
        if upload is self._upload:
            self._forget()
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
