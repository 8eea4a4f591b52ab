"""Promises and admissions in a text, and whether somebody who may has made them before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal

from copilot.claims import BLANK
from copilot.patterns import pattern
from copilot.playbooks.model import Pattern, Strict
from copilot.quantities import Claim
from copilot.text import Span, fold, sentences, span_at
from copilot.types import Language

__all__ = ["PromiseWords", "Promises"]

_SLOT = re.compile(r"\{[a-z_]+\}|\[\[[^\[\]]+\]\]")
_AROUND = {"en": (60, 40), "zh": (20, 12)}  # characters before and after in which an excuse counts
_GREETING = 15  # letters that may stand around a card's own sentence
_FILLED = 40  # letters that a slot of a card's sentence may have been filled with
_TEXTS = 8192


class PromiseWords(Strict):
    """Wordings of one sort of promise; what excuses them nearby; what organisation.yaml may allow it by."""

    allowed_by: Literal["refund", "replacement"] | None = None
    en: tuple[Pattern, ...]
    zh: tuple[Pattern, ...]
    unless: dict[Language, Pattern]


class Promises:
    """Built once; pure."""

    def __init__(self, sorts: Sequence[PromiseWords]) -> None:
        self._sorts = sorts
        self._promising = lru_cache(_TEXTS)(self._sentences_with_one)

    def find(
        self,
        flat: str,
        claims: Iterable[Claim],
        *,
        refund_up_to: Collection[tuple[str, float]],
        replacement: bool,
        allowed_phrases: Iterable[str],
        spoken: Iterable[str],
    ) -> Iterator[Span]:
        """Spans of promises that nobody may make. `flat` is folded; `spoken` are texts that may be said as they are."""
        spans = sentences(flat)
        amounts: dict[int, list[tuple[str, float]]] = {}
        for claim in claims:
            number = span_at(spans, claim.start)
            if claim.amount and number is not None:
                amounts.setdefault(number, []).append(claim.amount)
        phrases = [fold(phrase).text.lower() for phrase in allowed_phrases]
        cards: list[tuple[str, ...]] | None = None
        fine: dict[int, bool] = {}
        for sort, start, end in self._matches(flat):
            number = span_at(spans, start)
            if number is None or (sort.allowed_by == "replacement" and replacement):
                continue
            first, last = spans[number]
            if sort.allowed_by == "refund" and _affordable(
                amounts.get(number, []),
                flat[max(first, start - _FILLED) : min(last, end + _FILLED)],
                dict(refund_up_to),
            ):
                continue
            if number not in fine:
                said = flat[first:last]
                if cards is None:
                    cards = [parts for text in spoken for parts in self._promising(text)]
                fine[number] = any(p in said.lower() for p in phrases) or _said_by(cards, _letters(said))
            if not fine[number]:
                yield start, end

    def _matches(self, flat: str) -> Iterator[tuple[PromiseWords, int, int]]:
        for sort in self._sorts:
            for language, sources in (("en", sort.en), ("zh", sort.zh)):
                excuse: Any = pattern(sort.unless[language])  # type: ignore[index]
                before, after = _AROUND[language]
                for source in sources:
                    for match in pattern(source).finditer(flat):
                        start, end = match.span()
                        if not excuse.search(flat[max(0, start - before) : end + after]):
                            yield sort, start, end

    def _sentences_with_one(self, text: str) -> tuple[tuple[str, ...], ...]:
        """The letters of each promising sentence, cut at its slots."""
        flat = fold(text).flat
        spans = sentences(flat)
        numbers = {span_at(spans, start) for _, start, _ in self._matches(flat)} - {None}
        return tuple(
            tuple(_letters(part) for part in _SLOT.split(flat[slice(*spans[number])]))  # type: ignore[index]
            for number in sorted(numbers)  # type: ignore[type-var]
        )


def _affordable(amounts: Sequence[tuple[str, float]], around: str, refund_up_to: dict[str, float]) -> bool:
    """Whether every amount is within its currency's limit. A blank for the amount leaves it to the agent; no amount
    at all could be any."""
    if not refund_up_to or not (amounts or BLANK in around):
        return False
    return all(amount <= refund_up_to.get(code, -1.0) for code, amount in amounts)


def _letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _said_by(cards: Iterable[tuple[str, ...]], said: str) -> bool:
    """Whether a sentence is a card's, but for a greeting and what its slots were filled with."""
    return any(_follows(parts, said) for parts in cards)


def _follows(parts: Sequence[str], said: str) -> bool:
    at = 0
    for part in parts:
        found = said.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(said) - sum(map(len, parts)) <= _GREETING + _FILLED * (len(parts) - 1)
