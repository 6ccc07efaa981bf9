"""`showcase plans` computes, keeps, finds, copies, ranks and deletes what-if plans."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from showcase.services.model_requests import TrainRequest
from showcase.services.suite import Services
from showcase.store.engine import Database
from tests.cli.conftest import Showcase
from tests.services.subjects import quiet, seed_subject, services_of


@pytest.fixture
def services(database: Database, tmp_path: Path) -> Services:
    """A model in production, over the command line's own files."""
    services = services_of(database, tmp_path / "home")
    subject = seed_subject(services, stores=2, products=2, window_days=90)
    asked = {
        "store_id": subject.pair.store_id,
        "product_id": subject.pair.product_id,
        "config": {"model_type": "moving_average"},
    }
    trained = services.workbench.train(TrainRequest.model_validate(asked), quiet)
    services.models.point_alias("demo-production", trained.model_run_id)
    return services


def told(showcase: Showcase, *arguments: str) -> Any:
    said = showcase("plans", *arguments, "--json")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def test_a_what_if_that_is_not_kept_is_told_whole(showcase: Showcase, services: Services) -> None:
    plan = told(showcase, "simulate", "--price", "-0.1")
    assert told(showcase, "simulate", "--price", "-0.1", "--model-run", plan["model_run_id"][:8]) == plan
    assert plan["units_delta"] > 0
    assert (plan["horizon"], len(plan["days"])) == (14, 14)
    assert plan["true_units_delta"] > 0
    assert told(showcase, "list") == {"plans": [], "total": 0}
    said = showcase("plans", "simulate", "--price", "-0.1").stdout
    assert said.startswith("A plan that is not kept: ")
    assert "true " in said


def test_a_saved_plan_is_found_copied_ranked_and_deleted(showcase: Showcase, services: Services) -> None:
    cheap = told(showcase, "save", "ten off", "--price", "-0.1", "--tag", "spring")
    dear = told(showcase, "save", "dear [b]one[/b]", "--price", "0.1", "--horizon", "7")
    assert [one["name"] for one in told(showcase, "list", "--tag", "spring")["plans"]] == ["ten off"]
    assert told(showcase, "show", cheap["plan_id"]) == told(showcase, "show", cheap["plan_id"][:8]) == cheap
    copy = told(showcase, "clone", cheap["plan_id"][:8], "--name", "again")
    assert (copy["name"], copy["tags"], copy["units_delta"]) == ("again", ["spring"], cheap["units_delta"])
    assert told(showcase, "tag", copy["plan_id"])["tags"] == []
    ranked = told(showcase, "compare", dear["plan_id"][:8], cheap["plan_id"][:8], "--by", "units_delta")
    assert [one["name"] for one in ranked["plans"]] == ["ten off", "dear [b]one[/b]"]
    assert ranked["notes"]
    # what a person called a plan is text, never markup
    assert "dear [b]one[/b]" in showcase("plans", "list").stdout
    assert "dear [b]one[/b]" in showcase("plans", "compare", dear["plan_id"], cheap["plan_id"]).stdout
    assert showcase("plans", "delete", dear["plan_id"][:8]).stdout == "The plan dear [b]one[/b] is deleted.\n"
    assert told(showcase, "list")["total"] == 2


def test_every_assumption_has_its_flag(showcase: Showcase, services: Services) -> None:
    first = services.plans.basis().days(14).start.isoformat()
    flags = (
        "--price", "-0.05", "--promotion", "bogo=0.5", "--holiday", first, "--on-hand", "40", "--stage", "growth",
        "--start", first, "--end", first,
    )  # fmt: skip
    assert told(showcase, "save", "all", *flags)["assumptions"] == {
        "price": {"change_pct": -0.05, "start": first, "end": first},
        "promotion": {"kind": "bogo", "discount": 0.5, "start": first, "end": first},
        "holiday": {"dates": [first]},
        "inventory": {"on_hand_units": 40},
        "lifecycle": {"stage": "growth"},
    }


def test_assumptions_come_from_a_file_or_from_flags(showcase: Showcase, services: Services, tmp_path: Path) -> None:
    file = tmp_path / "assumptions.json"
    file.write_text(json.dumps({"inventory": {"on_hand_units": 3}}))
    assert told(showcase, "simulate", "--frame", str(file))["inventory"]["on_hand_units"] == 3
    both = showcase("plans", "simulate", "--frame", str(file), "--on-hand", "3")
    assert (both.returncode, "one way" in both.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("simulate",), "at least one of price"),
        (("simulate", "--price", "-2"), "change_pct"),
        (("simulate", "--promotion", "bogo"), "kind=discount"),
        (("simulate", "--promotion", "gift=0.2"), "kind"),
        (("simulate", "--price", "0.1", "--end", "2031-01-01"), "lie outside"),
        (("save", " ", "--price", "0.1"), "name"),
        (("show", "0" * 32), "no plan"),
        (("compare", "0" * 32, "1" * 32), "no plan"),
        (("simulate", "--price", "0.1", "--store", "1"), "product_id"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_remedy(
    showcase: Showcase, services: Services, arguments: tuple[str, ...], said: str
) -> None:
    refused = showcase("plans", *arguments)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert len(refused.stderr.strip().splitlines()) >= 2
