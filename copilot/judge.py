"""The models together: fitted when the index is built, asked once a message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.blend import Blend, Prediction, Scores
from copilot.cues import CueCounter
from copilot.embed import Encoder, Vectors
from copilot.heads import Heads, Topics
from copilot.net.outputs import FLAG
from copilot.net.session import Network, Opinion
from copilot.playbooks.examples import LabelledText
from copilot.signals import Hit
from copilot.text import sentences, span_at

__all__ = ["Fitted", "HeldOut", "Judge", "Verdict", "fit"]

_FOLDS = 5
_CLOSER = 8  # sentences that are read alone


@dataclass(frozen=True)
class HeldOut:
    """Messages judged by models that had learned neither them nor, for the blend, anything of their theme. What the
    thresholds are set on, and the honest figures about our own exemplars."""

    labels: tuple[LabelledText, ...]
    prediction: Prediction


@dataclass(frozen=True)
class Fitted:
    """What `fit` learned; kept on disk between starts."""

    heads: Heads
    blend: Blend
    topics: Topics
    held_out: HeldOut


@dataclass(frozen=True)
class Verdict:
    """What the models make of one text, and what they made it from."""

    prediction: Prediction
    opinion: Opinion
    hits: tuple[Hit, ...]
    vector: Vectors


class Judge:
    """Built once; its methods are pure."""

    def __init__(self, fitted: Fitted, encoder: Encoder, network: Network, cues: CueCounter) -> None:
        self._fitted, self._encoder, self._network, self._cues = fitted, encoder, network, cues

    def verdict(self, text: str, chinese: bool) -> Verdict:
        """Of a folded text."""
        hits = tuple(self._cues.hits(text))
        counted = np.array([self._cues.row(text, hits)])
        vectors = self._encoder.encode([text])
        opinion = self._network.read([text])[0]
        scores = Scores(
            self._looked_closer(text, hits, opinion)[None, :].astype(np.float64),
            self._fitted.heads.score(self._fitted.heads.views([text], vectors, counted)),
            self._cues.rules(counted),
            np.array([chinese]),
        )
        return Verdict(self._fitted.blend.predict(scores), opinion, hits, vectors[0])

    def _looked_closer(self, text: str, hits: Sequence[Hit], opinion: Opinion) -> NDArray[np.float32]:
        """The network's answer, where the sentences in which a pattern matched are read alone as well: kind sentences,
        be it one or thirty, must not hide a threat."""
        parts = sentences(text) if hits else []
        if len(parts) < 2:
            return opinion.logits
        found = {n for hit in hits if (n := span_at(parts, hit.start)) is not None}
        alone = [text[a:b] for a, b in (parts[n] for n in sorted(found)[:_CLOSER])]
        logits = opinion.logits.copy()
        for other in self._network.read(alone):
            logits[FLAG] = np.maximum(logits[FLAG], other.logits[FLAG])
        return logits

    def leaning(self, texts: Sequence[str], stance: int) -> NDArray[np.float64]:
        """How much each text alone speaks for a stance."""
        return self._fitted.heads.leaning(texts, stance)

    def topics(self, texts: Sequence[str]) -> dict[str, float]:
        """By the name of a situation card, how likely one of the texts is about it."""
        return self._fitted.topics.predict(self._encoder.encode(texts))

    def vectors(self, texts: Sequence[str]) -> Vectors:
        return self._encoder.encode(texts)

    def hits(self, text: str) -> list[Hit]:
        return self._cues.hits(text)

    def opinions(self, texts: Sequence[str]) -> list[Opinion]:
        return self._network.read(texts)


def fit(
    texts: Sequence[str],
    vectors: Vectors,
    labels: Sequence[LabelledText],
    network: Network,
    cues: CueCounter,
    traffic: Mapping[str, float],
) -> Fitted:
    """`texts` folded, one vector and one label each.

    The blend is fitted on what the network has not seen, scored by quick classifiers that had not seen it either; the
    quick classifiers that are kept then learn from everything.
    """
    counted = cues.count(texts)
    seen = np.array([network.has_seen(text) for text in texts])
    new = [int(i) for i in np.flatnonzero(~seen)]
    heads, views = Heads.prepare(texts, vectors, counted)
    heads.learn(views.take(np.flatnonzero(seen)), [label for label, known in zip(labels, seen, strict=True) if known])
    held = tuple(labels[i] for i in new)
    scores = Scores(
        network.logits([texts[i] for i in new]).astype(np.float64),
        heads.score(views.take(np.array(new))),
        cues.rules(counted[new]),
        np.array([label.lang == "zh" for label in held]),
    )
    heads.learn(views, labels)
    return Fitted(
        heads,
        Blend.fit(scores, held, traffic),
        Topics.fit(vectors, labels),
        HeldOut(held, _cross_fitted(scores, held, traffic)),
    )


def _cross_fitted(scores: Scores, labels: Sequence[LabelledText], traffic: Mapping[str, float]) -> Prediction:
    """Each message judged by a blend of the other themes: `_FOLDS` folds, whole themes in each."""
    themes = Counter((label.lang, label.theme) for label in labels)
    fold_of: dict[tuple[str, str], int] = {}
    filled = [0] * _FOLDS
    for theme, count in themes.most_common():
        fold_of[theme] = filled.index(min(filled))
        filled[fold_of[theme]] += count
    folds = np.array([fold_of[label.lang, label.theme] for label in labels])
    parts, order = [], []
    for fold in np.unique(folds):
        inside, outside = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        blend = Blend.fit(scores.take(outside), [labels[int(i)] for i in outside], traffic)
        parts.append(blend.predict(scores.take(inside)))
        order.append(inside)
    return Prediction.joined(parts, np.concatenate(order))
