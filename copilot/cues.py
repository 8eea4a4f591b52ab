"""Hand-picked signs of a message as numbers: how much praise, fault, contempt, history or heat its words carry.

Frozen encoders and n-grams know topics better than attitudes; counts from `playbooks/cues.yaml`, and whether a flag's
pattern matched, give the classifiers what carries over from one trade to the next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from copilot.patterns import pattern
from copilot.playbooks.model import FLAGS
from copilot.signals import Hit, SignalMatcher
from copilot.text import is_han, sentences

__all__ = ["CueCounter"]

_LATIN_CLAUSE, _HAN_CLAUSE = 40, 12  # characters of a clause: counts are taken per clause too
_MOST_PER_CLAUSE = 2.0


class CueCounter:
    """Texts (folded) in, one row of numbers a text out."""

    def __init__(self, sorts: Mapping[str, Mapping[str, Sequence[str]]], signals: SignalMatcher) -> None:
        self._sorts: list[tuple[str, list[Any]]] = [
            (name, [pattern(source) for sources in languages.values() for source in sources])
            for name, languages in sorts.items()
        ]
        self._signals = signals

    @classmethod
    def read(cls, root: Path, signals: SignalMatcher) -> CueCounter:
        return cls(yaml.safe_load((root / "cues.yaml").read_text(encoding="utf-8")), signals)

    def hits(self, text: str) -> list[Hit]:
        """Where flag patterns match in one folded text."""
        return self._signals.match(text, sentences(text))

    def count(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Shape (len(texts), number of signs), scaled to about 0..1."""
        return np.array([self.row(text, self.hits(text)) for text in texts], dtype=np.float64)

    @staticmethod
    def rules(counted: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of counted rows, the columns that say how sure the patterns of each flag are: shape (n, 11)."""
        return counted[:, -len(FLAGS) :]

    def row(self, text: str, hits: Sequence[Hit]) -> list[float]:
        """One row of `count`, for a text whose hits are known."""
        han = sum(map(is_han, text))
        chinese = 2 * han > 0.6 * len(text)
        clauses = max(1.0, len(text) / (_HAN_CLAUSE if chinese else _LATIN_CLAUSE))
        counts = {name: sum(len(p.findall(text)) for p in patterns) for name, patterns in self._sorts}
        row: list[float] = []
        for number in counts.values():
            row += [math.log1p(number), min(_MOST_PER_CLAUSE, number / clauses)]
        shouted = sum(len(word) > 2 and word.isupper() for word in text.split())
        row += [math.log1p(len(text)) / 3, float(chinese), math.log1p(shouted), float(len(text) < 20)]
        praise, fault = counts.get("praise", 0), counts.get("fault", 0)
        row += [float(praise > fault + counts.get("not_praise", 0)), float(fault > 2 * praise)]
        found: dict[str, float] = {}
        for hit in hits:
            found[hit.code] = max(found.get(hit.code, 0.0), hit.confidence)
        return [*row, *(found.get(code, 0.0) for code in FLAGS)]
