"""Lets PostgreSQL undo the first changes of a table as if others had come first, without any need of others."""

from __future__ import annotations

from sqlalchemy import text

from showcase.store.engine import Database

_TRIGGER = """
CREATE SEQUENCE {table}_tries;
CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('{table}_tries') % {passing} <> 0 THEN RAISE 'given way' USING ERRCODE = '40P01'; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER give_way AFTER INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION give_way();
"""


def let_pass_each(database: Database, table: str, passing: int) -> None:
    """Let every so-manieth statement that changes the table pass; a sequence counts those that are undone too."""
    with database.begin() as connection:
        connection.execute(text(_TRIGGER.format(table=table, passing=passing)))


def tries(database: Database, table: str) -> int:
    """How many statements wanted to change the table since then."""
    with database.read() as connection:
        return int(connection.execute(text(f"SELECT last_value FROM {table}_tries")).scalar_one())
