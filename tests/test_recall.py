"""Which cards apply: the message's own topic, the gravest flag first, and each card's conditions."""

from __future__ import annotations

import pytest

from copilot.pipeline import Copilot
from copilot.types import Case, History
from tests.samples import CASES, CRISES


@pytest.mark.parametrize("case", CASES + CRISES, ids=lambda case: case.text[:20])
def test_the_cards_are_active_ones_each_once(copilot: Copilot, case: Case) -> None:
    cards = copilot.suggest(case).cards
    assert len(set(cards)) == len(cards)
    assert set(cards) <= set(copilot.catalogue.cards)


@pytest.mark.parametrize("case", CASES + CRISES, ids=lambda case: case.text[:20])
def test_stance_flags_and_channel_have_their_cards(copilot: Copilot, case: Case) -> None:
    suggestion = copilot.suggest(case)
    assert f"stance.{suggestion.reading.customer.type}" in suggestion.cards
    assert {f"flag.{flag.code}" for flag in suggestion.reading.flags} <= set(suggestion.cards)
    assert (f"channel.{case.channel}" in suggestion.cards) == (case.channel is not None)
    assert [card for card in suggestion.cards if card.startswith("situation.")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:20])
def test_every_cited_cards_conditions_hold(copilot: Copilot, case: Case) -> None:
    suggestion = copilot.suggest(case)
    reading = suggestion.reading
    for card_id in suggestion.cards:
        applies = copilot.catalogue.cards[card_id].applies
        if card_id.startswith(("tactic.", "conduct.", "situation.")):
            assert not applies.types or reading.customer.type in applies.types, card_id
            assert not applies.heat or reading.heat.level in applies.heat, card_id
            assert not applies.channels or case.channel in applies.channels, card_id
            assert not applies.tiers or case.history.tier in applies.tiers, card_id
            assert not applies.flags or any(map(reading.has, applies.flags)), card_id


@pytest.mark.parametrize("tier", ["vip", "high_risk"])
@pytest.mark.parametrize("case", CASES[::6], ids=lambda case: case.text[:20])
def test_what_is_known_of_a_customer_chooses_cards(copilot: Copilot, case: Case, tier: str) -> None:
    cards = copilot.catalogue.cards
    cited = copilot.suggest(Case(case.text, channel=case.channel, history=History(tier=tier))).cards  # type: ignore[arg-type]
    assert any(tier in cards[card_id].applies.tiers for card_id in cited)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("My order is three weeks late and has not arrived.", "delay"),
        ("I was charged twice for the same order.", "double_charge"),
        ("快递晚了五天还没到", "delay"),
        ("同一笔订单重复扣款两次", "double_charge"),
    ],
)
def test_a_plain_topic_is_recognised(copilot: Copilot, text: str, topic: str) -> None:
    assert f"situation.{topic}" in copilot.suggest(Case(text)).cards
