"""Chunks of documents that can be found, and the questions that a person decides."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge_chunk",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False, comment="what is indexed and asked together"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("embedding", postgresql.ARRAY(postgresql.REAL()), nullable=True),
        sa.Column(
            "embedding_model",
            sa.Text(),
            nullable=True,
            comment="who made the embedding; another one's is not comparable",
        ),
        sa.Column(
            "search",
            postgresql.TSVECTOR(),
            sa.Computed(
                "(setweight(to_tsvector('english'::regconfig, heading), 'A'::\"char\") ||"
                " setweight(to_tsvector('english'::regconfig, body), 'B'::\"char\"))",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("indexed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_chunk")),
        sa.UniqueConstraint(
            "collection", "source", "position", name=op.f("uq_knowledge_chunk_collection_source_position")
        ),
    )
    op.create_index(
        op.f("ix_knowledge_chunk_search"), "knowledge_chunk", ["search"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "decision",
        sa.Column("action_id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True, comment="soft reference: the pipeline run that asks"),
        sa.Column("session_id", sa.String(length=32), nullable=False, comment="the agent's session"),
        sa.Column(
            "provider", sa.Text(), nullable=False, comment="who proposed: rules, or a language model by its name"
        ),
        sa.Column("tool_name", sa.Text(), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False, comment="what was shown to whoever decides"),
        sa.Column("evidence_digest", sa.String(length=64), nullable=False),
        sa.Column("transcript_summary", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.Column("tokens_used", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tool_calls_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "on_silence",
            sa.Text(),
            nullable=False,
            comment="what the end of the window means for this question",
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("auto_approved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("execution_status", sa.Text(), nullable=False),
        sa.Column("execution_detail", sa.Text(), nullable=True, comment="why it failed or was not applied"),
        sa.Column("outcome", sa.JSON(), nullable=True, comment="what the execution made"),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'approved', 'rejected', 'timed_out')", name=op.f("ck_decision_state")),
        sa.CheckConstraint("on_silence IN ('nothing', 'approve')", name=op.f("ck_decision_on_silence")),
        sa.CheckConstraint(
            "execution_status IN ('undecided', 'due', 'executed', 'not_executed', 'failed', 'not_applied')",
            name=op.f("ck_decision_execution_status"),
        ),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f("ck_decision_decided")),
        sa.CheckConstraint(
            "(state = 'pending') = (execution_status = 'undecided')", name=op.f("ck_decision_undecided")
        ),
        sa.CheckConstraint(
            "state = 'approved' OR execution_status IN ('undecided', 'not_executed')",
            name=op.f("ck_decision_only_approved_is_executed"),
        ),
        sa.PrimaryKeyConstraint("action_id", name=op.f("pk_decision")),
        comment="questions of the agent to a person, and their answers",
    )
    op.create_index(
        op.f("ix_decision_asked_at_action_id"),
        "decision",
        [sa.literal_column("asked_at DESC"), sa.literal_column("action_id DESC")],
        unique=False,
    )
    op.create_index(op.f("ix_decision_run_id"), "decision", ["run_id"], unique=False)
    op.create_index(
        "ix_decision_pending",
        "decision",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    op.drop_table("decision")
    op.drop_table("knowledge_chunk")
