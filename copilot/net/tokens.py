"""Text to numbers: the base's unigram tokenizer, with the part of its vocabulary that Chinese and English use."""

from __future__ import annotations

from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from copilot.net.base import Base

__all__ = ["choose", "tokenizer"]

_ASCII_PIECES = 40_000  # the likeliest; a rarer word is spelt from smaller pieces


def choose(base: Base) -> list[int]:
    """The rows that are kept: the special ones, what Han text and punctuation use, and the likeliest ASCII pieces."""
    special = [base.bos, base.pad, base.eos, base.unknown]
    ascii_, other = [], []
    for row, piece in enumerate(base.pieces):
        if row in special:
            continue
        if all(c < "\x7f" or c == "▁" for c in piece):
            ascii_.append(row)
        elif all(_used(c) for c in piece):
            other.append(row)
    ascii_.sort(key=lambda row: -float(base.scores[row]))
    return special + sorted(ascii_[:_ASCII_PIECES] + other)


def _used(char: str) -> bool:
    """ASCII, Han, general and full-width punctuation, signs and emoji."""
    return (
        char < "\x7f"
        or char == "▁"
        or "\u2000" <= char <= "\u303f"
        or "\u4e00" <= char <= "\u9fff"
        or "\uff00" <= char <= "\uffef"
        or char >= "\U0001f000"
    )


def tokenizer(base: Base, rows: Sequence[int]) -> Tokenizer:
    """The tokenizer over the kept rows; ids are positions in `rows`. It adds the base's marks of start and end."""
    made = Tokenizer(
        models.Unigram([(base.pieces[row], float(base.scores[row])) for row in rows], rows.index(base.unknown), False)
    )
    made.normalizer = normalizers.Replace(Regex(r"\s+"), " ")
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    start, end = base.pieces[base.bos], base.pieces[base.eos]
    made.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}", special_tokens=[(start, rows.index(base.bos)), (end, rows.index(base.eos))]
    )
    return made
