"""Access keys: shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from copilot.errors import InputError, NotFound
from copilot.store.database import Database
from copilot.store.tables import AuditRow, KeyTable, utc_now

__all__ = ["ROLES", "Key", "Keys"]

ROLES = ("agent", "trainer", "supervisor", "admin")
_PREFIX = "lh_"


@dataclass(frozen=True)
class Key:
    """A key without its secret; `hint` is its beginning, enough to tell keys apart."""

    id: str
    name: str
    role: str
    hint: str
    created_at: datetime
    revoked_at: datetime | None


def _digest(secret: str) -> str:
    # The secret is 256 random bits, so a plain hash cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()


class Keys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def new(self, name: str, role: str) -> tuple[Key, str]:
        """A key and its secret, which is never shown again."""
        if role not in ROLES:
            raise InputError("role", f"'{role}' is no role; choose one of {', '.join(ROLES)}")
        if not name.strip() or len(name) > 100:
            raise InputError("name", "give the key a name of 1 to 100 characters")
        secret = _PREFIX + secrets.token_urlsafe(32)
        row = KeyTable(name=name.strip(), role=role, digest=_digest(secret), hint=secret[:8])
        with self._database.session() as session:
            session.add(row)
            session.flush()
            session.add(AuditRow(action="key.new", target=row.id))
        return _key(row), secret

    def find(self, secret: str) -> Key | None:
        """The key that this secret opens, unless it was revoked."""
        with self._database.session() as session:
            row = session.scalar(select(KeyTable).where(KeyTable.digest == _digest(secret)))
            return _key(row) if row is not None and row.revoked_at is None else None

    def get(self, key_id: str) -> Key | None:
        """The key by id, unless it was revoked."""
        with self._database.session() as session:
            row = session.get(KeyTable, key_id)
            return _key(row) if row is not None and row.revoked_at is None else None

    def list(self) -> list[Key]:
        with self._database.session() as session:
            return [_key(row) for row in session.scalars(select(KeyTable).order_by(KeyTable.created_at))]

    def revoke(self, name_or_id: str) -> Key:
        with self._database.session() as session:
            rows = list(
                session.scalars(
                    select(KeyTable).where(
                        (KeyTable.id == name_or_id) | (KeyTable.name == name_or_id), KeyTable.revoked_at.is_(None)
                    )
                )
            )
            if not rows:
                raise NotFound(f"no active key is called '{name_or_id}'; `levelhead keys list` shows them")
            if len(rows) > 1:
                ids = ", ".join(row.id for row in rows)
                raise InputError("name", f"several keys are called '{name_or_id}'; name one by its id: {ids}")
            rows[0].revoked_at = utc_now()
            session.add(AuditRow(action="key.revoke", target=rows[0].id))
            return _key(rows[0])


def _key(row: KeyTable) -> Key:
    return Key(row.id, row.name, row.role, row.hint, row.created_at, row.revoked_at)
