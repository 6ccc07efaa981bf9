"""A home with a library of a hundred thousand made-up workspaces, to look at with `showcase serve`.

    SHOWCASE_HOME=/tmp/full python -m benchmarks.full_library 100000

Each tenth replays the one before it, one in fifty is pinned; presets, statuses, scores and tags are spread evenly. The
rows are written by the database itself, in one statement.
"""

from __future__ import annotations

import sys
import time

from sqlalchemy import text

from showcase.demand.presets import Scenario
from showcase.settings import load_settings
from showcase.wiring import Installation, open_installation

USUAL_ROWS = 100_000
_FILL = text("""
INSERT INTO showcase_workspace (workspace_id, name, status, seed, scenario, reset, skip_seed, created_objects,
    result_summary, created_at, pinned, notes, tags, replayed_from_workspace_id)
SELECT md5(n::text), 'made-up-' || n, status, n, (CAST(:presets AS text[]))[1 + n % 8], false, true, '{}',
    CASE WHEN status = 'completed' THEN jsonb_build_object('winner_model_type', (CAST(:models AS text[]))[1 + n % 3],
        'winner_metric', 'wape', 'winner_value', score, 'winner_wape', score, 'wall_clock_s', 1 + n % 90) END,
    now() - make_interval(mins => n * :apart), n % 50 = 0 AND NOT is_plain,
    CASE WHEN n % 7 = 0 THEN 'a note about number ' || n END,
    CASE WHEN n % 3 = 0 THEN jsonb_build_array('tag-' || n % 40) ELSE '[]' END,
    CASE WHEN n % 10 = 0 THEN md5((n + 1)::text) END
FROM (SELECT n, is_plain,
    CASE WHEN n % 20 = 0 THEN 'failed' WHEN n % 33 = 0 THEN 'cancelled' ELSE 'completed' END AS status,
    round((CASE WHEN is_plain THEN 60 ELSE 5 END + 55 * abs(sin(n)))::numeric, 2)::float AS score
    FROM (SELECT n, n * :apart < :plain_days * 24 * 60 AS is_plain FROM generate_series(1, :rows) AS n) AS counted
    ) AS made
ON CONFLICT (workspace_id) DO NOTHING
""")


def fill(installation: Installation, rows: int, *, minutes_apart: int = 1, plain_days: int = 0) -> None:
    """Write so many workspaces; of those of the last `plain_days` none is pinned, and none scores better than 60."""
    values = {
        "rows": rows,
        "apart": minutes_apart,
        "plain_days": plain_days,
        "presets": list(Scenario),
        "models": ["naive", "prophet_like", "seasonal_naive"],
    }
    with installation.database.begin() as connection:
        connection.execute(_FILL, values)


def main(rows: int) -> None:
    """Fill the home of this environment."""
    with open_installation(load_settings()) as installation:
        began = time.monotonic()
        fill(installation, rows)
        print(f"{rows:,} workspaces in {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else USUAL_ROWS)
