"""Cases with their turns, suggestions and outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from copilot.errors import NotFound
from copilot.store.database import Database
from copilot.store.tables import AuditRow, CaseTable, KeyTable, OutcomeTable, SuggestionTable, TurnTable, utc_now
from copilot.types import Case, Turn

__all__ = ["CaseRow", "CaseSummary", "Cases", "Saved"]

_TITLE_CHARS = 90


@dataclass(frozen=True)
class Saved:
    """Where a suggestion was put."""

    case_id: str
    suggestion_id: str


@dataclass(frozen=True)
class CaseSummary:
    """A line of the list of recent cases."""

    id: str
    agent: str | None
    title: str
    stance: str
    heat: int
    escalated: bool
    updated_at: datetime


@dataclass(frozen=True)
class CaseRow:
    """A case as kept: the request as sent and the last suggestion."""

    id: str
    key_id: str | None
    suggestion_id: str
    request: dict[str, Any]
    suggestion: dict[str, Any]


class Cases:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self,
        items: Sequence[tuple[Case, dict[str, Any], dict[str, Any], int]],
        key_id: str | None,
        case_id: str | None = None,
    ) -> list[Saved]:
        """Keep (case, request, suggestion, milliseconds) tuples in one transaction.

        With `case_id` the one item is a new reading of that case: its turns are replaced, its suggestions kept.
        """
        saved = []
        with self._database.session() as session:
            for case, request, body, milliseconds in items:
                row = self._row(session, case, key_id, case_id)
                turns = [*case.conversation, Turn("customer", case.text)]
                for position, turn in enumerate(turns):
                    session.add(
                        TurnTable(case_id=row.id, position=position, role=turn.role, text=turn.text, at=turn.at)
                    )
                suggestion = SuggestionTable(
                    case_id=row.id,
                    stance=body["customer"]["type"],
                    heat=body["heat"]["level"],
                    escalated=body["escalation"]["needed"],
                    milliseconds=milliseconds,
                    body=body,
                    request=request,
                )
                session.add(suggestion)
                session.flush()
                saved.append(Saved(row.id, suggestion.id))
        return saved

    @staticmethod
    def _row(session: Session, case: Case, key_id: str | None, case_id: str | None) -> CaseTable:
        row = session.get(CaseTable, case_id) if case_id else None
        if row is None:
            row = CaseTable(key_id=key_id, external_id=case.id, channel=case.channel)
            session.add(row)
            session.flush()
            return row
        session.execute(delete(TurnTable).where(TurnTable.case_id == row.id))
        row.channel, row.updated_at = case.channel, utc_now()
        return row

    def outcome(
        self,
        suggestion_id: str,
        key_id: str | None,
        action: str,
        *,
        style: str | None = None,
        text: str | None = None,
        type_: str | None = None,
        reason: str | None = None,
    ) -> str:
        """Record what became of a suggestion; returns the outcome's id."""
        with self._database.session() as session:
            suggestion = session.get(SuggestionTable, suggestion_id)
            if suggestion is None:
                raise NotFound(f"no suggestion {suggestion_id}")
            row = OutcomeTable(
                suggestion_id=suggestion_id,
                key_id=key_id,
                action=action,
                style=style,
                text=text,
                type=type_,
                reason=reason,
            )
            session.add(row)
            case = session.get(CaseTable, suggestion.case_id)
            if case is not None:
                case.updated_at = utc_now()
            session.flush()
            return row.id

    def owner(self, suggestion_id: str) -> str | None:
        """The key that asked for a suggestion. Raises `NotFound`."""
        with self._database.session() as session:
            row = session.execute(
                select(CaseTable.key_id)
                .join(SuggestionTable, SuggestionTable.case_id == CaseTable.id)
                .where(SuggestionTable.id == suggestion_id)
            ).one_or_none()
            if row is None:
                raise NotFound(f"no suggestion {suggestion_id}")
            return row[0]

    def recent(self, key_id: str | None, limit: int = 30) -> list[CaseSummary]:
        """The newest cases, one agent's when `key_id` is given."""
        newest = (
            select(func.max(SuggestionTable.created_at))
            .where(SuggestionTable.case_id == CaseTable.id)
            .correlate(CaseTable)
            .scalar_subquery()
        )
        query = (
            select(CaseTable, SuggestionTable, KeyTable.name)
            .join(SuggestionTable, SuggestionTable.case_id == CaseTable.id)
            .outerjoin(KeyTable, KeyTable.id == CaseTable.key_id)
            .where(SuggestionTable.created_at == newest)
            .order_by(CaseTable.updated_at.desc())
            .limit(limit)
        )
        if key_id is not None:
            query = query.where(CaseTable.key_id == key_id)
        with self._database.session() as session:
            return [
                CaseSummary(
                    case.id,
                    name,
                    " ".join(str(suggestion.request["text"]).split())[:_TITLE_CHARS],
                    suggestion.stance,
                    suggestion.heat,
                    suggestion.escalated,
                    case.updated_at,
                )
                for case, suggestion, name in session.execute(query)
            ]

    def get(self, case_id: str) -> CaseRow:
        """Raises `NotFound`."""
        with self._database.session() as session:
            row = session.execute(
                select(CaseTable, SuggestionTable)
                .join(SuggestionTable, SuggestionTable.case_id == CaseTable.id)
                .where(CaseTable.id == case_id)
                .order_by(SuggestionTable.created_at.desc())
                .limit(1)
            ).one_or_none()
            if row is None:
                raise NotFound(f"no case {case_id}")
            case, suggestion = row
            return CaseRow(case.id, case.key_id, suggestion.id, suggestion.request, suggestion.body)

    def export(self, case_id: str | None = None) -> Iterator[dict[str, Any]]:
        """Everything kept about one case or about all, one mapping a case."""
        with self._database.session() as session:
            query = select(CaseTable).order_by(CaseTable.created_at)
            if case_id is not None:
                query = query.where(CaseTable.id == case_id)
            found = False
            for case in session.scalars(query):
                found = True
                yield _export(session, case)
            if case_id is not None and not found:
                raise NotFound(f"no case {case_id}")

    def delete(self, case_id: str, by: str | None = None) -> None:
        with self._database.session() as session:
            if session.get(CaseTable, case_id) is None:
                raise NotFound(f"no case {case_id}")
            _delete(session, [case_id])
            session.add(AuditRow(action="case.delete", key_id=by, target=case_id))

    def purge(self, older_than_days: int) -> int:
        """Delete every case without a change in so many days; returns how many."""
        before = utc_now() - timedelta(days=older_than_days)
        with self._database.session() as session:
            ids = list(session.scalars(select(CaseTable.id).where(CaseTable.updated_at < before)))
            _delete(session, ids)
            if ids:
                session.add(AuditRow(action="case.purge", target=str(len(ids))))
            return len(ids)


