"""Runs the table of steps in order, records each outcome, and stops where a step fails or a person asks to."""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass, field

from showcase.errors import ShowcaseError
from showcase.failpoints import reach
from showcase.pipeline.context import RunContext, StopRequested
from showcase.pipeline.events import Event, EventType, StepStatus
from showcase.pipeline.journal import Journal
from showcase.pipeline.steps import Position, Step, StepOutcome, failed, positions

log = logging.getLogger(__name__)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(slots=True)
class Course:
    """How far a run got: the final event of each step, and why it ended as it did."""

    status: str = "completed"
    reason: str | None = None
    steps: list[Event] = field(default_factory=list)


def _attempt(step: Step, context: RunContext) -> tuple[StepOutcome, str | None]:
    """Do one step. Every failure becomes an outcome on the record; a stop comes back as the run's status."""
    try:
        context.check_stop()
        reach(f"step.{step.name}.before")
        outcome = step.run(context)
        reach(f"step.{step.name}.after")
    except StopRequested:
        return failed("cancelled"), "cancelled"
    except ShowcaseError as error:
        return failed(str(error), error=error.message, remedy=error.remedy, kind=error.kind), "failed"
    except Exception as error:
        log.exception("step %s of run %s failed", step.name, context.run_id)
        what, remedy = _unforeseen(error)
        message = f"{what} in step {step.name}"
        return failed(f"{message}. {remedy}", error=message, remedy=remedy, kind="unforeseen"), "failed"
    return outcome, None


def _unforeseen(error: Exception) -> tuple[str, str]:
    """What to say of a failure that no step expects: what it was, and what to do."""
    if isinstance(error, MemoryError):
        return "The memory was not enough", "Close other programs, or run with fewer stores, products or days."
    if isinstance(error, OSError) and error.errno in _FULL:
        return "The disk is full", "Free disk space below SHOWCASE_HOME, then run again."
    return type(error).__name__, "Look at the program's log for this run, then report it with the run's id."


def run_steps(steps: tuple[Step, ...], context: RunContext, journal: Journal) -> Course:
    """Run the steps until the end, the first failure or a stop; the journal has every event when this returns."""
    course = Course()
    for step, position in zip(steps, positions(steps), strict=True):
        event, ended = _run_step(step, position, context, journal)
        course.steps.append(event)
        if ended is not None or event.status is StepStatus.FAIL:
            course.status = ended or "failed"
            course.reason = f"{step.name}: {event.detail}"
            break
    return course


def _run_step(step: Step, position: Position, context: RunContext, journal: Journal) -> tuple[Event, str | None]:
    started = context.clock.monotonic()
    journal.write(EventType.STEP_START, position, None, f"{step.name} starts")
    context.enter(
        lambda share, detail, rows: journal.progress(position, share, detail, rows),
        lambda detail, first: journal.announce(position, detail, first),
    )
    outcome, ended = _attempt(step, context)
    event = journal.write(
        EventType.STEP_COMPLETE,
        position,
        outcome.status,
        outcome.detail,
        data=outcome.data,
        duration_ms=(context.clock.monotonic() - started) * 1000,
    )
    return event, ended
