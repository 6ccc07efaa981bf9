"""What the database says about itself."""

from __future__ import annotations

from sqlalchemy import Connection, text


def read_server_version(connection: Connection) -> str:
    """The server's version in short, such as 18.6."""
    return str(connection.execute(text("SHOW server_version")).scalar_one()).split(" ")[0]


def read_schema_revision(connection: Connection) -> str:
    """The migration that the schema stands at."""
    return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
