"""The registry keeps its rules: states, aliases with their history, comparison, staleness, verification and lineage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.options import ModelType
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import Digest, RunId
from showcase.services.models import Subject
from showcase.services.registration import Made, Registrar, feature_frame_version
from showcase.services.registry import RegistryService
from showcase.services.suite import Services
from showcase.store.engine import Database
from showcase.store.registry import ModelRunFilter, find_model_run, move_alone, point_alias, restore_aliases
from tests.services.subjects import quiet, register, seed_subject, services_of
from tests.store.contended import meet

UNKNOWN = "0" * 32


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    return services_of(database, tmp_path)


@pytest.fixture
def subject(services: Services) -> Subject:
    return seed_subject(services, stores=2, products=2, window_days=75)


@pytest.fixture
def registry(services: Services) -> RegistryService:
    return services.registry


def test_runs_are_listed_newest_first_with_their_number(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    made = [register(services, subject, model) for model in ("naive", "seasonal_naive", "naive")]
    found, total = registry.list_runs(limit=2)
    assert ([run.run_id for run in found], total) == ([made[2], made[1]], 3)
    assert [run.run_id for run in registry.list_runs(limit=2, offset=2)[0]] == [made[0]]
    named, count = registry.list_runs(ModelRunFilter(model_type="seasonal_naive"))
    assert ([run.run_id for run in named], count) == ([made[1]], 1)
    assert registry.list_runs(ModelRunFilter(store_id=subject.pair.store_id, status="failed"))[1] == 0


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (101, 0), (10, -1)])
def test_a_limit_outside_its_bounds_is_refused(registry: RegistryService, limit: int, offset: int) -> None:
    with pytest.raises(InvalidInputError):
        registry.list_runs(limit=limit, offset=offset)


def test_demonstrations_are_listed_only_where_asked_for(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    shown = register(services, subject, synthetic=True)
    assert registry.list_runs() == ([], 0)
    assert [run.run_id for run in registry.list_runs(ModelRunFilter(with_synthetic=True))[0]] == [shown]


def test_a_run_of_somebody_else_goes_through_its_states(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    run = registry.create(subject.new_model_run(ModelConfig.of("naive"), {}))
    assert run.status == "pending"
    assert registry.change_state(run.run_id, "running").status == "running"
    digest = services.artifacts.put(b"trained elsewhere")
    done = registry.change_state(run.run_id, "success", artifact_digest=digest, metrics={"scores": {"wape": 12.0}})
    assert (done.status, done.artifact_digest, done.artifact_bytes) == ("success", digest, len(b"trained elsewhere"))
    assert registry.change_state(run.run_id, "archived").status == "archived"
    with pytest.raises(ConflictError) as final:
        registry.change_state(run.run_id, "running")
    assert final.value.reason == "state_change"


def test_a_failure_keeps_its_reason(subject: Subject, registry: RegistryService) -> None:
    run = registry.create(subject.new_model_run(ModelConfig.of("naive"), {}))
    registry.change_state(run.run_id, "running")
    assert registry.change_state(run.run_id, "failed", failure="out of memory").failure == "out of memory"


def test_a_success_needs_an_artifact_that_is_stored(subject: Subject, registry: RegistryService) -> None:
    run = registry.create(subject.new_model_run(ModelConfig.of("naive"), {}))
    registry.change_state(run.run_id, "running")
    with pytest.raises(InvalidInputError):
        registry.change_state(run.run_id, "success")
    with pytest.raises(NotFoundError):
        registry.change_state(run.run_id, "success", artifact_digest=Digest.of(b"nowhere"))
    assert registry.show(run.run_id).status == "running"


def test_an_unknown_state_and_an_unknown_run_are_refused(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    run_id = register(services, subject)
    with pytest.raises(InvalidInputError) as refused:
        registry.change_state(run_id, "done")
    assert refused.value.errors[0].field == "status"
    for call in (registry.show, lambda run_id: registry.change_state(run_id, "archived")):
        with pytest.raises(NotFoundError):
            call(UNKNOWN)


def test_an_alias_moves_and_keeps_its_history(services: Services, subject: Subject, registry: RegistryService) -> None:
    first, second = register(services, subject), register(services, subject)
    assert registry.set_alias("mine", first) is None
    assert registry.set_alias("mine", second) == first
    assert registry.set_alias("mine", second) == second
    moves = [(change.run_id, change.previous_run_id) for change in registry.alias_history("mine")]
    assert moves == [(second, first), (first, None)]
    assert registry.alias("mine").run.run_id == second
    assert registry.remove_alias("mine")
    assert not registry.remove_alias("mine")
    assert len(registry.alias_history("mine")) == 2
    with pytest.raises(NotFoundError):
        registry.alias("mine")


def test_of_two_moves_at_once_the_second_goes_on_from_where_the_first_led(
    services: Services, subject: Subject, registry: RegistryService, database: Database
) -> None:
    first, second, third = (register(services, subject) for _ in range(3))
    for name, before in (("mine", first), ("new", None)):
        if before is not None:
            registry.set_alias(name, before)
        led_from = meet(
            database,
            lambda connection, name=name: point_alias(connection, name, second),
            lambda name=name: registry.set_alias(name, third),
        )
        assert led_from == second
        moves = [(change.run_id, change.previous_run_id) for change in registry.alias_history(name)]
        assert moves[:2] == [(third, second), (second, before)]


def test_a_person_and_a_settlement_that_move_an_alias_do_not_each_wait_for_the_other(
    services: Services, subject: Subject, registry: RegistryService, database: Database
) -> None:
    """A settlement keeps all aliases first, then the model run that one goes back to, which a person may point at."""
    run_id = register(services, subject)
    moved = meet(
        database,
        move_alone,
        lambda: registry.set_alias("mine", run_id),
        then=lambda connection: find_model_run(connection, run_id, lock=True),
    )
    assert moved is None
    assert registry.alias("mine").run.run_id == run_id


def test_an_alias_goes_back_to_a_success_alone(
    services: Services, subject: Subject, registry: RegistryService, database: Database
) -> None:
    """The model run that it pointed at before may have been archived while the pipeline run went on."""
    origin = RunId("a" * 32)
    kept, archived = register(services, subject), register(services, subject)
    for name, before in (("kept", kept), ("archived", archived)):
        registry.set_alias(name, before)
        registry.set_alias(name, register(services, replace(subject, run_id=origin)))
    registry.change_state(archived, "archived")
    with database.begin() as connection:
        assert sorted(restore_aliases(connection, origin)) == ["archived", "kept"]
    assert [(state.alias.name, state.run.run_id) for state in registry.aliases()] == [("kept", kept)]


def test_an_alias_points_at_a_success_only(services: Services, subject: Subject, registry: RegistryService) -> None:
    run_id = register(services, subject)
    registry.change_state(run_id, "archived")
    with pytest.raises(ConflictError) as refused:
        registry.set_alias("mine", run_id)
    assert refused.value.reason == "not_success"
    with pytest.raises(NotFoundError):
        registry.set_alias("mine", UNKNOWN)


@pytest.mark.fault("I3")
@pytest.mark.parametrize("name", ["", " ", "a" * 101, "new\nline", "a\u202eb", "a\u200bb"])
def test_an_alias_has_a_name_that_can_be_read(
    services: Services, subject: Subject, registry: RegistryService, name: str
) -> None:
    with pytest.raises(InvalidInputError):
        registry.set_alias(name, register(services, subject))


@pytest.mark.fault("I3")
def test_an_alias_is_one_however_its_letters_are_made(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    run_id = register(services, subject)
    registry.set_alias(" Cafe\u0301 ", run_id)
    assert registry.alias("Caf\u00e9").run.run_id == registry.alias("Cafe\u0301").run.run_id == run_id
    assert len(registry.alias_history("Cafe\u0301")) == 1
    assert registry.remove_alias("Cafe\u0301")


@pytest.mark.fault("I3")
def test_why_a_model_run_failed_is_text_that_can_be_seen(subject: Subject, registry: RegistryService) -> None:
    announced = registry.create(subject.new_model_run(ModelConfig.of("naive"), {})).run_id
    registry.change_state(announced, "running")
    with pytest.raises(InvalidInputError) as refused:
        registry.change_state(announced, "failed", failure="no\u202eesrever")
    assert refused.value.errors[0].field == "failure"
    assert registry.change_state(announced, "failed", failure=" line one\r\nline two ").failure == "line one\nline two"


def test_an_alias_gets_stale_for_the_reasons_in_their_order(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    first = register(services, subject)
    registry.set_alias("mine", first)
    assert not registry.alias("mine").is_stale
    register(services, subject, "prophet_like")
    assert registry.alias("mine").stale_reasons == ("feature_frame_version_mismatch", "newer_success_run")
    registry.change_state(first, "archived")
    assert registry.aliases()[0].stale_reasons[0] == "run_not_success"


def test_a_demonstration_makes_no_real_alias_stale(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    registry.set_alias("mine", register(services, subject))
    register(services, subject, synthetic=True)
    assert registry.alias("mine").stale_reasons == ()


def test_a_demonstration_is_not_stale_because_of_an_older_one(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    one, other = (replace(subject, run_id=RunId.new()) for _ in range(2))
    run_id = register(services, one, synthetic=True)
    register(services, other, synthetic=True)
    assert registry.stale_reasons(run_id) == ()
    register(services, one, synthetic=True)
    assert registry.stale_reasons(run_id) == ("newer_success_run",)


def test_two_runs_are_compared_or_it_is_said_why_not(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    first = register(services, subject, wape=20.0)
    better, other = register(services, subject, wape=17.5), register(services, subject, "prophet_like", wape=10.0)
    compared = registry.compare(first, better)
    assert (compared.is_comparable, compared.wape_change) == (True, -2.5)
    refused = registry.compare(first, other)
    assert [one.reason for one in refused.obstacles] == ["feature_frame_version_differs"]
    assert refused.wape_change is None
    assert registry.compare(first, register(services, subject, wape=None)).wape_change is None


@pytest.mark.parametrize(
    ("config", "version"),
    [
        (ModelConfig.of("naive"), 1),
        (ModelConfig.of("prophet_like"), 2),
        (ModelConfig.of("prophet_like", feature_frame="v1"), 1),
        (ModelConfig.of("regression"), 2),
    ],
)
def test_a_run_records_the_feature_frame_that_its_model_reads(config: ModelConfig, version: int) -> None:
    assert feature_frame_version(config) == version


@pytest.mark.parametrize("model_type", list(ModelType))
def test_every_model_type_is_registered_and_verified(
    services: Services, subject: Subject, registry: RegistryService, model_type: ModelType
) -> None:
    config = ModelConfig.of(model_type)
    plan = BacktestPlan(horizon=7, n_splits=2, min_train_size=30)
    scored = services.models.backtest(subject, [config], plan, quiet)
    registered = services.models.register(subject, scored, config, quiet)
    assert registry.verify(registered.model_run_id)
    path = services.artifacts.path(registered.artifact_digest)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert not registry.verify(registered.model_run_id)
    path.unlink()
    with pytest.raises(NotFoundError):
        registry.verify(registered.model_run_id)


def test_a_run_without_artifact_cannot_be_verified(subject: Subject, registry: RegistryService) -> None:
    run = registry.create(subject.new_model_run(ModelConfig.of("naive"), {}))
    with pytest.raises(InvalidInputError):
        registry.verify(run.run_id)


def test_an_artifact_leads_to_the_runs_and_jobs_it_comes_from(
    services: Services, subject: Subject, registry: RegistryService
) -> None:
    one, other = (replace(subject, run_id=RunId.new()) for _ in range(2))
    made = Made()
    registrar = Registrar(services.transactions, services.artifacts)
    stored = [
        registrar.register(mine.new_model_run(ModelConfig.of("naive"), {}), lambda: b"the same", made)
        for mine in (one, other)
    ]
    lineage = registry.lineage(stored[0].artifact_digest)
    assert {run.run_id for run in lineage.model_runs} == set(made.model_run_ids)
    assert [job_id for job_id, _, _ in lineage.jobs] == made.job_ids
    assert {run.origin_run_id for run in lineage.model_runs} == {one.run_id, other.run_id}
    with pytest.raises(NotFoundError):
        registry.lineage(Digest.of(b"nobody"))


def test_what_keeps_a_model_from_its_end_is_recorded_with_the_ids(services: Services, subject: Subject) -> None:
    def fail() -> bytes:
        raise MemoryError

    made = Made()
    with pytest.raises(MemoryError):
        Registrar(services.transactions, services.artifacts).register(
            subject.new_model_run(ModelConfig.of("naive"), {}), fail, made
        )
    run = services.registry.show(made.model_run_ids[0])
    assert (run.status, run.failure) == ("failed", "MemoryError")
    assert len(made.job_ids) == 1
