"""Replies: three drafts in the customer's language, true to the message, free of what we tell agents to avoid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import opencc
import pytest

from copilot.config import shipped
from copilot.pipeline import Copilot
from copilot.playbooks.load import load
from copilot.text import is_han, scripts
from copilot.types import Case, Reply, Suggestion
from tests.fakes import Desk
from tests.samples import CASES, CRISES

BLANK = re.compile(r"\[\[([^\[\]]+)\]\]")
FIGURE = re.compile(r"[0-9][0-9.,:/-]*[0-9]|[0-9]")
BODY = ("situation.", "stance.", "flag.")


def by_text(case: Case) -> str:
    return case.text[:20]


every_case = pytest.mark.parametrize("case", CASES + CRISES, ids=by_text)


@every_case
def test_there_are_three_drafts_and_each_says_something(copilot: Copilot, case: Case) -> None:
    replies = copilot.suggest(case).replies
    assert [reply.style for reply in replies] == ["brief", "warm", "firm"]
    assert len({reply.text for reply in replies}) == 3
    for reply in replies:
        assert reply.text.strip() == reply.text
        assert reply.cards
        assert any(card.startswith(BODY) for card in reply.cards), "a greeting alone is no answer"


@every_case
def test_a_draft_is_in_the_customers_language_and_script(copilot: Copilot, case: Case) -> None:
    suggestion = copilot.suggest(case)
    reading, facts = suggestion.reading, {fact.value for fact in suggestion.facts}
    for reply in suggestion.replies:
        ours = reply.text
        for value in facts:
            ours = ours.replace(value, "")
        assert any(map(is_han, ours)) == (reading.language == "zh")
        if reading.language == "zh":
            assert scripts(reply.text) == reading.script


@every_case
def test_no_draft_holds_what_we_tell_agents_to_avoid(copilot: Copilot, case: Case) -> None:
    for reply in copilot.suggest(case).replies:
        found = [f"{f.kind}: {f.text} ({f.card})" for f in reply.findings if f.severity != "suggestion"]
        assert not found, f"{reply.style}: {found} in\n{reply.text}"
        again = copilot.review(reply.text, case.text).findings
        allowed = {"unauthorised_promise"}
        assert [f for f in again if f.severity != "suggestion" and f.kind not in allowed] == []


@every_case
def test_every_figure_of_a_draft_is_the_customers_or_the_organisations(copilot: Copilot, case: Case) -> None:
    suggestion = copilot.suggest(case)
    minutes = suggestion.reading.escalation.respond_within_minutes
    times = {n for m in (5, 10, 15, 30, 60, 120, 240, 480, 1440, 4320, minutes or 0) for n in (m, m // 60, m // 1440)}
    known = set(FIGURE.findall(case.text)) | {str(number) for number in times}
    for reply in suggestion.replies:
        assert set(FIGURE.findall(reply.text)) <= known, reply.text


@every_case
def test_no_slot_is_left_open_and_every_blank_is_announced(copilot: Copilot, case: Case) -> None:
    for reply in copilot.suggest(case).replies:
        assert "{" not in reply.text
        assert "}" not in reply.text
        assert list(reply.blanks) == list(dict.fromkeys(BLANK.findall(reply.text)))
        assert len(reply.blanks) <= 1, "one thing to fill in is the most that an agent in a hurry sees"


@every_case
def test_a_draft_cites_active_cards_each_once(copilot: Copilot, case: Case) -> None:
    for reply in copilot.suggest(case).replies:
        assert set(reply.cards) <= set(copilot.catalogue.cards)
        assert len(set(reply.cards)) == len(reply.cards)


LIMITS = {
    c.id.split(".")[1]: c.form.max_chars
    for c in load(shipped("playbooks"), examples=False).of_kind("channel")
    if c.form
}


@pytest.mark.parametrize("channel", list(LIMITS))
def test_drafts_fit_their_channel(copilot: Copilot, channel: str) -> None:
    too_long = [
        f"{reply.style}, {len(reply.text)} characters: {reply.text}"
        for case in CASES + CRISES
        for reply in copilot.suggest(replace(case, channel=channel)).replies
        if len(reply.text) > LIMITS[channel]
    ]
    assert not too_long, f"at most {LIMITS[channel]}:\n" + "\n".join(too_long)


def test_letters_have_paragraphs_and_chat_has_none(copilot: Copilot) -> None:
    text = "Order A-4471 is three weeks late and nobody calls back."
    for channel, paragraphs in (("email", True), ("letter", True), ("chat", False), ("sms", False), ("phone", False)):
        for reply in copilot.suggest(Case(text, channel=channel)).replies:
            assert ("\n\n" in reply.text) == paragraphs, channel


def test_traditional_characters_are_answered_in_kind_with_the_customers_own_words_untouched(copilot: Copilot) -> None:
    case = Case("訂單編號A-447123的洗衣機壞了，等了12天，打了3次電話都沒人管！", channel="email")
    for reply in copilot.suggest(case).replies:
        assert scripts(reply.text) == "Hant"
        simplified_only = [
            c for c in reply.text if opencc.OpenCC("t2s").convert(c) == c != opencc.OpenCC("s2t").convert(c)
        ]
        assert len(simplified_only) <= 2, f"Simplified left in: {simplified_only}"


@pytest.mark.parametrize("fact", ["{order}", "{0}", "{company}", "{{7*7}}", "{route_team}", "%(order)s", "[[x]]"])
def test_what_looks_like_a_slot_in_a_message_stays_the_customers(copilot: Copilot, fact: str) -> None:
    case = Case(f"My name is Ann Lee, order A-4471{fact} is late {fact} and my kettle {fact} broke", channel="email")
    for reply in copilot.suggest(case).replies:
        assert fact not in reply.text
        assert "49" not in reply.text


def drafts(suggestion: Suggestion) -> list[str]:
    return [reply.text for reply in suggestion.replies]


THREAT = re.compile("lawyer|press|律师|告你")
COMMERCE = re.compile(
    r"order|refund|money|lawyer|legal|policy|press|contract|phone\b|99812|400|88812345|202411051"
    r"|订单|退款|律师|法务|合同|贷款|媒体|訂單|退款|律師|法務|合約",
    re.IGNORECASE,
)


@pytest.mark.parametrize("case", list(CRISES), ids=by_text)
def test_a_life_in_danger_gets_care_and_nothing_of_business(desk: Desk, case: Case) -> None:
    suggestion = desk.suggest(case)
    assert suggestion.reading.has("self_harm")
    assert suggestion.reading.escalation.needed
    assert suggestion.reading.escalation.urgency == "now"
    for reply in suggestion.replies:
        assert not COMMERCE.search(reply.text), reply.text
        assert "situation.self_harm" in reply.cards
        assert not [card for card in reply.cards if card.startswith("stance.")]
        assert reply.blanks == ()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_care_sounds_the_same_whatever_stands_beside_it(desk: Desk, language: str) -> None:
    texts = {
        "en": [
            "I want to kill myself.",
            "I want to kill myself. I will sue you in court.",
            "I want to kill myself, idiots.",
        ],
        "zh": ["我不想活了。", "我不想活了。我要起诉你们。", "我不想活了，骗子，我要找记者曝光。"],
    }[language]
    assert {tuple(drafts(desk.suggest(Case(text, channel="chat")))) for text in texts} == {
        tuple(drafts(desk.suggest(Case(texts[0], channel="chat"))))
    }


LINE = {"CN": "12356", "GB": "116 123"}


@pytest.mark.parametrize("country", LINE)
@pytest.mark.parametrize("channel", [None, "email", "chat", "phone"])
def test_a_crisis_line_is_named_where_the_country_is_known(desk: Desk, country: str, channel: str | None) -> None:
    desk.says(country=country)
    for text in ("I want to kill myself.", "我不想活了。"):
        assert all(LINE[country] in draft for draft in drafts(desk.suggest(Case(text, channel=channel))))


@pytest.mark.parametrize("text", ["I want to kill myself.", "我不想活了。"])
def test_a_text_message_keeps_the_crisis_line(desk: Desk, text: str) -> None:
    desk.says(country="CN")
    assert all("12356" in draft for draft in drafts(desk.suggest(Case(text, channel="sms"))))


def test_for_an_unknown_country_no_crisis_line_is_named(desk: Desk) -> None:
    for country in (None, "FR"):
        desk.says(country=country)
        for draft in drafts(desk.suggest(Case("I want to kill myself.", channel="email"))):
            assert not FIGURE.findall(draft)


def test_the_team_on_duty_takes_over(desk: Desk) -> None:
    case = Case("My solicitor will be in touch, I will sue you in court.", channel="email")
    desk.moment = datetime(2026, 6, 1, 3, tzinfo=UTC)  # Monday, 11:00 in Shanghai
    assert all("our legal team" in draft for draft in drafts(desk.suggest(case)))
    desk.moment = datetime(2026, 6, 1, 15, tzinfo=UTC)  # 23:00
    for draft in drafts(desk.suggest(case)):
        assert "our legal team" not in draft
        assert "my team lead" in draft


def test_what_the_organisation_says_stands_in_the_reply(desk: Desk) -> None:
    desk.says(signature={"en": "Ann, Northwind", "zh": "北风 小安"}, next_contact_minutes={"email": {"none": 180}})
    case = Case("My parcel has not arrived and I am annoyed. Where is it?", channel="email")
    suggestion = desk.suggest(case)
    assert all(draft.endswith("Ann, Northwind") for draft in drafts(suggestion))
    if not suggestion.reading.escalation.needed:
        assert any("3 hours" in draft for draft in drafts(suggestion))


def test_a_time_that_the_organisation_leaves_open_is_a_blank(desk: Desk) -> None:
    desk.says(next_contact_minutes={"email": {}, "default": {}})
    replies: tuple[Reply, ...] = desk.suggest(Case("The parcel is late and I am annoyed.", channel="email")).replies
    assert any("when" in reply.blanks for reply in replies)


def wordings_needing(value: object, promise: str) -> Iterator[str]:
    """The texts below a dumped card that an organisation must allow."""
    if isinstance(value, dict):
        if promise in value.get("needs", ()):
            yield value["text"]
        for inner in value.values():
            yield from wordings_needing(inner, promise)
    elif isinstance(value, list):
        for inner in value:
            yield from wordings_needing(inner, promise)


def offers(desk: Desk, text: str, promise: str) -> bool:
    cards = [card.model_dump(mode="json") for card in desk.catalogue.cards.values()]
    wordings = {wording for card in cards for wording in wordings_needing(card, promise) if "{" not in wording}
    assert wordings
    return any(wording in draft for wording in wordings for draft in drafts(desk.suggest(Case(text, channel="email"))))


@pytest.mark.parametrize("text", ["I want a refund of $20.", "我要退款99元"])
def test_a_refund_is_offered_only_within_what_agents_may_promise(desk: Desk, text: str) -> None:
    assert not offers(desk, text, "refund"), "by default nothing is promised"
    desk.says(promises={"refund_up_to": {"USD": 10, "CNY": 50}})
    assert not offers(desk, text, "refund")
    desk.says(promises={"refund_up_to": {"USD": 100, "CNY": 500}})
    assert offers(desk, text, "refund")


@pytest.mark.parametrize("text", ["I want a refund of $2k.", "我要退款2万元"])
def test_no_fortune_is_offered_for_a_small_figure_with_a_big_word(desk: Desk, text: str) -> None:
    desk.says(promises={"refund_up_to": {"USD": 100, "CNY": 500}})
    assert not offers(desk, text, "refund")
