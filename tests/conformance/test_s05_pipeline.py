"""Contract section 5: steps, events, watching, stopping."""

from __future__ import annotations

import json
import threading
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest

from showcase.client import Client
from tests.conformance.asking import (
    FINAL,
    RICH,
    SMALL,
    UNKNOWN,
    Json,
    completed,
    events_of,
    heard,
    refused,
    socket,
    summary_of,
    told,
)  # fmt: skip

ELEVEN = {
    "data": ["precheck", "reset", "seed", "status", "features"], "modeling": ["train"],
    "decision": ["backtest", "register"], "verify": ["verify"], "agents": ["agent"], "cleanup": ["cleanup"],
}  # fmt: skip
TWENTY_FOUR = {
    "data": ["precheck", "reset", "seed", "status", "features", "phase2_enrichment", "historical_backfill"],
    "modeling": ["train", "v2_train"],
    "decision": [
        "backtest", "register", "champion_compat_compare", "stale_alias_trigger", "safer_promote_flow",
    ],
    "portfolio": ["batch_preset"], "planning": ["scenario_simulate_and_save", "multi_plan_compare"],
    "knowledge": ["embedding_provider_probe", "rag_index_subset", "rag_retrieve_probe"], "verify": ["verify"],
    "agents": ["agent_hitl_flow"], "ops": ["ops_snapshot"], "cleanup": ["cleanup"],
}  # fmt: skip
FIELDS = {
    "event_type", "step_name", "step_index", "total_steps", "status", "detail", "duration_ms", "data", "timestamp",
    "phase_name", "phase_index", "phase_total", "run_id", "seq",
}  # fmt: skip
SUMMARY = {
    "winner_model_type", "winner_metric", "winner_value", "winner_wape", "winning_run_id", "alias", "wall_clock_s",
    "v2_run_id", "workspace_id", "run_config", "data_fingerprint", "run_status",
}  # fmt: skip
RESULT = {
    "overall_status", "steps", "winner_model_type", "winner_wape", "winning_run_id", "alias", "wall_clock_s",
    "workspace_id", "run_id", "run_status",
}  # fmt: skip


def phases(events: list[Json]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event in completed(events).values():
        found.setdefault(event["phase_name"], []).append(event["step_name"])
    return found


def test_s5_a_short_run_has_eleven_steps_in_six_phases(transcript: list[Json]) -> None:
    assert phases(transcript) == ELEVEN


def test_s5_showcase_rich_has_twenty_four_steps_in_ten_phases(rich: list[Json]) -> None:
    assert phases(rich) == TWENTY_FOUR


@pytest.mark.parametrize("run", ["transcript", "rich"])
class TestEvents:
    """What holds for the events of every run."""

    @pytest.fixture
    def events(self, run: str, request: pytest.FixtureRequest) -> list[Json]:
        found: list[Json] = request.getfixturevalue(run)
        return found

    def test_s5_events_are_numbered_from_one_without_a_gap(self, events: list[Json]) -> None:
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))

    def test_s5_every_event_has_every_field(self, events: list[Json]) -> None:
        assert all(set(event) >= FIELDS for event in events)

    def test_s5_every_step_starts_progresses_and_completes_once(self, events: list[Json]) -> None:
        for name in completed(events):
            kinds = [event["event_type"] for event in events if event["step_name"] == name]
            assert kinds[0] == "step_start"
            assert kinds[-1] == "step_complete"
            assert set(kinds[1:-1]) <= {"step_progress"}

    def test_s5_a_start_has_no_status_and_an_end_has_one(self, events: list[Json]) -> None:
        assert {event["status"] for event in events if event["event_type"] == "step_start"} == {None}
        ends = {event["status"] for event in events if event["event_type"] == "step_complete"}
        assert ends <= {"pass", "fail", "skip", "warn"}

    def test_s5_the_summary_is_the_last_event_and_the_only_one(self, events: list[Json]) -> None:
        assert [event["event_type"] for event in events].count("pipeline_complete") == 1
        assert events[-1]["step_name"] == "summary"

    def test_s5_the_summary_has_every_key(self, events: list[Json]) -> None:
        assert set(summary_of(events)) >= SUMMARY

    def test_s5_progress_says_its_share_and_what_is_done(self, events: list[Json]) -> None:
        told_of = [event["data"] for event in events if event["event_type"] == "step_progress"]
        assert told_of
        assert all(0 <= data["share"] <= 1 and data["what"] for data in told_of)

    def test_s5_times_never_go_back(self, events: list[Json]) -> None:
        times = [event["timestamp"] for event in events]
        assert times == sorted(times)

    def test_s5_positions_follow_the_table(self, events: list[Json]) -> None:
        steps = list(completed(events).values())
        assert [event["step_index"] for event in steps] == list(range(1, len(steps) + 1))
        assert {event["total_steps"] for event in steps} == {len(steps)}

    def test_s5_a_row_that_was_not_asked_for_is_there_as_skip(self, events: list[Json]) -> None:
        assert completed(events)["reset"]["status"] == "skip"