def _export(session: Session, case: CaseTable) -> dict[str, Any]:
    turns = session.scalars(select(TurnTable).where(TurnTable.case_id == case.id).order_by(TurnTable.position))
    suggestions = session.scalars(select(SuggestionTable).where(SuggestionTable.case_id == case.id))
    return {
        "id": case.id,
        "external_id": case.external_id,
        "channel": case.channel,
        "created_at": case.created_at.isoformat(),
        "updated_at": case.updated_at.isoformat(),
        "turns": [{"role": t.role, "text": t.text, "at": t.at.isoformat() if t.at else None} for t in turns],
        "suggestions": [
            {
                "id": s.id,
                "created_at": s.created_at.isoformat(),
                "milliseconds": s.milliseconds,
                "request": s.request,
                "suggestion": s.body,
                "outcomes": [
                    {
                        "action": o.action,
                        "style": o.style,
                        "text": o.text,
                        "type": o.type,
                        "reason": o.reason,
                        "at": o.created_at.isoformat(),
                    }
                    for o in session.scalars(select(OutcomeTable).where(OutcomeTable.suggestion_id == s.id))
                ],
            }
            for s in suggestions
        ],
    }


def _delete(session: Session, ids: Sequence[str]) -> None:
    """Children first, so that databases without cascades behave alike."""
    for at in range(0, len(ids), 500):
        part = ids[at : at + 500]
        suggestions = select(SuggestionTable.id).where(SuggestionTable.case_id.in_(part))
        session.execute(delete(OutcomeTable).where(OutcomeTable.suggestion_id.in_(suggestions)))
        session.execute(delete(SuggestionTable).where(SuggestionTable.case_id.in_(part)))
        session.execute(delete(TurnTable).where(TurnTable.case_id.in_(part)))
        session.execute(delete(CaseTable).where(CaseTable.id.in_(part)))
