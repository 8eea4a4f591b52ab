"""Network, quick classifiers and patterns put together, and made into probabilities.

Fitted on messages that neither the network nor the quick classifiers had learned from when they scored them, so that
the weights are what each deserves on new messages (stacking: Wolpert, 1992) and the probabilities mean what they say
(Platt, 1999).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge

from copilot.net.outputs import ESCALATE, FLAG, STANCE, heat_steps
from copilot.playbooks.examples import Exemplar, LabelledText
from copilot.playbooks.model import FLAGS, STANCES

__all__ = ["Blend", "Prediction", "Scores"]

Array = NDArray[np.float64]

_C_STANCE, _C_FLAG = 0.1, 0.5
_CLEAR = 4.0  # log-odds of a clear case
_NUMBERS = len(STANCES)  # where the flags begin among the quick scores


@dataclass(frozen=True)
class Scores:
    """What is known of n messages before it is blended. `network`: (n, COUNT), see `net.outputs`; `quick`: (n, 18), see
    `Heads.score`; `rules`: (n, 11), the surest pattern of each flag, 0..1; `chinese`: (n,)."""

    network: Array
    quick: Array
    rules: Array
    chinese: NDArray[np.bool_]

    def take(self, rows: NDArray[np.intp]) -> Scores:
        return Scores(self.network[rows], self.quick[rows], self.rules[rows], self.chinese[rows])


@dataclass(frozen=True)
class Prediction:
    """For n texts. `types`: (n, 5) probabilities in the order of `STANCES`; `heat`: (n,) on 0..3; `flags`: (n, 11)
    probabilities in the order of `FLAGS`; `escalate`: (n,) probabilities."""

    types: Array
    heat: Array
    flags: Array
    escalate: Array

    @classmethod
    def joined(cls, parts: Sequence[Prediction], rows: NDArray[np.intp]) -> Prediction:
        """Predictions of parts as one; `rows` says where each of their texts belongs."""
        order = np.argsort(rows)
        names = ("types", "heat", "flags", "escalate")
        return cls(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in names))


class Blend:
    """Build with `fit`."""

    def __init__(self, traffic: Mapping[str, float]) -> None:
        self._traffic = np.array([traffic[s] for s in STANCES])
        self._mix: Array = np.ones(len(STANCES))
        self._stance = LogisticRegression(C=_C_STANCE, max_iter=2000)
        self._heat = Ridge(alpha=1.0)
        self._flags: list[LogisticRegression] = []
        self._escalate = LogisticRegression(C=_C_FLAG, max_iter=2000)

    @classmethod
    def fit(cls, scores: Scores, labels: Sequence[LabelledText], traffic: Mapping[str, float]) -> Blend:
        """`traffic` is the share of each stance at the desk, to which the probabilities are brought from the exemplars'
        mix (Saerens et al., 2002)."""
        blend = cls(traffic)
        scores, labels = _anchored(scores, labels)
        stances = np.array([STANCES.index(label.exemplar.type) for label in labels])
        blend._mix = np.bincount(stances, minlength=len(STANCES)) / len(stances)
        blend._stance.fit(_for_stance(scores), stances)
        blend._heat.fit(_for_heat(scores), [float(label.exemplar.heat) for label in labels])
        for k, code in enumerate(FLAGS):
            truth = np.array([code in label.exemplar.flags for label in labels])
            blend._flags.append(LogisticRegression(C=_C_FLAG, max_iter=2000).fit(_for_flag(scores, k), truth))
        blend._escalate.fit(_for_escalation(scores), [label.exemplar.escalate for label in labels])
        return blend

    def predict(self, scores: Scores) -> Prediction:
        types = self._stance.predict_proba(_for_stance(scores)) * self._traffic / self._mix
        flags = [model.predict_proba(_for_flag(scores, k))[:, 1] for k, model in enumerate(self._flags)]
        return Prediction(
            types / types.sum(axis=1, keepdims=True),
            np.clip(self._heat.predict(_for_heat(scores)), 0.0, 3.0),
            np.stack(flags, axis=1),
            self._escalate.predict_proba(_for_escalation(scores))[:, 1],
        )


def _anchored(scores: Scores, labels: Sequence[LabelledText]) -> tuple[Scores, list[LabelledText]]:
    """With one clear case of each stance added, alternately with every flag and with none, so that no label is without
    an example however few messages there are."""
    network = np.full((_NUMBERS, scores.network.shape[1]), -_CLEAR)
    quick = np.full((_NUMBERS, scores.quick.shape[1]), -_CLEAR)
    made = []
    for n, stance in enumerate(STANCES):
        network[n, n] = quick[n, n] = _CLEAR
        grave = n % 2 == 0
        if grave:
            network[n, FLAG.start :] = quick[n, _NUMBERS:-1] = _CLEAR
        quick[n, -1] = 2.0 if grave else -1.0
        exemplar = Exemplar(
            text=stance, type=stance, heat=3 if grave else 0, flags=FLAGS if grave else (), escalate=grave
        )
        made.append(LabelledText(exemplar, "en", "anchor"))
    anchors = Scores(
        network, quick, np.outer(np.arange(_NUMBERS) % 2 == 0, np.ones(len(FLAGS))), np.zeros(_NUMBERS, dtype=bool)
    )
    parts = ("network", "quick", "rules", "chinese")
    joined = Scores(*(np.concatenate([getattr(scores, name), getattr(anchors, name)]) for name in parts))
    return joined, [*labels, *made]


def _for_stance(s: Scores) -> Array:
    return np.column_stack([s.network[:, STANCE], 0.3 * s.network[:, FLAG.start :], s.quick[:, :_NUMBERS], s.chinese])


def _for_heat(s: Scores) -> Array:
    return np.column_stack([heat_steps(s.network), s.quick[:, -1], 0.1 * s.network[:, : FLAG.stop]])


def _for_flag(s: Scores, k: int) -> Array:
    return np.column_stack([s.network[:, FLAG.start + k], s.quick[:, _NUMBERS + k], s.rules[:, k], s.chinese])


def _for_escalation(s: Scores) -> Array:
    flags = s.network[:, FLAG]
    heat = heat_steps(s.network).sum(axis=1)
    return np.column_stack([s.network[:, ESCALATE], s.quick[:, -2], flags, flags.max(axis=1), heat, s.chinese])
