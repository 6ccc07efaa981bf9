"""Bundles: every export, appended and never changed, and the mark of a workspace that came from one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bundle_export",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "workspace_id", sa.String(length=32), comment="soft reference: the workspace may be deleted", nullable=False
        ),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "checksums_digest", sa.String(length=64), comment="the digest of its checksums.sha256", nullable=False
        ),
        sa.Column("bundle_format_version", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("workspace_id ~ '^[0-9a-f]{32}$'", name=op.f("ck_bundle_export_workspace_id")),
        sa.CheckConstraint("checksums_digest ~ '^[0-9a-f]{64}$'", name=op.f("ck_bundle_export_checksums_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bundle_export")),
        comment="every export, appended and never changed",
    )
    op.create_index(op.f("ix_bundle_export_workspace_id"), "bundle_export", ["workspace_id"])
    op.execute(
        "CREATE FUNCTION refuse_to_change() RETURNS trigger LANGUAGE plpgsql AS $$"
        " BEGIN RAISE EXCEPTION 'rows of % are appended and never changed', TG_TABLE_NAME; END $$"
    )
    op.execute(
        "CREATE TRIGGER bundle_export_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bundle_export"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change()"
    )
    op.add_column(
        "showcase_workspace",
        sa.Column(
            "imported_from",
            postgresql.JSONB(astext_type=sa.Text()),
            comment="the bundle that it came from; null where the run was made here",
        ),
    )


def downgrade() -> None:
    op.drop_column("showcase_workspace", "imported_from")
    op.drop_table("bundle_export")
    op.execute("DROP FUNCTION refuse_to_change()")
