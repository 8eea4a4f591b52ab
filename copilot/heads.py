"""Local classifiers fitted from the playbooks' exemplars: stance, heat, flags, escalation, topic.

Two views of a text, averaged: logistic regression on frozen sentence embeddings, and on character n-grams, which
catch spelling, slang and Chinese without word boundaries. Fitting is deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge

from copilot.embed import Vectors
from copilot.playbooks.load import LabelledText
from copilot.playbooks.model import FLAGS, STANCES

__all__ = ["Heads", "Prediction"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Prediction:
    """Probabilities for a batch of n texts. `types`: (n, 5) in the order of `STANCES`; `heat`: (n,) on 0..3;
    `flags`: (n, 11) in the order of `FLAGS`; `escalate`: (n,); `topics`: (n, number of topics)."""

    types: Array
    heat: Array
    flags: Array
    escalate: Array
    topics: Array


class _Task:
    """One label predicted from both views."""

    def __init__(self, dense_c: float = 4.0, sparse_c: float = 8.0) -> None:
        self._dense = LogisticRegression(C=dense_c, max_iter=400, class_weight="balanced")
        self._sparse = LogisticRegression(C=sparse_c, max_iter=400, class_weight="balanced")

    def fit(self, vectors: Vectors, grams: Any, labels: Sequence[Any]) -> _Task:
        self._dense.fit(vectors, labels)
        self._sparse.fit(grams, labels)
        return self

    @property
    def classes(self) -> list[Any]:
        return list(self._dense.classes_)

    def predict(self, vectors: Vectors, grams: Any) -> Array:
        return np.asarray((self._dense.predict_proba(vectors) + self._sparse.predict_proba(grams)) / 2)


class Heads:
    """All tasks over one vocabulary. Build with `fit`; keep with `joblib`."""

    def __init__(self) -> None:
        self._grams = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True, max_features=60_000, lowercase=True
        )
        self._type = _Task()
        self._escalate = _Task()
        self._flags: dict[str, _Task] = {}
        self._heat_dense = Ridge(alpha=1.0)
        self._heat_sparse = Ridge(alpha=1.0)
        self._topic = LogisticRegression(C=10.0, max_iter=300)

    @property
    def topics(self) -> list[str]:
        """Situation names in the order of `Prediction.topics`."""
        return [str(name) for name in self._topic.classes_]

    @classmethod
    def fit(cls, texts: Sequence[str], vectors: Vectors, labels: Sequence[LabelledText]) -> Heads:
        """`texts` folded, `vectors` their embeddings, one label each."""
        heads = cls()
        exemplars = [label.exemplar for label in labels]
        grams = heads._grams.fit_transform(texts)
        heads._type.fit(vectors, grams, [e.type for e in exemplars])
        heads._escalate.fit(vectors, grams, [e.escalate for e in exemplars])
        for code in FLAGS:
            truth = [code in e.flags for e in exemplars]
            if any(truth) and not all(truth):
                heads._flags[code] = _Task().fit(vectors, grams, truth)
        heat = [float(e.heat) for e in exemplars]
        heads._heat_dense.fit(vectors, heat)
        heads._heat_sparse.fit(grams, heat)
        known = [i for i, e in enumerate(exemplars) if e.situation]
        heads._topic.fit(vectors[known], [exemplars[i].situation for i in known])
        return heads

    def predict(self, texts: Sequence[str], vectors: Vectors) -> Prediction:
        grams = self._grams.transform(texts)
        order = [self._type.classes.index(stance) for stance in STANCES]
        flags = np.zeros((len(texts), len(FLAGS)))
        for column, code in enumerate(FLAGS):
            if code in self._flags:
                flags[:, column] = self._flags[code].predict(vectors, grams)[:, 1]
        heat = (self._heat_dense.predict(vectors) + self._heat_sparse.predict(grams)) / 2
        return Prediction(
            types=self._type.predict(vectors, grams)[:, order],
            heat=np.clip(heat, 0.0, 3.0),
            flags=flags,
            escalate=self._escalate.predict(vectors, grams)[:, 1],
            topics=np.asarray(self._topic.predict_proba(vectors)),
        )
