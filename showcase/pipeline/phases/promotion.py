"""The second half of the decision phase: champion against challenger, and two demonstrations in the sandbox."""

from __future__ import annotations

from typing import Any

from showcase.forecasting.fit import fit_model
from showcase.forecasting.portable import portable_bytes
from showcase.forecasting.zoo import ModelConfig
from showcase.pipeline.context import RunContext
from showcase.pipeline.phases.modeling import configs_of, subject_of
from showcase.pipeline.steps import StepOutcome, passed, skipped, warned
from showcase.registry.comparable import Obstacle
from showcase.registry.promotion import promotion_obstacles
from showcase.services.models import Scored, Subject, board_rows, scores_by
from showcase.services.registry import entry_of
from showcase.services.sandbox import SANDBOX_ALIAS, Sandbox

_NOT_RESTORED = f"{SANDBOX_ALIAS} points elsewhere than before; nothing real was touched"


def _told(obstacles: tuple[Obstacle, ...]) -> list[dict[str, str]]:
    return [{"reason": one.reason, "detail": one.detail} for one in obstacles]


def champion_compat_compare(context: RunContext) -> StepOutcome:
    """The champion (V1) against the challenger (V2) on the focus pair: comparable, or why not."""
    facts = context.facts
    if facts.registered is None or facts.challenger is None or facts.scored is None:
        return skipped("a champion and a challenger are needed, one of them is missing")
    compared = context.services.registry.compare(facts.registered.model_run_id, facts.challenger.model_run_id)
    pair = subject_of(context).pair
    own = [row for row in scores_by(facts.scored.backtest, "model", pair=pair) if row["model"] == facts.scored.winner]
    champion = own[0] if own else None
    values = {
        "is_comparable": compared.is_comparable,
        "obstacles": _told(compared.obstacles),
        "wape_change": compared.wape_change,
        "champion": {
            "model_run_id": compared.first.run_id,
            "model": compared.first.model_type,
            "feature_frame_version": compared.first.feature_frame_version,
            "pair_wape": champion["wape"] if champion else None,
        },
        "challenger": {
            "model_run_id": compared.second.run_id,
            "model": compared.second.model_type,
            "feature_frame_version": compared.second.feature_frame_version,
            "pair_wape": (facts.challenger.pair_scores or {}).get("wape"),
        },
    }
    who = f"{compared.first.model_type} and {compared.second.model_type}"
    if not compared.is_comparable:
        return passed(f"{who} are not comparable: {compared.obstacles[0].detail}", **values)
    change = "" if compared.wape_change is None else f", wape {compared.wape_change:+.2f} points"
    return passed(f"{who} are comparable{change}", **values)


def stale_alias_trigger(context: RunContext) -> StepOutcome:
    """How an alias gets stale: a newer success, another feature frame, and a model that is no success any more."""
    facts = context.facts
    if facts.registered is None:
        return skipped("there is no champion to show it with")
    registry, before = context.services.registry, context.services.models.alias(SANDBOX_ALIAS)
    newer = facts.challenger.model_run_id if facts.challenger else facts.registered.model_run_id
    with context.services.sandbox.opened(subject_of(context), facts.made_for_show) as sandbox:
        aliased = sandbox.copy(facts.registered.model_run_id)
        sandbox.point(aliased)
        stages = [{"after": "the alias was set", "stale_reasons": list(registry.alias(SANDBOX_ALIAS).stale_reasons)}]
        context.progress(0.3, "a newer success")
        sandbox.copy(newer)
        stages.append({"after": "a newer success", "stale_reasons": list(registry.alias(SANDBOX_ALIAS).stale_reasons)})
        context.progress(0.6, "the model is archived")
        registry.change_state(aliased, "archived")
        stages.append(
            {"after": "its model was archived", "stale_reasons": list(registry.alias(SANDBOX_ALIAS).stale_reasons)}
        )
    restored = context.services.models.alias(SANDBOX_ALIAS) == before
    values: dict[str, Any] = {"alias": SANDBOX_ALIAS, "stages": stages, "restored": restored, "synthetic": True}
    if not restored:
        return warned(_NOT_RESTORED, **values)
    if stages[0]["stale_reasons"] or not stages[-1]["stale_reasons"]:
        return warned("the sandbox alias was not fresh first and stale then; nothing real was touched", **values)
    return passed(
        f"{SANDBOX_ALIAS} was fresh, then stale: {', '.join(stages[-1]['stale_reasons'])}; restored", **values
    )


def safer_promote_flow(context: RunContext) -> StepOutcome:
    """What a blind promotion of the worst model does, what the checks say to it, and the way back."""
    facts = context.facts
    if facts.registered is None or facts.scored is None:
        return skipped("there is no champion to show it with")
    subject, registry = subject_of(context), context.services.registry
    before = context.services.models.alias(SANDBOX_ALIAS)
    with context.services.sandbox.opened(subject, facts.made_for_show) as sandbox:
        champion = sandbox.copy(facts.registered.model_run_id)
        sandbox.point(champion)
        context.progress(0.3, "a blind promotion")
        challenger = _add_worst(sandbox, subject, facts.scored, configs_of(context))
        sandbox.point(challenger)
        context.progress(0.6, "the checks")
        obstacles = promotion_obstacles(
            entry_of(registry.show(champion)),
            entry_of(registry.show(challenger)),
            artifact_verified=registry.verify(challenger),
        )
        sandbox.point(champion)
        runs = {"champion": registry.show(champion), "challenger": registry.show(challenger)}
        moves = [change.run_id for change in registry.alias_history(SANDBOX_ALIAS)[:2]]
    restored = context.services.models.alias(SANDBOX_ALIAS) == before
    values: dict[str, Any] = {
        "alias": SANDBOX_ALIAS,
        **{
            name: {"model_run_id": run.run_id, "model": run.model_type, "wape": entry_of(run).wape}
            for name, run in runs.items()
        },
        "refused": bool(obstacles),
        "obstacles": _told(obstacles),
        "rolled_back": moves == [champion, challenger],
        "restored": restored,
        "synthetic": True,
    }
    if not restored:
        return warned(_NOT_RESTORED, **values)
    if not obstacles:
        return warned("the worst model is no worse than the champion, so there is nothing to refuse", **values)
    return passed(
        f"promoting {runs['challenger'].model_type} is refused: {obstacles[0].detail} Rolled back and restored",
        **values,
    )


def _add_worst(sandbox: Sandbox, subject: Subject, scored: Scored, configs: tuple[ModelConfig, ...]) -> Any:
    """A synthetic run of the model with the highest wape but the winner, with its real scores and its real artifact."""
    rivals = [row for row in board_rows(scored.board) if not row["is_winner"]]
    worst = max(rivals, key=lambda row: float("inf") if row["wape"] is None else row["wape"])
    chosen = {str(config.model_type): config for config in configs}
    config = chosen.get(worst["model"]) or ModelConfig.of(worst["model"])
    plan = scored.backtest.plan

    def fit() -> bytes:
        return portable_bytes(fit_model(config, subject.matrix.history(), plan.gap + plan.horizon))

    return sandbox.add(config, {"scores": worst}, fit)
