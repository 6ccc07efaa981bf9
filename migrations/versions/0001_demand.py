"""Data sets and their demand tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA truth")
    op.create_table(
        "data_set",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recipe", sa.JSON(), nullable=False),
        sa.Column("row_counts", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("date_start", sa.Date(), nullable=False),
        sa.Column("date_end", sa.Date(), nullable=False),
        sa.Column("is_current", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('synthetic', 'imported')", name=op.f("ck_data_set_kind")),
        sa.CheckConstraint("date_end >= date_start", name=op.f("ck_data_set_window")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_set")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_data_set_fingerprint")),
    )
    op.create_index(
        "uq_data_set_current", "data_set", ["is_current"], unique=True, postgresql_where=sa.text("is_current")
    )
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("store_type", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_store_data_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("data_set_id", "code", name=op.f("uq_store_data_set_id_code")),
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("base_price_cents", sa.BigInteger(), nullable=False),
        sa.Column("launch_date", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_product_data_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("data_set_id", "sku", name=op.f("uq_product_data_set_id_sku")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("is_holiday", sa.Boolean(), nullable=False),
        sa.Column("event", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_calendar_day_data_set_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("data_set_id", "date", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "price_span",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("price_cents", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_price_span_data_set_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_price_span_product_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_price_span_store_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("data_set_id", "store_id", "product_id", "valid_from", name=op.f("pk_price_span")),
    )
    op.create_table(
        "promotion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("discount_percent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_promotion_data_set_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_promotion_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotion")),
    )
    op.create_index(op.f("ix_promotion_data_set_id"), "promotion", ["data_set_id"], unique=False)
    op.create_table(
        "sales",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_cents", sa.BigInteger(), nullable=False),
        sa.Column("revenue_cents", sa.BigInteger(), nullable=False),
        sa.Column("promo_percent", sa.Integer(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_sales_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_sales_store_id")),
        sa.PrimaryKeyConstraint("data_set_id", "store_id", "product_id", "date", name=op.f("pk_sales")),
        postgresql_partition_by="LIST (data_set_id)",
    )
    op.create_table(
        "stock",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("is_stockout", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_stock_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_stock_store_id")),
        sa.PrimaryKeyConstraint("data_set_id", "store_id", "product_id", "date", name=op.f("pk_stock")),
        postgresql_partition_by="LIST (data_set_id)",
    )
    op.create_table(
        "demand",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("latent_units", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_demand_product_id")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_demand_store_id")),
        sa.PrimaryKeyConstraint("data_set_id", "store_id", "product_id", "date", name=op.f("pk_demand")),
        schema="truth",
        postgresql_partition_by="LIST (data_set_id)",
    )
    op.create_table(
        "effect",
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("price_elasticity", sa.Float(), nullable=False),
        sa.Column("promotion_uplift", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["data_set_id"], ["data_set.id"], name=op.f("fk_effect_data_set_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_effect_product_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("data_set_id", "product_id", name=op.f("pk_effect")),
        schema="truth",
    )


def downgrade() -> None:
    op.drop_table("effect", schema="truth")
    op.drop_table("demand", schema="truth")
    op.drop_table("stock")
    op.drop_table("sales")
    op.drop_table("promotion")
    op.drop_table("price_span")
    op.drop_table("calendar_day")
    op.drop_table("product")
    op.drop_table("store")
    op.drop_table("data_set")
    op.execute("DROP SCHEMA truth")
