"""Flags that words give away: the patterns of the flag cards, located in the message."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.patterns import pattern
from copilot.playbooks.model import Card
from copilot.text import Span, span_at

__all__ = ["Hit", "SignalMatcher"]


@dataclass(frozen=True)
class Hit:
    """A pattern of flag `code` matched `[start, end)` of the folded text."""

    code: str
    start: int
    end: int
    confidence: float


class SignalMatcher:
    """All flag patterns, compiled once."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self._rules: dict[str, list[tuple[str, float, Any, Any]]] = {"en": [], "zh": []}
        for card in cards:
            if card.flag is None:
                continue
            for language, rules in card.flag.patterns.items():
                for rule in rules:
                    unless = pattern(rule.unless) if rule.unless else None
                    self._rules[language].append((card.flag.code, rule.confidence, pattern(rule.match), unless))

    def match(self, text: str, spans: Sequence[Span]) -> list[Hit]:
        """Hits of both languages (threats are often written in the other one); `unless` guards the same sentence."""
        hits: list[Hit] = []
        flat = text.replace("\n", " ")  # a phrase may run over a line's end
        for rules in self._rules.values():
            for code, confidence, source, unless in rules:
                for match in source.finditer(flat):
                    start, end = match.span()
                    if start == end:
                        continue
                    if unless is not None:
                        number = span_at(spans, start)
                        a, b = spans[number] if number is not None else (0, len(text))
                        if unless.search(flat[a:b]):
                            continue
                    if start < end:
                        hits.append(Hit(code, start, end, confidence))
        return hits
