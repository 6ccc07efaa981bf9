"""Run by Alembic for each migration; the connection comes from showcase.store.migrate, inside its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
