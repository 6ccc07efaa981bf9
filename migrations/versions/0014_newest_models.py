"""Finds the newest success of a store and a product without reading every model run."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_model_run_newest",
        "model_run",
        ["store_id", "product_id", sa.text("date_end DESC"), sa.text("created_at DESC")],
        postgresql_where=sa.text("status = 'success'"),
    )


def downgrade() -> None:
    op.drop_index("ix_model_run_newest", table_name="model_run")
