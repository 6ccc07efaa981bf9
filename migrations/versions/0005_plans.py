"""Saved what-if plans."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan",
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "tags",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
        sa.Column("assumptions", sa.JSON(), nullable=False),
        sa.Column("horizon", sa.SmallInteger(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False, comment="soft reference: a data set may be wiped"),
        sa.Column("product_id", sa.Integer(), nullable=False, comment="soft reference: a data set may be wiped"),
        sa.Column("store_code", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("data_fingerprint", sa.String(length=64), nullable=False),
        sa.Column(
            "model_run_id",
            sa.String(length=32),
            nullable=False,
            comment="soft reference: the model run it forecast with",
        ),
        sa.Column("model_type", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("units_delta", sa.Float(), nullable=False),
        sa.Column("revenue_delta", sa.Float(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False, comment="the whole plan as it was computed"),
        sa.Column(
            "cloned_from", sa.String(length=32), nullable=True, comment="soft reference: the plan that it is a copy of"
        ),
        sa.Column(
            "origin_run_id",
            sa.String(length=32),
            nullable=True,
            comment="soft reference: the pipeline run that made it",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("horizon BETWEEN 1 AND 90", name=op.f("ck_plan_horizon")),
        sa.CheckConstraint("method IN ('model_exogenous', 'heuristic')", name=op.f("ck_plan_method")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan")),
    )
    op.create_index(
        op.f("ix_plan_created_at_plan_id"),
        "plan",
        [sa.literal_column("created_at DESC"), sa.literal_column("plan_id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_plan_origin_run_id"), "plan", ["origin_run_id"], unique=False)
    op.create_index(
        "ix_plan_tags",
        "plan",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"tags": "jsonb_path_ops"},
    )


def downgrade() -> None:
    op.drop_table("plan")
