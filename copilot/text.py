"""Text as the readers see it: folded so that spelling variants look alike, with a way back to the original.

`fold` takes away what carries no meaning for reading (width, script, accents, invisible characters, blanks) and
remembers where each remaining character came from, so that every finding can be shown in the customer's own text.
"""

from __future__ import annotations

import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

from copilot.patterns import pattern

__all__ = [
    "Folded",
    "Span",
    "clauses",
    "fold",
    "is_cantonese",
    "is_han",
    "plain",
    "scripts",
    "sentences",
    "span_at",
    "to_script",
]

Span = tuple[int, int]

_HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
_STRAIGHT = str.maketrans("‘’‚‛“”„«»`´–—―", "''''\"\"\"\"\"''---")  # before NFKD, which would split ´
# Written Cantonese: readers of these characters expect Hong Kong's conventions, other Traditional readers Taiwan's.
_CANTONESE = frozenset("嘅咗唔係喺佢哋嚟啲冇乜嘢噉咁畀睇")

_SENTENCE_END = pattern(r"[.!?。！？…;；\n]+[\"'”’」』）)\]]*|\.{2,}")
_CLAUSE_END = pattern(r"[.!?。！？…;；\n,，、:：~～]+[\"'”’」』）)\]]*")


def is_han(char: str) -> bool:
    return any(low <= ord(char) <= high for low, high in _HAN_RANGES)


@cache
def _simplify_table() -> dict[int, str]:
    """Traditional to Simplified, character by character so that positions survive."""
    chars = [chr(code) for low, high in _HAN_RANGES[:2] for code in range(low, high + 1)]
    plain = opencc.OpenCC("t2s").convert("\n".join(chars)).split("\n")
    return {ord(a): b for a, b in zip(chars, plain, strict=True) if a != b and len(b) == 1}


@cache
def _traditional_only() -> frozenset[str]:
    return frozenset(map(chr, _simplify_table()))


@cache
def _simplified_only() -> frozenset[str]:
    traditional = _traditional_only()
    return frozenset(c for c in _simplify_table().values() if c not in traditional and _changes(c))


@cache
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _changes(char: str) -> bool:
    return bool(_to_traditional().convert(char) != char)


def span_at(spans: Sequence[Span], at: int) -> int | None:
    """The number of the span that holds position `at`; spans are in order and apart. Logarithmic."""
    number = bisect_right(spans, (at, sys.maxsize)) - 1
    return number if number >= 0 and spans[number][0] <= at < spans[number][1] else None


@dataclass(frozen=True)
class Folded:
    """`text` is what readers match on; `origin[i]` is the place of its i-th character in the original."""

    text: str
    origin: tuple[int, ...]
    original: str

    @property
    def flat(self) -> str:
        """`text` on one line, place for place: a phrase may run over a line's end."""
        return self.text.replace("\n", " ")

    def span(self, start: int, end: int) -> Span:
        """The original's span for a span of the folded text."""
        if start >= end:
            at = self.origin[start] if start < len(self.origin) else len(self.original)
            return at, at
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """NFKD without accents, Simplified, straight quotes, single blanks, nothing invisible; linear in the length."""
    out: list[str] = []
    origin: list[int] = []
    table = _simplify_table()
    for at, char in enumerate(text):
        if " " < char < "\x7f" and char != "`":
            out.append(char)
            origin.append(at)
            continue
        if char.isspace():
            blank = "\n" if char == "\n" else " "
            if not out:
                continue
            if out[-1] in " \n":
                if blank == "\n":
                    out[-1] = "\n"
                continue
            out.append(blank)
            origin.append(at)
            continue
        if unicodedata.category(char) in ("Cf", "Cc", "Mn") or "\ufe00" <= char <= "\ufe0f":
            continue
        for piece in unicodedata.normalize("NFKD", char.translate(_STRAIGHT)).translate(_STRAIGHT).translate(table):
            if unicodedata.category(piece) == "Mn":
                continue  # an accent: é is read as e, composed or not
            # A blank between two Han characters is a typist's habit or a way past a filter, never a word break.
            if is_han(piece) and len(out) > 1 and out[-1] == " " and is_han(out[-2]):
                out.pop()
                origin.pop()
            out.append(piece)
            origin.append(at)
    while out and out[-1] in " \n":
        out.pop()
        origin.pop()
    return Folded("".join(out), tuple(origin), text)


def _split(text: str, ends: object) -> list[Span]:
    spans: list[Span] = []
    start = 0
    for match in ends.finditer(text):  # type: ignore[attr-defined]
        if _inside_a_token(text, match.start(), match.end()):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return [trimmed for trimmed in (_trim(text, *span) for span in spans) if trimmed[0] < trimmed[1]]


def _inside_a_token(text: str, start: int, end: int) -> bool:
    """A mark in `3.50`, `1,200`, `10:45`, `example.com` or `https://` ends nothing."""
    if end - start != 1 or text[start] not in ".,:" or not 0 < start < len(text) - 1:
        return False
    before, after = text[start - 1], text[end]
    if text[start] == ".":
        return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return (before.isdigit() and after.isdigit()) or text.startswith("://", start)


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def sentences(text: str) -> list[Span]:
    """Spans of the sentences of either language, without surrounding blanks."""
    return _split(text, _SENTENCE_END)


def clauses(text: str) -> list[Span]:
    """Spans of the clauses: sentences cut at commas too, which Chinese uses where English has full stops."""
    return _split(text, _CLAUSE_END)


@lru_cache(64)  # asked anew for every finding in a draft
def scripts(text: str) -> str | None:
    """`Hant` or `Hans` by the characters that only one of them uses; None without Chinese."""
    if not any(is_han(c) for c in text):
        return None
    hant = sum(c in _traditional_only() for c in text)
    hans = sum(c in _simplified_only() for c in text)
    return "Hant" if hant > hans else "Hans"


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def to_script(text: str, script: str | None, like: str = "") -> str:
    """Our Simplified wording in the script (and the region's vocabulary) of the customer's text `like`."""
    if script != "Hant":
        return text
    return str(_converter("s2hk" if is_cantonese(like) else "s2twp").convert(text))


def is_cantonese(text: str) -> bool:
    return not _CANTONESE.isdisjoint(text)


def plain(text: str) -> str:
    """Without what nobody sees: controls, zero-width characters, marks of direction. Line breaks and tabs stay."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs"))
