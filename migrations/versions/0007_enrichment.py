"""Enrichment of data sets, and batches of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _series_day_table(name: str, *columns: sa.Column[int]) -> None:
    op.create_table(
        name,
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f(f"fk_{name}_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f(f"fk_{name}_store_id")),
        sa.PrimaryKeyConstraint("data_set_id", "store_id", "product_id", "date", name=op.f(f"pk_{name}")),
        postgresql_partition_by="LIST (data_set_id)",
    )


def upgrade() -> None:
    op.create_table(
        "enrichment",
        sa.Column("data_set_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("row_counts", sa.JSON(), nullable=False),
        sa.Column(
            "skipped", sa.JSON(), nullable=False, comment="the parts that could not be told, each with its reason"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_enrichment_data_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("data_set_id", name=op.f("pk_enrichment")),
    )
    op.create_table(
        "lifecycle_stage",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.CheckConstraint("end_date >= start_date", name=op.f("ck_lifecycle_stage_days")),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_lifecycle_stage_data_set_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_lifecycle_stage_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("data_set_id", "product_id", "start_date", name=op.f("pk_lifecycle_stage")),
    )
    op.create_table(
        "exogenous_signal",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False, comment="a region of the stores, or all"),
        sa.Column("signal", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("value_thousandths", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_exogenous_signal_data_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("data_set_id", "region", "signal", "date", name=op.f("pk_exogenous_signal")),
    )
    _series_day_table("replenishment_event", sa.Column("units", sa.BigInteger(), nullable=False))
    _series_day_table(
        "sales_return",
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("refund_cents", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "batch",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("data_set_id", sa.Integer(), nullable=True, comment="soft reference: a data set may be wiped"),
        sa.Column("data_fingerprint", sa.String(length=64), nullable=False),
        sa.Column("date_start", sa.Date(), nullable=False),
        sa.Column("date_end", sa.Date(), nullable=False),
        sa.Column(
            "origin_run_id",
            sa.String(length=32),
            nullable=True,
            comment="soft reference: the pipeline run that asked for it",
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "operation IN ('train', 'backtest', 'train_backtest_register')", name=op.f("ck_batch_operation")
        ),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_batch")),
        comment="work over many series; each series and model of it is a job of kind batch_item",
    )
    op.create_index(op.f("ix_batch_started_at"), "batch", [sa.literal_column("started_at DESC")], unique=False)
    op.add_column(
        "job",
        sa.Column("batch_id", sa.String(length=32), nullable=True, comment="the batch that it is an item of"),
    )
    op.create_foreign_key(op.f("fk_job_batch_id"), "job", "batch", ["batch_id"], ["batch_id"], ondelete="CASCADE")
    op.create_index(op.f("ix_job_batch_id"), "job", ["batch_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_job_batch_id"), table_name="job")
    op.drop_constraint(op.f("fk_job_batch_id"), "job", type_="foreignkey")
    op.drop_column("job", "batch_id")
    op.drop_table("batch")
    op.drop_table("sales_return")
    op.drop_table("replenishment_event")
    op.drop_table("exogenous_signal")
    op.drop_table("lifecycle_stage")
    op.drop_table("enrichment")
