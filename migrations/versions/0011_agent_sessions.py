"""The agent's sessions: conversations about a model run, which any process can go on with."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent_session",
        sa.Column("session_id", sa.String(length=32), nullable=False),
        sa.Column(
            "model_run_id", sa.String(length=32), comment="soft reference: the model run it is about", nullable=True
        ),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_agent_session")),
        comment="conversations with the agent, which decide and change nothing",
    )


def downgrade() -> None:
    op.drop_table("agent_session")
