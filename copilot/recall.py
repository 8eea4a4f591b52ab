"""Which cards apply: nearness in meaning and shared words, weighed together, then the cards' own conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from copilot.embed import Vectors
from copilot.index import CardIndex, Record
from copilot.playbooks.load import Catalogue
from copilot.playbooks.model import Card
from copilot.text import fold
from copilot.types import Case, Reading

__all__ = ["Recall", "Recalled", "Words", "records_of"]

_MEANING, _WORDS = 0.65, 0.35  # shares of the two views in a card's score
_NEIGHBOURS = 48
_SURE = 0.6  # from this score on a topic is named; below it the stance's fallback speaks
_NEAR, _OTHERS = 0.5, 2  # tactics and conduct: how near, and how many
_TOPIC_SHARE = 0.5  # how much the topic classifier adds to a situation's score


def records_of(catalogue: Catalogue) -> list[Record]:
    """The searchable texts: titles and signals of every card, and exemplars under their situation."""
    records: list[Record] = []
    for card in catalogue.cards.values():
        for language in ("en", "zh"):
            texts = [card.title.in_(language), *card.signals.get(language, ())]
            records += [Record(f"{card.id}|{language}|{n}", card.id, fold(t).text) for n, t in enumerate(texts)]
    for number, item in enumerate(catalogue.exemplars):
        card_id = f"situation.{item.exemplar.situation}"
        if card_id in catalogue.cards:
            records.append(Record(f"exemplar|{number}", card_id, fold(item.exemplar.text).text))
    return records


_FALLBACK = {
    "hater": "general_contempt",
    "critic": "general_complaint",
    "loyalist": "general_complaint",
    "enthusiast": "praise",
    "ordinary": "question",
}


class Words:
    """Search by shared words: character n-grams, so Chinese needs no word boundaries."""

    def __init__(self) -> None:
        self._grams = TfidfVectorizer(analyzer="char", ngram_range=(2, 4), sublinear_tf=True, max_features=80_000)
        self._matrix: Any = None
        self._cards: list[str] = []

    @classmethod
    def fit(cls, records: Sequence[Record]) -> Words:
        words = cls()
        words._matrix = words._grams.fit_transform([r.text for r in records])
        words._cards = [r.card for r in records]
        return words

    def query(self, text: str, k: int) -> list[tuple[str, float]]:
        """The k records sharing most, as (card id, cosine)."""
        scores = (self._matrix @ self._grams.transform([text]).T).toarray().ravel()
        best = np.argpartition(-scores, min(k, len(scores) - 1))[:k]
        return [(self._cards[i], float(scores[i])) for i in best if scores[i] > 0]


@dataclass(frozen=True)
class Recalled:
    """The cards for one case, each list best first."""

    stance: Card
    channel: Card | None
    flags: tuple[Card, ...]
    topic: Card
    topic_sure: bool
    lead: Card | None
    others: tuple[Card, ...]

    def cards(self) -> tuple[Card, ...]:
        """All of them, the most particular first, none twice."""
        found = [self.lead, *self.flags, self.topic, self.stance, *self.others, self.channel]
        unique = {card.id: card for card in found if card is not None}
        return tuple(unique.values())


class Recall:
    """Chooses cards for a reading."""

    def __init__(self, catalogue: Catalogue, index: CardIndex, words: Words) -> None:
        self._catalogue = catalogue
        self._index = index
        self._words = words
        self._by_flag: dict[str, list[Card]] = defaultdict(list)
        for card in catalogue.of_kind("situation"):
            for code in card.applies.flags:
                self._by_flag[code].append(card)

    def recall(self, case: Case, reading: Reading, text: str, vector: Vectors, topics: Mapping[str, float]) -> Recalled:
        """`text` folded, `vector` its embedding, `topics` the classifier's probabilities by situation name."""
        scores = self._scores(text, vector)
        cards = self._catalogue.cards
        flags = sorted(
            (cards[f"flag.{f.code}"] for f in reading.flags if f"flag.{f.code}" in cards),
            key=lambda c: -c.flag.priority if c.flag else 0,
        )
        lead = self._lead(flags, scores, topics)
        topic, sure = self._topic(case, reading, scores, topics)
        chosen = {c.id for c in (topic, lead) if c}
        others = [
            card
            for card in sorted(cards.values(), key=lambda c: -scores.get(c.id, 0.0))
            if card.kind in ("tactic", "conduct")
            and card.id not in chosen
            and _fits(card, case, reading)
            # A card bound to a tier is meant for such customers; the others must be near in meaning or words.
            and (card.applies.tiers or scores.get(card.id, 0.0) >= _NEAR)
        ]
        return Recalled(
            stance=cards[f"stance.{reading.customer.type}"],
            channel=cards.get(f"channel.{case.channel}"),
            flags=tuple(flags),
            topic=topic,
            topic_sure=sure,
            lead=lead,
            others=tuple(others[:_OTHERS]),
        )

    def _scores(self, text: str, vector: Vectors) -> dict[str, float]:
        scores: dict[str, float] = {}
        for match in self._index.query(vector, _NEIGHBOURS):
            scores[match.card] = max(scores.get(match.card, 0.0), _MEANING * max(0.0, match.similarity))
        best: dict[str, float] = {}
        for card, score in self._words.query(text, _NEIGHBOURS):
            best[card] = max(best.get(card, 0.0), score)
        for card, score in best.items():
            scores[card] = scores.get(card, 0.0) + _WORDS * score
        return scores

    def _lead(self, flags: Sequence[Card], scores: Mapping[str, float], topics: Mapping[str, float]) -> Card | None:
        """The situation of the gravest flag that has one; churn and the like colour a reply but do not lead it."""
        for flag in flags:
            options = self._by_flag.get(flag.flag.code if flag.flag else "", [])
            if options:
                return max(options, key=lambda c: (scores.get(c.id, 0.0) + topics.get(_name(c), 0.0), c.id))
        return None

    def _topic(
        self, case: Case, reading: Reading, scores: Mapping[str, float], topics: Mapping[str, float]
    ) -> tuple[Card, bool]:
        """What the message is about, and whether that is more than a fallback.

        Only situations that no flag leads to are matters; the classifier's probabilities are shared out among them.
        """
        matters = [
            card
            for card in self._catalogue.of_kind("situation")
            if not card.applies.flags
            and not card.applies.tiers
            and _fits(card, case, reading)
            # Nobody who is delighted wants an apology: their remarks have cards of their own.
            and (reading.customer.type != "enthusiast" or card.applies.types)
        ]
        mass = sum(topics.get(_name(card), 0.0) for card in matters) or 1.0
        standing = {
            card.id: scores.get(card.id, 0.0) + _TOPIC_SHARE * topics.get(_name(card), 0.0) / mass for card in matters
        }
        concrete = [card for card in matters if not _name(card).startswith("general_")]
        best = max(concrete, key=lambda card: (standing[card.id], card.id))
        if standing[best.id] >= _SURE:
            return best, True
        return self._catalogue.cards[f"situation.{_FALLBACK[reading.customer.type]}"], False


def _name(card: Card) -> str:
    """`delay` of `situation.delay`."""
    return card.id.partition(".")[2]


def _fits(card: Card, case: Case, reading: Reading) -> bool:
    """Whether a card's conditions hold for this case."""
    applies = card.applies
    return (
        (not applies.types or reading.customer.type in applies.types)
        and (not applies.heat or reading.heat.level in applies.heat)
        and (not applies.channels or case.channel in applies.channels)
        and (not applies.tiers or case.history.tier in applies.tiers)
        and (not applies.flags or any(reading.has(code) for code in applies.flags))
    )
