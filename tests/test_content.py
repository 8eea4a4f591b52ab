"""Everything that is shipped: complete, in both languages, and free of what we tell agents to avoid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot.config import shipped
from copilot.lint import Linter
from copilot.playbooks.check import check_card, check_examples, check_wording
from copilot.playbooks.load import Catalogue, content_files, load, read_card, read_drafts, read_exemplars
from copilot.playbooks.model import CHANNELS, FINDING_KINDS, FLAGS, KINDS, STANCES, Card
from copilot.text import is_han

ROOT = shipped("playbooks")
FILES = content_files(ROOT)
CARD_FILES = [path for path in FILES if path.parent.name not in ("exemplars", "drafts")]
DRAFT_FILES = [path for path in FILES if path.parent.name == "drafts"]
EXEMPLAR_FILES = [path for path in FILES if path.parent.name == "exemplars"]


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(ROOT)


@pytest.fixture(scope="module")
def linter(catalogue: Catalogue) -> Linter:
    return Linter(catalogue.cards.values())


def name(path: Path) -> str:
    return f"{path.parent.name}.{path.stem}"


def listed(faults: list[tuple[str, str]]) -> str:
    return "\n" + "\n".join(f"  {where}: {what}" for where, what in faults)


def texts(value: object, where: str = "") -> Iterator[tuple[str, str, str]]:
    """Every (place, language, text) below a dumped card."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("en", "zh") and isinstance(inner, str):
                yield where, key, inner
            else:
                yield from texts(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from texts(inner, f"{where}.{number}")


@pytest.mark.parametrize("path", CARD_FILES, ids=name)
def test_a_card_passes_every_rule(path: Path) -> None:
    faults = list(check_card(read_card(path)))
    assert not faults, listed(faults)


@pytest.mark.parametrize("path", CARD_FILES, ids=name)
def test_a_card_is_called_as_its_place_says(path: Path) -> None:
    assert read_card(path).id == name(path)


@pytest.mark.parametrize("path", CARD_FILES, ids=name)
def test_what_a_card_offers_to_say_is_nothing_that_hurts(path: Path, linter: Linter) -> None:
    faults = list(check_wording(read_card(path), linter))
    assert not faults, listed(faults)


@pytest.mark.parametrize("path", CARD_FILES, ids=name)
def test_a_card_says_everything_in_both_languages(path: Path) -> None:
    card = read_card(path)
    faults = [
        (where, f"is not {language}: {text[:60]}")
        for where, language, text in texts(card.model_dump(mode="json"))
        if any(map(is_han, text)) != (language == "zh")
    ]
    assert not faults, listed(faults)
    assert set(card.signals) in (set(), {"en", "zh"}), "signals stand in both languages or in none"


@pytest.mark.parametrize("path", CARD_FILES, ids=name)
def test_the_phrase_to_avoid_is_found_by_its_own_patterns_and_the_better_one_is_not(path: Path) -> None:
    card = read_card(path)
    own = Linter([card])
    for number, entry in enumerate(card.dont_say):
        for language in ("en", "zh"):
            rule = getattr(entry, language)
            if rule is None:  # said in one language only
                continue
            where = f"dont_say.{number}.{language}"
            assert own.lint(rule.avoid), f"{where}: “{rule.avoid}” is not found by its patterns"
            bad = [f.text for f in own.lint(rule.instead) if f.severity != "suggestion"]
            assert not bad, f"{where}.instead: “{bad[0]}” is itself found"


@pytest.mark.parametrize("path", DRAFT_FILES, ids=lambda path: path.stem)
def test_better_words_for_a_draft_are_not_listed_as_bad_themselves(path: Path, linter: Linter) -> None:
    offered = [bad.instead for draft in read_drafts(path).drafts for bad in draft.bad if bad.instead]
    found = {text: f.text for text in offered for f in linter.lint(text) if f.severity != "suggestion"}
    assert not found, "\n".join(f"“{bad}” in “{text}”" for text, bad in found.items())


def test_every_kind_has_drafts_in_both_languages(catalogue: Catalogue) -> None:
    taught = {(bad.kind, item.lang) for item in catalogue.drafts for bad in item.draft.bad}
    assert taught == {(kind, language) for kind in FINDING_KINDS for language in ("en", "zh")}
    assert {item.lang for item in catalogue.drafts if not item.draft.bad} == {"en", "zh"}


@pytest.mark.parametrize("path", EXEMPLAR_FILES, ids=lambda path: path.stem)
def test_exemplars_name_situations_that_exist(path: Path, catalogue: Catalogue) -> None:
    named = {e.situation for e in read_exemplars(path).messages if e.situation}
    assert {s for s in named if f"situation.{s}" not in catalogue.cards} == set()


def test_no_exemplar_comes_close_to_another() -> None:
    faults = [str(p) for p in check_examples([(p.name, read_exemplars(p)) for p in EXEMPLAR_FILES])]
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("code", FLAGS)
def test_every_flag_has_a_card_patterns_and_exemplars_in_both_languages(code: str, catalogue: Catalogue) -> None:
    card = catalogue.cards[f"flag.{code}"]
    assert card.flag is not None
    assert card.flag.code == code
    assert set(card.flag.patterns) == set(card.flag.threshold) == {"en", "zh"}
    assert {x.lang for x in catalogue.exemplars if code in x.exemplar.flags} == {"en", "zh"}
    assert {x.lang for x in catalogue.exemplars if code not in x.exemplar.flags} == {"en", "zh"}


@pytest.mark.parametrize("stance", STANCES)
def test_every_stance_has_a_card_and_exemplars_in_both_languages(stance: str, catalogue: Catalogue) -> None:
    assert catalogue.cards[f"stance.{stance}"].applies.types == (stance,)
    assert {x.lang for x in catalogue.exemplars if x.exemplar.type == stance} == {"en", "zh"}


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_has_a_card(channel: str, catalogue: Catalogue) -> None:
    assert catalogue.cards[f"channel.{channel}"].form is not None


@pytest.mark.parametrize("situation", ["general_contempt", "general_complaint", "praise", "question"])
def test_every_situation_that_a_stance_falls_back_on_exists(situation: str, catalogue: Catalogue) -> None:
    card = catalogue.cards[f"situation.{situation}"]
    assert not card.applies.flags
    assert not card.applies.channels
    assert not card.applies.tiers


LEADING = ("legal", "media", "safety", "self_harm", "abuse", "repeat", "human", "fraud", "privacy", "vulnerable")


@pytest.mark.parametrize("code", LEADING)
def test_every_flag_that_leads_a_reply_has_a_situation(code: str, catalogue: Catalogue) -> None:
    assert [card.id for card in catalogue.of_kind("situation") if code in card.applies.flags]


def test_care_for_a_life_stands_alone_and_comes_first(catalogue: Catalogue) -> None:
    priorities = {c.flag.code: c.flag.priority for c in catalogue.of_kind("flag") if c.flag}
    assert max(priorities, key=lambda code: priorities[code]) == "self_harm"
    assert all(card.alone for card in catalogue.of_kind("situation") if "self_harm" in card.applies.flags)


def test_a_reply_with_blanks_to_fill_has_at_most_one_a_part(catalogue: Catalogue) -> None:
    faults = [
        (f"{card.id}{where}", text)
        for card in catalogue.of_kind("situation")
        for where, _, text in texts(card.model_dump(mode="json"))
        if text.count("[[") > 1
    ]
    assert not faults, listed(faults)


def test_finding_kinds_are_all_covered(catalogue: Catalogue) -> None:
    used = {entry.kind for card in catalogue.cards.values() for entry in card.dont_say}
    assert used == set(FINDING_KINDS)


def test_no_two_cards_have_the_same_title(catalogue: Catalogue) -> None:
    for language in ("en", "zh"):
        seen: dict[str, str] = {}
        for card in catalogue.cards.values():
            title = card.title.in_(language)
            twin = seen.setdefault(f"{card.kind} {title}", card.id)
            assert twin == card.id, f"{card.id} and {twin} are both called “{title}”"


def test_every_kind_of_card_is_shipped(catalogue: Catalogue) -> None:
    assert {card.kind for card in catalogue.cards.values()} == set(KINDS)


def test_the_schema_of_a_card_is_plain_json() -> None:
    schema = Card.model_json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["additionalProperties"] is False
