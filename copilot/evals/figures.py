"""The figures: agreement with the labels, and how far each might be off by the luck of the sample.

All are computed from arrays with a weight a message, so that a bootstrap round is one multiplication and two builds can
be compared on the same resampled messages. Intervals: percentile bootstrap (Efron & Tibshirani, 1993).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copilot.evals.gold import Answer, GoldRow
from copilot.playbooks.model import FLAGS, STANCES

__all__ = ["HEADLINES", "Bin", "Scored", "Spread", "compare", "spreads"]

Array = NDArray[np.float64]

HEADLINES = (
    "type_macro_f1",
    "type_accuracy",
    "heat_mae",
    "flags_micro_f1",
    "escalate_ap",
    "escalate_recall",
    "escalate_precision",
    "type_brier",
    "escalate_brier",
)
_ROUNDS = 1000
_UNANSWERED = Answer("", {}, 99, frozenset(), False, 0.0)


@dataclass(frozen=True)
class Spread:
    """A figure and its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """Answers given with about the same confidence: the mean confidence, and the share that was right."""

    confidence: float
    right: float
    count: int


class Scored:
    """Labels and answers side by side as arrays. A message without an answer is wrong everywhere."""

    def __init__(self, rows: Sequence[GoldRow], answers: Mapping[str, Answer]) -> None:
        self.rows = rows
        self.answers = [answers.get(row.id, _UNANSWERED) for row in rows]
        self.gold = np.array([STANCES.index(r.type) if r.type else -1 for r in rows])
        self.said = np.array([STANCES.index(a.type) if a.type in STANCES else -2 for a in self.answers])
        self.probabilities = np.array([[a.probabilities.get(s, 0.0) for s in STANCES] for a in self.answers])
        self.heat = np.array(
            [
                np.nan if r.heat is None else min(3.0, abs(r.heat - a.heat))
                for r, a in zip(rows, self.answers, strict=True)
            ]
        )
        self.asked = np.array([[_asked(r, code) for code in FLAGS] for r in rows])
        self.truth = np.array([[_holds(r, code) for code in FLAGS] for r in rows])
        self.flagged = np.array([[code in a.flags for code in FLAGS] for a in self.answers])
        self.escalate = np.array([-1 if r.escalate is None else int(r.escalate) for r in rows])
        self.needed = np.array([a.needed for a in self.answers])
        self.score = np.array([a.score for a in self.answers])

    def figures(self, weights: Array | None = None) -> dict[str, float]:
        """Every figure by name; what no label speaks about is left out."""
        w = np.ones(len(self.rows)) if weights is None else weights
        out: dict[str, float] = {}
        if (self.gold >= 0).any():
            out |= self._types(w)
        if (known := ~np.isnan(self.heat)).any():
            out["heat_mae"] = float(np.average(self.heat[known], weights=w[known])) if w[known].sum() else np.nan
        if self.asked.any():
            hit, wrong, missed = self._flag_counts(w)
            out["flags_micro_f1"] = _f1(hit.sum(), wrong.sum(), missed.sum())
        if (self.escalate >= 0).any():
            out |= self._escalation(w)
        return out

    def _types(self, w: Array) -> dict[str, float]:
        known = self.gold >= 0
        w, gold, said = w[known], self.gold[known], self.said[known]
        by_stance = {
            f"type_f1_{stance}": _f1(
                w[(gold == k) & (said == k)].sum(),
                w[(gold != k) & (said == k)].sum(),
                w[(gold == k) & (said != k)].sum(),
            )
            for k, stance in enumerate(STANCES)
            if (gold == k).any()
        }
        target = np.eye(len(STANCES))[gold]
        brier = ((self.probabilities[known] - target) ** 2).sum(axis=1)
        total = max(w.sum(), 1e-9)
        return {
            "type_macro_f1": float(np.nanmean(list(by_stance.values()))),
            "type_accuracy": float(w[gold == said].sum() / total),
            "type_brier": float((w * brier).sum() / total),
            **by_stance,
        }

    def _flag_counts(self, w: Array) -> tuple[Array, Array, Array]:
        w = w[:, None] * self.asked
        return (
            (w * (self.truth & self.flagged)).sum(axis=0),
            (w * (~self.truth & self.flagged)).sum(axis=0),
            (w * (self.truth & ~self.flagged)).sum(axis=0),
        )

    def flags(self) -> dict[str, tuple[float, float, int, int]]:
        """By flag: precision, recall, how many hold, and how many were flagged wrongly."""
        hit, wrong, missed = self._flag_counts(np.ones(len(self.rows)))
        return {
            code: (
                _share(hit[k], hit[k] + wrong[k]),
                _share(hit[k], hit[k] + missed[k]),
                int(hit[k] + missed[k]),
                int(wrong[k]),
            )
            for k, code in enumerate(FLAGS)
            if self.asked[:, k].any() and hit[k] + wrong[k] + missed[k]
        }

    def innocent(self) -> dict[str, tuple[float, float]]:
        """By flag that challenge rows ask about: recall on the positive ones, share of the innocent ones flagged."""
        out: dict[str, tuple[float, float]] = {}
        for k, code in enumerate(FLAGS):
            mine = np.array([r.flag == code for r in self.rows])
            if mine.any():
                truth, said = self.truth[mine, k], self.flagged[mine, k]
                out[code] = (_share((truth & said).sum(), truth.sum()), _share((~truth & said).sum(), (~truth).sum()))
        return out

    def _escalation(self, w: Array) -> dict[str, float]:
        known = self.escalate >= 0
        w, truth = w[known], self.escalate[known].astype(bool)
        needed, score = self.needed[known], self.score[known]
        hit = w[truth & needed].sum()
        return {
            "escalate_recall": _share(hit, w[truth].sum()),
            "escalate_precision": _share(hit, w[needed].sum()),
            "escalate_ap": _average_precision(score, truth, w),
            "escalate_brier": float((w * (score - truth) ** 2).sum() / max(w.sum(), 1e-9)),
        }

    def confusion(self) -> NDArray[np.int64]:
        """(5, 5): rows the label, columns the answer."""
        table = np.zeros((len(STANCES), len(STANCES)), dtype=np.int64)
        for gold, said in zip(self.gold, self.said, strict=True):
            if gold >= 0 and said >= 0:
                table[gold, said] += 1
        return table

    def reliability(self, bins: int = 5) -> dict[str, list[Bin]]:
        """For the stance and for escalation: is what is said with 80 % right four times in five?"""
        out: dict[str, list[Bin]] = {}
        known = (self.gold >= 0) & (self.said >= 0)
        if known.any():
            out["stance"] = _bins(self.probabilities[known].max(axis=1), (self.gold == self.said)[known], bins)
        if (known := self.escalate >= 0).any():
            out["escalation"] = _bins(self.score[known], self.escalate[known] == 1, bins)
        return out


