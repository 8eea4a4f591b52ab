"""Two layers of files in, one catalogue out: the organisation's wins, and its mistakes silence nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from copilot.config import shipped
from copilot.errors import PlaybookError
from copilot.lint import Linter
from copilot.playbooks.examples import DraftFile, ExemplarFile
from copilot.playbooks.load import content_files, fingerprint, load, read_card, read_drafts, read_exemplars
from copilot.playbooks.model import Card

SHIPPED = shipped("playbooks")
FILES = content_files(SHIPPED)
CARDS = [path for path in FILES if path.parent.name not in ("exemplars", "drafts")]


MESSAGE = {"text": "Late again.", "type": "critic", "heat": 1}


def card(card_id: str = "tactic.mine", **fields: object) -> dict[str, object]:
    """The least that a tactic needs."""
    both = {"en": "Count to three.", "zh": "先数三下。"}
    return {
        "id": card_id,
        "kind": card_id.split(".", maxsplit=1)[0],
        "source": ["house"],
        "title": both,
        "why": both,
        "steps": [both],
        **fields,
    }


def put(root: Path, data: object, place: str = "tactic/mine.yaml") -> Path:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(data, bytes):
        path.write_bytes(data)
    else:
        path.write_text(data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shipped layer of two cards and one exemplar."""
    root = tmp_path_factory.mktemp("shipped")
    for place in ("tactic/keep_control.yaml", "tactic/voice_and_pace.yaml"):
        (root / place).parent.mkdir(exist_ok=True)
        shutil.copy(SHIPPED / place, root / place)
    put(root, {"lang": "en", "theme": "ours", "messages": [MESSAGE]}, "exemplars/en-ours.yaml")
    return root


def test_the_overlay_adds_cards_and_wins_by_id(ours: Path, tmp_path: Path) -> None:
    put(tmp_path, card())
    put(tmp_path, card("tactic.keep_control"), "tactic/keep_control.yaml")
    catalogue = load(ours, tmp_path)
    assert catalogue.problems == ()
    assert catalogue.cards["tactic.mine"].title.en == "Count to three."
    assert catalogue.cards["tactic.keep_control"].title.en == "Count to three."
    assert len(catalogue.cards) == 3


@pytest.mark.parametrize("status", ["draft", "retired"])
def test_a_card_that_is_not_active_is_not_used(ours: Path, tmp_path: Path, status: str) -> None:
    put(tmp_path, card(status=status))
    assert "tactic.mine" not in load(ours, tmp_path).cards


def test_an_overlay_may_retire_a_shipped_card(ours: Path, tmp_path: Path) -> None:
    put(tmp_path, card("tactic.keep_control", status="retired"), "tactic/keep_control.yaml")
    assert "tactic.keep_control" not in load(ours, tmp_path).cards


def test_a_draft_of_a_shipped_card_changes_nothing_yet(ours: Path, tmp_path: Path) -> None:
    put(tmp_path, card("tactic.keep_control", status="draft"), "tactic/keep_control.yaml")
    assert load(ours, tmp_path).cards == load(ours).cards


@pytest.mark.parametrize(
    "card_id",
    [
        "stance.critic",
        "flag.self_harm",
        "flag.repeat",
        "situation.question",
        pytest.param(
            "situation.self_harm",
        ),
    ],
)
def test_a_card_that_others_rest_on_stays_in_use(tmp_path: Path, card_id: str) -> None:
    place = f"{card_id.replace('.', '/')}.yaml"
    shipped_card = yaml.safe_load((SHIPPED / place).read_text(encoding="utf-8"))
    put(tmp_path, {**shipped_card, "status": "retired"}, place)
    catalogue = load(SHIPPED, tmp_path, examples=False)
    assert card_id in catalogue.cards
    assert [problem.field for problem in catalogue.problems] == ["status"]


def test_the_overlay_adds_exemplars(ours: Path, tmp_path: Path) -> None:
    put(tmp_path, {"lang": "en", "theme": "mine", "messages": [MESSAGE]}, "exemplars/en-mine.yaml")
    assert [(item.lang, item.theme) for item in load(ours, tmp_path).exemplars] == [("en", "ours"), ("en", "mine")]


BROKEN = {
    "yaml": ("a: [", "line", "YAML"),
    "empty": ("", "card", "mapping"),
    "list": ("- a", "card", "mapping"),
    "encoding": (b"\xff\xfe\x00", "encoding", "UTF-8"),
    "unknown-field": (card(stepz=[]), "stepz", "not permitted"),
    "missing-language": (card(why={"en": "only"}), "why.zh", "required"),
    "wrong-id": (card("tactic.other"), "id", "tactic.mine"),
    "wrong-kind": (card(kind="channel"), "card", "begin with the kind"),
    "no-steps": (card(steps=[]), "card", "steps"),
    "bad-flag": (card(applies={"flags": ["lawsuit"]}), "applies.flags.0", "legal"),
}


