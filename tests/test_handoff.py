"""The note that travels with a case: facts, quotes, promises, open questions, in the agent's language."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from copilot.pipeline import Copilot
from copilot.types import Case, Contact, History, Turn
from tests.fakes import Desk
from tests.samples import CASES, CRISES

THREAT = Case(
    "Order A-4471 is three weeks late. My solicitor will write to you and I will sue you in court.", channel="email"
)


def section(note: str, title: str) -> list[str]:
    """The entries below a heading."""
    lines = note.splitlines()
    entries = []
    for line in lines[lines.index(title) + 1 :]:
        if not line.startswith("- "):
            break
        entries.append(line[2:])
    return entries


@pytest.mark.parametrize("case", CASES + CRISES, ids=lambda case: case.text[:20])
def test_a_note_quotes_the_customer_and_nobody_else(copilot: Copilot, case: Case) -> None:
    title = "客户原话" if copilot.read(case).language == "zh" else "In the customer's words"
    flat = " ".join(case.text.split())
    quotes = section(copilot.suggest(case).handoff.text, title)
    assert quotes
    assert all(quote.strip("“”…") in flat for quote in quotes)


def test_a_note_says_to_whom_how_soon_and_why(desk: Desk) -> None:
    desk.says(routes={"legal": {"team": {"en": "Legal Ltd", "zh": "法务"}, "contact": "ext. 17"}})
    note = desk.suggest(THREAT).handoff.text
    assert "Legal Ltd (ext. 17)" in note
    minutes = desk.read(THREAT).escalation.respond_within_minutes
    assert f"{minutes} minutes" in note
    assert section(note, "Why it is handed over")


def test_a_closed_team_is_not_named(desk: Desk) -> None:
    desk.moment = datetime(2026, 6, 1, 15, tzinfo=UTC)
    note = desk.suggest(THREAT).handoff.text
    assert "our legal team" not in note
    assert "my team lead" in note


def test_a_note_lists_the_facts_as_written(copilot: Copilot) -> None:
    facts = section(copilot.suggest(THREAT).handoff.text, "Facts given")
    assert any(fact.endswith("A-4471") for fact in facts)
    assert any(fact.endswith("three weeks") for fact in facts)


def test_an_unknown_thing_is_said_to_be_unknown(copilot: Copilot) -> None:
    note = copilot.suggest(Case("You are wonderful, thank you!")).handoff.text
    assert section(note, "Facts given") == ["nothing found"]
    assert section(note, "Promised so far") == ["nothing found"]
    assert "Why it is handed over" not in note


PROMISE, PROMISE_ZH = "We will refund you within 5 working days.", "我们会在5个工作日内给您退款。"


@pytest.mark.parametrize(
    "case",
    [
        Case("And?", conversation=(Turn("agent", f"Thanks for waiting. {PROMISE} Nice weather."),)),
        Case(f"And? Nothing came.\n\nOn Mon, Acme Support wrote:\n> Hello Ann. {PROMISE}\n> Regards"),
        Case(f"Customer: where is it\nAgent: {PROMISE}\nCustomer: still nothing"),
        Case("然后呢？", conversation=(Turn("agent", f"您好。{PROMISE_ZH}"),)),
        Case(f"客户：到哪了\n客服：{PROMISE_ZH}\n客户：还是没有"),
    ],
    ids=["turns", "mail", "chat", "turns-zh", "chat-zh"],
)
def test_what_our_side_promised_is_quoted(copilot: Copilot, case: Case) -> None:
    zh = copilot.read(case).language == "zh"
    promises = section(copilot.suggest(case).handoff.text, "我方已承诺" if zh else "Promised so far")
    assert [promise.strip("“”") for promise in promises] == [PROMISE_ZH if zh else PROMISE]


def test_what_the_customer_announces_is_no_promise_of_ours(copilot: Copilot) -> None:
    case = Case("I will call you within 2 days.", conversation=(Turn("customer", "We will see within 3 days."),))
    assert section(copilot.suggest(case).handoff.text, "Promised so far") == ["nothing found"]


@pytest.mark.parametrize(
    "words",
    [
        "I will not discuss this any further.",
        "We cannot refund you within 5 days.",
        "Will we meet again? I shall see.",
    ],
)
def test_a_refusal_is_no_promise(copilot: Copilot, words: str) -> None:
    case = Case("And?", conversation=(Turn("agent", words),))
    assert section(copilot.suggest(case).handoff.text, "Promised so far") == ["nothing found"]


def test_what_is_still_open_is_what_guidance_asks(copilot: Copilot) -> None:
    suggestion = copilot.suggest(THREAT)
    assert section(suggestion.handoff.text, "Still open") == [ask.text for ask in suggestion.guidance.ask]


def test_earlier_contacts_stand_with_date_and_state(copilot: Copilot) -> None:
    contacts = tuple(
        Contact(datetime(2026, 1, day, tzinfo=UTC), f"call {day}\nabout the kettle", day % 2 == 0)
        for day in range(1, 9)
    )
    note = copilot.suggest(Case("Where is it?", history=History(contacts))).handoff.text
    listed = section(note, "Earlier contacts")
    assert len(listed) == 5, "the newest few"
    assert listed[-1] == "2026-01-08 (resolved): call 8 about the kettle"
    assert listed[-2] == "2026-01-07 (unresolved): call 7 about the kettle"


def test_the_note_is_in_the_agents_language_and_its_quotes_in_the_customers(copilot: Copilot) -> None:
    note = copilot.suggest(THREAT, "zh").handoff.text
    assert note.startswith("交接单")
    assert any("solicitor" in quote for quote in section(note, "客户原话"))
    assert copilot.suggest(Case("我要起诉你们。"), "en").handoff.text.startswith("Handoff note")
