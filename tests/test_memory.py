"""Remembered embeddings: the same as embedding anew, for the model and the texts that they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from copilot.config import shipped
from copilot.embed import REMEMBERED, BundledEncoder
from copilot.memory import Memory, Rows
from copilot.net.outputs import COUNT
from copilot.net.session import JUDGED, BundledNetwork
from copilot.playbooks.load import load
from copilot.prepare import exemplar_texts, texts_of

TEXTS = ["one", "two", "三"]


def unit(texts: Sequence[str]) -> Rows:
    rows = np.array([np.random.default_rng(len(t) + ord(t[0])).normal(size=8) for t in texts], dtype=np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    Memory.write(tmp_path / "kept.npz", "model", TEXTS, unit(TEXTS), eight_bits=True)
    return tmp_path / "kept.npz"


def test_only_what_is_new_is_embedded_and_the_order_stays(path: Path) -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> Rows:
        asked.extend(texts)
        return unit(texts)

    wanted = ["三", "new", "one", "newer", "one"]
    found = Memory.read(path, "model").complete(wanted, 8, embed)
    assert asked == ["new", "newer"]
    assert np.abs(found - unit(wanted)).max() < 0.01


@pytest.mark.parametrize("model", ["model", "another"])
def test_without_a_memory_of_this_model_all_is_embedded(path: Path, model: str) -> None:
    place = path if model == "another" else path.with_name("missing.npz")
    assert np.array_equal(Memory.read(place, model).complete(TEXTS, 8, unit), unit(TEXTS))


def test_numbers_are_kept_as_they_are_unless_eight_bits_are_enough(tmp_path: Path) -> None:
    Memory.write(tmp_path / "kept.npz", "model", TEXTS, unit(TEXTS))
    assert np.array_equal(Memory.read(tmp_path / "kept.npz", "model").complete(TEXTS, 8, unit), unit(TEXTS))


def test_the_shipped_network_remembers_what_it_has_not_learned(network: BundledNetwork) -> None:
    texts = [text for text in exemplar_texts(load(shipped("playbooks"))) if not network.has_seen(text)]
    forgotten: list[str] = []

    def ask(unknown: Sequence[str]) -> Rows:
        forgotten.extend(unknown)
        return np.zeros((len(unknown), COUNT), dtype=np.float32)

    kept = Memory.read(JUDGED, network.name).complete(texts, COUNT, ask)
    assert len(forgotten) < 0.05 * len(texts), "run `make thresholds`: examples or network are new"
    assert texts[0] not in forgotten
    assert np.abs(kept[0] - network.read(texts[:1])[0].logits).max() < 0.01


def test_the_shipped_examples_are_remembered_as_they_are_embedded(encoder: BundledEncoder) -> None:
    texts = texts_of(load(shipped("playbooks")))
    memory, forgotten = Memory.read(REMEMBERED, encoder.name), []

    def embed(unknown: Sequence[str]) -> Rows:
        forgotten.extend(unknown)
        return np.zeros((len(unknown), encoder.dimension), dtype=np.float32)

    kept = memory.complete(texts, encoder.dimension, embed)
    assert len(forgotten) < 0.05 * len(texts), "run `make thresholds`: many examples are new"
    sample = [n for n in range(0, len(texts), len(texts) // 30) if texts[n] not in set(forgotten)]
    anew = encoder.encode([texts[n] for n in sample])
    assert (kept[sample] * anew).sum(axis=1).min() > 0.999
