"""Local classifiers fitted from the playbooks' exemplars: stance, heat, flags, escalation, topic.

Two views of a text, averaged: logistic regression on frozen sentence embeddings, and on character n-grams, which
catch spelling, slang and Chinese without word boundaries. Both also see the cues. Fitting is deterministic.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import StandardScaler

from copilot.embed import Vectors
from copilot.playbooks.load import LabelledText
from copilot.playbooks.model import FLAGS, STANCES

__all__ = ["Heads", "Prediction"]

Array = NDArray[np.float64]

_CUE_SHARE = 0.1  # of a cue beside the coordinates of a unit vector


@dataclass(frozen=True)
class Prediction:
    """Probabilities for a batch of n texts. `types`: (n, 5) in the order of `STANCES`; `heat`: (n,) on 0..3;
    `flags`: (n, 11) in the order of `FLAGS`; `escalate`: (n,); `topics`: (n, number of topics)."""

    types: Array
    heat: Array
    flags: Array
    escalate: Array
    topics: Array


@dataclass(frozen=True)
class _Views:
    """The same texts as embeddings with cues, and as n-grams with cues."""

    dense: Array
    sparse: Any


class _Task:
    """One label predicted from both views."""

    def __init__(self, weight: str | None = None) -> None:
        self._dense = LogisticRegression(C=4.0, max_iter=400, class_weight=weight)
        # The dual solver is a hundred times faster on n-grams, and needs one problem a class.
        self._sparse = OneVsRestClassifier(
            LogisticRegression(C=4.0, solver="liblinear", dual=True, random_state=0, class_weight=weight)
        )

    def fit(self, views: _Views, labels: Sequence[Any]) -> _Task:
        self._dense.fit(views.dense, labels)
        self._sparse.fit(views.sparse, labels)
        return self

    @property
    def classes(self) -> list[Any]:
        return list(self._dense.classes_)

    def predict(self, views: _Views) -> Array:
        return np.asarray((self._dense.predict_proba(views.dense) + self._sparse.predict_proba(views.sparse)) / 2)


class Heads:
    """All tasks over one vocabulary. Build with `fit`; keep with `joblib`."""

    def __init__(self) -> None:
        self._grams = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), min_df=3, sublinear_tf=True, max_features=60_000, lowercase=True
        )
        self._scale = StandardScaler()
        self._prior: Array = np.ones(len(STANCES))
        self._type = _Task()
        self._escalate = _Task("balanced")
        self._flags: dict[str, _Task] = {}
        self._heat_dense = Ridge(alpha=1.0)
        self._heat_sparse = Ridge(alpha=1.0)
        self._topic = LogisticRegression(C=10.0, max_iter=80)

    @property
    def topics(self) -> list[str]:
        """Situation names in the order of `Prediction.topics`."""
        return [str(name) for name in self._topic.classes_]

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        vectors: Vectors,
        cues: Array,
        labels: Sequence[LabelledText],
        traffic: Mapping[str, float],
    ) -> Heads:
        """`texts` folded, with their embeddings and cues, one label each; `traffic` is the share of each stance at the
        desk, to which the probabilities are brought back from the exemplars' mix (Saerens et al., 2002)."""
        heads = cls()
        exemplars = [label.exemplar for label in labels]
        counts = Counter(e.type for e in exemplars)
        heads._prior = np.array([traffic[s] * len(exemplars) / max(1, counts[s]) for s in STANCES])
        heads._grams.fit(texts)
        heads._scale.fit(cues)
        views = heads._views(texts, vectors, cues)
        heads._type.fit(views, [e.type for e in exemplars])
        heads._escalate.fit(views, [e.escalate for e in exemplars])
        for code in FLAGS:
            truth = [code in e.flags for e in exemplars]
            if any(truth) and not all(truth):
                heads._flags[code] = _Task().fit(views, truth)
        heat = [float(e.heat) for e in exemplars]
        heads._heat_dense.fit(views.dense, heat)
        heads._heat_sparse.fit(views.sparse, heat)
        known = [i for i, e in enumerate(exemplars) if e.situation]
        with warnings.catch_warnings():
            # Stopped early on purpose: it saves seconds and the order of the topics has settled by then.
            warnings.simplefilter("ignore", ConvergenceWarning)
            heads._topic.fit(vectors[known], [exemplars[i].situation for i in known])
        return heads

    def _views(self, texts: Sequence[str], vectors: Vectors, cues: Array) -> _Views:
        scaled = _CUE_SHARE * self._scale.transform(cues)
        grams = self._grams.transform(texts)
        return _Views(np.hstack([vectors, scaled]), scipy.sparse.hstack([grams, scaled]).tocsr())

    def predict(self, texts: Sequence[str], vectors: Vectors, cues: Array) -> Prediction:
        views = self._views(texts, vectors, cues)
        order = [self._type.classes.index(stance) for stance in STANCES]
        flags = np.zeros((len(texts), len(FLAGS)))
        for column, code in enumerate(FLAGS):
            if code in self._flags:
                flags[:, column] = self._flags[code].predict(views)[:, 1]
        heat = (self._heat_dense.predict(views.dense) + self._heat_sparse.predict(views.sparse)) / 2
        types = self._type.predict(views)[:, order] * self._prior
        return Prediction(
            types=types / types.sum(axis=1, keepdims=True),
            heat=np.clip(heat, 0.0, 3.0),
            flags=flags,
            escalate=self._escalate.predict(views)[:, 1],
            topics=np.asarray(self._topic.predict_proba(vectors)),
        )
