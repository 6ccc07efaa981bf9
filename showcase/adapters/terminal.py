"""A run as it happens, in the terminal: a line a step, a bar while it works."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

_MARKS = {"pass": "[green]✓[/]", "fail": "[red]✗[/]", "skip": "[dim]·[/]", "warn": "[yellow]![/]"}
_WIDEST_DETAIL = 110


class RunScreen:
    """Shows the events of one run; a terminal gets bars, everything else plain lines."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._task: TaskID | None = None
        self._bars = Progress(
            TextColumn("  {task.description:<14}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[detail]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, event: dict[str, Any]) -> None:
        """Show one event."""
        kind = event["event_type"]
        if kind == "step_start":
            self._task = self._bars.add_task(event["step_name"], total=1.0, detail="")
        elif kind == "step_progress" and self._task is not None:
            self._bars.update(self._task, completed=event["data"]["share"], detail=event["detail"][:60])
            if event["data"].get("awaiting") == "approval":
                self._console.print(self._question(event["data"]))
        elif kind == "step_complete":
            self._end_bar()
            self._console.print(self._line(event))
        elif kind == "pipeline_complete":
            self._end_bar()
            self._console.print(self._closing(event))

    def say(self, text: str) -> None:
        """A sentence of our own between the steps."""
        self._console.print(f"[yellow]{escape(text)}[/]")

    def _end_bar(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None

    @staticmethod
    def _line(event: dict[str, Any]) -> str:
        seconds = "" if event["duration_ms"] is None else f"{event['duration_ms'] / 1000:6.2f} s"
        detail = event["detail"]
        if len(detail) > _WIDEST_DETAIL and event["status"] == "pass":
            detail = detail[: _WIDEST_DETAIL - 1] + "…"
        return f"{_MARKS[event['status']]} {event['step_name']:<14} [dim]{seconds}[/]  {escape(detail)}"

    @staticmethod
    def _question(asked: dict[str, Any]) -> str:
        lines = [f"[bold yellow]?[/] {escape(asked['description'])}"]
        lines += [f"  [dim]{escape(reason)}[/]" for reason in asked["evidence"]["reasons"]]
        until = f"open for {asked['window_s']:g} s"
        lines.append(f"  decide with: showcase runs decide {asked['action_id']} --approve (or --reject), {until}")
        return "\n".join(lines)

    @staticmethod
    def _closing(event: dict[str, Any]) -> str:
        summary, colour = event["data"], "green" if event["status"] == "pass" else "red"
        lines = [f"[bold {colour}]{summary['run_status']}[/] {escape(event['detail'])}"]
        if summary["workspace_id"]:
            lines.append(f"workspace {summary['workspace_id']}")
        lines.append(f"run       {event['run_id']}")
        return "\n".join(lines)
