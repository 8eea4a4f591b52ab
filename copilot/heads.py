"""Quick classifiers, fitted in seconds from the exemplars: what lets a trainer's new example count today.

Two linear views of a text: ridge regression on frozen sentence embeddings, and logistic regression on character
n-grams, which catch spelling, slang and Chinese without word boundaries. Both also see the cues. Their scores are no
probabilities; `blend` makes them so. Fitting is deterministic.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from copilot.embed import Vectors
from copilot.playbooks.examples import LabelledText
from copilot.playbooks.model import FLAGS, STANCES

__all__ = ["Heads", "Topics", "Views", "targets"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_GRAMS = 2**17
_CUE_SHARE = 0.1  # of a cue beside the coordinates of a unit vector
_DENSE_SCALE = 5.0  # ridge scores to about the size of log-odds


def targets(labels: Sequence[LabelledText]) -> NDArray[np.bool_]:
    """What holds of each message: five stances, eleven flags, escalation. Shape (n, 17)."""
    return np.array(
        [
            [label.exemplar.type == s for s in STANCES]
            + [f in label.exemplar.flags for f in FLAGS]
            + [label.exemplar.escalate]
            for label in labels
        ]
    )


@dataclass(frozen=True)
class Views:
    """The same n texts twice: embeddings with cues, and n-grams with cues (sparse)."""

    dense: Array
    sparse: Any

    def take(self, rows: Rows) -> Views:
        return Views(self.dense[rows], self.sparse[rows])


class Heads:
    """All tasks over one scale of rarity: `prepare`, then `learn`, then `score`."""

    def __init__(self) -> None:
        # Hashed: a vocabulary of all n-grams would take a gigabyte while it is counted.
        self._grams = HashingVectorizer(
            analyzer="char", ngram_range=(1, 4), n_features=_GRAMS, alternate_sign=False, norm=None, lowercase=True
        )
        self._rarity = TfidfTransformer(sublinear_tf=True)
        self._scale = StandardScaler()
        self._dense = Ridge(alpha=1.0)
        self._sparse: Array = np.zeros((0, 0))
        self._bias: Array = np.zeros(0)

    @classmethod
    def prepare(cls, texts: Sequence[str], vectors: Vectors, cues: Array) -> tuple[Heads, Views]:
        """Settle how rare each n-gram is and the scale of the cues, on all of `texts` (folded); with their views."""
        heads = cls()
        counts = heads._grams.transform(texts)
        heads._rarity.fit(counts)
        heads._scale.fit(cues)
        return heads, heads._views(counts, vectors, cues)

    def learn(self, views: Views, labels: Sequence[LabelledText]) -> None:
        """Fit to texts and their labels, forgetting an earlier fit."""
        truth = targets(labels)
        heat = np.array([[float(label.exemplar.heat)] for label in labels])
        self._dense.fit(views.dense, np.hstack([2.0 * truth - 1.0, heat - 1.0]))
        with ThreadPoolExecutor() as pool:  # the solver lets go of the interpreter
            fitted = list(pool.map(lambda column: self._one(views.sparse, column), truth.T))
        self._sparse = np.stack([weights for weights, _ in fitted], axis=1)
        self._bias = np.array([bias for _, bias in fitted])

    @staticmethod
    def _one(sparse: Any, truth: NDArray[np.bool_]) -> tuple[Array, float]:
        if truth.all() or not truth.any():  # a small overlay may lack a label altogether
            return np.zeros(sparse.shape[1]), 0.0
        # The dual solver is a hundred times faster on n-grams.
        model = LogisticRegression(C=4.0, solver="liblinear", dual=True, random_state=0).fit(sparse, truth)
        return model.coef_[0], float(model.intercept_[0])

    def views(self, texts: Sequence[str], vectors: Vectors, cues: Array) -> Views:
        """Of folded texts with their embeddings and cues."""
        return self._views(self._grams.transform(texts), vectors, cues)

    def _views(self, counts: Any, vectors: Vectors, cues: Array) -> Views:
        scaled = _CUE_SHARE * self._scale.transform(cues)
        grams = self._rarity.transform(counts)
        return Views(np.hstack([vectors, scaled]), scipy.sparse.hstack([grams, scaled]).tocsr())

    def score(self, views: Views) -> Array:
        """Shape (n, 18): the targets' scores, then the heat (less one)."""
        out = np.asarray(self._dense.predict(views.dense), dtype=np.float64)
        out[:, :-1] = (_DENSE_SCALE * out[:, :-1] + views.sparse @ self._sparse + self._bias) / 2
        return out

    def leaning(self, texts: Sequence[str], stance: int) -> Array:
        """How much the characters of each text alone speak for a stance, for choosing what to point at."""
        grams = self._rarity.transform(self._grams.transform(texts))
        return np.asarray(grams @ self._sparse[:_GRAMS, stance])


class Topics:
    """What a message is about, by the names of the situation cards."""

    def __init__(self) -> None:
        self._model = LogisticRegression(C=10.0, max_iter=80)

    @classmethod
    def fit(cls, vectors: Vectors, labels: Sequence[LabelledText]) -> Topics:
        topics = cls()
        known = [i for i, label in enumerate(labels) if label.exemplar.situation]
        with warnings.catch_warnings():
            # Stopped early on purpose: it saves seconds and the order of the topics has settled by then.
            warnings.simplefilter("ignore", ConvergenceWarning)
            topics._model.fit(vectors[known], [labels[i].exemplar.situation for i in known])
        return topics

    def predict(self, vectors: Vectors) -> dict[str, float]:
        """By name, the highest probability that any of the vectors gives it: a sentence often names the matter better
        than the whole, in which it may drown."""
        best = self._model.predict_proba(vectors).max(axis=0)
        return dict(zip(map(str, self._model.classes_), map(float, best), strict=True))
