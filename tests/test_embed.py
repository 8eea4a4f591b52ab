"""The encoders: unit vectors, the same for the same text, alone or in a batch."""

from __future__ import annotations

import numpy as np
import pytest

from copilot.embed import BundledEncoder, Encoder
from tests.fakes import FakeEncoder

TEXTS = ["refund please", "我要退款", "", " ", "a" * 5000, "😀", "\n"]


@pytest.fixture(params=["bundled", "fake"])
def any_encoder(request: pytest.FixtureRequest, encoder: BundledEncoder) -> Encoder:
    return encoder if request.param == "bundled" else FakeEncoder()


def test_every_text_has_a_vector_of_the_announced_size(any_encoder: Encoder) -> None:
    rows = any_encoder.encode(TEXTS)
    assert rows.shape == (len(TEXTS), any_encoder.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)


def test_no_texts_have_no_vectors(any_encoder: Encoder) -> None:
    assert any_encoder.encode([]).shape == (0, any_encoder.dimension)


def test_a_text_has_the_same_vector_alone_and_in_a_batch(any_encoder: Encoder) -> None:
    together = any_encoder.encode([*TEXTS[:4], "one more that is rather longer than the others of this batch"])
    for row, text in zip(together, TEXTS[:4], strict=False):
        assert np.allclose(any_encoder.encode([text])[0], row, atol=1e-3)


def test_meaning_counts_more_than_language(encoder: BundledEncoder) -> None:
    refund, money_back, weather = encoder.encode(["I want my money back", "我要退款", "The sun is shining today"])
    assert refund @ money_back > refund @ weather
