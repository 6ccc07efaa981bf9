"""Plans of a registered model: computed, saved, tagged, cloned, compared, deleted, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from showcase.demand.recipe import resolve_recipe
from showcase.errors import ConflictError, InvalidInputError, NotFoundError
from showcase.evaluation.folds import BacktestPlan
from showcase.forecasting.zoo import ModelConfig
from showcase.planning.assumptions import NewPlan, PlanRequest, parse_plan
from showcase.services.models import Registered, Subject
from showcase.services.plans import detail_json, summary_json
from showcase.services.suite import Services
from showcase.store.engine import Database
from showcase.store.plans import SavedPlan
from showcase.store.truth import read_true_effects
from showcase.testing import TODAY, services_over
from tests.postgres import DatabaseServer

HORIZON = 14
FIRST = TODAY + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shop:
    """Services over a small data set with one registered model a type."""

    services: Services
    subject: Subject
    registered: dict[str, Registered]


@pytest.fixture(scope="module")
def shop(database_server: DatabaseServer, _migrated_template: str, tmp_path_factory: Any) -> Iterator[Shop]:
    with database_server.fresh(_migrated_template) as database:
        yield make_shop(database, tmp_path_factory.mktemp("shop"))


def make_shop(database: Database, home: Path) -> Shop:
    services = services_over(database, home)
    data_set = services.demand.seed(resolve_recipe("demo_minimal", 1, as_of=TODAY)).data_set
    pair = services.demand.focus(data_set, None).pair
    subject = Subject(data_set, services.demand.matrix(data_set), pair, None)
    registered = {}
    for name in ("prophet_like", "moving_average"):
        config = ModelConfig.of(name)
        plan = BacktestPlan(HORIZON, "expanding", 2, 30, 0, "wape")
        scored = services.models.backtest(subject, [config], plan, lambda share, what: None)
        registered[name] = services.models.register(subject, scored, config, lambda share, what: None)
    return Shop(services, subject, registered)


def cut(change: float = -0.1, days: int = HORIZON) -> dict[str, Any]:
    return {"price": {"change_pct": change, "start": str(FIRST), "end": str(FIRST + timedelta(days=days - 1))}}


def request(
    shop: Shop, assumptions: dict[str, Any] | None = None, model: str = "moving_average", **more: Any
) -> PlanRequest:
    frame = {"assumptions": assumptions or cut(), "run_id": str(shop.registered[model].model_run_id), **more}
    return parse_plan(PlanRequest, frame)


def save(shop: Shop, name: str, assumptions: dict[str, Any] | None = None, **more: Any) -> SavedPlan:
    asked = request(shop, assumptions).model_dump()
    return shop.services.plans.save(NewPlan.model_validate({**asked, "name": name, **more}))


def test_the_baseline_is_the_registered_forecast_and_the_scenario_is_that_times_the_multiplier(shop: Shop) -> None:
    found = shop.services.plans.simulate(request(shop)).plan
    forecast = shop.registered["moving_average"].forecast
    own = (forecast["store_id"] == shop.subject.pair.store_id) & (
        forecast["product_id"] == shop.subject.pair.product_id
    )
    np.testing.assert_allclose(found.baseline.units, forecast.filter(own)["forecast"].to_numpy())
    np.testing.assert_allclose(found.scenario.units / found.baseline.units, 0.9**found.effects.elasticity.value)
    assert (found.days.start, found.days.days, found.method) == (FIRST, HORIZON, "heuristic")


def test_a_feature_aware_model_is_asked_again_and_the_multiplier_stands_beside(shop: Shop) -> None:
    found = shop.services.plans.simulate(request(shop, model="prophet_like")).plan
    assert found.method == "model_exogenous"
    assert found.exogenous is not None
    assert found.exogenous.units > 0
    assert found.multiplier.units > 0
    assert found.leads == ("estimate" if found.disagrees else "model")


def test_the_truth_stands_beside_and_is_that_of_the_generator(shop: Shop) -> None:
    found = shop.services.plans.simulate(request(shop)).plan
    with shop.services.transactions.read() as connection:
        true = read_true_effects(connection, shop.subject.data_set.id, shop.subject.pair.product_id)
    assert true is not None
    assert -2.3 < true.price_elasticity < -0.7
    assert found.truth is not None
    assert found.truth.units == pytest.approx(found.baseline.units.sum() * (0.9**true.price_elasticity - 1))


def test_without_a_model_run_the_one_in_production_plans(shop: Shop) -> None:
    found = shop.services.plans.simulate(parse_plan(PlanRequest, {"assumptions": cut()}))
    assert found.model_run.run_id == shop.services.models.alias("demo-production")
    assert found.as_json()["model_type"] == "moving_average"


def test_another_pair_of_the_same_data_can_be_planned(shop: Shop) -> None:
    stores, products = shop.services.demand.pairs(shop.subject.data_set)
    other = {"store_id": stores[-1][0], "product_id": products[-1][0]}
    found = shop.services.plans.simulate(request(shop, **other))
    assert (found.pair.store_code, found.pair.sku) == (stores[-1][1], products[-1][1])


@pytest.mark.parametrize("horizon", [1, 90])
def test_a_plan_may_be_shorter_or_longer_than_the_model_was_registered_for(shop: Shop, horizon: int) -> None:
    found = shop.services.plans.simulate(request(shop, cut(days=horizon), horizon=horizon)).plan
    assert found.days.days == horizon
    assert any("fitted anew" in note for note in found.notes) is (horizon > HORIZON)


def test_an_assumption_outside_the_forecast_days_is_refused_naming_them(shop: Shop) -> None:
    with pytest.raises(InvalidInputError) as refused:
        shop.services.plans.simulate(request(shop, cut(days=15)))
    assert f"{FIRST} .. {FIRST + timedelta(days=13)}" in refused.value.message


@pytest.mark.parametrize("pair", [{"store_id": 10**6, "product_id": 1}, {"store_id": 1, "product_id": 10**6}])
def test_a_pair_that_is_not_there_is_not_found(shop: Shop, pair: dict[str, int]) -> None:
    with pytest.raises(NotFoundError):
        shop.services.plans.simulate(request(shop, **pair))


def test_a_model_run_that_is_unknown_is_not_found_and_one_without_a_model_conflicts(shop: Shop) -> None:
    with pytest.raises(NotFoundError):
        shop.services.plans.basis("0" * 32)
    with shop.services.transactions.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO model_run (run_id, status, model_type, config, data_fingerprint, date_start, date_end)"
                " SELECT repeat('f', 32), 'failed', model_type, config, data_fingerprint, date_start, date_end"
                " FROM model_run LIMIT 1"
            )
        )
    with pytest.raises(ConflictError) as refused:
        shop.services.plans.basis("f" * 32)
    assert refused.value.reason == "no_model"


def test_a_saved_plan_is_shown_as_it_was_computed(shop: Shop) -> None:
    saved = save(shop, "ten percent less", tags=["a", "b"])
    computed = shop.services.plans.simulate(request(shop)).plan
    shown = shop.services.plans.show(saved.plan_id)
    assert shown == saved
    assert shown.outcome == computed.as_json()
    assert (shown.units_delta, shown.method, shown.tags) == (round(computed.delta.units, 6), "heuristic", ["a", "b"])
    assert shown.assumptions == cut()
    assert detail_json(shown)["days"] == shown.outcome["days"]
    assert summary_json(shown)["true_units_delta"] == shown.outcome["true_units_delta"]


def test_plans_are_listed_newest_first_and_by_all_of_their_tags(shop: Shop) -> None:
    plans = shop.services.plans
    one, two, three = (save(shop, f"listed {tags}", tags=tags) for tags in (["x"], ["x", "y z"], ["y z"]))
    for tags, expected in ((["x"], [two, one]), (["y z"], [three, two]), (["x", "y z"], [two]), (["none"], [])):
        found, total = plans.list(tags)
        assert ([one.plan_id for one in found], total) == ([one.plan_id for one in expected], len(expected))
    newest, total = plans.list(limit=1)
    assert newest[0].plan_id == three.plan_id
    assert total >= 3
    for limit in (0, 201):
        with pytest.raises(InvalidInputError):
            plans.list(limit=limit)


def test_tags_are_replaced_whole(shop: Shop) -> None:
    saved = save(shop, "tagged", tags=["old"])
    assert shop.services.plans.tag(saved.plan_id, ["new", "newer"]).tags == ["new", "newer"]
    assert shop.services.plans.show(saved.plan_id).tags == ["new", "newer"]
    assert shop.services.plans.tag(saved.plan_id, []).tags == []
    with pytest.raises(InvalidInputError):
        shop.services.plans.tag(saved.plan_id, ["twice", "twice"])


def test_a_clone_has_the_same_numbers_under_another_id_and_name(shop: Shop) -> None:
    saved = save(shop, "n" * 200, tags=["kept"])
    copy = shop.services.plans.clone(saved.plan_id)
    named = shop.services.plans.clone(saved.plan_id, "another")
    assert (copy.name, named.name) == ("n" * 193 + " (copy)", "another")
    assert copy.cloned_from == named.cloned_from == saved.plan_id
    changed = {"plan_id", "name", "cloned_from", "created_at", "updated_at"}
    same = [name for name in SavedPlan.__dataclass_fields__ if name not in changed]
    assert [getattr(copy, name) for name in same] == [getattr(saved, name) for name in same]
    with pytest.raises(InvalidInputError):
        shop.services.plans.clone(saved.plan_id, "")


def test_plans_are_compared_in_the_order_of_what_they_promise(shop: Shop) -> None:
    cheaper, dearer = save(shop, "cheaper", cut(-0.1)), save(shop, "dearer", cut(0.1))
    by_units = shop.services.plans.compare([dearer.plan_id, cheaper.plan_id], "units_delta")
    assert [(one["rank"], one["name"]) for one in by_units["plans"]] == [(1, "cheaper"), (2, "dearer")]
    assert (by_units["comparable"], by_units["notes"]) == (True, [])
    by_revenue = shop.services.plans.compare([dearer.plan_id, cheaper.plan_id])
    revenues = [one["revenue_delta"] for one in by_revenue["plans"]]
    assert revenues == sorted(revenues, reverse=True)
    short = save(shop, "short", cut(days=3), horizon=3)
    assert shop.services.plans.compare([cheaper.plan_id, short.plan_id])["comparable"] is False


def test_a_comparison_names_what_is_wrong_with_it(shop: Shop) -> None:
    one, two = save(shop, "one"), save(shop, "two")
    plans = shop.services.plans
    for ids in ([one.plan_id], [one.plan_id] * 2, [one.plan_id] * 6):
        with pytest.raises(InvalidInputError):
            plans.compare(ids)
    with pytest.raises(InvalidInputError) as refused:
        plans.compare([one.plan_id, two.plan_id], "profit")
    assert refused.value.errors[0].field == "rank_by"
    plans.delete(two.plan_id)
    with pytest.raises(NotFoundError) as gone:
        plans.compare([one.plan_id, two.plan_id])
    assert two.plan_id[:8] in gone.value.message


def test_a_deleted_plan_is_gone(shop: Shop) -> None:
    saved = save(shop, "to be deleted")
    plans = shop.services.plans
    plans.delete(saved.plan_id)
    for call in (plans.show, plans.delete, plans.clone, lambda plan_id: plans.tag(plan_id, ["x"])):
        with pytest.raises(NotFoundError) as gone:
            call(saved.plan_id)
        assert gone.value.remedy
    with pytest.raises(InvalidInputError):
        plans.show("no id")


def test_a_refused_plan_leaves_nothing_behind(shop: Shop) -> None:
    before = shop.services.plans.list()[1]
    with pytest.raises(InvalidInputError):
        save(shop, "late", cut(days=15))
    assert shop.services.plans.list()[1] == before


def test_plans_outlive_their_data_and_new_ones_then_need_the_data_again(database: Database, tmp_path: Path) -> None:
    shop = make_shop(database, tmp_path)
    saved = save(shop, "kept")
    shop.services.demand.wipe()
    assert shop.services.plans.show(saved.plan_id).outcome == saved.outcome
    with pytest.raises(NotFoundError) as gone:
        shop.services.plans.simulate(request(shop))
    assert "is gone" in gone.value.message
    shop.services.demand.seed(resolve_recipe("demo_minimal", 1, as_of=TODAY))
    with pytest.raises(NotFoundError) as other_ids:
        shop.services.plans.simulate(request(shop))
    assert "store_id and product_id" in other_ids.value.remedy
    again = shop.services.demand.focus(shop.services.demand.require_current(), None).pair
    renewed = request(shop, store_id=again.store_id, product_id=again.product_id)
    assert shop.services.plans.simulate(renewed).plan.as_json() == saved.outcome


def test_without_any_model_the_remedy_says_to_run(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError) as nothing:
        services_over(database, tmp_path).plans.basis()
    assert "Run the pipeline" in nothing.value.remedy


def test_imported_sales_can_be_planned_and_have_no_truth(database: Database, tmp_path: Path) -> None:
    lines = ["date,store,product,quantity,unit_price"]
    lines += [
        f"{TODAY - timedelta(days=day)},{store},tea,{20 + (day * 7 + store) % 5},{2 if (day // 30) % 2 else 3}.50"
        for day in range(100)
        for store in (1, 2)
    ]
    (tmp_path / "sales.csv").write_text("\n".join(lines))
    services = services_over(database, tmp_path)
    kept, _ = services.demand.import_sales(tmp_path / "sales.csv")
    data_set = kept.data_set
    subject = Subject(data_set, services.demand.matrix(data_set), services.demand.focus(data_set, None).pair, None)
    config, plan = ModelConfig.of("naive"), BacktestPlan(HORIZON, "expanding", 2, 30, 0, "wape")
    scored = services.models.backtest(subject, [config], plan, lambda share, what: None)
    services.models.register(subject, scored, config, lambda share, what: None)
    found = services.plans.simulate(parse_plan(PlanRequest, {"assumptions": cut()})).plan
    assert (found.true_effects, found.truth) == (None, None)
    assert found.as_json()["true_units_delta"] is None
    assert found.delta.units >= 0


def test_only_one_module_reads_known_truth() -> None:
    package = Path(__file__).resolve().parents[2] / "showcase"
    naming = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "truth_effect" in path.read_text(encoding="utf-8") and path.parent.name in ("store", "services")
    }
    assert "store/truth.py" in naming
    assert not [name for name in naming if name.startswith("services/") and name != "services/demand.py"]


def test_the_day_after_the_cutoff_is_the_first_that_is_planned(shop: Shop) -> None:
    basis = shop.services.plans.basis(shop.registered["moving_average"].model_run_id)
    assert basis.model.cutoff == TODAY
    assert (
        date.fromisoformat(shop.services.plans.simulate(request(shop), basis).plan.as_json()["forecast_start"]) == FIRST
    )