def test_s5_the_seed_step_tells_what_it_made(api: Client) -> None:
    step = completed(events_of(api, **SMALL | {"seed": 4321}))["seed"]
    assert step["data"]["overrides_applied"] == sorted(SMALL["seed_overrides"])
    assert step["data"]["records_created"].keys() >= {"stores", "products", "sales"}
    assert len(step["data"]["fingerprint"]) == 64
    assert step["data"]["data_set_id"]


def test_s5_skip_seed_uses_the_data_that_is_there(api: Client, data: Json) -> None:
    events = events_of(api, train_model_types=["naive"])
    assert completed(events)["seed"]["status"] == "skip"
    assert summary_of(events)["data_fingerprint"] == data["fingerprint"]


def test_s5_the_result_has_every_key_and_the_final_event_of_each_row(api: Client, data: Json) -> None:
    ended = api.runs.run(train_model_types=["naive"])
    assert set(ended) >= RESULT
    assert [step["step_name"] for step in ended["steps"]] == [name for names in ELEVEN.values() for name in names]
    assert ended["overall_status"] == "pass"


def test_s5_a_run_without_data_fails_where_it_notices(api: Client) -> None:
    api.api.call("DELETE", "/seeder/data")
    ended = api.runs.run()
    assert (ended["overall_status"], ended["run_status"]) == ("fail", "failed")
    assert ended["steps"][-1]["step_name"] == "status"
    assert ended["steps"][-1]["status"] == "fail"
    assert ended["winner_model_type"] is None


def test_s5_a_failed_run_tells_its_summary_too(api: Client) -> None:
    api.api.call("DELETE", "/seeder/data")
    events = events_of(api)
    assert summary_of(events)["run_status"] == "failed"
    assert events[-1]["status"] == "fail"


def test_s5_a_model_that_is_switched_off_fails_train_with_its_flag(api: Client, data: Json) -> None:
    off = [model for model in api.api.rows("models", "/model-selection/models") if not model["enabled"]]
    if not off:
        pytest.skip("every model of this server is switched on")
    steps = api.runs.run(train_model_types=[off[0]["model_type"]])["steps"]
    assert steps[-1]["step_name"] == "train"
    assert off[0]["setting"] in steps[-1]["detail"]


def test_s5_a_sweep_that_does_not_fit_is_refused_before_it_starts(api: Client, data: Json) -> None:
    before = api.runs.list(limit=1)
    found = refused(api, 422, "POST", "/demo/run", json={"backtest": {"horizon": 30, "n_splits": 10}})
    assert "91" in found.detail  # how many days there are
    assert str(30 + 10 * 30) in found.detail  # how many are needed
    assert api.runs.list(limit=1) == before


