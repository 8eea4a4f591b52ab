"""`keys` and `cases`: who may use the server, and what is kept about customers."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from copilot.config import Settings
from copilot.contract import SuggestionOut
from copilot.pipeline import Copilot
from copilot.store import Cases, Database, Keys
from copilot.types import Case
from tests.fakes import Run

Command = Callable[..., Run]


def test_a_new_key_is_shown_once_and_opens_the_server(levelhead: Command, tmp_path: Path) -> None:
    run = levelhead("keys", "new", "Ann", home=tmp_path)
    secret = run.out.strip()
    assert run.code == 0
    assert re.fullmatch(r"lh_[\w-]{40,}", secret)
    found = Keys(Database(Settings(data_dir=tmp_path).database)).find(secret)
    assert found is not None
    assert (found.name, found.role) == ("Ann", "agent")
    listed = levelhead("keys", "list", home=tmp_path).out + levelhead("keys", "list", "--json", home=tmp_path).out
    assert secret not in listed
    assert secret not in run.err


@pytest.mark.parametrize("role", ["agent", "trainer", "supervisor", "admin"])
def test_a_key_has_the_role_that_was_asked_for(levelhead: Command, tmp_path: Path, role: str) -> None:
    levelhead("keys", "new", "Ann", "--role", role, home=tmp_path)
    (key,) = json.loads(levelhead("keys", "list", "--json", home=tmp_path).out)
    assert set(key) == {"id", "name", "role", "hint", "created_at", "revoked_at"}
    assert (key["name"], key["role"], key["revoked_at"]) == ("Ann", role, None)


def test_a_revoked_key_opens_nothing_and_stays_listed(levelhead: Command, tmp_path: Path) -> None:
    secret = levelhead("keys", "new", "Ann", home=tmp_path).out.strip()
    run = levelhead("keys", "revoke", "Ann", home=tmp_path)
    assert run.code == 0
    assert "revoked Ann" in run.out
    assert Keys(Database(Settings(data_dir=tmp_path).database)).find(secret) is None
    assert "revoked" in levelhead("keys", "list", home=tmp_path).out
    assert levelhead("keys", "revoke", "Ann", home=tmp_path).code == 2, "it is no active key any more"


def test_of_two_keys_with_one_name_the_id_tells_which(levelhead: Command, tmp_path: Path) -> None:
    for _ in range(2):
        levelhead("keys", "new", "Ann", home=tmp_path)
    unclear = levelhead("keys", "revoke", "Ann", home=tmp_path)
    assert unclear.code == 2
    ids = [key["id"] for key in json.loads(levelhead("keys", "list", "--json", home=tmp_path).out)]
    assert all(id_ in unclear.err for id_ in ids)
    assert levelhead("keys", "revoke", ids[0], home=tmp_path).code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["new", ""], "name"),
        (["new", "   "], "name"),
        (["new", "x" * 101], "name"),
        (["new", "Ann", "--role", "king"], "king"),
        (["revoke", "nobody"], "keys list"),
    ],
)
def test_what_cannot_be_a_key_is_refused(levelhead: Command, tmp_path: Path, arguments: list[str], says: str) -> None:
    run = levelhead("keys", *arguments, home=tmp_path)
    assert run.code == 2
    assert says in run.err


@pytest.fixture
def kept(copilot: Copilot, tmp_path: Path) -> list[str]:
    """The ids of three cases in the data directory `tmp_path`."""
    settings = Settings(data_dir=tmp_path)
    settings.prepare()
    items = []
    for text in ("Where is my order?", "我要退款", "Thank you!"):
        case = Case(text)
        body = SuggestionOut.of(copilot.suggest(case)).model_dump(mode="json")
        items.append((case, {"text": text}, body, 5))
    return [saved.case_id for saved in Cases(Database(settings.database)).save(items, None)]


def test_cases_are_listed_with_what_they_are_about(levelhead: Command, tmp_path: Path, kept: list[str]) -> None:
    run = levelhead("cases", "list", home=tmp_path)
    assert run.code == 0
    assert all(id_ in run.out for id_ in kept)
    assert "我要退款" in run.out
    assert len(levelhead("cases", "list", "--limit", "2", home=tmp_path).out.splitlines()) == 2


def test_everything_about_one_case_or_about_all_is_exported(
    levelhead: Command, tmp_path: Path, kept: list[str]
) -> None:
    (one,) = levelhead("cases", "export", kept[1], home=tmp_path).lines()
    assert one["id"] == kept[1]
    assert one["turns"] == [{"role": "customer", "text": "我要退款", "at": None}]
    assert one["suggestions"][0]["suggestion"]["replies"]
    assert [row["id"] for row in levelhead("cases", "export", home=tmp_path).lines()] == kept


def test_a_deleted_case_is_gone(levelhead: Command, tmp_path: Path, kept: list[str]) -> None:
    assert levelhead("cases", "delete", kept[0], home=tmp_path).code == 0
    assert [row["id"] for row in levelhead("cases", "export", home=tmp_path).lines()] == kept[1:]
    assert "Where is my order?" not in levelhead("cases", "list", home=tmp_path).out


@pytest.mark.parametrize("command", ["export", "delete"])
def test_a_case_that_is_not_there_is_said_so(levelhead: Command, tmp_path: Path, command: str) -> None:
    run = levelhead("cases", command, "nothing", home=tmp_path)
    assert run.code == 2
    assert "no case nothing" in run.err
    assert run.out == ""


def test_purging_keeps_what_is_young(levelhead: Command, tmp_path: Path, kept: list[str]) -> None:
    run = levelhead("cases", "purge", home=tmp_path)
    assert run.code == 0
    assert "purged 0 cases older than 90 days" in run.out, "the days are those of organisation.yaml"
    (tmp_path / "organisation.yaml").write_text("retention_days: 7", encoding="utf-8")
    assert "older than 7 days" in levelhead("cases", "purge", home=tmp_path).out
    assert len(levelhead("cases", "export", home=tmp_path).lines()) == len(kept)


@pytest.mark.parametrize("days", ["0", "-1", "soon", "99999999"])
def test_a_time_that_is_none_is_refused(levelhead: Command, tmp_path: Path, days: str) -> None:
    assert levelhead("cases", "purge", "--older-than", days, home=tmp_path).code == 2


@pytest.mark.parametrize("command", [["keys", "list"], ["cases", "list"], ["playbooks", "new", "tactic.mine"]])
def test_a_data_directory_that_cannot_be_used_says_what_to_do(
    levelhead: Command, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    run = levelhead(*command, home=tmp_path / "file")
    assert run.code == 3
    assert "LEVELHEAD_DATA_DIR" in run.err
    assert str(tmp_path / "file") in run.err


def test_a_database_that_is_none_says_so(levelhead: Command, tmp_path: Path) -> None:
    (tmp_path / "levelhead.db").write_bytes(b"this is no database, " * 100)
    run = levelhead("cases", "list", home=tmp_path)
    assert run.code == 3
    assert "levelhead.db" in run.err
    assert "Traceback" not in run.err


def test_the_database_is_the_owners_alone(levelhead: Command, tmp_path: Path) -> None:
    home = tmp_path / "home"
    levelhead("keys", "new", "Ann", home=home)
    assert stat.S_IMODE(home.stat().st_mode) & 0o077 == 0, "nobody else may look into the directory"
