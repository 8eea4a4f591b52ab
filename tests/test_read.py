"""Reading: every claim shows its words, and nothing hangs on how a text happens to be typed."""

from __future__ import annotations

from datetime import UTC, datetime

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.errors import InputError
from copilot.pipeline import Copilot
from copilot.playbooks.model import FLAGS, STANCES
from copilot.text import is_han
from copilot.types import Case, Contact, Evidence, History, Reading, Turn
from tests.fakes import grows_linearly
from tests.samples import CASES, CRISES, DOZEN


def evidence(reading: Reading) -> list[Evidence]:
    return [*reading.customer.evidence, *(e for flag in reading.flags for e in flag.evidence)]


def gist(reading: Reading) -> tuple[object, ...]:
    """What a reading says, without where and how sure."""
    escalation = reading.escalation
    return (
        reading.language,
        reading.customer.type,
        reading.heat.level,
        [flag.code for flag in reading.flags],
        (escalation.needed, escalation.urgency, escalation.route_to),
    )


@pytest.mark.parametrize("case", CASES + CRISES, ids=lambda case: case.text[:20])
def test_a_reading_hangs_together(copilot: Copilot, case: Case) -> None:
    reading = copilot.read(case)
    assert reading.customer.type in STANCES
    assert reading.customer.probabilities[reading.customer.type] == max(reading.customer.probabilities.values())
    assert sum(reading.customer.probabilities.values()) == pytest.approx(1, abs=0.01)
    assert reading.heat.level in range(4)
    assert 0 <= reading.heat.score <= 1
    codes = [flag.code for flag in reading.flags]
    assert set(codes) <= set(FLAGS)
    assert len(set(codes)) == len(codes)
    for flag in reading.flags:
        assert 0 < flag.confidence <= 1
        assert flag.next_step
        assert flag.evidence or flag.source == "history"
    assert reading.customer.evidence
    assert reading.escalation.needed <= bool(reading.flags) or reading.escalation.route_to == ("supervisor",)


@pytest.mark.parametrize("case", CASES + CRISES, ids=lambda case: case.text[:20])
def test_evidence_is_the_customers_text_at_its_place(copilot: Copilot, case: Case) -> None:
    for found in evidence(copilot.read(case)):
        assert case.text[found.start : found.end] == found.text
        assert found.text.strip()
        assert found.why


MIXTURE = st.lists(
    st.sampled_from([piece for case in CASES + CRISES for piece in case.text.split()])
    | st.sampled_from([" ", "\n", "\u3000", "\u200b", "“", "> ", "😀", "\u202e", "Customer: ", "ﬁ", "①", "…", "½"]),
    min_size=1,
    max_size=14,
).map("".join)


@given(text=MIXTURE | st.text(min_size=1, max_size=60))
def test_evidence_of_any_text_stands_at_its_place(copilot: Copilot, text: str) -> None:
    try:
        reading = copilot.read(Case(text))
    except InputError as error:
        assert error.field == "text"
        return
    assert all(text[found.start : found.end] == found.text for found in evidence(reading))


@pytest.mark.parametrize("around", [" ", "\n\n", "\t", "\u3000", "\u200b", "\r\n"])
@pytest.mark.parametrize("text", DOZEN, ids=lambda text: text[:20])
def test_a_reading_does_not_change_with_blanks_around_the_message(copilot: Copilot, text: str, around: str) -> None:
    assert gist(copilot.read(Case(around + text + around))) == gist(copilot.read(Case(text)))


