"""Why a phrase hurts and what to say instead, for words that no card lists: the nearest ones that a card or an example
does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.embed import Encoder, Vectors
from copilot.patterns import pattern
from copilot.playbooks.examples import LabelledDraft
from copilot.playbooks.model import Card, Severity, Text
from copilot.text import fold

__all__ = ["Advice", "Phrasebook"]

_FIGURE = pattern(r"\d")


@dataclass(frozen=True)
class Advice:
    card: str
    severity: Severity
    why: Text
    instead: str


@dataclass(frozen=True)
class _Entry:
    """Words that hurt and better ones. `card` and what comes with it are a card's; an example has none."""

    kind: str
    language: str
    words: str
    instead: str
    card: str | None = None
    severity: Severity = "warning"
    why: Text | None = None


class Phrasebook:
    """Fitted once a content; `advise` is pure."""

    def __init__(self, entries: Sequence[_Entry], vectors: Vectors) -> None:
        self._entries, self._vectors = entries, vectors
        self._places: dict[tuple[str, str], list[int]] = {}
        for place, entry in enumerate(entries):
            self._places.setdefault((entry.kind, entry.language), []).append(place)

    @classmethod
    def fit(cls, cards: Iterable[Card], drafts: Iterable[LabelledDraft], encoder: Encoder) -> Phrasebook:
        entries = [
            _Entry(e.kind, language, rule.avoid, rule.instead, card.id, e.severity, e.why)
            for card in cards
            for e in card.dont_say
            for language, rule in (("en", e.en), ("zh", e.zh))
            if rule is not None
        ]
        entries += [
            _Entry(bad.kind, item.lang, bad.span, bad.instead)
            for item in drafts
            for bad in item.draft.bad
            # A figure belongs to the draft it was written for.
            if bad.instead and not _FIGURE.search(bad.instead)
        ]
        return cls(entries, encoder.encode([fold(entry.words).text for entry in entries]))

    def advise(self, kind: str, language: str, vector: Vectors) -> Advice | None:
        """For words of that kind whose vector is `vector`; None when no card speaks of the kind."""
        places = self._places.get((kind, language), [])
        likeness = self._vectors[places] @ vector if places else np.zeros(0)
        ranked = [self._entries[places[n]] for n in np.argsort(-likeness)]
        told = next((entry for entry in ranked if entry.card is not None), None)
        if told is None or told.card is None or told.why is None:
            return None
        severity: Severity = "warning" if told.severity == "suggestion" else told.severity
        return Advice(told.card, severity, told.why, ranked[0].instead)
