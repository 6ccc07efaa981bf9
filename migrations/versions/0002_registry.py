"""The model registry, its aliases and jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_run",
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("model_type", sa.Text(), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("feature_frame_version", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("data_set_id", sa.Integer(), nullable=True, comment="soft reference: a data set may be wiped"),
        sa.Column("data_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True, comment="the grain: the focus pair's store"),
        sa.Column("product_id", sa.Integer(), nullable=True, comment="the grain: the focus pair's product"),
        sa.Column("date_start", sa.Date(), nullable=False),
        sa.Column("date_end", sa.Date(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("artifact_digest", sa.String(length=64), nullable=True),
        sa.Column("artifact_bytes", sa.BigInteger(), nullable=True),
        sa.Column(
            "origin_run_id",
            sa.String(length=32),
            nullable=True,
            comment="soft reference: the pipeline run that made it",
        ),
        sa.Column(
            "synthetic",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="a demonstration; counted nowhere",
        ),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status <> 'success' OR artifact_digest IS NOT NULL", name=op.f("ck_model_run_success_has_artifact")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'running', 'success', 'failed', 'archived')", name=op.f("ck_model_run_status")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_model_run")),
    )
    op.create_index(op.f("ix_model_run_created_at"), "model_run", [sa.literal_column("created_at DESC")], unique=False)
    op.create_index(op.f("ix_model_run_origin_run_id"), "model_run", ["origin_run_id"], unique=False)
    op.create_table(
        "model_alias",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["model_run.run_id"], name=op.f("fk_model_alias_run_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_model_alias")),
    )
    op.create_table(
        "alias_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("previous_run_id", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alias_history")),
    )
    op.create_index(op.f("ix_alias_history_name"), "alias_history", ["name"], unique=False)
    op.create_table(
        "job",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("origin_run_id", sa.String(length=32), nullable=True),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('train', 'predict', 'backtest', 'batch_item', 'export', 'import')", name=op.f("ck_job_kind")
        ),
        sa.CheckConstraint("status IN ('running', 'success', 'failed')", name=op.f("ck_job_status")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_origin_run_id"), "job", ["origin_run_id"], unique=False)


def downgrade() -> None:
    op.drop_table("job")
    op.drop_table("alias_history")
    op.drop_table("model_alias")
    op.drop_table("model_run")
