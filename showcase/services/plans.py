"""What-if plans: computed, saved, tagged, cloned, compared and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from showcase.errors import FieldError, InvalidInputError, NotFoundError
from showcase.forecasting.history import SalesMatrix
from showcase.kernel.clean import composed
from showcase.kernel.identity import PlanId, RunId
from showcase.kernel.refusals import check_plain
from showcase.planning.assumptions import NewPlan, PlanLabels, PlanRequest, parse_plan
from showcase.planning.ranking import Candidate, RankBy, check_compared, rank_plans, share_ground
from showcase.services.demand import DemandService
from showcase.services.models import ModelService
from showcase.services.plan_basis import PlanBasis, Simulation, read_basis, simulate
from showcase.store import plans as rows
from showcase.store.fence import Transactions
from showcase.store.plans import SavedPlan

_MOST_LISTED = 200
_LONGEST_NAME = 200
_COPY = " (copy)"


@dataclass(frozen=True, slots=True)
class PlanService:
    """Everything about plans that a person can ask for."""

    transactions: Transactions
    demand: DemandService
    models: ModelService

    def basis(self, run_id: str | None = None, matrix: SalesMatrix | None = None) -> PlanBasis:
        """What plans of a model run start from, the one in production by default; make it once for several plans.

        `matrix` is that of the model run's data set, where it was read already.
        """
        return read_basis(self.transactions, self.demand, self.models, run_id, matrix)

    def simulate(self, request: PlanRequest, basis: PlanBasis | None = None) -> Simulation:
        """Compute a what-if and keep nothing.

        NotFoundError where the model run, its data or the pair is gone; InvalidInputError for assumptions outside the
        forecast days. A `basis` must be that of the request's model run.
        """
        return simulate(self.transactions, self.demand, request, basis or self.basis(request.run_id))

    def save(self, new: NewPlan, origin_run_id: RunId | None = None, basis: PlanBasis | None = None) -> SavedPlan:
        """Compute a what-if and keep it; `origin_run_id` is the pipeline run that asks."""
        found = self.simulate(new, basis)
        columns = {
            "name": new.name,
            "tags": new.tags,
            "assumptions": new.assumptions.as_json(),
            "origin_run_id": origin_run_id,
            **found.columns(),
        }
        with self.transactions.begin() as connection:
            return rows.insert_plan(connection, PlanId.new(), columns)

    def show(self, plan_id: str) -> SavedPlan:
        """One plan; NotFoundError where it is gone."""
        wanted = PlanId(plan_id)
        with self.transactions.read() as connection:
            found = rows.find_plan(connection, wanted)
        if found is None:
            raise _gone(wanted)
        return found

    def list(self, tags: Sequence[str] = (), limit: int = 50) -> tuple[list[SavedPlan], int]:
        """The newest plans that have all of these tags, at most 200, and how many there are in all."""
        if not 1 <= limit <= _MOST_LISTED:
            raise InvalidInputError(
                f"A limit of {limit} plans was asked for.",
                f"Ask for 1 to {_MOST_LISTED}.",
                [FieldError("limit", str(limit), f"1 to {_MOST_LISTED}")],
            )
        check_plain(list(tags), "tags")
        with self.transactions.read() as connection:
            return rows.list_plans(connection, [composed(tag) for tag in tags], limit)

    def tag(self, plan_id: str, tags: Sequence[str]) -> SavedPlan:
        """Replace the tags of a plan; none at all takes them away."""
        wanted = self.show(plan_id)
        labels = parse_plan(PlanLabels, {"name": wanted.name, "tags": list(tags)})
        with self.transactions.begin() as connection:
            changed = rows.update_plan(connection, wanted.plan_id, {"tags": labels.tags})
        if changed is None:
            raise _gone(wanted.plan_id)
        return changed

    def clone(self, plan_id: str, name: str | None = None) -> SavedPlan:
        """Copy a plan with its tags and its numbers under a new id, and under another name where one is given."""
        source = self.show(plan_id)
        named = name if name is not None else source.name[: _LONGEST_NAME - len(_COPY)] + _COPY
        labels = parse_plan(PlanLabels, {"name": named, "tags": source.tags})
        columns = {one: getattr(source, one) for one in _COPIED}
        with self.transactions.begin() as connection:
            return rows.insert_plan(
                connection,
                PlanId.new(),
                {**columns, "name": labels.name, "cloned_from": source.plan_id, "origin_run_id": None},
            )

    def delete(self, plan_id: str) -> None:
        """Remove a plan; NotFoundError where it is gone already."""
        wanted = PlanId(plan_id)
        with self.transactions.begin() as connection:
            if not rows.delete_plan(connection, wanted):
                raise _gone(wanted)

    def compare(self, plan_ids: Sequence[str], rank_by: str = "revenue_delta") -> dict[str, Any]:
        """Two to five plans in their order: rank_by, comparable, plans [{rank, plan_id, name, ...}], notes.

        `comparable` is false where they start from different series, days, data or models; the order then stands, and a
        note says what differs. NotFoundError names the plans that are gone.
        """
        ranking = _rank_by(rank_by)
        check_compared(plan_ids)
        found = self._all_of(plan_ids)
        candidates = [_candidate(one) for one in found.values()]
        ranked = rank_plans(candidates, ranking)
        comparable = share_ground(candidates)
        notes = (
            [] if comparable else ["They start from different series, days, data or models; read the order with care."]
        )
        return {
            "rank_by": ranking,
            "comparable": comparable,
            "plans": [{"rank": one.rank, **summary_json(found[one.candidate.plan_id])} for one in ranked],
            "notes": notes,
        }

    def _all_of(self, plan_ids: Sequence[str]) -> dict[str, SavedPlan]:
        with self.transactions.read() as connection:
            found = [(plan_id, rows.find_plan(connection, PlanId(plan_id))) for plan_id in plan_ids]
        gone = [plan_id[:8] for plan_id, one in found if one is None]
        if gone:
            raise NotFoundError(f"There is no plan {', '.join(gone)}.", "Compare plans that are still listed.")
        return {plan_id: one for plan_id, one in found if one is not None}


_COPIED = (
    "tags", "assumptions", "horizon", "store_id", "product_id", "store_code", "sku", "data_fingerprint",
    "model_run_id", "model_type", "method", "units_delta", "revenue_delta", "outcome",
)  # fmt: skip
_SUMMARY = (
    "units_delta", "revenue_delta", "units_delta_interval", "revenue_delta_interval", "units_delta_pct",
    "revenue_delta_pct", "true_units_delta", "true_revenue_delta", "method", "leads", "disagrees", "price_unseen",
    "horizon", "forecast_start", "forecast_end",
)  # fmt: skip


def summary_json(plan: SavedPlan) -> dict[str, Any]:
    """A saved plan as a row of a list: what it is called and is about, and what it changes."""
    return {
        "plan_id": str(plan.plan_id),
        "name": plan.name,
        "tags": plan.tags,
        "store_id": plan.store_id,
        "product_id": plan.product_id,
        "store_code": plan.store_code,
        "sku": plan.sku,
        "model_run_id": plan.model_run_id,
        "model_type": plan.model_type,
        "assumptions": plan.assumptions,
        **{name: plan.outcome[name] for name in _SUMMARY},
        "created_at": plan.created_at.isoformat(),
    }


def detail_json(plan: SavedPlan) -> dict[str, Any]:
    """A saved plan whole: the row of a list, and everything that was computed."""
    return {
        **summary_json(plan),
        **plan.outcome,
        "data_fingerprint": str(plan.data_fingerprint),
        "cloned_from": plan.cloned_from,
        "origin_run_id": plan.origin_run_id,
        "updated_at": plan.updated_at.isoformat(),
    }


def _candidate(plan: SavedPlan) -> Candidate:
    days = (plan.outcome["forecast_start"], plan.horizon)
    ground = (plan.store_code, plan.sku, plan.data_fingerprint, plan.model_run_id, *days)
    return Candidate(str(plan.plan_id), plan.name, plan.units_delta, plan.revenue_delta, ground)


def _rank_by(asked: str) -> RankBy:
    for known in get_args(RankBy):
        if asked == known:
            ranking: RankBy = known
            return ranking
    allowed = " or ".join(get_args(RankBy))
    raise InvalidInputError(
        f"Plans are ranked by {allowed}, not by {asked[:40]!r}.",
        f"Rank by {allowed}.",
        [FieldError("rank_by", repr(asked[:40]), allowed)],
    )


def _gone(plan_id: PlanId) -> NotFoundError:
    return NotFoundError(f"There is no plan {plan_id.short}.", "Choose one of those that `showcase plans list` shows.")