def spreads(scored: Scored, rounds: int = _ROUNDS, seed: int = 0) -> dict[str, Spread]:
    """Each figure with its interval."""
    draws = _draws(len(scored.rows), rounds, seed)
    return _spread(scored.figures(), [scored.figures(w) for w in draws])


def compare(new: Scored, old: Scored, rounds: int = _ROUNDS, seed: int = 0) -> dict[str, Spread]:
    """New less old, both taken on the same resampled messages: much narrower than two separate intervals."""
    a, b = new.figures(), old.figures()
    pairs = ((new.figures(w), old.figures(w)) for w in _draws(len(new.rows), rounds, seed))
    return _spread({k: a[k] - b[k] for k in a if k in b}, [{k: x[k] - y[k] for k in x if k in y} for x, y in pairs])


def _draws(count: int, rounds: int, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    return rng.multinomial(count, np.full(count, 1 / count), size=rounds).astype(np.float64)


def _spread(point: Mapping[str, float], drawn: Sequence[Mapping[str, float]]) -> dict[str, Spread]:
    out = {}
    for name, value in point.items():
        seen = [d[name] for d in drawn if name in d and not np.isnan(d[name])]
        low, high = np.percentile(seen, [2.5, 97.5]) if seen else (np.nan, np.nan)
        out[name] = Spread(value, float(low), float(high))
    return out


def _asked(row: GoldRow, code: str) -> bool:
    if row.flag is not None:
        return code == row.flag
    return row.flags is not None and code not in row.contested


def _holds(row: GoldRow, code: str) -> bool:
    return code == row.flag and bool(row.positive) if row.flag is not None else code in (row.flags or ())


def _f1(hit: float, wrong: float, missed: float) -> float:
    return float(2 * hit / (2 * hit + wrong + missed)) if hit + wrong + missed else float("nan")


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _average_precision(score: Array, truth: NDArray[np.bool_], w: Array) -> float:
    """Ties are ranked worst first, so that a constant score earns no more than chance."""
    order = np.lexsort((truth, -score))
    truth, w = truth[order], w[order]
    hits, seen = np.cumsum(w * truth), np.cumsum(w)
    total = hits[-1]
    return float((w * truth * hits / np.maximum(seen, 1e-9)).sum() / total) if total else float("nan")


def _bins(confidence: Array, right: NDArray[np.bool_], bins: int) -> list[Bin]:
    """Bins of equal count, so that none rests on a handful."""
    order = np.argsort(confidence, kind="stable")
    return [
        Bin(float(confidence[part].mean()), float(right[part].mean()), len(part))
        for part in np.array_split(order, bins)
        if len(part)
    ]
