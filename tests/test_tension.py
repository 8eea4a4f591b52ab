"""The gauge: reasons one can argue with, and the order in which experienced people would put two replies."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.config import shipped
from copilot.pipeline import Copilot
from copilot.tension import TensionGauge
from copilot.types import Case, Finding
from tests.fakes import grows_linearly

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent / "tension" / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
]
UNSEEN = PAIRS[1::2]  # the words of the others were looked at when the signs were written
COMPLAINT = "You sent the wrong size again and nobody answers. I have waited a week."


@pytest.fixture(scope="module")
def gauge() -> TensionGauge:
    return TensionGauge.read(shipped("playbooks"))


def codes(gauge: TensionGauge, draft: str, theirs: str = COMPLAINT) -> set[str]:
    return {i.code for i in gauge.measure(draft, (), None, theirs, "en").influences}


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        ("I have ordered the right size and will write to you by noon tomorrow.", "next_step_with_time"),
        ("我现在给您补发，今天五点前把单号发您。", "next_step_with_time"),
        ("We sent the wrong one, that is our mistake.", "owns_it"),
        ("这是我们疏忽了。", "owns_it"),
        ("The wrong size, and a week waited.", "echoes"),
        ("We apologise for any inconvenience caused.", "formula"),
        ("給您帶來不便，敬請諒解。", "formula"),
        ("It might possibly arrive.", "hedging"),
        ("可能是仓库的问题，大概下周吧。", "hedging"),
        ("We will look into it as soon as possible.", "evades"),
        ("Great!! Super!!", "shouts"),
        ("WE HEAR YOU AND WE CARE", "shouts"),
    ],
)
def test_every_sign_is_seen(draft: str, code: str, gauge: TensionGauge) -> None:
    assert code in codes(gauge, draft)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        ("The shop was open by then.", "next_step_with_time"),
        ("Thank you for the photo.", "formula"),
        ("Sorry about that!", "shouts"),
        ("It might rain.", "hedging"),
        ("", "next_step"),
    ],
)
def test_no_sign_is_seen_where_there_is_none(draft: str, code: str, gauge: TensionGauge) -> None:
    assert code not in codes(gauge, draft)


def test_a_misstep_weighs_more_the_angrier_the_customer(gauge: TensionGauge, copilot: Copilot) -> None:
    calm = copilot.read(Case(COMPLAINT))
    draft = "We apologise for any inconvenience."
    scores = [
        gauge.measure(draft, (), replace(calm, heat=replace(calm.heat, level=level)), COMPLAINT, "en").score
        for level in (0, 2, 3)
    ]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_a_bad_phrase_heats_and_is_quoted(gauge: TensionGauge) -> None:
    draft = "Calm down. I will call the courier by noon."
    finding = Finding(0, 9, "Calm down", "calm_down", "error", "why", "instead", "card")
    with_it = gauge.measure(draft, (finding,), None, COMPLAINT, "zh")
    assert with_it.score < gauge.measure(draft, (), None, COMPLAINT, "zh").score
    assert "“Calm down”伤人" in [i.text for i in with_it.influences]


def test_the_better_of_two_replies_is_the_cooler_one(copilot: Copilot) -> None:
    """Written by another hand; half of the worse replies are polite and hold no bad phrase."""
    points = 0.0
    for pair in UNSEEN:
        better, worse = (
            copilot.review(pair[name], pair["customer_text"]).tension.score for name in ("better", "worse")
        )
        points += 1.0 if better > worse else 0.5 if better == worse else 0.0
    assert points / len(UNSEEN) >= 0.8


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_draft_has_a_score(gauge: TensionGauge, draft: str, theirs: str) -> None:
    tension = gauge.measure(draft, (), None, theirs, None)
    assert -1 <= tension.score <= 1
    assert all(i.text for i in tension.influences)


@pytest.mark.parametrize("piece", ["a", "!", "我们", "sorry, ", "we will by "])
def test_a_long_draft_takes_linear_time(piece: str, gauge: TensionGauge) -> None:
    assert grows_linearly(lambda text: gauge.measure(text, (), None, text[:2000], "en"), piece, 40_000)
