"""The guard: a sentence with a phrase that hurts, or with a figure that nobody gave, does not leave."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copilot.check import Guard
from copilot.config import shipped
from copilot.lint import Linter
from copilot.playbooks.load import load
from copilot.types import Case, Contact, History, Turn


@pytest.fixture(scope="module")
def guard() -> Guard:
    return Guard(Linter(load(shipped("playbooks"), examples=False).cards.values()))


CASE = Case(
    "Order A-4471 cost ￥299 and is 12 days late",
    conversation=(Turn("agent", "We ring you at 15:30"),),
    history=History((Contact(datetime(2026, 1, 1, tzinfo=UTC), "ticket 88123", False),)),
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Order A-4471 is on my screen.",
        "You paid 299 for it.",
        "It is 12 days late.",
        "You were promised a call at 15:30.",
        "I have your earlier ticket 88123 here.",
        "You will hear from me within 4 hours.",
        "I am looking into it now.",
    ],
)
def test_a_figure_from_message_history_or_organisation_passes(guard: Guard, sentence: str) -> None:
    assert guard.passes(sentence, CASE, {"next_contact": "within 4 hours"})


@pytest.mark.parametrize(
    "sentence",
    ["You get 300 back.", "It comes within 5 days.", "Order A-4472 is here.", "We ring at 15:31.", "赔您50元。"],
)
def test_a_figure_that_nobody_gave_does_not_pass(guard: Guard, sentence: str) -> None:
    assert not guard.passes(sentence, CASE, {"next_contact": "within 4 hours"})


@pytest.mark.parametrize("sentence", ["I don't know.", "我不知道。", "We were negligent.", "Tell me your password."])
def test_a_phrase_that_hurts_does_not_pass(guard: Guard, sentence: str) -> None:
    assert not guard.passes(sentence, CASE, {})


def test_the_customers_own_words_may_be_quoted(guard: Guard) -> None:
    case = Case("your agent said I don't know and hung up")
    assert guard.passes('That somebody told you "I don\'t know" is not good enough.', case, {})
