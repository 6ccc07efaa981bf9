"""A library of known rows in the served installation, for tests that find, tick and open them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.browser.conftest import Server
from tests.workspaces.library import put_items, workspace_id
from tests.workspaces.queries import Item

MADE = datetime(2024, 11, 1, tzinfo=UTC)  # before every run of the suite, whatever its machine takes for today
WINNER = {"winner_model_type": "naive", "winner_metric": "wape", "wall_clock_s": 1.5}


def fill(server: Server, items: Sequence[Item]) -> None:
    """Write rows into the served database."""
    put_items(server.beside.database, items, created_objects={})


def result(wape: float) -> dict[str, object]:
    """The summary of a run that naive won."""
    row = {"model": "naive", "rank": 1, "wape": wape, "is_chosen": True, "is_winner": True}
    return {**WINNER, "winner_wape": wape, "winner_value": wape, "leaderboard": [row]}


def shelf_items(tag: str, number: int, first: int) -> list[Item]:
    """Completed runs with one tag, the last one the newest and the best; numbers begin at `first`."""
    return [
        Item(
            workspace_id(first + at),
            MADE + timedelta(minutes=at),
            name=f"{tag}-{at}",
            tags=(tag,),
            result=result(90.0 - at),
        )
        for at in range(number)
    ]
