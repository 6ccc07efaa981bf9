"""Lists the newest jobs without sorting every one of them."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_job_newest", "job", [sa.text("started_at DESC"), "job_id"])


def downgrade() -> None:
    op.drop_index("ix_job_newest", table_name="job")
