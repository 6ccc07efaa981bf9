"""Whatever is done to the library, in whatever order and over restarts, a plain model of it says the same."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from showcase.errors import ConflictError, IntegrityError, NotFoundError
from showcase.pipeline.launcher import Launcher
from showcase.services.suite import Services
from showcase.services.workspaces import OutdatedRevisionError
from showcase.settings import load_settings
from showcase.store.engine import Database
from showcase.store.workspaces import Workspace
from showcase.testing import fresh_request
from showcase.wiring import Installation, open_installation
from tests.bundles.mutations import MUTATIONS
from tests.bundles.rewriting import rewrite
from tests.stories.recorded import ASKS, FAILS, Recorder
from tests.stories.shelf import Row, Sent, Shelf

FILTERS: dict[str, tuple[dict[str, Any], Callable[[Row], bool]]] = {
    "not archived": ({}, lambda row: not row.archived),
    "all": ({"include_archived": True}, lambda row: True),
    "tagged": ({"tags": ["a"]}, lambda row: "a" in row.tags and not row.archived),
    "text": ({"q": "ALP"}, lambda row: row.name == "alpha" and not row.archived),
    "search": (
        {"search": "(pinned OR tag:b) NOT status:failed", "include_archived": True},
        lambda row: (row.pinned or "b" in row.tags) and row.status != "failed",
    ),
    "replays": ({"search": "replay notes:seen"}, lambda row: row.source is not None and row.notes == "seen"
                and not row.archived),
}  # fmt: skip
TAGS = st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True).map(tuple)
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from([None, "alpha", "beta"]),
        "notes": st.sampled_from([None, "seen"]),
        "tags": st.lists(st.sampled_from("abc"), max_size=3, unique=True).map(tuple),
        "archived": st.booleans(),
        "pinned": st.booleans(),
    },
)
CHANGES = ("pin", "unpin", "archive", "unarchive", "tag", "untag", "delete")
PATIENCE_S = 60.0


class Library(RuleBasedStateMachine):
    """The library beside its model: each rule does the same to both, and they are compared after every step."""

    ids: Bundle[str] = Bundle("ids")
    tokens: Bundle[str] = Bundle("tokens")
    confirmations: Bundle[str] = Bundle("confirmations")
    questions: Bundle[str] = Bundle("questions")
    handed_over: Bundle[int] = Bundle("handed_over")

    def __init__(self, recorder: Recorder) -> None:
        super().__init__()
        self.recorder, self.home = recorder, recorder.home
        self.shelf = Shelf()
        self.board = recorder.board
        with recorder.database.begin() as connection:
            for table in ("showcase_workspace", "bulk_undo", "saved_search", "replay_confirmation"):
                connection.execute(text(f"DELETE FROM {table}"))
        for folder in (self.home / "showcase", self.home / "sent"):
            shutil.rmtree(folder, ignore_errors=True)
        self._open()

    def _open(self) -> None:
        url = self.recorder.database.url.render_as_string(hide_password=False)
        self.installation: Installation = open_installation(load_settings(home=self.home, database_url=url))
        self.installation.live_long()
        self.services: Services = self.installation.services
        self.launcher: Launcher = self.recorder.launcher(self.services)

    def _close(self) -> None:
        self._kill()
        self.launcher.close()
        self.installation.close()

    def _kill(self) -> None:
        """End the run that is under way as kill -9 would; nothing else of it is written."""
        execution = self.launcher.own()
        if execution is not None:
            self.recorder.killing.set()
            assert execution.has_ended(PATIENCE_S)
            self.recorder.killing.clear()

    def teardown(self) -> None:
        self._close()

    def _workspace(self, one: str) -> Workspace:
        return self.services.workspaces.show(one)

    # ---- runs and their answers ---------------------------------------------------------------------------------

    def _started(self, start: Callable[[], Any], seed: int, **kept: Any) -> Any:
        """Start a run that is kept, on both sides; one that asks is left waiting."""
        if self.shelf.running() is not None:
            with pytest.raises(ConflictError) as refused:
                start()
            assert refused.value.reason == "busy"
            return multiple()
        execution = start()
        one = str(execution.workspace_id)
        self.shelf.keep(one, seed, **kept)
        if seed == ASKS:
            self.question = self.recorder.asked.get(timeout=PATIENCE_S)
        else:
            execution.wait(PATIENCE_S)
            self.shelf.end(one, "failed" if seed == FAILS else "completed")
        return one

    @initialize(target=ids, seed=st.sampled_from([1, FAILS]))
    def begin(self, seed: int) -> Any:
        return self.keep(seed, None, True)

    @rule(
        target=ids, seed=st.sampled_from([1, ASKS, FAILS]), name=st.sampled_from([None, "alpha"]), reset=st.booleans()
    )
    def keep(self, seed: int, name: str | None, reset: bool) -> Any:
        request = fresh_request(seed=seed, reset=reset, preservation="keep", workspace_name=name)
        return self._started(lambda: self.launcher.start(request), seed, reset=reset, name=name)

    @rule(target=confirmations, one=ids)
    def look_before_a_replay(self, one: str) -> Any:
        if one not in self.shelf.rows:
            with pytest.raises(NotFoundError):
                self.services.replays.preview(one)
            return multiple()
        row, seen = self.shelf.rows[one], self.services.replays.preview(one)
        assert (seen.confirm is not None, bool(seen.wipes)) == (row.reset, row.reset)
        assert (seen.differences, seen.to_send.get("workspace_name")) == ([], row.name)
        if seen.confirm is None:
            return multiple()
        self.shelf.confirmations[seen.confirm] = (one, row.revision, row.status)
        return seen.confirm

    @rule(target=ids, one=ids, confirm=st.one_of(st.none(), confirmations))
    def replay(self, one: str, confirm: str | None) -> Any:
        row = self.shelf.rows.get(one)

        def start() -> Any:
            return self.launcher.replay(one, confirm=confirm)

        if row is None:
            with pytest.raises(NotFoundError):
                start()
            return multiple()
        if row.reset and not self.shelf.confirms(confirm, one):
            with pytest.raises(ConflictError) as refused:
                start()
            assert refused.value.reason == "confirmation_required"
            return multiple()
        if row.reset and self.shelf.running() is None:
            del self.shelf.confirmations[str(confirm)]
        return self._started(start, row.seed, reset=row.reset, source=one, name=row.name)

    @rule(target=ids, one=ids)
    def replay_as_confirmed(self, one: str) -> Any:
        """The usual way: look, then confirm what was seen."""
        confirm = self.look_before_a_replay(one)
        return self.replay(one, confirm if isinstance(confirm, str) else None)

    @precondition(lambda self: self.shelf.running() is not None)
    @rule(target=questions, answer=st.sampled_from(["approved", "rejected"]), reason=st.sampled_from([None, "because"]))
    def decide(self, answer: str, reason: str | None) -> Any:
        one, execution = self.shelf.running(), self.launcher.own()
        assert one is not None
        assert execution is not None
        self.services.decisions.decide(self.question, answer, by="somebody", reason=reason)
        assert execution.wait(PATIENCE_S).run_status == "completed"
        self.shelf.end(one, "completed", ((answer, reason),))
        return self.question

    @rule(question=questions, answer=st.sampled_from(["approved", "rejected"]))
    def decide_again(self, question: str, answer: str) -> None:
        with pytest.raises(ConflictError) as refused:
            self.services.decisions.decide(question, answer, by="somebody else")
        assert refused.value.reason == "decided"

    @precondition(lambda self: self.shelf.running() is not None)
    @rule()
    def stop(self) -> None:
        one, execution = self.shelf.running(), self.launcher.own()
        assert one is not None
        assert execution is not None
        execution.request_stop()
        assert execution.wait(PATIENCE_S).run_status == "cancelled"
        self.shelf.end(one, "cancelled", self._answers_of(one))

    def _answers_of(self, one: str) -> tuple[tuple[str, str | None], ...]:
        return tuple((entry["decision"], entry["reason"]) for entry in self._workspace(one).approval_events or ())

    # ---- edits, bulk actions and their undo ---------------------------------------------------------------------

    @rule(one=ids, changes=EDITS, seen=st.sampled_from(["nothing", "this", "older"]))
    def edit(self, one: str, changes: Mapping[str, Any], seen: str) -> None:
        row = self.shelf.rows.get(one)
        sent = {name: list(value) if name == "tags" else value for name, value in changes.items()}
        if row is not None and seen != "nothing":
            sent["revision"] = row.revision + (seen == "older")
        if row is None:
            with pytest.raises(NotFoundError):
                self.services.workspaces.edit(one, sent)
        elif seen == "older":
            with pytest.raises(OutdatedRevisionError) as refused:
                self.services.workspaces.edit(one, sent)
            assert refused.value.newer.revision == row.revision
        else:
            self.services.workspaces.edit(one, sent)
            self.shelf.edit(one, changes)

    @rule(target=tokens, action=st.sampled_from(CHANGES), named=st.lists(ids, min_size=1, max_size=4, unique=True),
          tags=TAGS)  # fmt: skip
    def change_those(self, action: str, named: list[str], tags: tuple[str, ...]) -> Any:
        return self._change(action, named, {"ids": named}, tags)

    @rule(target=tokens, action=st.sampled_from(CHANGES), found=st.sampled_from(sorted(FILTERS)), tags=TAGS)
    def change_all_found(self, action: str, found: str, tags: tuple[str, ...]) -> Any:
        sent, wanted = FILTERS[found]
        return self._change(action, self.shelf.listed(wanted), {"filter": sent}, tags)

    def _change(self, action: str, asked: list[str], whom: Mapping[str, Any], tags: tuple[str, ...]) -> Any:
        tags = tags if action in ("tag", "untag") else ()
        sent = {"action": action, "tags": list(tags), **whom}
        reached = self.shelf.reached(action, asked, tags, is_named="ids" in whom)
        self._preview(sent, reached)
        done = self.services.bulk.act(sent)
        assert set(done.affected) == reached
        assert {one.workspace_id for one in done.left_out} == set(asked) - reached
        assert (done.undo_token is not None) == bool(reached)
        if done.undo_token is None:
            return multiple()
        self.shelf.act(action, reached, tags, done.undo_token)
        return done.undo_token

    def _preview(self, sent: Mapping[str, Any], reached: set[str]) -> None:
        seen, sources = self.services.bulk.preview(sent), {row.source for row in self.shelf.rows.values()}
        assert (seen.count, seen.pinned, seen.with_descendants, seen.exported) == (
            len(reached),
            sum(self.shelf.rows[one].pinned for one in reached),
            len(reached & sources),
            len(reached & self.shelf.exported),
        )

    @rule(target=tokens, one=ids)
    def delete(self, one: str) -> Any:
        row = self.shelf.rows.get(one)
        if row is None:
            with pytest.raises(NotFoundError):
                self.services.workspaces.delete(one)
            return multiple()
        seen = self.services.workspaces.preview_delete(one)
        assert set(seen.descendants) == {
            other for other in self.shelf.kin(one) if other != one and self._is_descendant(other, one)
        }
        if row.status == "running":
            with pytest.raises(ConflictError):
                self.services.workspaces.delete(one)
            return multiple()
        token = self.services.workspaces.delete(one).undo_token
        assert token is not None
        self.shelf.act("delete", [one], (), token)
        return token

    def _is_descendant(self, other: str, one: str) -> bool:
        row = self.shelf.rows.get(other)
        return (
            row is not None and row.source is not None and (row.source == one or self._is_descendant(row.source, one))
        )

    @rule(token=tokens)
    def take_back(self, token: str) -> None:
        if token not in self.shelf.undo:
            with pytest.raises(NotFoundError):
                self.services.bulk.undo(token)
            return
        before = set(self.shelf.undo[token].before)
        restored = self.shelf.take_back(token)
        done = self.services.bulk.undo(token)
        assert (set(done.affected), {one.workspace_id for one in done.left_out}) == (restored, before - restored)

    # ---- bundles ------------------------------------------------------------------------------------------------

    @rule(target=handed_over, one=ids)
    def export(self, one: str) -> Any:
        row = self.shelf.rows.get(one)
        if row is None or row.status == "running":
            with pytest.raises(NotFoundError if row is None else ConflictError):
                self.services.bundles.export(one)
            return multiple()
        made = self.services.bundles.export(one)
        assert made.validated
        assert self.services.bundles.verify(made.folder).here == "known"
        self.shelf.exported.add(one)
        self.shelf.sent.append(Sent(one, row))
        number = len(self.shelf.sent) - 1
        shutil.copytree(made.folder, self._copy(number))
        return number

    def _copy(self, number: int) -> Path:
        return self.home / "sent" / str(number) / "bundle"

    @rule(number=handed_over, kind=st.sampled_from([*MUTATIONS, "rewrite"]), seed=st.integers(0, 2**16))
    def tamper_with_a_bundle(self, number: int, kind: str, seed: int) -> None:
        if self.shelf.sent[number].is_changed:
            return
        if kind == "rewrite":
            rewrite(self._copy(number), "README.md", b"# Better\n")
        else:
            MUTATIONS[kind](self._copy(number), random.Random(seed))
        self.shelf.sent[number].is_changed = True

    @rule(number=handed_over)
    def verify(self, number: int) -> None:
        proof = self.services.bundles.verify(self._copy(number))
        assert proof.ok is not self.shelf.sent[number].is_changed
        assert (proof.reason is None) == proof.ok

    @rule(number=handed_over)
    def import_(self, number: int) -> None:
        expected = self.shelf.import_(self.shelf.sent[number])
        if expected == "refused":
            with pytest.raises(IntegrityError):
                self.services.bundles.import_(self._copy(number))
        elif expected == "other content":
            with pytest.raises(ConflictError) as refused:
                self.services.bundles.import_(self._copy(number))
            assert refused.value.reason == "other_content"
        else:
            assert self.services.bundles.import_(self._copy(number)).outcome == expected

    @rule(target=tokens, one=ids)
    def lose_it_and_bring_it_back(self, one: str) -> Any:
        """The way on which older undos meet a row that only looks like the one they changed."""
        number = self.export(one)
        if not isinstance(number, int):
            return multiple()
        token = self.delete(one)
        self.import_(number)
        return token

    @rule(one=ids)
    def overwrite_the_story(self, one: str) -> None:
        """Somebody changes a score behind the program's back."""
        row = self.shelf.rows.get(one)
        if row is None or row.status != "completed":
            return
        statement = text(
            "UPDATE showcase_workspace SET result_summary = jsonb_set(result_summary, '{leaderboard,0,mae}',"
            " to_jsonb((result_summary #>> '{leaderboard,0,mae}')::float + 1)) WHERE workspace_id = :one"
        )
        with self.recorder.database.begin() as connection:
            connection.execute(statement, {"one": one})
        self.shelf.overwrite(one)

    # ---- looks, saved searches and restarts ---------------------------------------------------------------------

    @rule(one=ids)
    def look_at_its_kin_and_health(self, one: str) -> None:
        kin, row = self.shelf.kin(one), self.shelf.rows.get(one)
        if row is None and kin == {one}:
            with pytest.raises(NotFoundError):
                self.services.workspaces.lineage(one)
            return
        graph = self.services.workspaces.lineage(one)
        assert {node.workspace_id: node.is_deleted for node in graph.nodes} == {
            other: other not in self.shelf.rows for other in kin
        }
        assert {(edge.source, edge.replay, edge.verdict) for edge in graph.edges} == {
            (found.source, other, found.verdict)
            for other in kin if (found := self.shelf.rows.get(other)) is not None and found.source in kin
        }  # fmt: skip
        if row is not None:
            health = self.services.workspaces.health(one)
            assert health.partial_run == (row.status != "completed")
            dead = {each.ref_id for each in health.references if each.status == "dead"}
            assert dead == ({row.source} - set(self.shelf.rows) - {None})

    @rule(name=st.sampled_from(["mine", "ours"]), found=st.sampled_from(sorted(FILTERS)))
    def save_a_search(self, name: str, found: str) -> None:
        self.services.workspaces.save_search(name, FILTERS[found][0])
        self.shelf.searches[name] = FILTERS[found][0]

    @rule(name=st.sampled_from(["mine", "ours"]))
    def forget_a_search(self, name: str) -> None:
        if self.shelf.searches.pop(name, None) is None:
            with pytest.raises(NotFoundError):
                self.services.workspaces.forget_search(name)
        else:
            self.services.workspaces.forget_search(name)

    @rule()
    def restart(self) -> None:
        """The process dies, with its run if there is one, and another one begins to serve."""
        self._close()
        self._open()
        self.shelf.undo.clear()
        one = self.shelf.running()
        if one is not None:
            self.shelf.end(one, "interrupted", self._answers_of(one))
            assert [answer for answer, _ in self.shelf.rows[one].answers] == ["timed_out"]

    # ---- what always holds --------------------------------------------------------------------------------------

    @invariant()
    def both_tell_the_same(self) -> None:
        found = self.services.workspaces.find(include_archived=True, limit=100)
        told = {str(one.workspace_id): self._row(one) for one in found.workspaces}
        assert told == self.shelf.rows
        assert (list(told), found.total) == (self.shelf.listed(lambda row: True), len(told))
        assert self.services.workspaces.saved_searches() == self.shelf.searches

    @invariant()
    def every_filter_finds_the_same(self) -> None:
        for sent, wanted in FILTERS.values():
            found = self.services.workspaces.find(**sent, limit=100).workspaces
            assert [str(one.workspace_id) for one in found] == self.shelf.listed(wanted)

    def _row(self, one: Workspace) -> Row:
        """A real workspace as the model has it."""
        result = one.result_summary or {}
        board = result.get("leaderboard")
        return Row(
            made=self.shelf.rows[one.workspace_id].made if one.workspace_id in self.shelf.rows else 0,
            status=one.status,
            seed=one.seed,
            reset=one.reset,
            source=one.replayed_from_workspace_id,
            name=one.name,
            notes=one.notes,
            tags=tuple(one.tags),
            pinned=one.pinned,
            archived=one.archived,
            revision=one.revision,
            overwritten=round(board[0]["mae"] - self.board[0]["mae"]) if board else 0,
            verdict=result.get("verdict", {}).get("overall"),
            answers=tuple((entry["decision"], entry["reason"]) for entry in one.approval_events or ()),
        )


@pytest.fixture
def recorder(database: Database, tmp_path: Path) -> Recorder:
    made = Recorder(database, tmp_path)
    made.record()
    return made


# the run of a process that is killed ends its thread like this; any other thread that ends so still fails the test
@pytest.mark.filterwarnings("ignore:(?s)Exception in thread run-.*SystemExit")
@pytest.mark.parametrize("examples", [30, pytest.param(200, marks=pytest.mark.slow)])
def test_the_library_does_what_its_plain_model_does(recorder: Recorder, examples: int) -> None:
    # a step is a run, an export or a restart against a real database: slow by nature, and none is filtered out
    slow_steps = [HealthCheck.too_slow]
    run_state_machine_as_test(
        lambda: Library(recorder),
        settings=settings(
            max_examples=examples, stateful_step_count=30, deadline=None, suppress_health_check=slow_steps
        ),
    )
