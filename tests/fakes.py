"""Stand-ins that are fast and always answer alike, so that no test needs patching."""

from __future__ import annotations

import json
import os
import shutil
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from copilot.config import shipped
from copilot.embed import Vectors
from copilot.memory import Rows, mark
from copilot.net.outputs import COUNT, HEAT, PHRASES, SPOTS
from copilot.net.session import Opinion, Phrased
from copilot.pipeline import Copilot
from copilot.playbooks.load import parse
from copilot.playbooks.model import FINDING_KINDS

__all__ = ["Desk", "FakeEncoder", "FakeNetwork", "Run", "grows_linearly", "processor_seconds", "small_playbooks"]


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    code: int
    out: str
    err: str

    def lines(self) -> list[Any]:
        """The answers of a command that writes one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


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
            padded = f"  {text.lower()} "
            for at in range(len(padded) - 2):
                row[zlib.crc32(padded[at : at + 3].encode()) % self.dimension] += 1.0
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


class FakeNetwork:
    """Sees anger in exclamation marks and nothing else; one text in eight is new to it."""

    name = "fake-network"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def has_seen(self, text: str) -> bool:
        return mark(text) % 8 > 0

    def read(self, texts: Sequence[str]) -> list[Opinion]:
        self.asked += texts
        return [self._opinion(text) for text in texts]

    def logits(self, texts: Sequence[str]) -> Rows:
        return np.array([opinion.logits for opinion in self.read(texts)])

    def phrase(self, texts: Sequence[str]) -> list[Phrased]:
        """Hears sarcasm in “well, well” and nothing else."""
        return [self._phrased(text) for text in texts]

    @staticmethod
    def _phrased(text: str) -> Phrased:
        spans = tuple((at, at + 1) for at in range(len(text)))
        scores = np.full((len(text), PHRASES), -12.0, dtype=np.float32)
        at = text.lower().find("well, well")
        if at >= 0:
            scores[at : at + 10, FINDING_KINDS.index("sarcasm")] = 3.0
        return Phrased(scores, spans)

    @staticmethod
    def _opinion(text: str) -> Opinion:
        logits = np.full(COUNT, -2.0, dtype=np.float32)
        logits[HEAT] += min(6, 2 * text.count("!"))
        spans = tuple((at, at + 1) for at in range(min(len(text), 50)))
        return Opinion(logits, np.full((len(spans), SPOTS), -6.0, dtype=np.float32), spans)


class Desk(Copilot):
    """The real copilot at a desk of the test's own: what time it is and what organisation.yaml says can be set."""

    moment = datetime(2026, 6, 1, 3, tzinfo=UTC)  # a Monday, 11 a.m. in Shanghai
    file = Path()

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts, clock=lambda: self.moment)

    def says(self, text: str | None = None, **fields: object) -> None:
        """Write organisation.yaml: as text, or by its fields. Each version is newer than the last."""
        before = self.file.stat().st_mtime_ns
        self.file.write_text(yaml.safe_dump(fields, allow_unicode=True) if text is None else text, encoding="utf-8")
        os.utime(self.file, ns=(before + 10**9, before + 10**9))


def small_playbooks(target: Path, take_every: int = 40) -> Path:
    """A copy of the shipped playbooks with few exemplars: fitted in seconds."""
    shutil.copytree(shipped("playbooks"), target)
    for path in target.glob("exemplars/*.yaml"):
        data = parse(path)
        data["messages"] = data["messages"][::take_every]
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")  # JSON is YAML, and quick
    return target


def processor_seconds(job: Callable[[], object]) -> float:
    """What the machine was doing besides does not count."""
    started = time.process_time()
    job()
    return time.process_time() - started


def grows_linearly(job: Callable[[str], object], text: str, most: int = 100_000) -> bool:
    """Whether four times the text takes about four times as long; a quadratic job takes sixteen times."""
    long = (text * (most // len(text) + 1))[:most]
    short = long[: most // 4]
    job(short)
    # A disturbed measurement is taken again; what is quadratic fails every time.
    return any(
        processor_seconds(lambda: job(long)) < 9 * processor_seconds(lambda: job(short)) + 0.05 for _ in range(3)
    )
