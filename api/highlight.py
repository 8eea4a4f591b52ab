"""A customer's text cut where evidence begins and ends, so that a template can mark it without knowing positions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Mark", "Segment", "segments"]


@dataclass(frozen=True)
class Mark:
    """Evidence `[start, end)` of one sort: `stance`, or a flag's code."""

    start: int
    end: int
    sort: str
    why: str


@dataclass(frozen=True)
class Segment:
    """A stretch of text and the marks that cover it, none for plain text."""

    text: str
    marks: tuple[Mark, ...]

    @property
    def why(self) -> str:
        return " · ".join(dict.fromkeys(mark.why for mark in self.marks))

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(mark.sort for mark in self.marks if mark.sort != "stance"))

    @property
    def stance(self) -> bool:
        return any(mark.sort == "stance" for mark in self.marks)


def segments(text: str, marks: Sequence[Mark]) -> list[Segment]:
    """All of `text`, in order; marks may overlap."""
    cuts = {0, len(text)}
    for mark in marks:
        cuts |= {max(0, min(mark.start, len(text))), max(0, min(mark.end, len(text)))}
    edges = sorted(cuts)
    return [
        Segment(text[a:b], tuple(m for m in marks if m.start <= a and b <= m.end)) for a, b in pairwise(edges) if a < b
    ]