@pytest.mark.parametrize("text", DOZEN, ids=lambda text: text[:20])
def test_a_reading_does_not_change_with_full_or_half_width(copilot: Copilot, text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    narrow = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    plain = copilot.read(Case(text))
    assert gist(copilot.read(Case(wide))) == gist(plain)
    assert gist(copilot.read(Case(narrow))) == gist(plain)


@pytest.mark.parametrize("text", [text for text in DOZEN if any(map(is_han, text))], ids=lambda text: text[:20])
def test_a_reading_does_not_change_with_the_script(copilot: Copilot, text: str) -> None:
    for conversion, script in (("s2t", "Hant"), ("t2s", "Hans")):
        reading = copilot.read(Case(opencc.OpenCC(conversion).convert(text)))
        assert gist(reading) == gist(copilot.read(Case(text)))
        assert reading.script == script


@pytest.mark.parametrize("text", ["I want to end\nmy life", "I do not want\nto live"])
def test_a_mail_program_that_wraps_lines_hides_no_flag(copilot: Copilot, text: str) -> None:
    wrapped, plain = copilot.read(Case(text)), copilot.read(Case(text.replace("\n", " ")))
    rules = [flag.code for flag in plain.flags if flag.source == "rule"]
    assert rules
    assert [flag.code for flag in wrapped.flags if flag.source == "rule"] == rules


@pytest.mark.parametrize(
    ("threat", "code", "innocent"),
    [
        ("I will sue you in court.", "legal", "By the way, the colour of the box was nice."),
        ("I want to kill myself.", "self_harm", "The weather is fine today and my cat is asleep."),
        ("我要起诉你们。", "legal", "另外，包装盒的颜色挺好看的。"),
        ("我不想活了。", "self_harm", "今天天气不错，猫在睡觉。"),
    ],
)
@pytest.mark.parametrize("times", [1, 30])
def test_innocent_words_beside_a_threat_do_not_hide_it(
    copilot: Copilot, threat: str, code: str, innocent: str, times: int
) -> None:
    for text in (threat + " " + innocent * times, innocent * times + " " + threat):
        assert copilot.read(Case(text)).has(code)


@pytest.mark.parametrize("text", ["I will sue you. I want to kill myself.", "我要起诉你们，我不想活了。"])
def test_the_gravest_flag_comes_first_and_its_team_too(copilot: Copilot, text: str) -> None:
    reading = copilot.read(Case(text))
    assert reading.flags[0].code == "self_harm"
    assert reading.escalation.route_to[0] == "crisis"


@pytest.mark.parametrize("text", ["订单2025030312345678没到", "Order 12345 is late", "Please call me on 0123456789"])
def test_digits_of_a_longer_number_are_no_complaint_line(copilot: Copilot, text: str) -> None:
    assert not copilot.read(Case(text)).has("legal")


def test_announcing_a_call_to_a_complaint_line_is_a_legal_step(copilot: Copilot) -> None:
    assert copilot.read(Case("我要打12345投诉你们")).has("legal")


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\u200b\u200b", "\ufeff"])
def test_a_text_without_visible_characters_is_refused(copilot: Copilot, text: str) -> None:
    with pytest.raises(InputError, match="text: "):
        copilot.read(Case(text))


@pytest.mark.parametrize(
    ("text", "says"),
    [("a" * 50_001, "50,001"), ("退" * 50_001, "50,001"), ("half \ud83d", "position 5"), ("\0PNG", "binary")],
)
def test_what_cannot_be_a_message_is_refused_with_a_reason(copilot: Copilot, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        copilot.read(Case(text))


def test_the_longest_message_is_read(copilot: Copilot) -> None:
    assert copilot.read(Case("I will sue you. " + "a b c. " * 7_000)).has("legal")


def test_emoji_beyond_the_first_plane_count_as_one(copilot: Copilot) -> None:
    text = "😀😀😀 I will sue you in court."
    found = next(flag for flag in copilot.read(Case(text)).flags if flag.code == "legal")
    assert all(text[e.start : e.end] == e.text for e in found.evidence)
    assert found.evidence[0].start >= 3


AGENT = "If you were injured or want to sue us, our lawyers and the fire brigade can help."


@pytest.mark.parametrize(
    "case",
    [
        Case(f"Thanks, that is all clear now.\n\nOn Mon, Acme Support wrote:\n> {AGENT}"),
        Case(f"Agent: {AGENT}\nCustomer: Thanks, that is all clear now."),
        Case("Thanks, that is all clear now.", conversation=(Turn("agent", AGENT),)),
    ],
    ids=["mail", "chat", "turns"],
)
def test_the_agents_words_are_not_read_as_the_customers(copilot: Copilot, case: Case) -> None:
    reading = copilot.read(case)
    assert not reading.flags
    assert all(AGENT not in found.text for found in evidence(reading))


@pytest.mark.parametrize(
    "case",
    [
        Case("And?\n\nOn Mon, Acme Support wrote:\n> We look.\n> On Sun, Ann wrote:\n>> I will sue you in court."),
        Case("Customer: I will sue you in court.\nAgent: We are looking.\nCustomer: And?"),
        Case("And?", conversation=(Turn("customer", "I will sue you in court."), Turn("agent", "We are looking."))),
    ],
    ids=["mail", "chat", "turns"],
)
def test_a_threat_stays_raised_when_the_newest_words_do_not_repeat_it(copilot: Copilot, case: Case) -> None:
    found = next(flag for flag in copilot.read(case).flags if flag.code == "legal")
    assert found.source == "history"
    assert all(case.text[e.start : e.end] == e.text for e in found.evidence)


def test_two_unresolved_contacts_are_a_repetition_and_resolved_ones_are_not(copilot: Copilot) -> None:
    def history(resolved: bool) -> History:
        return History(tuple(Contact(datetime(2026, 1, day, tzinfo=UTC), "late", resolved) for day in (1, 2)))

    assert copilot.read(Case("Where is it?", history=history(False))).has("repeat")
    assert not copilot.read(Case("Where is it?", history=history(True))).has("repeat")


@pytest.mark.parametrize("case", CASES[::5], ids=lambda case: case.text[:20])
def test_tenure_and_tier_never_change_the_stance(copilot: Copilot, case: Case) -> None:
    known = Case(case.text, history=History(tenure_days=4000, tier="vip"))
    assert copilot.read(known).customer == copilot.read(Case(case.text)).customer


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_reasons_and_steps_are_in_the_agents_language(copilot: Copilot, locale: str) -> None:
    for text in ("I will sue you in court.", "我要起诉你们。"):
        reading = copilot.read(Case(text), locale)  # type: ignore[arg-type]
        said = " ".join(
            [*reading.escalation.reasons, *(f.next_step for f in reading.flags), reading.customer.evidence[0].why]
        )
        assert any("\u4e00" <= c <= "\u9fff" for c in said) == (locale == "zh")


@pytest.mark.parametrize("piece", ["a", "I will wait. ", "投", "😀", "> a\n", "\n", "是的，"])
def test_reading_takes_linear_time(copilot: Copilot, piece: str) -> None:
    assert grows_linearly(lambda text: copilot.read(Case(text)) if text.strip("\n> ") else None, piece, 20_000)


@settings(max_examples=15)
@given(case=st.sampled_from(CASES))
def test_reading_twice_is_reading_once(copilot: Copilot, case: Case) -> None:
    assert copilot.read(case) == copilot.read(case)
