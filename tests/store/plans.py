"""How PostgreSQL goes about a query of ours, with rows too few to make an index worth while by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event, text


def plan_of(connection: Connection, ask: Callable[[Connection], object]) -> str:
    """The plan of the last query that `ask` puts, where nothing but an index spares reading the whole table."""
    put: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        put.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        ask(connection)
    finally:
        event.remove(connection, "before_cursor_execute", note)
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    statement, parameters = put[-1]
    return "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