def test_s5_folds_lie_at_the_end_and_follow_each_other(api: Client, data: Json) -> None:
    events = events_of(api, backtest={"horizon": 7, "n_splits": 4, "gap": 2}, train_model_types=["naive"])
    folds = completed(events)["backtest"]["data"]["folds"]
    assert len(folds) == 4
    assert folds[-1]["test_end"] == data["date_end"]
    for fold in folds:
        first, cutoff = (int(fold[key][-2:]) for key in ("test_start", "cutoff"))
        assert (first - cutoff) % 28 in {
            3,
            0,
        } or first - cutoff == 3  # gap + 1 days later, within or over a month's end


def test_s5_sliding_trains_on_its_last_days_alone(api: Client, data: Json) -> None:
    settings = {"strategy": "sliding", "min_train_size": 20, "horizon": 7}
    folds = completed(events_of(api, backtest=settings, train_model_types=["naive"]))["backtest"]["data"]["folds"]
    assert {fold["train_days"] for fold in folds} == {20}


def test_s5_expanding_trains_on_everything_before_the_cutoff(api: Client, data: Json) -> None:
    folds = completed(events_of(api, train_model_types=["naive"]))["backtest"]["data"]["folds"]
    assert [fold["train_days"] for fold in folds] == [49, 63, 77]


def test_s5_the_two_controls_stand_beside_the_chosen_models(api: Client, data: Json) -> None:
    board = completed(events_of(api, train_model_types=["moving_average"]))["backtest"]["data"]["leaderboard"]
    assert {row["model"] for row in board} == {"moving_average", "naive", "seasonal_naive"}
    assert [row["model"] for row in board if row["is_winner"]] == ["moving_average"]


def test_s5_the_winner_is_the_best_of_the_chosen_on_the_chosen_metric(api: Client, data: Json) -> None:
    events = events_of(api, train_model_types=["naive", "seasonal_naive"], backtest={"metric": "mae"})
    board = completed(events)["backtest"]["data"]["leaderboard"]
    best = min((row for row in board if row["is_chosen"]), key=lambda row: row["mae"])
    summary = summary_of(events)
    assert (summary["winner_model_type"], summary["winner_metric"]) == (best["model"], "mae")
    assert summary["winner_value"] == best["mae"]
    assert summary["winner_wape"] == best["wape"]


def test_s5_the_backfill_is_skipped_where_there_are_fewer_than_75_days(rich: list[Json]) -> None:
    assert completed(rich)["historical_backfill"]["status"] == "pass"
    assert RICH["seed_overrides"]["window_days"] >= 75


def test_s5_a_batch_of_the_rich_run_is_on_the_record(api: Client, rich: list[Json]) -> None:
    step = completed(rich)["batch_preset"]
    batch = api.api.call("GET", f"/batch/{step['data']['batch_id']}")
    assert batch["run_id"] == rich[0]["run_id"]
    assert batch["counts"]["running"] == 0


def test_s5_plans_of_the_rich_run_tell_the_true_effect_beside_theirs(rich: list[Json]) -> None:
    told_of = completed(rich)["scenario_simulate_and_save"]["data"]
    assert {"units_delta", "true_units_delta", "revenue_delta", "true_revenue_delta"} <= set(told_of)


# --- watching, joining, stopping ---


def test_s5_a_run_can_be_followed_by_server_sent_events(api: Client, transcript: list[Json]) -> None:
    assert list(api.runs.watch(transcript[0]["run_id"])) == transcript


def test_s5_a_watcher_comes_back_at_the_number_it_had(api: Client, transcript: list[Json]) -> None:
    assert list(api.runs.watch(transcript[0]["run_id"], after=10)) == transcript[10:]


