"""The phrase linter: finds what an agent should not say, and says what to say instead.

The rules are the `dont_say` entries of the cards. One RE2 set per language says in a single pass which entries can
match at all; only those are then located. Time is linear in the text.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import re2

from copilot.patterns import pattern
from copilot.playbooks.model import Card, PhraseRule
from copilot.text import Folded, Span, fold, is_han, sentences, span_at
from copilot.types import Finding, Language

__all__ = ["Linter"]

_SEVERITY_RANK = {"error": 0, "warning": 1, "suggestion": 2}
_QUOTED = pattern(r'"[^"\n]{1,400}"|「[^」\n]{1,400}」|『[^』\n]{1,400}』')


@dataclass(frozen=True)
class _Rule:
    card: str
    kind: str
    severity: str
    why: dict[str, str]
    rule: PhraseRule
    matches: tuple[Any, ...]
    unless: tuple[Any, ...]


class _RuleSet:
    """The rules of one language behind one set match."""

    def __init__(self, rules: Sequence[_Rule]) -> None:
        options = re2.Options()
        options.case_sensitive = False
        options.max_mem = 256 << 20
        self._rules = rules
        self._owner: list[int] = []
        self._set = re2.Set.SearchSet(options)
        for number, rule in enumerate(rules):
            for source in rule.rule.match:
                self._set.Add(source)
                self._owner.append(number)
        self._set.Compile()

    def candidates(self, text: str) -> list[_Rule]:
        hits = sorted({self._owner[i] for i in self._set.Match(text) or ()}) if self._owner else []
        return [self._rules[number] for number in hits]


class Linter:
    """Built once from all cards; `lint` is pure and thread-safe."""

    def __init__(self, cards: Iterable[Card], allowed_phrases: Callable[[], Collection[str]] = tuple) -> None:
        by_language: dict[str, list[_Rule]] = {"en": [], "zh": []}
        for card in cards:
            for entry in card.dont_say:
                for language, rules in by_language.items():
                    rule: PhraseRule = getattr(entry, language)
                    rules.append(
                        _Rule(
                            card.id,
                            entry.kind,
                            entry.severity,
                            {"en": entry.why.en, "zh": entry.why.zh},
                            rule,
                            tuple(pattern(source) for source in rule.match),
                            tuple(pattern(source) for source in rule.unless),
                        )
                    )
        self._sets = {language: _RuleSet(rules) for language, rules in by_language.items()}
        self._allowed_phrases = allowed_phrases

    def lint(
        self,
        text: str,
        *,
        customer_text: str | None = None,
        locale: Language | None = None,
        exempt: Collection[str] = (),
    ) -> tuple[Finding, ...]:
        """Findings in the order of the text, none overlapping another.

        `customer_text` lets the agent quote the customer's own words; `locale` is the language of the reasons (the
        draft's own by default); `exempt` names kinds that are not looked for.
        """
        folded = fold(text)
        spans = sentences(folded.text)
        quoted = self._quotes(folded.text, customer_text)
        found: list[Finding] = []
        for language in self._languages(folded.text):
            for rule in self._sets[language].candidates(folded.flat):
                if rule.kind in exempt:
                    continue
                found += self._locate(rule, folded, spans, quoted, locale or language)
        return _without_overlaps(found)

    def _allowed(self, around: str) -> bool:
        """Whether the organisation lets agents promise in these words."""
        return any(fold(phrase).text.lower() in around.lower() for phrase in self._allowed_phrases())

    @staticmethod
    def _languages(text: str) -> list[Language]:
        languages: list[Language] = []
        if any(is_han(c) for c in text):
            languages.append("zh")
        if any(c.isascii() and c.isalpha() for c in text):
            languages.append("en")
        return languages

    @staticmethod
    def _quotes(text: str, customer_text: str | None) -> list[Span]:
        """Quotations of the customer: what they said is no fault of the agent's."""
        if customer_text is None:
            return []
        theirs = fold(customer_text).text.lower()
        return [m.span() for m in _QUOTED.finditer(text) if m.group()[1:-1].strip(" .,!?。，！？").lower() in theirs]

    def _locate(
        self, rule: _Rule, folded: Folded, spans: Sequence[Span], quoted: Sequence[Span], locale: Language
    ) -> list[Finding]:
        found = []
        for source in rule.matches:
            for match in source.finditer(folded.flat):
                start, end = match.span()
                if start == end or any(a <= start and end <= b for a, b in quoted):
                    continue
                around = _sentence_and_next(folded.flat, spans, start)
                if any(guard.search(around) for guard in rule.unless):
                    continue
                if rule.kind == "unauthorised_promise" and self._allowed(around):
                    continue
                first, last = folded.span(start, end)
                found.append(
                    Finding(
                        first,
                        last,
                        folded.original[first:last],
                        rule.kind,
                        rule.severity,  # type: ignore[arg-type]
                        rule.why[locale],
                        rule.rule.instead,
                        rule.card,
                    )
                )
        return found


def _sentence_and_next(text: str, spans: Sequence[Span], at: int) -> str:
    number = span_at(spans, at)
    if number is None:
        return text
    return text[spans[number][0] : spans[min(number + 1, len(spans) - 1)][1]]


def _without_overlaps(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The gravest, then the longest finding of each overlapping group."""
    kept: dict[int, Finding] = {}
    starts: list[int] = []
    for finding in sorted(found, key=lambda f: (_SEVERITY_RANK[f.severity], f.start - f.end, f.start)):
        # Those kept are apart, so only the neighbours on either side can overlap.
        place = bisect_left(starts, finding.start)
        after = starts[place] if place < len(starts) else None
        before = kept[starts[place - 1]] if place else None
        if (after is None or finding.end <= after) and (before is None or before.end <= finding.start):
            starts.insert(place, finding.start)
            kept[finding.start] = finding
    return tuple(kept[start] for start in starts)