@pytest.mark.parametrize(("content", "field", "fix"), BROKEN.values(), ids=BROKEN)
def test_a_broken_card_of_the_overlay_is_skipped_and_named(
    ours: Path, tmp_path: Path, content: object, field: str, fix: str
) -> None:
    put(tmp_path, content)
    put(tmp_path, card("tactic.good"), "tactic/good.yaml")
    catalogue = load(ours, tmp_path)
    assert "tactic.good" in catalogue.cards, "one mistake must not silence the rest"
    assert "tactic.mine" not in catalogue.cards
    problem = catalogue.problems[0]
    assert "mine.yaml" in problem.file
    assert problem.field.startswith(field)
    assert fix in problem.message
    assert str(problem) == f"{problem.file}: {problem.field}: {problem.message}"


def test_a_control_character_in_a_card_of_the_overlay_is_a_problem_too(ours: Path, tmp_path: Path) -> None:
    put(tmp_path, b"id: \x00")
    assert [problem.field for problem in load(ours, tmp_path).problems] == ["file"]


def test_what_cannot_be_opened_in_the_overlay_is_a_problem_too(ours: Path, tmp_path: Path) -> None:
    (tmp_path / "tactic" / "mine.yaml").mkdir(parents=True)
    assert len(load(ours, tmp_path).problems) == 1


def test_a_pattern_that_cannot_be_compiled_is_skipped_and_named(ours: Path, tmp_path: Path) -> None:
    rule = {"avoid": "a", "match": ["(?=a)"], "instead": "b"}
    entry = {"kind": "dislike", "why": {"en": "w", "zh": "为"}, "en": rule, "zh": {**rule, "match": ["好"]}}
    put(tmp_path, card(dont_say=[entry]))
    catalogue = load(ours, tmp_path)
    Linter(catalogue.cards.values())
    assert catalogue.problems[0].field.startswith("dont_say.0.en")
    assert "(?=a)" in catalogue.problems[0].message


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"type": "happy"}, "messages.0.type"), ({"heat": 9}, "messages.0.heat"), ({"text": ""}, "messages.0.text")],
)
def test_a_broken_exemplar_of_the_overlay_is_skipped_and_named(
    ours: Path, tmp_path: Path, fields: dict[str, object], field: str
) -> None:
    message = {**MESSAGE, **fields}
    put(tmp_path, {"lang": "en", "theme": "mine", "messages": [message]}, "exemplars/en-mine.yaml")
    problem = load(ours, tmp_path).problems[0]
    assert (problem.file, problem.field) == ("exemplars/en-mine.yaml", field)


def test_a_broken_shipped_card_is_our_own_fault_and_raises(ours: Path, tmp_path: Path) -> None:
    ours = tmp_path / "shipped"
    put(ours, "a: [")
    with pytest.raises(PlaybookError, match=r"mine\.yaml"):
        load(ours)


def test_an_overlay_that_is_not_there_is_no_problem(ours: Path, tmp_path: Path) -> None:
    assert load(ours, tmp_path / "nowhere") == load(ours)


def test_the_fingerprint_tells_contents_apart_and_nothing_else(ours: Path, tmp_path: Path) -> None:
    place = put(tmp_path, card())
    before = fingerprint(ours, tmp_path)
    place.touch()
    assert fingerprint(ours, tmp_path) == before
    put(tmp_path, card(version=2))
    assert fingerprint(ours, tmp_path) != before


@pytest.mark.parametrize("path", CARDS, ids=lambda path: f"{path.parent.name}.{path.stem}")
def test_a_card_is_the_same_after_load_dump_load(path: Path, tmp_path: Path) -> None:
    first = read_card(path)
    dumped = yaml.safe_dump(first.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=False)
    again = tmp_path / path.parent.name / path.name
    again.parent.mkdir()
    again.write_text(dumped, encoding="utf-8")
    assert read_card(again) == first
    assert Card.model_validate_json(first.model_dump_json()) == first


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name == "exemplars"], ids=lambda path: path.stem)
def test_exemplars_are_the_same_after_load_dump_load(path: Path) -> None:
    first = read_exemplars(path)
    assert ExemplarFile.model_validate_json(first.model_dump_json()) == first


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name == "drafts"], ids=lambda path: path.stem)
def test_drafts_are_the_same_after_load_dump_load(path: Path) -> None:
    first = read_drafts(path)
    assert DraftFile.model_validate_json(first.model_dump_json()) == first


def test_the_shipped_playbooks_may_lie_anywhere(tmp_path: Path) -> None:
    copy = shutil.copytree(SHIPPED, tmp_path / "copy")
    assert fingerprint(copy) == fingerprint(SHIPPED)
