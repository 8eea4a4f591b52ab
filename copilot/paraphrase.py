"""The linter's second layer: the paraphrase that no list holds, heard by the network.

The same ear excuses listed phrases: where it hears nothing at all, "the screen did not calm down" hurts nobody.

A draft is heard a few sentences at a time, each group with a neighbour on either side, because "hold on" is judged by
what follows. A group that was heard before is not heard again: while an agent types, only the last one changes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from copilot.language import of_draft
from copilot.net.session import Network, Phrased
from copilot.patterns import pattern
from copilot.playbooks.model import FINDING_KINDS
from copilot.text import Span, clauses, is_han, sentences
from copilot.types import Language

__all__ = ["Heard", "Hearing", "Paraphrases"]

_OWN = 60.0  # about so many tokens are judged in one go
_PIECE = 300  # characters of a sentence without end that are taken as one
_MOST = 8_000  # characters of a draft that are heard; beyond them the phrase rules stand alone
_DISTINCT = 4  # characters; "好好好" says nothing
_SEVERAL_WORDS = pattern(r"(?:\p{Han}[^\p{Han}]*){4}|(?:\p{L}+[^\p{L}]+){2}\p{L}+")
_SURE = math.log(0.75 / 0.25)
_REMEMBERED = 2_048
_LANGUAGES: tuple[Language, ...] = ("en", "zh")
_TOKENS_PER_CHARACTER = {True: 0.7, False: 0.27}  # Han, and everything else


@dataclass(frozen=True)
class Heard:
    """Words `[start, end)` of the folded text that should not be said, and how sure that is."""

    start: int
    end: int
    kind: str
    confidence: float


@dataclass(frozen=True)
class Hearing:
    """What hurts in a draft, and the sentences in which nothing can be heard to."""

    found: tuple[Heard, ...]
    innocent: tuple[Span, ...]


class Paraphrases:
    """Built once; `hear` may run in threads. `thresholds` are probabilities, a language: from the first on words hurt,
    below the second a sentence is innocent."""

    def __init__(
        self,
        network: Network,
        thresholds: Mapping[Language, float],
        innocent_below: Mapping[Language, float] | None = None,
    ) -> None:
        self._least = {language: _log_odds(p) for language, p in thresholds.items()}
        self._innocent = {language: _log_odds(p) for language, p in (innocent_below or {}).items()}
        self._phrase: Callable[[str], Phrased] = lru_cache(_REMEMBERED)(lambda text: network.phrase([text])[0])

    @classmethod
    def read(cls, root: Path, network: Network) -> Paraphrases:
        data = yaml.safe_load((root / "paraphrase.yaml").read_text(encoding="utf-8"))
        return cls(network, data["threshold"], data["innocent_below"])

    def at(self, threshold: float, innocent_below: float) -> Paraphrases:
        """The same with other thresholds, remembering what was heard."""
        other = copy(self)
        other._least = dict.fromkeys(_LANGUAGES, _log_odds(threshold))
        other._innocent = dict.fromkeys(_LANGUAGES, _log_odds(innocent_below))
        return other

    def hear(self, text: str, quoted: Sequence[Span] = ()) -> Hearing:
        """Of a folded draft. `quoted` stretches are somebody else's words."""
        found: list[Heard] = []
        innocent: list[Span] = []
        pieces = _pieces(text[:_MOST])
        for own, (start, end) in _groups(text, pieces):
            spoken = self._phrase(text[start:end])
            tokens = [(a + start, b + start) for a, b in spoken.spans]
            for sentence in own:
                judged = self._judge(text, sentence, tokens, spoken.scores, quoted)
                if judged is None:
                    innocent.append(sentence)
                else:
                    found += judged
        return Hearing(tuple(found), tuple(innocent))

    def innocent(self, sentence: str) -> bool:
        """Whether nothing hurts in a sentence by itself: good news around it must not drown a "calm down"."""
        spoken = self._phrase(sentence)
        loudest = _pooled((0, len(sentence)), spoken.spans, spoken.scores, ()).max()
        return bool(loudest < self._innocent.get(of_draft(sentence), -math.inf))

    def _judge(
        self,
        text: str,
        sentence: Span,
        tokens: Sequence[Span],
        scores: NDArray[np.float32],
        quoted: Sequence[Span],
    ) -> list[Heard] | None:
        """The clauses of a sentence that hurt; or, when only the whole does, the clause that gives most of it away.
        None when nothing at all can be heard."""
        language = of_draft(text[sentence[0] : sentence[1]])
        least = self._least[language]
        if not _SEVERAL_WORDS.search(text[sentence[0] : sentence[1]]):
            least = max(least, _SURE)  # "Kind regards", "Now": hardly anything to go by
        if len(set(text[sentence[0] : sentence[1]])) < _DISTINCT:
            return []
        parts = [(sentence[0] + a, sentence[0] + b) for a, b in clauses(text[sentence[0] : sentence[1]])]
        pooled = [(part, _pooled(part, tokens, scores, quoted)) for part in parts]
        found = [_heard(part, logits) for part, logits in pooled if logits.max() >= least]
        if not found and pooled:
            whole = np.logaddexp.reduce(np.stack([logits for _, logits in pooled]), axis=0)
            if whole.max() < self._innocent.get(language, -math.inf):
                return None
            if whole.max() >= least:
                kind = int(whole.argmax())
                part = max(pooled, key=lambda item: float(item[1][kind]))[0]
                found = [_heard(part, whole)]
        return _merged(found)


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _heard(part: Span, logits: NDArray[np.float32]) -> Heard:
    kind = int(logits.argmax())
    return Heard(part[0], part[1], FINDING_KINDS[kind], 1 / (1 + math.exp(-float(logits[kind]))))


def _pooled(
    part: Span, tokens: Sequence[Span], scores: NDArray[np.float32], quoted: Sequence[Span]
) -> NDArray[np.float32]:
    inside = [
        n
        for n, (a, b) in enumerate(tokens)
        if a < part[1] and b > part[0] and b > a and not any(q <= a and b <= r for q, r in quoted)
    ]
    if not inside:
        return np.full(len(FINDING_KINDS), -30.0, dtype=np.float32)
    return np.asarray(np.logaddexp.reduce(scores[inside], axis=0), dtype=np.float32)


def _merged(found: Sequence[Heard]) -> list[Heard]:
    """Neighbouring clauses of one kind are one finding."""
    merged: list[Heard] = []
    for one in found:
        last = merged[-1] if merged else None
        if last and last.kind == one.kind and one.start - last.end <= 2:
            merged[-1] = Heard(last.start, one.end, one.kind, max(last.confidence, one.confidence))
        else:
            merged.append(one)
    return merged


def _pieces(text: str) -> list[Span]:
    """Sentences, and what is too long to be one cut up."""
    return [(at, min(at + _PIECE, end)) for start, end in sentences(text) for at in range(start, end, _PIECE)]


def _groups(text: str, pieces: Sequence[Span]) -> Iterator[tuple[list[Span], Span]]:
    """The sentences judged together, and the stretch of text in which they are heard."""
    at = 0
    while at < len(pieces):
        end, tokens = at, 0.0
        while end < len(pieces) and (end == at or tokens < _OWN):
            tokens += sum(_TOKENS_PER_CHARACTER[is_han(c)] for c in text[pieces[end][0] : pieces[end][1]])
            end += 1
        yield list(pieces[at:end]), (pieces[max(at - 1, 0)][0], pieces[min(end, len(pieces) - 1)][1])
        at = end
