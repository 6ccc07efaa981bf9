"""What is changed and which tests are asked: the parts whose mistakes would cost the most."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Area:
    """Modules that are changed one line at a time, and the tests that stand nearest to them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "lock": Area(
        ("showcase/store/lock.py", "showcase/store/fence.py"),
        (
            "tests/store/test_lock.py", "tests/pipeline/test_settle.py", "tests/faults/test_stopped_process.py",
            "tests/services/test_decisions.py",
        ),
    ),
    "lifecycle": Area(
        ("showcase/registry/lifecycle.py", "showcase/pipeline/settle.py"),
        (
            "tests/registry/test_lifecycle.py", "tests/pipeline/test_settle.py", "tests/pipeline/test_settled_rows.py",
            "tests/pipeline/test_reaper.py", "tests/faults/test_stopped_process.py",
        ),
    ),
    "decision": Area(
        ("showcase/services/decisions.py", "showcase/store/decisions.py"),
        ("tests/services/test_decisions.py", "tests/http/test_decisions.py"),
    ),
    "verifier": Area(
        ("showcase/bundles/verify.py",), ("tests/bundles/test_verify.py", "tests/bundles/test_verify_limits.py")
    ),
    "importer": Area(
        tuple(
            f"showcase/demand/intake{part}.py"
            for part in (
                "", "_chunks", "_columns", "_csv", "_dimensions", "_form", "_judge", "_parquet", "_parts", "_preview",
                "_read", "_report", "_series", "_settle", "_sort", "_spool", "_text", "_values",
            )
        ),
        tuple(
            f"tests/demand/test_intake{part}.py"
            for part in ("", "_columns", "_csv", "_form", "_parquet", "_refusals", "_report", "_values")
        ),
    ),
}  # fmt: skip
