"""The library: what people add to a kept run, where it came from, its story, and what can be taken back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = "showcase_workspace"


def _json(name: str, comment: str | None = None, **kwargs: object) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), comment=comment, **kwargs)


def _moment(name: str, *, nullable: bool = False) -> sa.Column:
    default = None if nullable else sa.text("now()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=nullable)


def _columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        _json("tags", server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column(
            "config_schema_version",
            sa.SmallInteger(),
            server_default=sa.text("1"),
            comment="which slots the story knows; 1: kept before there were slots",
            nullable=False,
        ),
        sa.Column(
            "replayed_from_workspace_id",
            sa.String(length=32),
            comment="soft reference: an ancestor may go",
            nullable=True,
        ),
        sa.Column("run_id", sa.String(length=32), comment="soft reference: the pipeline run", nullable=True),
        sa.Column(
            "data_fingerprint", sa.String(length=64), comment="soft reference: the data set may be wiped", nullable=True
        ),
        _json("environment", "versions of Python, of the libraries that computed, of the code"),
        _json("seed_overrides", "the knobs that were set"),
        _json("user_scope", "the focus pair that was asked for, by ids and by codes"),
        _json("approval_events", "questions to a person and their answers"),
        _json("rag_events", "looks into the run's knowledge"),
        _json("job_ids", "soft references: the run's background work"),
        _json("phase_summaries", "the phases as far as the run got"),
        sa.Column(
            "revision",
            sa.Integer(),
            server_default=sa.text("1"),
            comment="grows with each edit by a person",
            nullable=False,
        ),
        _moment("updated_at"),
    )


CHECKS = {
    "notes": "char_length(notes) <= 2000",
    "tags": "jsonb_typeof(tags) = 'array' AND jsonb_array_length(tags) <= 20",
    "replayed_from": "replayed_from_workspace_id ~ '^[0-9a-f]{32}$'",
    "run_id": "run_id ~ '^[0-9a-f]{32}$'",
    "data_fingerprint": "data_fingerprint ~ '^[0-9a-f]{64}$'",
    "revision": "revision >= 1 AND config_schema_version >= 1",
    "objects": "jsonb_typeof(environment) = 'object' AND jsonb_typeof(seed_overrides) = 'object'"
    " AND jsonb_typeof(user_scope) = 'object' AND jsonb_typeof(created_objects) = 'object'",
    "lists": "jsonb_typeof(approval_events) = 'array' AND jsonb_typeof(rag_events) = 'array'"
    " AND jsonb_typeof(job_ids) = 'array' AND jsonb_typeof(phase_summaries) = 'array'",
}


def upgrade() -> None:
    for column in _columns():
        op.add_column(TABLE, column)
    # None was written as JSON's null until now
    op.execute("UPDATE showcase_workspace SET run_config = NULL WHERE run_config = 'null'")
    op.execute("UPDATE showcase_workspace SET result_summary = NULL WHERE result_summary = 'null'")
    # what the older rows say elsewhere, so that they are found and checked like the newer ones
    op.execute(
        "UPDATE showcase_workspace SET updated_at = created_at, run_id = created_objects ->> 'run_id',"
        " job_ids = NULLIF(created_objects -> 'job_ids', 'null'),"
        " data_fingerprint = result_summary ->> 'data_fingerprint'"
    )
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, condition)
    op.drop_index(op.f("ix_showcase_workspace_created_at_id"), table_name=TABLE)
    op.create_index(
        "ix_showcase_workspace_newest",
        TABLE,
        [sa.literal_column("pinned DESC"), sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
    )
    op.create_index(
        "ix_showcase_workspace_tags",
        TABLE,
        ["tags"],
        postgresql_using="gin",
        postgresql_ops={"tags": "jsonb_path_ops"},
    )
    op.create_index(op.f("ix_showcase_workspace_replayed_from_workspace_id"), TABLE, ["replayed_from_workspace_id"])
    op.create_table(
        "saved_search",
        sa.Column("name", sa.Text(), nullable=False),
        _json("filters", nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_saved_search")),
        comment="filters of the library that were given a name",
    )
    op.create_table(
        "bulk_undo",
        sa.Column("undo_token", sa.String(length=32), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        _moment("made_at"),
        sa.PrimaryKeyConstraint("undo_token", name=op.f("pk_bulk_undo")),
        comment="bulk actions that can be taken back once",
    )
    op.create_table(
        "bulk_undo_row",
        sa.Column("undo_token", sa.String(length=32), nullable=False),
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        _json("was", "the row before: the changed columns, or all of a deleted one", nullable=False),
        sa.Column("revision_after", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["undo_token"], ["bulk_undo.undo_token"], name=op.f("fk_bulk_undo_row_undo_token"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("undo_token", "workspace_id", name=op.f("pk_bulk_undo_row")),
    )
    op.create_table(
        "replay_confirmation",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("workspace_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        _moment("spent_at", nullable=True),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_replay_confirmation")),
        comment="tokens with which a destructive replay is confirmed: once, for one state, for five minutes",
    )


def downgrade() -> None:
    op.drop_table("replay_confirmation")
    op.drop_table("bulk_undo_row")
    op.drop_table("bulk_undo")
    op.drop_table("saved_search")
    op.drop_index(op.f("ix_showcase_workspace_replayed_from_workspace_id"), table_name=TABLE)
    op.drop_index("ix_showcase_workspace_tags", table_name=TABLE)
    op.drop_index("ix_showcase_workspace_newest", table_name=TABLE)
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, type_="check")
    for column in reversed(_columns()):
        op.drop_column(TABLE, column.name)
    op.create_index(
        op.f("ix_showcase_workspace_created_at_id"),
        TABLE,
        [sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
    )
