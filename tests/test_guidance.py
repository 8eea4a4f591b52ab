"""Guidance: what to do in the agent's language, what to say in the customer's, nothing asked that is already known."""

from __future__ import annotations

import pytest

from copilot.lint import Linter
from copilot.pipeline import Copilot
from copilot.text import is_han, scripts
from copilot.types import Case
from tests.samples import CASES, CRISES

every_case = pytest.mark.parametrize("case", CASES + CRISES, ids=lambda case: case.text[:20])


def has_chinese(text: str) -> bool:
    return any(map(is_han, text))


@every_case
def test_there_is_something_to_do_to_say_and_to_avoid(copilot: Copilot, case: Case) -> None:
    guidance = copilot.suggest(case).guidance
    assert guidance.steps
    assert guidance.say
    assert guidance.dont_say
    for hints in (guidance.steps, guidance.say, guidance.dont_say, guidance.ask):
        assert len({hint.text for hint in hints}) == len(hints), "nothing is said twice"
        assert {hint.card for hint in hints} <= set(copilot.catalogue.cards)


@every_case
def test_an_agent_reads_it_at_a_glance(copilot: Copilot, case: Case) -> None:
    guidance = copilot.suggest(case).guidance
    assert max(map(len, (guidance.steps, guidance.say, guidance.dont_say, guidance.ask))) <= 8


@every_case
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_steps_are_in_the_agents_language_and_words_to_say_in_the_customers(
    copilot: Copilot, case: Case, locale: str
) -> None:
    suggestion = copilot.suggest(case, locale)  # type: ignore[arg-type]
    chinese = suggestion.reading.language == "zh"
    assert all(has_chinese(hint.text) == (locale == "zh") for hint in suggestion.guidance.steps)
    assert all(has_chinese(hint.text) == chinese for hint in suggestion.guidance.say)
    for pair in suggestion.guidance.dont_say:
        assert has_chinese(pair.text) == has_chinese(pair.instead) == chinese


@every_case
def test_what_is_worth_saying_is_nothing_that_hurts(copilot: Copilot, case: Case) -> None:
    guidance = copilot.suggest(case).guidance
    offered = [hint.text for hint in guidance.say] + [pair.instead for pair in guidance.dont_say]
    linter = Linter(copilot.catalogue.cards.values())
    found = [(text, f.text, f.card) for text in offered for f in linter.lint(text) if f.severity != "suggestion"]
    assert not found


def test_traditional_readers_get_traditional_words_to_say(copilot: Copilot) -> None:
    guidance = copilot.suggest(Case("買的冰箱壞了三次，客服說會回電，等了兩星期都沒有。")).guidance
    assert {scripts(hint.text) for hint in guidance.say} == {"Hant"}
    assert {scripts(pair.instead) for pair in guidance.dont_say} == {"Hant"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_asked_that_the_message_gives(copilot: Copilot, language: str) -> None:
    text = {
        "en": "My name is Ann Lee. Order A-4471 of 3 March, a kettle for $40, is three weeks late. I called twice.",
        "zh": "我是王女士，订单号202503031234的电水壶，299元，3月3日下的单，等了12天，打了3次电话。",
    }[language]
    suggestion = copilot.suggest(Case(text, channel="email"))
    given = {fact.slot for fact in suggestion.facts}
    assert {"order", "amount", "delay", "times", "product", "date", "name"} <= given
    asks = {hint.text for hint in suggestion.guidance.ask}
    for card in copilot.catalogue.cards.values():
        for ask in card.ask:
            if ask.slot in given:
                assert getattr(ask, language) not in asks
