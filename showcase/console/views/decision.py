"""The card that asks a person, the same in every view and every tab, gone in all once it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from showcase.console.actions import Action
from showcase.console.countdown import Countdown
from showcase.console.plots.plan import HEIGHT, plan_plot, plan_table
from showcase.console.result_text import PLAN_KEYS
from showcase.console.session import Session
from showcase.console.stores.decisions import APPROVED, REJECTED, DecisionStore
from showcase.console.surface import arranged, show_only, text
from showcase.console.text import plain, told
from showcase.console.theme import sheet
from showcase.console.views.picture import HEAD, Picture
from showcase.errors import UnavailableError

_TOP = "display: grid; grid-template-columns: minmax(0, 1fr) 44px; gap: 12px; align-items: start;"
_ACTS = "display: grid; grid-template-columns: auto auto minmax(0, 1fr); gap: 8px;"
_STACK = "display: flex; flex-direction: column; gap: 8px;"
_LONGEST_REASON = 500
_NOT_YOURS = '<p class="small"><b>An approver decides this</b>; you came in without that role.</p>'


class DecisionView(pn.viewable.Viewer):
    """Hidden while nothing is asked."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._progress, self._store = session.progress, DecisionStore(session.installation)
        self._may_decide = session.may("approver")
        self._asked: Mapping[str, Any] | None = None
        self._words, self._why = text(stylesheets=[sheet("numbers")]), text(stylesheets=[sheet("decision")])
        self._ring = Countdown(width=44, height=44, margin=0)
        self._picture = Picture("Proposed plan", "proposed-plan", height=HEIGHT)
        self.approve = Action("Approve", self._approve, icon="check", color="success", variant="contained")
        self.reject = Action("Reject", self._reject, icon="close", color="error", variant="outlined")
        self._reason = pmui.TextInput(
            label="Reason, if you reject", size="small", margin=0, sizing_mode="stretch_width",
            max_length=_LONGEST_REASON,
        )  # fmt: skip
        self.approve.is_allowed = self.reject.is_allowed = self._may_decide
        self._reason.disabled = not self._may_decide
        acts = arranged(self.approve.button, self.reject.button, self._reason, css=_ACTS, in_line=True)
        top = arranged(self._words, self._ring, css=_TOP)
        why = arranged(self._why, self._picture.tools, css=f"{HEAD} align-items: start;")
        self._card = arranged(
            top, *self._picture.body, why, acts, self.approve.notice, self.reject.notice,
            css=_STACK, extra=sheet("decision"), sizing_mode=None,
        )  # fmt: skip
        show_only(self._card, False)
        session.progress.param.watch(self._told, "story")
        session.progress.param.watch(self._tick, "now")

    async def _told(self, *_events: param.parameterized.Event) -> None:
        """Ask what the newest run asks; nothing where it asks nothing any more."""
        story = self._progress.story
        asked = None if story is None else story.question
        if asked is None:
            self._asked = None
            show_only(self._card, False)
            return
        if self._asked is not None and self._asked["action_id"] == asked["action_id"]:
            return
        self._asked = asked
        self._present(asked)
        await self._count()

    async def _tick(self, *_events: param.parameterized.Event) -> None:
        """The browser counts; the database corrects it, should the machine have slept."""
        if self._asked is not None:
            await self._count()

    async def _count(self) -> None:
        asked = self._asked
        try:
            left_s = None if asked is None else await self._store.seconds_left(asked["action_id"])
        except UnavailableError:
            return  # the header says so; the next look counts again
        if asked is None or asked is not self._asked:
            return
        if left_s is None:
            show_only(self._card, False)
            return
        self._ring.param.update(whole_s=float(asked["window_s"]), left_s=round(left_s, 1))
        show_only(self._card, True)

    def _present(self, asked: Mapping[str, Any]) -> None:
        days = (asked["evidence"].get("plan") or {}).get("days")
        drawn = PLAN_KEYS if days else ""
        self._words.object = words_html(asked) + ("" if self._may_decide else _NOT_YOURS) + drawn
        self._why.object = reasons_html(asked)
        if days:
            self._picture.draw(plan_plot(days), plan_table(days))
        else:
            self._picture.clear()
        self._reason.value = self._reason.value_input = ""
        for action in (self.approve, self.reject):
            action.notice.visible = False

    async def _approve(self) -> None:
        await self._decide(APPROVED)

    async def _reject(self) -> None:
        await self._decide(REJECTED, self._reason.value_input or self._reason.value or "")

    async def _decide(self, decision: str, reason: str = "") -> None:
        if self._asked is not None:
            await self._store.decide(self._asked["action_id"], decision, reason)

    def __panel__(self) -> pn.viewable.Viewable:
        return self._card


def words_html(asked: Mapping[str, Any]) -> str:
    """What is proposed, by whom, and what the end of the window means."""
    silence = "it is approved" if asked["on_silence"] == "approve" else "nothing happens"
    return (
        f"<h2>Decision wanted</h2><p>{told(asked['description'])}</p>"
        f'<p class="small quiet">Proposed by {plain(asked["provider"])}. When nobody decides, {silence}. '
        f"What it saw: <code>{plain(asked['evidence_digest'][:8])}</code></p>"
    )


def reasons_html(asked: Mapping[str, Any]) -> str:
    """Why it is proposed: the reasons in their order, folded away behind the first."""
    reasons = [told(reason) for reason in asked["evidence"].get("reasons", ())]
    if not reasons:
        return ""
    more = "".join(f"<li>{reason}</li>" for reason in reasons[1:])
    return f"<details><summary>Why: {reasons[0]}</summary><ul>{more}</ul></details>"
