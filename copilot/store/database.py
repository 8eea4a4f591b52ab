"""The connection: opened once, migrated to the newest schema, durable by default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from copilot.errors import StoreError
from copilot.store.tables import AuditRow

__all__ = ["Database"]


class Database:
    """`with database.session() as session:` commits at the end or rolls back."""

    def __init__(self, url: str) -> None:
        try:
            self.engine = create_engine(url, pool_pre_ping=True)
            if self.engine.dialect.name == "sqlite":
                event.listen(self.engine, "connect", _durable)
            self._migrate()
        except ModuleNotFoundError as error:
            raise StoreError(f"the database needs the Python package '{error.name}': install it into .venv") from error
        except SQLAlchemyError as error:
            place = self.engine.url.render_as_string(hide_password=True) if hasattr(self, "engine") else "database"
            raise StoreError(f"the database {place} cannot be used: {getattr(error, 'orig', None) or error}") from error

    def _migrate(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def session(self) -> Iterator[Session]:
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            raise StoreError(f"the database refused: {getattr(error, 'orig', None) or error}") from error

    def ready(self) -> bool:
        """Whether the database answers."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def audit(self, action: str, key_id: str | None = None, target: str | None = None) -> None:
        with self.session() as session:
            session.add(AuditRow(action=action, key_id=key_id, target=target))

    def close(self) -> None:
        self.engine.dispose()


def _durable(connection: Any, _record: Any) -> None:
    """What is committed survives a killed process and a lost power supply; readers never block the writer."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
