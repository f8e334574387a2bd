"""The shape of a database, brought up to what this version needs, or back.

Each of the two databases has its own line of migrations. All of a step happens or nothing: both
databases change their tables in transactions.
"""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from signaling.storage.database import Database

HEAD: Final = "head"
NOTHING: Final = "base"


class Line(StrEnum):
    """Which database's migrations."""

    DATA = "data"
    KEYS = "keys"


class ShapeError(Exception):
    """The database is of a later version, or not one of ours; nothing was changed."""


async def upgrade(database: Database, line: Line, to: str = HEAD) -> None:
    """Bring a database up. Raises :class:`ShapeError`."""

    def job(connection: Connection) -> None:
        config = _config(line, connection)
        known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
        here = MigrationContext.configure(connection).get_current_revision()
        if here is not None and here not in known:
            raise ShapeError("the database was made by a later version of Quietroom")
        command.upgrade(config, to)

    await database.run_sync(job)


async def downgrade(database: Database, line: Line, to: str) -> None:
    """Bring a database back to an earlier shape; what only later ones have is lost."""
    await database.run_sync(lambda connection: command.downgrade(_config(line, connection), to))


def revisions(line: Line) -> list[str]:
    """Return the shapes a database has had, the first first."""
    walked = ScriptDirectory.from_config(_config(line)).walk_revisions()
    return [each.revision for each in walked][::-1]


def _config(line: Line, connection: Connection | None = None) -> Config:
    folder = files("signaling.storage").joinpath("migrations")
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("version_locations", str(folder.joinpath(line.value)))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    return config
