"""A failpoint acts at its place and time, and only in a test process."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from showcase import failpoints
from showcase.errors import InvalidInputError
from showcase.failpoints import Failpoint, arm, reach
from showcase.settings import Settings


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm(None)


def test_it_acts_at_the_visit_that_was_named_and_at_no_other() -> None:
    arm(Failpoint.parse("export.write@3:raise"))
    reach("export.write")
    reach("export.rename")
    reach("export.write")
    with pytest.raises(OSError, match=r"failpoint export\.write") as raised:
        reach("export.write")
    assert raised.value.errno == errno.ENOSPC
    reach("export.write")


def test_nothing_happens_where_none_is_armed() -> None:
    reach("commit.before")


def test_it_stands_still_for_longer_than_anybody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(failpoints.time, "sleep", slept.append)
    arm(Failpoint.parse("commit.after:sleep"))
    reach("commit.after")
    assert slept == [failpoints.SLEEP_S]


def test_a_killed_process_does_nothing_more() -> None:
    script = (
        "from showcase.failpoints import Failpoint, arm, reach\n"
        "arm(Failpoint.parse('here:kill')); print('before', flush=True); reach('here'); print('after', flush=True)"
    )
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "before\n")


@pytest.mark.parametrize("text", ["", "here", "here:", "here:explode", "here@0:kill", ":kill", "Here:kill", "a b:kill"])
def test_what_is_no_failpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Failpoint.parse(text)
    assert refused.value.errors[0].field == "SHOWCASE_FAILPOINT"


def test_the_setting_is_honoured_in_a_test_process_alone() -> None:
    assert Settings(test=False, failpoint="here:kill").armed_failpoint is None
    armed = Settings(test=True, failpoint="here@2:kill").armed_failpoint
    assert armed is not None
    assert (armed.name, armed.count, armed.action) == ("here", 2, "kill")
