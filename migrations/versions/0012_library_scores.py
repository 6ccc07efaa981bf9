"""What the library filters and sorts by lies in columns and in one index, and a story lies out of the row's way."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "showcase_workspace"
NUMBERS = ("winner_value", "winner_wape", "wall_clock_s")
NEWEST = "ix_showcase_workspace_newest"
KEYS = "pinned DESC, created_at DESC, id DESC"
COVERED = "archived, status, scenario, seed, replayed_from_workspace_id, winner_model_type, " + ", ".join(NUMBERS)


def upgrade() -> None:
    # values beyond half a kilobyte leave the row, which is read for every search; the new columns rewrite all rows
    op.execute(f"ALTER TABLE {TABLE} SET (toast_tuple_target = 512)")
    columns = [
        "ADD COLUMN winner_model_type text GENERATED ALWAYS AS (result_summary ->> 'winner_model_type') STORED",
        *(
            f"ADD COLUMN {name} double precision GENERATED ALWAYS AS (CASE jsonb_typeof(result_summary -> '{name}')"
            f" WHEN 'number' THEN (result_summary ->> '{name}')::double precision END) STORED"
            for name in NUMBERS
        ),
    ]
    op.execute(f"ALTER TABLE {TABLE} {', '.join(columns)}")
    for name in ("winner_model_type", *NUMBERS):
        op.execute(f"COMMENT ON COLUMN {TABLE}.{name} IS 'of the result summary, to filter and sort by'")
    op.execute(f"DROP INDEX {NEWEST}")
    op.execute(f"CREATE INDEX {NEWEST} ON {TABLE} ({KEYS}) INCLUDE ({COVERED})")


def downgrade() -> None:
    op.execute(f"DROP INDEX {NEWEST}")
    for name in ("winner_model_type", *NUMBERS):
        op.execute(f"ALTER TABLE {TABLE} DROP COLUMN {name}")
    op.execute(f"CREATE INDEX {NEWEST} ON {TABLE} ({KEYS})")
    op.execute(f"ALTER TABLE {TABLE} RESET (toast_tuple_target)")
