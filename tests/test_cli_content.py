"""`playbooks` and `index`: check, list, show, start a card, print the schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import yaml

from copilot.config import shipped
from copilot.playbooks.load import content_files, read_card
from copilot.playbooks.model import KINDS
from tests.fakes import Run

Command = Callable[..., Run]
FILES = content_files(shipped("playbooks"))
BOTH = {"en": "Count to three.", "zh": "先数三下。"}
CARD = {"id": "tactic.mine", "kind": "tactic", "source": ["house"], "title": BOTH, "why": BOTH, "steps": [BOTH]}


def put(folder: Path, text: str) -> Path:
    path = folder / "tactic" / "mine.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_folder_has_no_problems(levelhead: Command, tmp_path: Path) -> None:
    put(tmp_path, yaml.safe_dump(CARD, allow_unicode=True))
    run = levelhead("playbooks", "check", str(tmp_path))
    assert (run.code, run.out, run.err) == (0, "", "no problems\n")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "not valid YAML"),
        (yaml.safe_dump({**CARD, "stepz": []}), "stepz"),
        (yaml.safe_dump({**CARD, "title": {"en": "a", "zh": "b"}}), "title.zh: write this in Chinese"),
        (yaml.safe_dump({**CARD, "title": {"en": "好", "zh": "好"}}), "title.en: write this in English"),
        (yaml.safe_dump({**CARD, "say": [{"en": "I don't know.", "zh": "我不知道。"}]}), "say.0.en"),
    ],
)
def test_a_problem_is_named_with_file_field_and_fix(levelhead: Command, tmp_path: Path, text: str, says: str) -> None:
    put(tmp_path, text)
    run = levelhead("playbooks", "check", str(tmp_path))
    assert run.code == 1
    assert "mine.yaml" in run.out
    assert says in run.out
    assert run.err.endswith(" problems\n")


def test_the_organisations_own_cards_are_checked_too(
    levelhead: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "shipped", yaml.safe_dump(CARD, allow_unicode=True))
    put(tmp_path / "playbooks", "a: [")
    monkeypatch.setattr("copilot.cli.content.shipped", lambda name: tmp_path / "shipped")
    run = levelhead("playbooks", "check", home=tmp_path)
    assert run.code == 1
    assert "mine.yaml" in run.out


def test_a_folder_that_is_not_there_is_refused(levelhead: Command) -> None:
    run = levelhead("playbooks", "check", "nowhere")
    assert run.code == 2
    assert "nowhere" in run.err


def test_all_active_cards_are_listed(levelhead: Command, tmp_path: Path) -> None:
    put(tmp_path / "playbooks", yaml.safe_dump(CARD, allow_unicode=True))
    everything = levelhead("playbooks", "list", home=tmp_path)
    assert everything.code == 0
    assert "tactic.mine" in everything.out
    assert "stance.critic" in everything.out
    tactics = levelhead("playbooks", "list", "--kind", "tactic", "--locale", "zh", home=tmp_path).out.splitlines()
    assert all(line.startswith("tactic.") for line in tactics)
    assert any("先数三下" in line for line in tactics)


def test_a_broken_card_is_listed_as_skipped(levelhead: Command, tmp_path: Path) -> None:
    put(tmp_path / "playbooks", "a: [")
    run = levelhead("playbooks", "list", home=tmp_path)
    assert run.code == 0
    assert "skipped: " in run.err
    assert "mine.yaml" in run.err


def test_a_card_is_shown_as_it_can_be_written(levelhead: Command, tmp_path: Path) -> None:
    run = levelhead("playbooks", "show", "tactic.keep_control")
    path = tmp_path / "tactic" / "keep_control.yaml"
    path.parent.mkdir()
    path.write_text(run.out, encoding="utf-8")
    assert read_card(path) == read_card(shipped("playbooks") / "tactic" / "keep_control.yaml")


@pytest.mark.parametrize("card_id", ["tactic.nothing", "nothing", "../../etc/passwd"])
def test_a_card_that_is_not_there_is_said_so(levelhead: Command, card_id: str) -> None:
    run = levelhead("playbooks", "show", card_id)
    assert run.code == 2
    assert "playbooks list" in run.err


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_of_ones_own_starts_as_a_draft_that_checks(levelhead: Command, tmp_path: Path, kind: str) -> None:
    run = levelhead("playbooks", "new", f"{kind}.mine", home=tmp_path)
    assert run.code == 0
    path = tmp_path / "playbooks" / kind / "mine.yaml"
    assert str(path) in run.out
    card = read_card(path)
    assert (card.id, card.status, card.version, card.source) == (f"{kind}.mine", "draft", 1, ("house",))
    assert f"{kind}.mine" not in levelhead("playbooks", "list", home=tmp_path).out


def test_a_copy_has_what_the_original_has(levelhead: Command, tmp_path: Path) -> None:
    levelhead("playbooks", "new", "tactic.keep_control", "--from", "tactic.keep_control", home=tmp_path)
    copy = read_card(tmp_path / "playbooks" / "tactic" / "keep_control.yaml")
    assert copy.steps == read_card(shipped("playbooks") / "tactic" / "keep_control.yaml").steps


def test_a_card_that_is_there_is_not_written_over(levelhead: Command, tmp_path: Path) -> None:
    path = put(tmp_path / "playbooks", "mine")
    run = levelhead("playbooks", "new", "tactic.mine", home=tmp_path)
    assert run.code == 2
    assert str(path) in run.err
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "arguments",
    [
        ["mine"],
        ["tactic."],
        ["tactic.late gift"],
        ["../../x.y"],
        ["tactic.../../x"],
        ["tactic.mine", "--from", "tactic.nothing"],
        ["tactic.LateGift"],
        ["tactic.späte"],
        ["tactic.mine", "--from", "stance.critic"],
    ],
)
def test_what_cannot_become_a_card_is_refused_and_nothing_written(
    levelhead: Command, tmp_path: Path, arguments: list[str]
) -> None:
    run = levelhead("playbooks", "new", *arguments, home=tmp_path)
    assert run.code == 2
    assert list(tmp_path.rglob("*.yaml")) == []


@pytest.mark.parametrize("what", ["card", "exemplars", "drafts"])
def test_the_schema_is_valid_and_every_shipped_file_keeps_to_it(levelhead: Command, what: str) -> None:
    run = levelhead("playbooks", "schema", what)
    assert run.code == 0
    schema = json.loads(run.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in FILES:
        folder = path.parent.name
        if (folder if folder in ("exemplars", "drafts") else "card") == what:
            data = json.loads(json.dumps(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader), default=str))
            assert not list(validator.iter_errors(data)), path.name


def test_the_schema_refuses_what_the_loader_refuses(levelhead: Command) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(levelhead("playbooks", "schema").out))
    assert validator.is_valid(CARD)
    assert not validator.is_valid({**CARD, "stepz": []})
    assert not validator.is_valid({**CARD, "kind": "trick"})


def test_the_index_says_what_it_holds(levelhead: Command) -> None:
    run = levelhead("index")
    assert run.code == 0
    assert "cards" in run.out
    assert "exemplars" in run.out
