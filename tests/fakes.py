"""Stand-ins that are fast and always answer alike, so that no test needs patching."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from copilot.config import shipped
from copilot.embed import Vectors
from copilot.heads import Heads
from copilot.index import CardIndex
from copilot.pipeline import Copilot
from copilot.playbooks.load import Catalogue, load
from copilot.recall import Words, records_of
from copilot.text import fold

__all__ = ["FakeEncoder", "Kit", "best_of_three", "grows_linearly"]


class FakeEncoder:
    """Character trigrams hashed into 64 dimensions: like texts get like vectors, and nothing is loaded."""

    name = "fake-64"
    dimension = 64

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            padded = f" {text.lower()} "
            for at in range(len(padded) - 2):
                row[zlib.crc32(padded[at : at + 3].encode()) % self.dimension] += 1.0
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@dataclass(frozen=True)
class Kit:
    """The parts of a small `Copilot`: every shipped card, some exemplars, the fake encoder. Fitted in seconds."""

    catalogue: Catalogue
    heads: Heads
    index: CardIndex
    words: Words

    @classmethod
    def fit(cls, home: Path, take_every: int = 6) -> Kit:
        full = load(shipped("playbooks"))
        catalogue = Catalogue(full.cards, full.exemplars[::take_every], (), "small")
        encoder = FakeEncoder()
        texts = [fold(item.exemplar.text).text for item in catalogue.exemplars]
        records = records_of(catalogue)
        index = CardIndex(home)
        index.build("small", records, encoder.encode([r.text for r in records]))
        return cls(catalogue, Heads.fit(texts, encoder.encode(texts), catalogue.exemplars), index, Words.fit(records))

    def copilot(self, organisation_file: Path | None = None, now: datetime | None = None) -> Copilot:
        """A `Copilot` at a moment of the test's choice, with an organisation of the test's choice."""
        made = Copilot(self.catalogue, FakeEncoder(), self.heads, self.index, self.words, organisation_file)
        if now is None:
            return made
        parts = (self.catalogue, FakeEncoder(), self.heads, self.index, self.words)
        return Copilot(*parts, organisation_file, clock=lambda: now)


def best_of_three(job: Callable[[], object]) -> float:
    """Seconds of the fastest of three runs: what the machine was doing besides does not count."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        job()
        best = min(best, time.perf_counter() - started)
    return best


def grows_linearly(job: Callable[[str], object], text: str, most: int = 100_000) -> bool:
    """Whether four times the text takes about four times as long; a quadratic job takes sixteen times."""
    long = (text * (most // len(text) + 1))[:most]
    short = long[: most // 4]
    job(short)
    return best_of_three(lambda: job(long)) < 9 * best_of_three(lambda: job(short)) + 0.05
