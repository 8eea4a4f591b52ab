"""Flags that words give away: found in either language, guarded by innocent readings, located exactly."""

from __future__ import annotations

import pytest

from copilot.config import shipped
from copilot.playbooks.load import load
from copilot.playbooks.model import Card
from copilot.signals import SignalMatcher
from copilot.text import fold, sentences
from tests.fakes import grows_linearly

BOTH = {"en": "A card", "zh": "一张卡"}
RULES = {
    "code": "legal",
    "priority": 50,
    "threshold": {"en": 0.5, "zh": 0.5},
    "next_step": BOTH,
    "patterns": {
        "en": [{"match": r"\bsue\b", "unless": r"\bmy friend sue\b"}, {"match": r"\bcourt\b", "confidence": 0.6}],
        "zh": [{"match": "起诉", "unless": "网球"}],
    },
}
CARD = {"id": "flag.legal", "kind": "flag", "source": ["house"], "title": BOTH, "why": BOTH, "steps": [BOTH]}
MATCHER = SignalMatcher([Card.model_validate({**CARD, "flag": RULES})])


def hits(text: str, matcher: SignalMatcher = MATCHER) -> list[tuple[str, str, float]]:
    return [(h.code, text[h.start : h.end], h.confidence) for h in matcher.match(text, sentences(text))]


def test_words_of_either_language_are_found_where_they_stand() -> None:
    assert hits("I will SUE you") == [("legal", "SUE", 0.9)]
    assert hits("see you in court, 我要起诉") == [("legal", "court", 0.6), ("legal", "起诉", 0.9)]
    assert hits("we pursue courtesy") == []


def test_an_innocent_reading_guards_its_own_sentence_only() -> None:
    assert hits("This is my friend Sue.") == []
    assert hits("This is my friend Sue. I will sue.") == [("legal", "sue", 0.9)]


@pytest.fixture(scope="module")
def real() -> SignalMatcher:
    return SignalMatcher(load(shipped("playbooks"), examples=False).of_kind("flag"))


@pytest.mark.parametrize("piece", ["a", "不", "I will ", "data ", "我", "1", " ", "."])
def test_matching_takes_linear_time(real: SignalMatcher, piece: str) -> None:
    assert grows_linearly(lambda text: real.match(fold(text).text, sentences(text)), piece)


def test_many_matches_take_linear_time() -> None:
    assert grows_linearly(lambda text: MATCHER.match(text, sentences(text)), "起诉。", 24_000)
