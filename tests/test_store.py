"""What is kept: saved whole, found again, deleted without a rest, and never lost once acknowledged."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select, update

from copilot.errors import InputError, NotFound, StoreError
from copilot.store import Cases, Database, Keys, Saved
from copilot.store.tables import AuditRow, Base, CaseTable, OutcomeTable, SuggestionTable, TurnTable
from copilot.types import Case, Turn

BODY = {"customer": {"type": "critic"}, "heat": {"level": 2}, "escalation": {"needed": True}}
TALK = Case("still late 😀", id="t-1", channel="chat", conversation=(Turn("customer", "late"), Turn("agent", "ok")))


@pytest.fixture
def cases(database: Database) -> Cases:
    return Cases(database)


def keep(cases: Cases, case: Case = TALK, key_id: str | None = None, case_id: str | None = None) -> Saved:
    return cases.save([(case, {"text": case.text}, BODY, 12)], key_id, case_id)[0]


def rows(database: Database) -> dict[str, int]:
    with database.session() as session:
        tables = (CaseTable, TurnTable, SuggestionTable, OutcomeTable)
        return {t.__tablename__: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}


def age(database: Database, case_id: str, days: int) -> None:
    with database.session() as session:
        then = datetime.now(UTC) - timedelta(days=days)
        session.execute(update(CaseTable).where(CaseTable.id == case_id).values(updated_at=then))


def test_a_case_is_kept_with_its_turns_and_answer(cases: Cases) -> None:
    saved = keep(cases)
    row = cases.get(saved.case_id)
    assert (row.suggestion_id, row.request, row.suggestion) == (saved.suggestion_id, {"text": TALK.text}, BODY)
    (exported,) = cases.export(saved.case_id)
    assert [(turn["role"], turn["text"]) for turn in exported["turns"]] == [
        ("customer", "late"),
        ("agent", "ok"),
        ("customer", "still late 😀"),
    ]
    assert (exported["external_id"], exported["channel"]) == ("t-1", "chat")
    assert json.loads(json.dumps(exported)) == exported


def test_several_cases_are_kept_in_one_step_or_not_at_all(cases: Cases, database: Database) -> None:
    bad: Any = (TALK, {"text": "x"}, {"customer": {}}, 1)
    with pytest.raises(KeyError):
        cases.save([(TALK, {"text": "a"}, BODY, 1), bad], None)
    assert set(rows(database).values()) == {0}
    assert len(cases.save([(TALK, {"text": str(n)}, BODY, 1) for n in range(5)], None)) == 5


def test_a_new_reading_replaces_the_turns_and_keeps_the_earlier_answer(cases: Cases, database: Database) -> None:
    first = keep(cases)
    second = keep(cases, Case("corrected"), case_id=first.case_id)
    assert second.case_id == first.case_id
    assert cases.get(first.case_id).suggestion_id == second.suggestion_id
    assert rows(database) == {"cases": 1, "turns": 1, "suggestions": 2, "outcomes": 0}


def test_what_became_of_a_suggestion_is_kept_with_it(cases: Cases) -> None:
    saved = keep(cases)
    cases.outcome(saved.suggestion_id, None, "edited", style="warm", text="Dear Ann …")
    cases.outcome(saved.suggestion_id, None, "stance_corrected", type_="loyalist", reason="old friend")
    (exported,) = cases.export(saved.case_id)
    kept = [{k: v for k, v in o.items() if k != "at"} for o in exported["suggestions"][0]["outcomes"]]
    edited = {"action": "edited", "style": "warm", "text": "Dear Ann …", "type": None, "reason": None}
    corrected = {
        "action": "stance_corrected",
        "style": None,
        "text": None,
        "type": "loyalist",
        "reason": "old friend",
    }
    assert sorted(kept, key=lambda o: o["action"]) == [edited, corrected]


def test_nothing_is_kept_for_what_is_not_there(cases: Cases) -> None:
    for call in (cases.get, cases.owner, cases.delete, lambda id_: cases.outcome(id_, None, "copied")):
        with pytest.raises(NotFound):
            call("nothing")
    with pytest.raises(NotFound):
        list(cases.export("nothing"))


def test_an_agent_sees_their_own_newest_cases_first(cases: Cases, database: Database) -> None:
    ann, ben = (Keys(database).new(name, "agent")[0] for name in ("Ann", "Ben"))
    ids = [keep(cases, Case(f"message {n}"), ann.id).case_id for n in range(4)]
    keep(cases, Case("of Ben"), ben.id)
    assert [case.id for case in cases.recent(ann.id)] == ids[::-1]
    assert [case.title for case in cases.recent(ann.id, limit=2)] == ["message 3", "message 2"]
    assert {case.agent for case in cases.recent(None)} == {"Ann", "Ben"}
    first = cases.recent(ann.id)[-1]
    cases.outcome(cases.get(first.id).suggestion_id, ann.id, "copied")
    assert cases.recent(ann.id)[0].id == first.id, "what was worked on last comes first"


def test_a_case_that_was_read_twice_is_listed_once(cases: Cases) -> None:
    saved = keep(cases)
    keep(cases, Case("again"), case_id=saved.case_id)
    assert [case.title for case in cases.recent(None)] == ["again"]


def test_a_long_message_gets_a_short_title_on_one_line(cases: Cases) -> None:
    keep(cases, Case("line\n" * 500))
    (case,) = cases.recent(None)
    assert len(case.title) <= 100
    assert "\n" not in case.title


def test_deleting_leaves_no_word_behind(cases: Cases, database: Database) -> None:
    saved, other = keep(cases), keep(cases)
    cases.outcome(saved.suggestion_id, None, "copied", text="Dear Ann")
    cases.delete(saved.case_id)
    assert rows(database) == {"cases": 1, "turns": 3, "suggestions": 1, "outcomes": 0}
    assert [row["id"] for row in cases.export()] == [other.case_id]


def test_purging_takes_what_was_not_touched_for_so_long(cases: Cases, database: Database) -> None:
    old, young, touched = keep(cases), keep(cases), keep(cases)
    cases.outcome(old.suggestion_id, None, "copied")
    for saved, days in ((old, 91), (young, 89), (touched, 200)):
        age(database, saved.case_id, days)
    cases.outcome(touched.suggestion_id, None, "sent")
    assert cases.purge(90) == 1
    assert {row["id"] for row in cases.export()} == {young.case_id, touched.case_id}
    assert cases.purge(90) == 0


def test_purging_many_cases_is_possible(cases: Cases, database: Database) -> None:
    cases.save([(Case("old"), {"text": "old"}, BODY, 1)] * 1_200, None)
    with database.session() as session:
        session.execute(update(CaseTable).values(updated_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert cases.purge(90) == 1_200
    assert set(rows(database).values()) == {0}


def test_the_audit_says_who_did_what_and_no_customers_word(cases: Cases, database: Database) -> None:
    ann, _ = Keys(database).new("Ann", "agent")
    saved = keep(cases, key_id=ann.id)
    cases.delete(saved.case_id, ann.id)
    with database.session() as session:
        entries = [(row.action, row.key_id, row.target) for row in session.scalars(select(AuditRow))]
    assert ("case.delete", ann.id, saved.case_id) in entries
    assert TALK.text not in str(entries)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_any_text_comes_back_as_it_was(cases: Cases, text: str) -> None:
    saved = keep(cases, Case(text))
    (exported,) = cases.export(saved.case_id)
    assert exported["turns"][-1]["text"] == text


def test_times_come_back_in_utc(cases: Cases) -> None:
    keep(cases)
    (case,) = cases.recent(None)
    assert case.updated_at.utcoffset() == timedelta(0)
    assert datetime.now(UTC) - case.updated_at < timedelta(minutes=1)


def test_the_migrations_make_the_tables_that_the_code_expects(database: Database) -> None:
    with database.engine.connect() as connection:
        drift = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
    assert drift == []


def test_opening_a_database_again_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/again.db"
    with closing(Database(url)) as first:
        keep(Cases(first))
        tables = inspect(first.engine).get_table_names()
    with closing(Database(url)) as second:
        assert inspect(second.engine).get_table_names() == tables
        assert len(list(Cases(second).export())) == 1
        assert second.ready()


@pytest.mark.parametrize("content", [b"this is no database, " * 100, None])
def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "levelhead.db"
    path.write_bytes(content) if content else path.mkdir()
    with pytest.raises(StoreError, match=r"levelhead\.db"):
        Database(f"sqlite:///{path}")


def test_no_password_of_a_database_is_shown() -> None:
    with pytest.raises(StoreError) as caught:
        Database("sqlite://user:hunter2@nowhere/x.db")
    assert "hunter2" not in str(caught.value)


def test_a_key_is_found_by_its_secret_and_kept_as_a_hash(database: Database) -> None:
    keys = Keys(database)
    key, secret = keys.new("Ann", "agent")
    assert keys.find(secret) == keys.get(key.id) == key
    assert keys.find(secret[:-1]) is None
    assert keys.find("") is None
    stored = Path(database.engine.url.database or "").read_bytes()
    stored += Path(f"{database.engine.url.database}-wal").read_bytes()
    assert secret.encode() not in stored
    assert secret.startswith(key.hint)
    assert len(key.hint) < len(secret) / 4


def test_a_revoked_key_is_not_found(database: Database) -> None:
    keys = Keys(database)
    key, secret = keys.new("Ann", "agent")
    assert keys.revoke(key.id).revoked_at is not None
    assert keys.find(secret) is None
    assert keys.get(key.id) is None
    assert [k.id for k in keys.list()] == [key.id]


@pytest.mark.parametrize(("name", "role"), [("", "agent"), ("x" * 101, "agent"), ("Ann", "king")])
def test_a_key_needs_a_name_and_a_role(database: Database, name: str, role: str) -> None:
    with pytest.raises(InputError):
        Keys(database).new(name, role)


WRITER = """
import sys
from copilot.store import Cases, Database
from tests.test_store import keep
cases = Cases(Database(sys.argv[1]))
while True:
    print(keep(cases).case_id, flush=True)
"""


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that saves without end and says so each time."""
    command = [sys.executable, "-c", WRITER, f"sqlite:///{tmp_path}/killed.db"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
    yield process
    process.kill()
    process.wait()


def test_what_was_acknowledged_survives_a_killed_process(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    assert writer.stdout
    acknowledged = [writer.stdout.readline().strip() for _ in range(40)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [line.strip() for line in writer.stdout]
    writer.wait()
    with closing(Database(f"sqlite:///{tmp_path}/killed.db")) as database:
        kept = {row["id"] for row in Cases(database).export()}
    assert set(acknowledged) <= kept
    assert len(kept) <= len(acknowledged) + 1, "at most the one that was under way"
