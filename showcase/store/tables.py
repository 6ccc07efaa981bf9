"""Every table as SQLAlchemy Core metadata; `migrations/` makes the same tables, and a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, REAL, TSVECTOR

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

DATA_SET_KINDS = ("synthetic", "imported")
RUN_STATUSES = ("running", "completed", "failed", "cancelled", "interrupted")
MODEL_RUN_STATUSES = ("pending", "running", "success", "failed", "archived")
JOB_KINDS = ("train", "predict", "backtest", "batch_item", "export", "import")
JOB_STATUSES = ("running", "success", "failed")
BATCH_OPERATIONS = ("train", "backtest", "train_backtest_register")
PLAN_METHODS = ("model_exogenous", "heuristic")
DECISION_STATES = ("pending", "approved", "rejected", "timed_out")
SILENCE_MEANINGS = ("nothing", "approve")
EXECUTION_STATUSES = ("undecided", "due", "executed", "not_executed", "failed", "not_applied")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _moment(name: str, *, nullable: bool = False, now: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=func.now() if now else None)


# ---- demand: one data set is one seeding or one import -------------------------------------------------------------

data_set = Table(
    "data_set",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("recipe", JSON, nullable=False),
    Column("row_counts", JSON, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("date_start", Date, nullable=False),
    Column("date_end", Date, nullable=False),
    Column("is_current", Boolean, nullable=False, server_default=text("false")),
    _moment("created_at", now=True),
    UniqueConstraint("fingerprint"),
    CheckConstraint("date_end >= date_start", name="window"),
    CheckConstraint(_one_of("kind", DATA_SET_KINDS), name="kind"),
)
Index("uq_data_set_current", data_set.c.is_current, unique=True, postgresql_where=data_set.c.is_current)

store = Table(
    "store",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), nullable=False),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("store_type", Text, nullable=False),
    UniqueConstraint("data_set_id", "code"),
)

product = Table(
    "product",
    metadata,
    Column("id", Integer, Identity(always=True), primary_key=True),
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), nullable=False),
    Column("sku", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("brand", Text, nullable=False),
    Column("base_price_cents", BigInteger, nullable=False),
    Column("launch_date", Date),
    UniqueConstraint("data_set_id", "sku"),
)

calendar_day = Table(
    "calendar_day",
    metadata,
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), nullable=False),
    Column("date", Date, nullable=False),
    Column("is_holiday", Boolean, nullable=False),
    Column("event", Text),
    PrimaryKeyConstraint("data_set_id", "date"),
)

price_span = Table(
    "price_span",
    metadata,
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), nullable=False),
    Column("store_id", ForeignKey("store.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("price_cents", BigInteger, nullable=False),
    PrimaryKeyConstraint("data_set_id", "store_id", "product_id", "valid_from"),
)

promotion = Table(
    "promotion",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("kind", Text, nullable=False),
    Column("discount_percent", Integer, nullable=False),
)
Index(None, promotion.c.data_set_id)


def _series_day_table(name: str, *columns: Column[object], schema: str | None = None) -> Table:
    """A large table of one row a series and day, one partition a data set, so that wiping one is DROP."""
    return Table(
        name,
        metadata,
        Column("data_set_id", Integer, nullable=False),
        Column("store_id", Integer, nullable=False),
        Column("product_id", Integer, nullable=False),
        Column("date", Date, nullable=False),
        *columns,
        PrimaryKeyConstraint("data_set_id", "store_id", "product_id", "date"),
        ForeignKeyConstraint(["store_id"], ["store.id"]),
        ForeignKeyConstraint(["product_id"], ["product.id"]),
        schema=schema,
        postgresql_partition_by="LIST (data_set_id)",
    )


sales = _series_day_table(
    "sales",
    Column("units", BigInteger, nullable=False),
    Column("unit_price_cents", BigInteger, nullable=False),
    Column("revenue_cents", BigInteger, nullable=False),
    Column("promo_percent", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False),
)

stock = _series_day_table(
    "stock",
    Column("on_hand", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("is_stockout", Boolean, nullable=False),
)

# Known truth lies in a schema of its own: no reader that feeds a model names it.
truth_demand = _series_day_table("demand", Column("latent_units", BigInteger, nullable=False), schema="truth")

truth_effect = Table(
    "effect",
    metadata,
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    Column("price_elasticity", Float, nullable=False),
    Column("promotion_uplift", Float, nullable=False),
    PrimaryKeyConstraint("data_set_id", "product_id"),
    schema="truth",
)

# ---- registry and jobs -----------------------------------------------------------------------------------------------

model_run = Table(
    "model_run",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("status", Text, nullable=False),
    Column("model_type", Text, nullable=False),
    Column("config", JSON, nullable=False),
    Column("feature_frame_version", SmallInteger, nullable=False, server_default=text("1")),
    Column("data_set_id", Integer, comment="soft reference: a data set may be wiped"),
    Column("data_fingerprint", String(64), nullable=False),
    Column("store_id", Integer, comment="the grain: the focus pair's store"),
    Column("product_id", Integer, comment="the grain: the focus pair's product"),
    Column("date_start", Date, nullable=False),
    Column("date_end", Date, nullable=False),
    Column("metrics", JSONB),
    Column("artifact_digest", String(64)),
    Column("artifact_bytes", BigInteger),
    Column("origin_run_id", String(32), comment="soft reference: the pipeline run that made it"),
    Column(
        "synthetic", Boolean, nullable=False, server_default=text("false"), comment="a demonstration; counted nowhere"
    ),
    Column("failure", Text),
    _moment("created_at", now=True),
    _moment("updated_at", now=True),
    CheckConstraint(_one_of("status", MODEL_RUN_STATUSES), name="status"),
    CheckConstraint("status <> 'success' OR artifact_digest IS NOT NULL", name="success_has_artifact"),
)
Index(None, model_run.c.origin_run_id)
Index(None, model_run.c.created_at.desc())
Index(
    "ix_model_run_newest",
    model_run.c.store_id,
    model_run.c.product_id,
    model_run.c.date_end.desc(),
    model_run.c.created_at.desc(),
    postgresql_where=model_run.c.status == "success",
)

model_alias = Table(
    "model_alias",
    metadata,
    Column("name", Text, primary_key=True),
    Column("run_id", ForeignKey("model_run.run_id"), nullable=False),
    _moment("updated_at", now=True),
)

alias_history = Table(
    "alias_history",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("run_id", String(32), nullable=False),
    Column("previous_run_id", String(32)),
    _moment("changed_at", now=True),
)
Index(None, alias_history.c.name)

job = Table(
    "job",
    metadata,
    Column("job_id", String(32), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("origin_run_id", String(32)),
    Column("parameters", JSON, nullable=False),
    Column("outcome", JSON),
    Column("failure", Text),
    _moment("started_at", now=True),
    _moment("ended_at", nullable=True),
    Column("batch_id", ForeignKey("batch.batch_id", ondelete="CASCADE"), comment="the batch that it is an item of"),
    CheckConstraint(_one_of("kind", JOB_KINDS), name="kind"),
    CheckConstraint(_one_of("status", JOB_STATUSES), name="status"),
)
Index(None, job.c.origin_run_id)
Index(None, job.c.batch_id)
Index("ix_job_newest", job.c.started_at.desc(), job.c.job_id)

batch = Table(
    "batch",
    metadata,
    Column("batch_id", String(32), primary_key=True),
    Column("operation", Text, nullable=False),
    Column("scope", JSON, nullable=False),
    Column("models", JSON, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("data_set_id", Integer, comment="soft reference: a data set may be wiped"),
    Column("data_fingerprint", String(64), nullable=False),
    Column("date_start", Date, nullable=False),
    Column("date_end", Date, nullable=False),
    Column("origin_run_id", String(32), comment="soft reference: the pipeline run that asked for it"),
    _moment("started_at", now=True),
    CheckConstraint(_one_of("operation", BATCH_OPERATIONS), name="operation"),
    comment="work over many series; each series and model of it is a job of kind batch_item",
)
Index(None, batch.c.started_at.desc())

# ---- runs and events -------------------------------------------------------------------------------------------------

run_lock = Table(
    "run_lock",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("token", BigInteger, nullable=False, server_default=text("0")),
    Column("holder", Text),
    Column("run_id", String(32)),
    _moment("since", nullable=True),
    CheckConstraint("id = 1", name="one_row"),
    comment="who holds the run lock; the lock itself is a session advisory lock, the token fences late writers",
)

demo_run = Table(
    "demo_run",
    metadata,
    Column("run_id", String(32), primary_key=True),
    Column("status", Text, nullable=False),
    Column("scenario", Text, nullable=False),
    Column("request", JSON, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("total_steps", SmallInteger, nullable=False),
    Column("step_name", Text),
    Column("step_index", SmallInteger),
    Column("workspace_id", String(32)),
    Column("reason", Text, comment="why it ended as it did; null while running and when completed"),
    Column("summary", JSON),
    _moment("started_at", now=True),
    _moment("heartbeat_at", now=True),
    _moment("stop_requested_at", nullable=True),
    _moment("ended_at", nullable=True),
    CheckConstraint(_one_of("status", RUN_STATUSES), name="status"),
    CheckConstraint("(status = 'running') = (ended_at IS NULL)", name="ended"),
)
Index(None, demo_run.c.started_at.desc())
Index("ix_demo_run_running", demo_run.c.status, postgresql_where=demo_run.c.status == "running")

demo_event = Table(
    "demo_event",
    metadata,
    Column("run_id", ForeignKey("demo_run.run_id", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("event", JSON, nullable=False),
    PrimaryKeyConstraint("run_id", "seq"),
)

# ---- workspaces ------------------------------------------------------------------------------------------------------


def _slot(
    name: str, comment: str | None = None, *, nullable: bool = True, default: str | None = None
) -> Column[object]:
    """A JSON value; None is SQL's NULL, not JSON's."""
    server_default = None if default is None else text(f"'{default}'::jsonb")
    kind = JSONB(none_as_null=True)
    return Column(name, kind, nullable=nullable, server_default=server_default, comment=comment)


def _of_result(name: str, kind: type[Text] | type[Float[float]]) -> Column[object]:
    """A value of the result summary as a column; written as PostgreSQL shows it, so that the two can be compared."""
    if kind is Text:
        expression = f"(result_summary ->> '{name}'::text)"
    else:
        number = f"((result_summary ->> '{name}'::text))::double precision"
        kind_of = f"jsonb_typeof((result_summary -> '{name}'::text))"
        expression = f"CASE {kind_of} WHEN 'number'::text THEN {number} ELSE NULL::double precision END"
    comment = "of the result summary, to filter and sort by"
    return Column(name, kind, Computed(expression, persisted=True), comment=comment)


showcase_workspace = Table(
    "showcase_workspace",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("workspace_id", String(32), nullable=False),
    Column("name", Text),
    Column("status", Text, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("scenario", Text, nullable=False),
    Column("reset", Boolean, nullable=False),
    Column("skip_seed", Boolean, nullable=False),
    _slot("run_config"),
    Column("as_of", Date),
    Column("store_id", Integer),
    Column("product_id", Integer),
    Column("date_start", Date),
    Column("date_end", Date),
    _slot("created_objects", nullable=False, default="{}"),
    _slot("result_summary"),
    _moment("created_at", now=True),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("pinned", Boolean, nullable=False, server_default=text("false")),
    Column("notes", Text),
    _slot("tags", nullable=False, default="[]"),
    Column(
        "config_schema_version",
        SmallInteger,
        nullable=False,
        server_default=text("1"),
        comment="which slots the story knows; 1: kept before there were slots",
    ),
    Column("replayed_from_workspace_id", String(32), comment="soft reference: an ancestor may go"),
    Column("run_id", String(32), comment="soft reference: the pipeline run"),
    Column("data_fingerprint", String(64), comment="soft reference: the data set may be wiped"),
    _slot("environment", "versions of Python, of the libraries that computed, of the code"),
    _slot("seed_overrides", "the knobs that were set"),
    _slot("user_scope", "the focus pair that was asked for, by ids and by codes"),
    _slot("approval_events", "questions to a person and their answers"),
    _slot("rag_events", "looks into the run's knowledge"),
    _slot("job_ids", "soft references: the run's background work"),
    _slot("phase_summaries", "the phases as far as the run got"),
    Column("revision", Integer, nullable=False, server_default=text("1"), comment="grows with each edit by a person"),
    _moment("updated_at", now=True),
    _slot("imported_from", "the bundle that it came from; null where the run was made here"),
    _of_result("winner_model_type", Text),
    _of_result("winner_value", Float),
    _of_result("winner_wape", Float),
    _of_result("wall_clock_s", Float),
    UniqueConstraint("workspace_id"),
    CheckConstraint(_one_of("status", RUN_STATUSES), name="status"),
    CheckConstraint("char_length(notes) <= 2000", name="notes"),
    CheckConstraint("jsonb_typeof(tags) = 'array' AND jsonb_array_length(tags) <= 20", name="tags"),
    CheckConstraint("replayed_from_workspace_id ~ '^[0-9a-f]{32}$'", name="replayed_from"),
    CheckConstraint("run_id ~ '^[0-9a-f]{32}$'", name="run_id"),
    CheckConstraint("data_fingerprint ~ '^[0-9a-f]{64}$'", name="data_fingerprint"),
    CheckConstraint("revision >= 1 AND config_schema_version >= 1", name="revision"),
    CheckConstraint(
        "jsonb_typeof(environment) = 'object' AND jsonb_typeof(seed_overrides) = 'object'"
        " AND jsonb_typeof(user_scope) = 'object' AND jsonb_typeof(created_objects) = 'object'",
        name="objects",
    ),
    CheckConstraint(
        "jsonb_typeof(approval_events) = 'array' AND jsonb_typeof(rag_events) = 'array'"
        " AND jsonb_typeof(job_ids) = 'array' AND jsonb_typeof(phase_summaries) = 'array'",
        name="lists",
    ),
)
newest_workspaces = Index(
    "ix_showcase_workspace_newest",
    showcase_workspace.c.pinned.desc(),
    showcase_workspace.c.created_at.desc(),
    showcase_workspace.c.id.desc(),
    postgresql_include=[
        "archived", "status", "scenario", "seed", "replayed_from_workspace_id", "winner_model_type", "winner_value",
        "winner_wape", "wall_clock_s",
    ],
)  # fmt: skip
Index(
    "ix_showcase_workspace_tags",
    showcase_workspace.c.tags,
    postgresql_using="gin",
    postgresql_ops={"tags": "jsonb_path_ops"},
)
Index(None, showcase_workspace.c.replayed_from_workspace_id)

bundle_export = Table(
    "bundle_export",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("workspace_id", String(32), nullable=False, comment="soft reference: the workspace may be deleted"),
    _moment("exported_at"),
    Column("checksums_digest", String(64), nullable=False, comment="the digest of its checksums.sha256"),
    Column("bundle_format_version", SmallInteger, nullable=False),
    CheckConstraint("workspace_id ~ '^[0-9a-f]{32}$'", name="workspace_id"),
    CheckConstraint("checksums_digest ~ '^[0-9a-f]{64}$'", name="checksums_digest"),
    comment="every export, appended and never changed",
)
Index(None, bundle_export.c.workspace_id)

saved_search = Table(
    "saved_search",
    metadata,
    Column("name", Text, primary_key=True),
    _slot("filters", nullable=False),
    _moment("created_at", now=True),
    comment="filters of the library that were given a name",
)

saved_request = Table(
    "saved_request",
    metadata,
    Column("name", Text, primary_key=True),
    Column("request", JSON, nullable=False, comment="a run request, as it is sent"),
    _moment("created_at", now=True),
    comment="configurations of runs that were given a name",
)

idempotency_key = Table(
    "idempotency_key",
    metadata,
    Column("purpose", Text, comment="what was asked for: run or export"),
    Column("key", Text),
    Column("request_digest", String(64), nullable=False, comment="of what was sent with it"),
    _slot("answer", nullable=False),
    _moment("made_at", now=True),
    PrimaryKeyConstraint("purpose", "key"),
    comment="callers' own names for requests, kept for a day, so that a repeated request is carried out once",
)
Index(None, idempotency_key.c.made_at)

bulk_undo = Table(
    "bulk_undo",
    metadata,
    Column("undo_token", String(32), primary_key=True),
    Column("action", Text, nullable=False),
    _moment("made_at", now=True),
    comment="bulk actions that can be taken back once",
)

bulk_undo_row = Table(
    "bulk_undo_row",
    metadata,
    Column("undo_token", ForeignKey("bulk_undo.undo_token", ondelete="CASCADE"), nullable=False),
    Column("workspace_id", String(32), nullable=False),
    _slot("was", "the row before: the changed columns, or all of a deleted one", nullable=False),
    Column("revision_after", Integer),
    PrimaryKeyConstraint("undo_token", "workspace_id"),
)

replay_confirmation = Table(
    "replay_confirmation",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("workspace_id", String(32), nullable=False),
    Column("state", String(64), nullable=False),
    _moment("expires_at"),
    _moment("spent_at", nullable=True),
    comment="tokens with which a destructive replay is confirmed: once, for one state, for five minutes",
)

# ---- knowledge and decisions -----------------------------------------------------------------------------------------

knowledge_chunk = Table(
    "knowledge_chunk",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("collection", Text, nullable=False, comment="what is indexed and asked together"),
    Column("source", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("heading", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("embedding", ARRAY(REAL)),
    Column("embedding_model", Text, comment="who made the embedding; another one's is not comparable"),
    Column(
        "search",
        TSVECTOR,
        # headings weigh more than text; written as PostgreSQL shows it, so that models and schema can be compared
        Computed(
            "(setweight(to_tsvector('english'::regconfig, heading), 'A'::\"char\") ||"
            " setweight(to_tsvector('english'::regconfig, body), 'B'::\"char\"))",
            persisted=True,
        ),
    ),
    _moment("indexed_at", now=True),
    UniqueConstraint("collection", "source", "position"),
)
Index(None, knowledge_chunk.c.search, postgresql_using="gin")

decision = Table(
    "decision",
    metadata,
    Column("action_id", String(32), primary_key=True),
    Column("run_id", String(32), comment="soft reference: the pipeline run that asks"),
    Column("session_id", String(32), nullable=False, comment="the agent's session"),
    Column("provider", Text, nullable=False, comment="who proposed: rules, or a language model by its name"),
    Column("tool_name", Text, nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("description", Text, nullable=False),
    Column("evidence", JSON, nullable=False, comment="what was shown to whoever decides"),
    Column("evidence_digest", String(64), nullable=False),
    Column("transcript_summary", String(200), nullable=False, server_default=text("''")),
    Column("tokens_used", Integer, nullable=False, server_default=text("0")),
    Column("tool_calls_count", Integer, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False),
    Column("on_silence", Text, nullable=False, comment="what the end of the window means for this question"),
    _moment("asked_at"),
    _moment("expires_at"),
    _moment("decided_at", nullable=True),
    Column("decided_by", Text),
    Column("reason", String(500)),
    Column("auto_approved", Boolean, nullable=False, server_default=text("false")),
    Column("execution_status", Text, nullable=False),
    Column("execution_detail", Text, comment="why it failed or was not applied"),
    Column("outcome", JSON, comment="what the execution made"),
    _moment("executed_at", nullable=True),
    CheckConstraint(_one_of("state", DECISION_STATES), name="state"),
    CheckConstraint(_one_of("on_silence", SILENCE_MEANINGS), name="on_silence"),
    CheckConstraint(_one_of("execution_status", EXECUTION_STATUSES), name="execution_status"),
    CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided"),
    CheckConstraint("(state = 'pending') = (execution_status = 'undecided')", name="undecided"),
    CheckConstraint(
        "state = 'approved' OR execution_status IN ('undecided', 'not_executed')", name="only_approved_is_executed"
    ),
    comment="questions of the agent to a person, and their answers",
)
Index(None, decision.c.asked_at.desc(), decision.c.action_id.desc())
Index(None, decision.c.run_id)
Index("ix_decision_pending", decision.c.expires_at, postgresql_where=decision.c.state == "pending")

agent_session = Table(
    "agent_session",
    metadata,
    Column("session_id", String(32), primary_key=True),
    Column("model_run_id", String(32), comment="soft reference: the model run it is about"),
    Column("messages", JSON, nullable=False),
    _moment("created_at", now=True),
    _moment("updated_at", now=True),
    comment="conversations with the agent, which decide and change nothing",
)

# ---- enrichment ------------------------------------------------------------------------------------------------------

enrichment = Table(
    "enrichment",
    metadata,
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("version", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("row_counts", JSON, nullable=False),
    Column("skipped", JSON, nullable=False, comment="the parts that could not be told, each with its reason"),
    _moment("created_at", now=True),
)

lifecycle_stage = Table(
    "lifecycle_stage",
    metadata,
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), nullable=False),
    Column("product_id", ForeignKey("product.id", ondelete="CASCADE"), nullable=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("stage", Text, nullable=False),
    PrimaryKeyConstraint("data_set_id", "product_id", "start_date"),
    CheckConstraint("end_date >= start_date", name="days"),
)

exogenous_signal = Table(
    "exogenous_signal",
    metadata,
    Column("data_set_id", ForeignKey("data_set.id", ondelete="CASCADE"), nullable=False),
    Column("region", Text, nullable=False, comment="a region of the stores, or all"),
    Column("signal", Text, nullable=False),
    Column("date", Date, nullable=False),
    Column("value_thousandths", BigInteger, nullable=False),
    PrimaryKeyConstraint("data_set_id", "region", "signal", "date"),
)

replenishment_event = _series_day_table("replenishment_event", Column("units", BigInteger, nullable=False))

sales_return = _series_day_table(
    "sales_return",
    Column("units", BigInteger, nullable=False),
    Column("refund_cents", BigInteger, nullable=False),
)

# ---- plans -----------------------------------------------------------------------------------------------------------

plan = Table(
    "plan",
    metadata,
    Column("plan_id", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("tags", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("assumptions", JSON, nullable=False),
    Column("horizon", SmallInteger, nullable=False),
    Column("store_id", Integer, nullable=False, comment="soft reference: a data set may be wiped"),
    Column("product_id", Integer, nullable=False, comment="soft reference: a data set may be wiped"),
    Column("store_code", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("data_fingerprint", String(64), nullable=False),
    Column("model_run_id", String(32), nullable=False, comment="soft reference: the model run it forecast with"),
    Column("model_type", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("units_delta", Float, nullable=False),
    Column("revenue_delta", Float, nullable=False),
    Column("outcome", JSON, nullable=False, comment="the whole plan as it was computed"),
    Column("cloned_from", String(32), comment="soft reference: the plan that it is a copy of"),
    Column("origin_run_id", String(32), comment="soft reference: the pipeline run that made it"),
    _moment("created_at", now=True),
    _moment("updated_at", now=True),
    CheckConstraint(_one_of("method", PLAN_METHODS), name="method"),
    CheckConstraint("horizon BETWEEN 1 AND 90", name="horizon"),
)
Index(None, plan.c.created_at.desc(), plan.c.plan_id.desc())
Index(None, plan.c.origin_run_id)
Index("ix_plan_tags", plan.c.tags, postgresql_using="gin", postgresql_ops={"tags": "jsonb_path_ops"})
