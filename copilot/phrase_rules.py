"""The linter's first layer: the `dont_say` entries of the cards.

One RE2 set per language says in a single pass which entries can match at all; only those are then located. Time is
linear in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from copilot.edits import What
from copilot.patterns import pattern
from copilot.playbooks.model import Card, PhraseRule, Severity, Text
from copilot.text import Span, span_at
from copilot.types import Language

__all__ = ["Hit", "PhraseRules", "Rule", "sentence_and_next"]


@dataclass(frozen=True)
class Rule:
    """One entry of a card in one language."""

    card: str
    kind: str
    severity: Severity
    why: Text
    instead: str
    edit: What
    sources: tuple[str, ...]
    matches: tuple[Any, ...]
    unless: tuple[Any, ...]


@dataclass(frozen=True)
class Hit:
    """Where a rule matches in the flat text, and the sentence it stands in with the one after it."""

    rule: Rule
    start: int
    end: int
    around: str


class PhraseRules:
    """The entries of all cards, by language."""

    def __init__(self, cards: Iterable[Card]) -> None:
        by_language: dict[Language, list[Rule]] = {"en": [], "zh": []}
        for card in cards:
            for entry in card.dont_say:
                for language, rules in by_language.items():
                    rule: PhraseRule | None = getattr(entry, language)
                    if rule is not None:
                        rules.append(_compiled(card.id, entry.kind, entry.severity, entry.why, rule))
        self._sets = {language: _RuleSet(rules) for language, rules in by_language.items()}

    def find(self, flat: str, language: Language, spans: Sequence[Span]) -> Iterator[Hit]:
        """Every match that no `unless` excuses; `spans` are the sentences of the text."""
        for rule in self._sets[language].candidates(flat):
            for source in rule.matches:
                for match in source.finditer(flat):
                    start, end = match.span()
                    around = sentence_and_next(flat, spans, start)
                    if start < end and not any(guard.search(around) for guard in rule.unless):
                        yield Hit(rule, start, end, around)


def _compiled(card: str, kind: str, severity: Severity, why: Text, rule: PhraseRule) -> Rule:
    matches, unless = tuple(map(pattern, rule.match)), tuple(map(pattern, rule.unless))
    return Rule(card, kind, severity, why, rule.instead, rule.edit, rule.match, matches, unless)


class _RuleSet:
    """The rules of one language behind one set match."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        options = re2.Options()
        options.case_sensitive = False
        options.max_mem = 256 << 20
        self._rules = rules
        self._owner: list[int] = []
        self._set = re2.Set.SearchSet(options)
        for number, rule in enumerate(rules):
            for source in rule.sources:
                self._set.Add(source)
                self._owner.append(number)
        self._set.Compile()

    def candidates(self, text: str) -> list[Rule]:
        hits = sorted({self._owner[i] for i in self._set.Match(text) or ()}) if self._owner else []
        return [self._rules[number] for number in hits]


def sentence_and_next(text: str, spans: Sequence[Span], at: int) -> str:
    number = span_at(spans, at)
    if number is None:
        return text
    return text[spans[number][0] : spans[min(number + 1, len(spans) - 1)][1]]
