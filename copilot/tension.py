"""Will this draft raise or lower the temperature? A sum of things that research on service recovery and de-escalation
finds to matter, each with its reason; no model, so that an agent can argue with it.

What counts, and by how much, is data (`tension.yaml`). The parts follow the literature on justice in complaint handling
(Tax, Brown and Chandrashekaran, 1998; Davidow, 2003): acknowledgement, ownership, a next step with a time, effort
and courtesy cool; blame, evasion and empty formulas heat. Weights were set by hand and checked on pairs of replies.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from copilot.language import of_draft
from copilot.patterns import pattern
from copilot.playbooks.model import HeatLevel, NonEmpty, Pattern, Stance, Strict, Text
from copilot.text import fold, is_han
from copilot.types import Finding, Influence, Language, Reading, Tension

__all__ = ["TensionGauge"]

_WEIGHT_OF = {"error": -0.7, "warning": -0.45, "suggestion": -0.1}
_HEATED = 0.25  # how much more a misstep weighs for each level of heat
_LONG = {"en": 420, "zh": 150}  # characters an angry customer still reads, unless they wrote as many themselves
_SHORT = {"en": 45, "zh": 16}
_WORD = pattern(r"[A-Za-z]{4,}|\d[\d.,:/-]*\d|\d")


class _Sign(Strict):
    """Words that move a customer. With `absent`, it is their absence that does."""

    code: NonEmpty
    effect: float = Field(ge=-1, le=1)
    text: Text
    types: tuple[Stance, ...] = ()
    heat: tuple[HeatLevel, ...] = ()
    at_least: int = Field(default=1, ge=1, description="so many matches are needed")
    absent: bool = False
    match: dict[Language, tuple[Pattern, ...]]


class _Measure(Strict):
    """What is counted, not matched."""

    effect: float = Field(ge=-1, le=1)
    text: Text


class _Gauge(Strict):
    signs: tuple[_Sign, ...]
    echoes: _Measure
    too_long: _Measure
    too_short: _Measure
    bad_phrase: Text


class TensionGauge:
    """Built once; `measure` is pure."""

    def __init__(self, data: _Gauge) -> None:
        self._data = data

    @classmethod
    def read(cls, root: Path) -> TensionGauge:
        raw = yaml.safe_load((root / "tension.yaml").read_text(encoding="utf-8"))
        return cls(TypeAdapter(_Gauge).validate_python(raw))

    def measure(
        self,
        draft: str,
        findings: Sequence[Finding],
        reading: Reading | None,
        customer_text: str,
        locale: Language | None,
    ) -> Tension:
        """`reading` is what the customer's message was read as; without one the draft is judged by itself. The reasons
        are in the language of `locale`, the draft's own by default."""
        folded = fold(draft)
        if not folded.text.strip():
            return Tension(0.0, ())
        language = of_draft(folded.text)
        locale = locale or language
        moved = [
            *self._findings(findings, locale),
            *self._matched(folded.flat, language, reading, locale),
            *self._counted(folded.text, language, reading, fold(customer_text).text, locale),
        ]
        heat = reading.heat.level if reading else 1
        total = sum(i.effect * (1 + _HEATED * heat if i.effect < 0 else 1) for i in moved)
        moved.sort(key=lambda influence: -abs(influence.effect))
        return Tension(round(math.tanh(total), 2), tuple(moved))

    def _findings(self, findings: Sequence[Finding], locale: Language) -> Iterator[Influence]:
        for finding in findings:
            if finding.kind == "house_rule":  # a matter of style, which no customer is hurt by
                continue
            said = self._data.bad_phrase.in_(locale).replace("{words}", finding.text)
            yield Influence(finding.kind, _WEIGHT_OF[finding.severity], said)

    def _matched(self, text: str, language: Language, reading: Reading | None, locale: Language) -> Iterator[Influence]:
        for sign in self._data.signs:
            count = sum(1 for source in sign.match[language] for _ in pattern(source).finditer(text))
            if _applies(sign, reading) and (count >= sign.at_least) != sign.absent:
                yield Influence(sign.code, sign.effect, sign.text.in_(locale))

    def _counted(
        self, text: str, language: str, reading: Reading | None, theirs: str, locale: Language
    ) -> Iterator[Influence]:
        data = self._data
        if _echo(text, theirs):
            yield Influence("echoes", data.echoes.effect, data.echoes.text.in_(locale))
        if len(text) > max(_LONG[language], len(theirs)):
            yield Influence("too_long", data.too_long.effect, data.too_long.text.in_(locale))
        complains = reading is not None and reading.customer.type in ("critic", "loyalist")
        if complains and len(text) < _SHORT[language]:
            yield Influence("too_short", data.too_short.effect, data.too_short.text.in_(locale))


def _applies(sign: _Sign, reading: Reading | None) -> bool:
    if reading is None:
        return not sign.types and not sign.heat
    types_fit = not sign.types or reading.customer.type in sign.types
    return types_fit and (not sign.heat or reading.heat.level in sign.heat)


def _echo(draft: str, theirs: str) -> bool:
    """Whether the draft takes up what the customer said: two of their words, or four of their characters in a row."""
    words = {w.lower() for w in _WORD.findall(theirs)} - ENGLISH_STOP_WORDS
    if len(words & {w.lower() for w in _WORD.findall(draft)}) >= 2:
        return True
    pairs = {theirs[i : i + 2] for i in range(len(theirs) - 1) if all(map(is_han, theirs[i : i + 2]))}
    return sum(1 for i in range(len(draft) - 1) if draft[i : i + 2] in pairs) >= 4
