"""Pipeline runs, their events and the run lock."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_lock",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_run_lock_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_lock")),
        comment="who holds the run lock; the lock itself is a session advisory lock, the token fences late writers",
    )
    op.create_table(
        "demo_run",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("total_steps", sa.SmallInteger(), nullable=False),
        sa.Column("step_name", sa.Text(), nullable=True),
        sa.Column("step_index", sa.SmallInteger(), nullable=True),
        sa.Column("workspace_id", sa.String(length=32), nullable=True),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="why it ended as it did; null while running and when completed"
        ),
        sa.Column("summary", sa.JSON(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stop_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'running') = (ended_at IS NULL)", name=op.f("ck_demo_run_ended")),
        sa.CheckConstraint(
            "status IN ('running', 'completed', 'failed', 'cancelled', 'interrupted')", name=op.f("ck_demo_run_status")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_demo_run")),
    )
    op.create_index(
        "ix_demo_run_running", "demo_run", ["status"], unique=False, postgresql_where=sa.text("status = 'running'")
    )
    op.create_index(op.f("ix_demo_run_started_at"), "demo_run", [sa.literal_column("started_at DESC")], unique=False)
    op.create_table(
        "demo_event",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["demo_run.run_id"], name=op.f("fk_demo_event_run_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_demo_event")),
    )
    op.execute("INSERT INTO run_lock (id) VALUES (1)")


def downgrade() -> None:
    op.drop_table("demo_event")
    op.drop_table("demo_run")
    op.drop_table("run_lock")
