"""Seeded data sets for tests of services, and what models of them are about."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from showcase.demand.overrides import SeedOverrides
from showcase.demand.recipe import resolve_recipe
from showcase.forecasting.zoo import ModelConfig
from showcase.kernel.identity import ModelRunId
from showcase.services.models import Subject
from showcase.services.registration import Made, Registrar
from showcase.services.suite import Services
from showcase.store.engine import Database
from showcase.testing import TODAY, services_over

ALL_FLAGS = frozenset(f"SHOWCASE_ENABLE_{name}" for name in ("RANDOM_FOREST", "LIGHTGBM", "XGBOOST"))


def services_of(database: Database, home: Path) -> Services:
    """Services with every model switched on."""
    return services_over(database, home, ALL_FLAGS)


def seed_subject(services: Services, scenario: str = "demo_minimal", as_of: date = TODAY, **overrides: Any) -> Subject:
    """Seed a preset and take its usual focus pair; 92 days of 3 x 10 series unless told otherwise."""
    knobs = SeedOverrides(**overrides) if overrides else None
    data_set = services.demand.seed(resolve_recipe(scenario, 42, knobs, as_of)).data_set
    pair = services.demand.focus(data_set, None).pair
    return Subject(data_set, services.demand.matrix(data_set), pair, None)


def register(
    services: Services, subject: Subject, model: str = "naive", wape: float | None = 20.0, **more: Any
) -> ModelRunId:
    """Register a success with this wape and an artifact of its own."""
    config = ModelConfig.of(model, **more.pop("options", {}))
    new = subject.new_model_run(config, {"scores": {"wape": wape}}, **more)
    registrar = Registrar(services.transactions, services.artifacts)
    return registrar.register(new, lambda: f"{model} {wape}".encode(), Made()).model_run_id


def quiet(share: float, what: str) -> None:
    """Nobody watches."""
