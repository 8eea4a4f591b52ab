"""Which of the two languages a message is in, and when it is neither."""

from __future__ import annotations

import re
from functools import cache

from copilot.text import is_han
from copilot.types import Language

__all__ = ["detect", "of_draft"]

_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
_LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:'[A-Za-z]+)?")
_HAN_PER_WORD = 1.6  # characters that a Chinese word takes on average
_FEW_WORDS = 5  # shorter Latin texts tell nothing; English is the better guess


def of_draft(words: str) -> Language:
    """The language of an agent's own words, a clause or a whole draft: Chinese from the first Han character on."""
    return "zh" if any(map(is_han, words)) else "en"


@cache
def _english_function_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS) | {"i'm", "don't", "it's", "can't", "thanks", "please", "hi"}


def detect(text: str) -> tuple[Language, str | None]:
    """The language to answer in, and the code of the true one when that is neither Chinese nor English.

    Mixed text goes to the language with more words. Language identification proper runs only on Latin text
    that does not look English, because it costs more than the rest of the reading.
    """
    han = sum(is_han(c) for c in text)
    words = _LATIN_WORD.findall(text[:5000])
    kana, hangul = len(_KANA.findall(text)), len(_HANGUL.findall(text))
    if hangul > max(han, len(words)):
        return "en", "ko"
    if kana > 0.3 * (han + kana) and kana + han > len(words):
        return "en", "ja"
    if han and han / _HAN_PER_WORD >= len(words):
        return "zh", None
    letters = sum(c.isalpha() for c in text)
    if letters and sum(map(len, words)) < 0.5 * (letters - han):
        return "en", _identify(text)
    if len(words) < _FEW_WORDS:
        return "en", None
    common = sum(w.lower() in _english_function_words() for w in words) / len(words)
    return "en", None if common >= 0.2 else _identify(text)


def _identify(text: str) -> str | None:
    import py3langid

    code = str(py3langid.classify(text[:1000])[0])
    return None if code in ("en", "zh") else code
