"""Optional rate limits: how many runs and imports one caller may start in a while."""

from __future__ import annotations

import ipaddress
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from starlette.types import Scope

from showcase.errors import ShowcaseError
from showcase.http.roles import role_of
from showcase.pipeline.execution import Execution
from showcase.pipeline.launcher import Also, Launcher
from showcase.pipeline.once import Start
from showcase.pipeline.request import RunRequest
from showcase.ports import Clock
from showcase.services.roles import check_role
from showcase.settings import RateLimit


class RateLimitedError(ShowcaseError):
    """More than the limit allows; `retry_after_s` is when there is room again."""

    kind = "rate"

    def __init__(self, message: str, remedy: str, retry_after_s: int) -> None:
        super().__init__(message, remedy)
        self.retry_after_s = retry_after_s


@dataclass(slots=True, eq=False)
class RateLimits:
    """Counts what was accepted, each caller by its address, in the memory of this process.

    What is refused for another reason does not count, and a caller on loopback is never counted.
    """

    limits: tuple[RateLimit, ...]
    clock: Clock
    _accepted: dict[tuple[str, str], deque[float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def counted(self, what: str, scope: Scope) -> Iterator[None]:
        """Around the start of a run ("runs") or an import ("imports"): one that raises is not counted.

        RateLimitedError where the caller of `scope` has none left.
        """
        limit = next((one for one in self.limits if one.what == what), None)
        caller = (scope.get("client") or ("somewhere", 0))[0]
        if limit is None or _is_loopback(caller):
            yield
            return
        moment = self._take(limit, caller)
        try:
            yield
        except BaseException:
            with self._lock, suppress(KeyError, ValueError):  # it may be too old to count by now
                self._accepted[limit.what, caller].remove(moment)
            raise

    def _take(self, limit: RateLimit, caller: str) -> float:
        with self._lock:
            now = self.clock.monotonic()
            self._forget(now)
            accepted = self._accepted.setdefault((limit.what, caller), deque())
            if len(accepted) >= limit.count:
                raise RateLimitedError(
                    f"{limit.count} {limit.what} were started from {caller} within the last {limit.period}; that is "
                    "the limit here.",
                    "Wait as the header retry-after says, or ask whoever runs this server to raise "
                    "SHOWCASE_RATE_LIMITS.",
                    max(1, round(accepted[0] + limit.period_s - now + 0.5)),
                )
            accepted.append(now)
            return now

    def _forget(self, now: float) -> None:
        """Callers whose last start is too long ago to count are gone, so that memory does not grow with them."""
        periods = {limit.what: limit.period_s for limit in self.limits}
        for (what, caller), accepted in list(self._accepted.items()):
            while accepted and accepted[0] <= now - periods[what]:
                accepted.popleft()
            if not accepted:
                del self._accepted[what, caller]


def limits_of(scope: Scope) -> RateLimits:
    """The limits of the application that serves this request."""
    found: RateLimits = scope["app"].state.rate_limits
    return found


def counted_start(launcher: Launcher, scope: Scope) -> Start:
    """The launcher's start, for an operator, counted for the caller of `scope`."""

    def start(request: RunRequest, *, also: Also | None = None) -> Execution:
        check_role(role_of(scope), "operator")
        with limits_of(scope).counted("runs", scope):
            return launcher.start(request, also=also)

    return start


def _is_loopback(caller: str) -> bool:
    try:
        return ipaddress.ip_address(caller).is_loopback
    except ValueError:
        return False
