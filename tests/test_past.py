"""What came before counts: a third contact, grave words still open, heat that rises."""

from __future__ import annotations

from datetime import UTC, datetime

from copilot.pipeline import Copilot
from copilot.types import Case, Contact, History, Reading, Turn

AT = datetime(2026, 5, 1, tzinfo=UTC)
NOW = "The router still drops the connection every evening after eight. What can I do?"


def codes(reading: Reading) -> set[str]:
    return {flag.code for flag in reading.flags}


def contacts(*texts: str, resolved: bool = True) -> History:
    return History(tuple(Contact(AT, text, resolved) for text in texts))


def test_a_third_contact_about_one_problem_is_a_repetition(copilot: Copilot) -> None:
    assert "repeat" not in codes(copilot.read(Case("What can I do about the router dropping the connection?")))
    history = contacts(
        "My router drops the connection every evening.", "The connection drops again every evening, router restarted."
    )
    reading = copilot.read(Case(NOW, history=history))
    assert "repeat" in codes(reading)
    assert next(f for f in reading.flags if f.code == "repeat").source in ("history", "model", "rule")


def test_other_problems_that_were_solved_are_none(copilot: Copilot) -> None:
    history = contacts("Could you tell me how to read my invoice?", "Please change my delivery address to 4 Mill Road.")
    calm = "Do you have this jacket in green as well?"
    assert "repeat" not in codes(copilot.read(Case(calm, history=history)))


def test_open_contacts_count_whatever_they_were_about(copilot: Copilot) -> None:
    history = contacts("Where is my parcel?", "Hello? The parcel?", resolved=False)
    assert "repeat" in codes(copilot.read(Case("And now?", history=history)))


def test_turns_that_were_answered_are_contacts(copilot: Copilot) -> None:
    turns = (
        Turn("customer", "The dishwasher leaks onto the kitchen floor when it runs."),
        Turn("agent", "Please try cleaning the seal."),
        Turn("customer", "I cleaned the seal, the dishwasher still leaks onto the floor."),
        Turn("agent", "Could you send a picture?"),
    )
    reading = copilot.read(Case("Picture sent. The dishwasher leaks onto the kitchen floor.", conversation=turns))
    assert "repeat" in codes(reading)


def test_heat_that_rises_counts(copilot: Copilot) -> None:
    text = "This is an absolute disgrace! Three weeks!! Do your job and fix it!"
    turns = (
        Turn("customer", "Hello, could you check my order please? Thanks"),
        Turn("agent", "We are looking into it."),
    )
    alone, after = copilot.read(Case(text)), copilot.read(Case(text, conversation=turns))
    assert after.escalation.score > alone.escalation.score
    assert after.heat == alone.heat  # the heat is this message's


def test_a_threat_spoken_earlier_stays_raised(copilot: Copilot) -> None:
    turns = (Turn("customer", "My lawyer will take you to court over this."), Turn("agent", "I understand."))
    reading = copilot.read(Case("So what is your answer?", conversation=turns))
    legal = next(flag for flag in reading.flags if flag.code == "legal")
    assert legal.source == "history"
    assert not legal.evidence  # the words are not in this text
