"""A client for scripts elsewhere: runs, workspaces, data sets and plans of a served installation, over HTTP.

It needs httpx alone, and imports nothing of the package but its errors.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

import httpx

from showcase.client.connection import CallError, Connection
from showcase.client.nouns import DataSets, Plans, Runs, Started, Workspaces

__all__ = ["CallError", "Client", "Connection", "DataSets", "Plans", "Runs", "Started", "Workspaces"]


class Client(AbstractContextManager["Client"]):
    """A served installation. Close it, or use it as a context; `api.call` reaches every other path.

    Client("http://127.0.0.1:5006", token="...").runs.start(scenario="demo_minimal", skip_seed=False)
    """

    def __init__(self, base_url: str, *, token: str | None = None, timeout_s: float = 60.0) -> None:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self.api = Connection(httpx.Client(base_url=base_url, headers=headers, timeout=timeout_s))
        self.runs = Runs(self.api)
        self.workspaces = Workspaces(self.api)
        self.datasets = DataSets(self.api)
        self.plans = Plans(self.api)

    def close(self) -> None:
        """Let go of the connections."""
        self.api.http.close()

    def __exit__(self, *unused: object) -> None:
        self.close()
