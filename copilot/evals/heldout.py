"""Our own exemplars as a test: those that no model had learned when it judged them. Thresholds are set on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from copilot.evals.gold import Answer, GoldRow
from copilot.judge import HeldOut
from copilot.playbooks.model import FLAGS, STANCES, Card

__all__ = ["Setting", "as_gold", "settings", "write"]

Array = NDArray[np.float64]

# How many times worse a miss is than a false alarm, by flag (the beta of F-beta). Life and limb favour recall.
_WORSE = {"self_harm": 4.0, "safety": 2.0, "legal": 1.5, "media": 1.5, "privacy": 1.5}
_OTHER_LANGUAGE = 0.5  # what a message counts for the other language's threshold: some flags are rare
_CANDIDATES = np.round(np.arange(0.12, 0.82, 0.02), 2)


@dataclass(frozen=True)
class Setting:
    """A flag's threshold in one language, with precision and recall on the held-out messages of that language."""

    code: str
    language: str
    threshold: float
    precision: float
    recall: float
    positives: int


def settings(held: HeldOut) -> Iterator[Setting]:
    """The best threshold for each flag and language."""
    lang = np.array([label.lang for label in held.labels])
    for k, code in enumerate(FLAGS):
        truth = np.array([code in label.exemplar.flags for label in held.labels])
        said = held.prediction.flags[:, k]
        for language in ("en", "zh"):
            mine = lang == language
            weights = np.where(mine, 1.0, _OTHER_LANGUAGE)
            beta = _WORSE.get(code, 1.0)
            best = max(_CANDIDATES, key=lambda t: (_f_beta(truth, said >= t, weights, beta), -t))
            flagged = said[mine] >= best
            hit = int((truth[mine] & flagged).sum())
            yield Setting(
                code,
                language,
                float(best),
                round(hit / max(1, int(flagged.sum())), 2),
                round(hit / max(1, int(truth[mine].sum())), 2),
                int(truth[mine].sum()),
            )


def _f_beta(truth: NDArray[np.bool_], said: NDArray[np.bool_], weights: Array, beta: float) -> float:
    hit = float(weights[truth & said].sum())
    wrong, missed = float(weights[~truth & said].sum()), float(weights[truth & ~said].sum())
    b = beta * beta
    return (1 + b) * hit / max(1e-9, (1 + b) * hit + b * missed + wrong)


def as_gold(held: HeldOut, cards: Mapping[str, Card]) -> tuple[list[GoldRow], dict[str, Answer]]:
    """The held-out messages as labelled rows, and what was said of them at the shipped thresholds."""
    rows, answers = [], {}
    said = held.prediction
    for n, label in enumerate(held.labels):
        e = label.exemplar
        rows.append(
            GoldRow(
                id=f"{label.lang}-{label.theme}-{n}",
                text=e.text,
                lang=label.lang,
                type=e.type,
                heat=e.heat,
                flags=e.flags,
                escalate=e.escalate,
            )
        )
        probability = float(said.escalate[n])
        answers[rows[-1].id] = Answer(
            STANCES[int(said.types[n].argmax())],
            dict(zip(STANCES, map(float, said.types[n]), strict=True)),
            round(float(said.heat[n])),
            frozenset(_raised(said.flags[n], label.lang, cards)),
            probability >= 0.5,
            probability,
        )
    return rows, answers


def _raised(row: Array, language: str, cards: Mapping[str, Card]) -> Iterator[str]:
    for code, probability in zip(FLAGS, row, strict=True):
        rules = cards[f"flag.{code}"].flag
        if rules and probability >= rules.threshold["zh" if language == "zh" else "en"]:
            yield code


def write(found: Sequence[Setting], folder: Path) -> None:
    """Put thresholds, and what they were measured to do, into the flag cards of `folder`, touching nothing else."""
    for code in FLAGS:
        path = folder / f"{code}.yaml"
        text = path.read_text(encoding="utf-8")
        mine = {s.language: s for s in found if s.code == code}
        block = "  threshold:\n" + "".join(f"    {lang}: {s.threshold:g}\n" for lang, s in mine.items())
        block += "  measured:\n" + "".join(
            f"    {lang}: {{precision: {s.precision:g}, recall: {s.recall:g}, positives: {s.positives}}}\n"
            for lang, s in mine.items()
        )
        new = re.sub(r"  threshold:\n(?:    .*\n)+(?:  measured:\n(?:    .*\n)+)?", block, text, count=1)
        path.write_text(new, encoding="utf-8")