def test_s5_a_stream_names_each_event_by_its_number(http: httpx.Client, transcript: list[Json]) -> None:
    path = f"/demo/runs/{transcript[0]['run_id']}/events"
    answer = http.get(path, headers={"accept": "text/event-stream"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    ids = [int(line.removeprefix("id: ")) for line in answer.text.splitlines() if line.startswith("id: ")]
    assert ids == [event["seq"] for event in transcript]


def test_s5_a_stream_that_is_resumed_behind_its_end_has_nothing_to_come(
    http: httpx.Client, transcript: list[Json]
) -> None:
    path, headers = f"/demo/runs/{transcript[0]['run_id']}/events", {"accept": "text/event-stream"}
    answer = http.get(path, headers=headers | {"last-event-id": str(transcript[-1]["seq"])})
    assert answer.status_code == 204


def test_s5_a_run_can_be_joined_late_over_the_socket(api: Client, transcript: list[Json]) -> None:
    with socket(api) as opened:
        assert told(opened, {"run_id": transcript[0]["run_id"], "after": 0}) == transcript
    with socket(api) as opened:
        assert told(opened, {"run_id": transcript[0]["run_id"], "after": 20}) == transcript[20:]


def test_s5_a_run_started_by_the_socket_tells_all_its_events(api: Client, data: Json) -> None:
    with socket(api) as opened:
        events = told(opened, {"train_model_types": ["naive"]})
    assert phases(events) == ELEVEN
    assert summary_of(events)["run_status"] == "completed"
    assert api.runs.show(events[0]["run_id"])["status"] == "completed"


def test_s5_a_legacy_client_runs_over_the_socket(api: Client, data: Json) -> None:
    with socket(api) as opened:
        events = told(opened, {"seed": 42, "reset": False, "skip_seed": True, "scenario": "demo_minimal"})
    for event in events:
        assert {"event_type", "step_name", "step_index", "total_steps", "status", "detail", "duration_ms"} <= set(event)
    assert events[-1]["event_type"] == "pipeline_complete"


@pytest.mark.parametrize(
    "frame", ["", "{", "[]", "3", '{"seed": "42"}', '{"seed": NaN}', '{"a": "\\ud800"}', '{"run_id": 1}',
              '{"run_id": "' + UNKNOWN + '"}', '{"run_id": "' + UNKNOWN + '", "after": -1}', b"\x00\x01", b"{}"]
)  # fmt: skip
def test_s5_a_bad_first_frame_gets_one_error_event_and_a_close(api: Client, frame: str | bytes) -> None:
    with socket(api) as opened:
        events = told(opened, frame)
    assert len(events) == 1
    assert events[0]["event_type"] == "error"
    assert events[0]["detail"]
    assert events[0]["remedy"]


def test_s5_fifty_watchers_hear_the_same_story(api: Client, base_url: str, data: Json) -> None:
    run_id, stories = api.runs.start(**SMALL).run_id, list[list[Json]]()

    def watch() -> None:
        with Client(base_url) as own:
            stories.append(list(own.runs.watch(run_id)))

    watchers = [threading.Thread(target=watch) for _ in range(50)]
    for watcher in watchers:
        watcher.start()
    for watcher in watchers:
        watcher.join()
    assert len(stories) == 50
    assert all(story == stories[0] for story in stories)


def test_s5_stop_ends_a_run_as_cancelled_with_what_it_made(api: Client) -> None:
    started = api.runs.start(**RICH, preservation="keep")
    api.runs.stop(started.run_id)
    events = list(api.runs.watch(started.run_id))
    last = list(completed(events).values())[-1]
    assert summary_of(events)["run_status"] == "cancelled"
    assert (last["status"], "cancelled" in last["detail"]) == ("fail", True)
    assert events[-1]["status"] == "fail"
    assert started.workspace_id is not None
    assert api.workspaces.show(started.workspace_id)["status"] == "cancelled"


def test_s5_a_socket_that_leaves_stops_the_run_that_it_started(api: Client) -> None:
    with socket(api) as opened:
        opened.send(json.dumps(RICH))
        # it leaves while the run waits for an answer: a run at work might end before the server sees who has left
        run_id = next(event["run_id"] for event in heard(opened) if "action_id" in event["data"])
    assert summary_of(list(api.runs.watch(run_id)))["run_status"] == "cancelled"


def test_s5_a_watcher_that_leaves_stops_nothing(api: Client, http: httpx.Client, data: Json) -> None:
    run_id = api.runs.start(**SMALL).run_id
    with http.stream("GET", f"/demo/runs/{run_id}/events", headers={"accept": "text/event-stream"}) as answer:
        next(answer.iter_lines())
    with socket(api) as opened:
        opened.send(json.dumps({"run_id": run_id, "after": 0}))
        next(heard(opened))
    assert summary_of(list(api.runs.watch(run_id)))["run_status"] == "completed"


def test_s5_a_reader_that_reads_nothing_holds_no_run_up(api: Client, data: Json) -> None:
    with socket(api, max_queue=1) as slow:  # the client's own buffer is full at once, and so is the network's then
        slow.send(json.dumps({"train_model_types": ["naive"]}))
        run_id = next(heard(slow))["run_id"]
        everything = list(api.runs.watch(run_id))
        assert summary_of(everything)["run_status"] == "completed"
        assert list(heard(slow)) == everything[1:]


def test_s5_a_ping_is_answered_while_a_run_goes_on(api: Client, data: Json) -> None:
    with socket(api) as opened:
        opened.send(json.dumps({"train_model_types": ["naive"]}))
        next(heard(opened))
        assert opened.ping().wait(60)
        assert summary_of(list(heard(opened)))["run_status"] == "completed"


def test_s5_a_frame_above_one_mebibyte_closes_the_socket_and_starts_nothing(api: Client) -> None:
    before = api.runs.list(limit=1)
    with socket(api) as opened:
        assert told(opened, json.dumps({"x": "x" * 1024**2})) == []
    assert opened.close_code == 1009
    assert api.runs.list(limit=1) == before


def test_s5_a_post_client_that_disconnects_stops_nothing(api: Client, base_url: str) -> None:
    request = RICH | {"preservation": "keep"}
    body, key, address = json.dumps(request).encode(), f"leaves-{uuid4().hex}", urlsplit(base_url)
    head = (
        f"POST {address.path}/demo/run HTTP/1.1\r\nhost: {address.netloc}\r\nidempotency-key: {key}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    with create_connection((address.hostname, address.port or 80), timeout=60) as leaving:
        leaving.sendall(head.encode() + body)
        # the same key names the same run, whichever of the two is read first
        run_id = api.runs.start(idempotency_key=key, **request).run_id
        events = api.runs.watch(run_id)
        question = next(event["data"]["action_id"] for event in events if "action_id" in event["data"])
    # it left while its run waited for a person
    api.runs.decide(question, "rejected")
    assert summary_of(list(events))["run_status"] == "completed"


def test_s5_a_run_that_has_ended_cannot_be_stopped(api: Client, transcript: list[Json]) -> None:
    assert refused(api, 409, "POST", f"/demo/runs/{transcript[0]['run_id']}/stop").kind == "ended"


def test_s5_every_run_that_is_listed_has_a_known_status(api: Client, transcript: list[Json]) -> None:
    assert {run["status"] for run in api.runs.list(limit=100)} <= {*FINAL, "running"}
    assert all(run["status"] == "completed" for run in api.runs.list(status="completed"))


def test_s5_the_same_request_twice_gives_the_same_scores_and_digests(api: Client) -> None:
    first, second = (completed(events_of(api, **SMALL)) for _ in range(2))
    for step, keys in {"seed": ["fingerprint"], "train": ["artifact_digests"], "backtest": ["leaderboard"],
                       "register": ["artifact_digest", "forecast_digest"]}.items():  # fmt: skip
        assert [first[step]["data"][key] for key in keys] == [second[step]["data"][key] for key in keys]


def test_s5_an_idempotency_key_starts_one_run_alone(api: Client, http: httpx.Client, data: Json) -> None:
    key, sent = f"key-{data['fingerprint'][:8]}-{len(api.runs.list(limit=100))}", {"train_model_types": ["naive"]}
    first = api.runs.start(idempotency_key=key, **sent)
    list(api.runs.watch(first.run_id))
    assert api.runs.start(idempotency_key=key, **sent) == first
    other: dict[str, Any] = {"train_model_types": ["seasonal_naive"]}
    assert http.post("/demo/run", json=other, headers={"idempotency-key": key}).status_code in (409, 422)
