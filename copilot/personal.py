"""What is personal in a text: where it stands, of what kind it is, and which spellings are one value.

What is looked for, in which order, and what is kept because a reply needs it (dates, amounts, quantities) is data
(`personal.yaml`). Each step paints over what it takes, so an earlier, surer step wins; whatever long run of digits is
left at the end is taken as well, for a number that nobody knows may be anyone's.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from copilot import checksums
from copilot.patterns import pattern
from copilot.playbooks.model import Pattern, Strict
from copilot.text import Folded, Span, fold

__all__ = ["LITERAL", "Personal", "PersonalFinder", "pieced"]

_HIDDEN, _KEPT = "\ue000", "\ue001"  # painted over what is taken; strangers' own are made U+FFFD first
LITERAL = "LITERAL"  # the kind of what a finder is told to take as it is
_DOTS = frozenset("·•・‧∙⋅")
# Kinds whose marks tell values apart (1.1.11.1 is not 11.1.1.1); in the others they are a matter of taste.
_MARKS_COUNT = frozenset({"ADDRESS", "EMAIL", "HANDLE", "IP", "ORDER"})
_TRUNK = re.compile(r"^(?:00)?86(?=1[3-9]\d{9}$)")  # China's own prefix: the number is the same without it

# Nine digits at least, the shortest that are counted, with marks between. Only a resident's number ends in X.
_CLUSTER = pattern(r"[0-9](?:[ ./。()_-]{0,3}[0-9]){8,}(?:[ ./_-]{0,3}X\b)?")
_IBAN_HEAD = pattern(r"\b[A-Z][ ._-]{0,2}[A-Z][ ._-]{0,3}[0-9][ ._-]{0,3}[0-9]")
_IBAN_DIGITS = 8
_IBAN_LONGEST = 34 * 4  # characters, with three marks between any two


_CHECKS: Mapping[str, Callable[[str], bool]] = {
    "luhn": checksums.luhn,
    "north_american": checksums.north_american,
    "old_resident": checksums.old_resident,
    "resident": checksums.resident,
}


class _Digits(Strict):
    """Digits with any marks between, counted from the start of one group of them to the end of another."""

    starts: tuple[str, ...] = ("",)
    lengths: tuple[int, ...]
    check: Literal["resident", "old_resident", "luhn", "north_american"] | None = None
    whole: bool = Field(default=False, description="no other digits stand beside them: for shapes that are no proof")


class _Step(Strict):
    """What one step hides; without `hide` it keeps what it finds from the steps that follow."""

    hide: Annotated[str, Field(pattern="^[A-Z]+$")] | None = None
    patterns: tuple[Pattern, ...] = ()
    needs: Pattern | None = None
    refuse: Pattern | None = Field(default=None, alias="not")
    lead: Pattern | None = Field(default=None, description="words at the front of a match that are not part of it")
    apart: str = Field(default="", description="marks that must not join a match to another digit")
    digits: tuple[_Digits, ...] = ()
    iban: dict[str, int] = Field(default={}, description="length by country")


class _Data(Strict):
    numerals: dict[str, str]
    tail: Pattern
    steps: tuple[_Step, ...]


@dataclass(frozen=True)
class Personal:
    """A span of the original text; `key` is the same for every spelling of one value."""

    start: int
    end: int
    kind: str
    key: str


class PersonalFinder:
    """Built once; holds no customer's text, so any number of threads may use it."""

    def __init__(self, data: _Data) -> None:
        self._takers = [(take, step.hide) for step in data.steps for take in _takers(step)]
        self._numerals = str.maketrans(data.numerals)
        numeral = f"[{''.join(data.numerals)}]"
        self._spoken = pattern(f"{numeral}(?:[ .-]?{numeral}){{6,}}")
        self._tail = pattern(f"{_HIDDEN}({data.tail})")
        self.kinds = frozenset(step.hide for step in data.steps if step.hide) | {LITERAL}

    @classmethod
    def read(cls, root: Path) -> PersonalFinder:
        return cls(_Data.model_validate(yaml.safe_load((root / "personal.yaml").read_text(encoding="utf-8"))))

    def find(self, text: str, literals: Iterable[Span] = ()) -> list[Personal]:
        """What is personal in `text`, in order and apart; `literals` are spans of it that are taken before all else."""
        view = self.view(text)
        board = _Board(view.text)
        board.paint([(bisect_left(view.origin, a), bisect_left(view.origin, b)) for a, b in literals], LITERAL)
        for take, kind in self._takers:
            board.paint(list(take(board.text)), kind)
        board.lengthen([match.span(1) for match in self._tail.finditer(board.text)])
        found: list[Personal] = []
        for start, end, kind in sorted(board.taken):
            low, high = view.span(start, end)
            # One character may fold to several, such as the circled ten: it goes to the first that takes of it.
            low = max(low, found[-1].end if found else 0)
            if low < high:
                written = text[low:high] if kind == LITERAL else view.text[start:end]
                found.append(Personal(low, high, kind, _key(kind, written)))
        return found

    def view(self, text: str) -> Folded:
        """Folded further: ASCII digits, hyphens and dots only, and long runs of spoken digits as digits."""
        folded = fold(text)
        pairs = [(p, at) for c, at in zip(folded.text, folded.origin, strict=True) if (p := _plain(c))]
        plain = "".join(p for p, _ in pairs)
        spans = [match.span() for match in self._spoken.finditer(plain)]
        plain = pieced(plain, spans, lambda start, end: plain[start:end].translate(self._numerals))
        return Folded(plain, tuple(at for _, at in pairs), text)


class _Board:
    """A text with what is taken painted over, so that no later step sees it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.taken: list[tuple[int, int, str]] = []

    def paint(self, spans: list[Span], kind: str | None) -> None:
        if spans:
            paint = _HIDDEN if kind else _KEPT
            self.text = pieced(self.text, spans, lambda start, end: paint * (end - start))
            if kind:
                self.taken += [(start, end, kind) for start, end in spans]

    def lengthen(self, tails: list[Span]) -> None:
        """An extension after a number belongs to it."""
        at = dict(tails)
        self.taken = [(start, at.get(end, end), kind) for start, end, kind in self.taken]


def pieced(text: str, spans: Iterable[Span], piece: Callable[[int, int], str]) -> str:
    """`text` with other words at `spans`, which are in order and apart."""
    out: list[str] = []
    at = 0
    for start, end in spans:
        out += (text[at:start], piece(start, end))
        at = end
    return "".join(out) + text[at:]


@lru_cache(4096)
def _plain(char: str) -> str:
    if char.isascii():
        return char
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category in ("Co", "Cs"):  # of private meaning, or half a character, which no pattern can read
        return "\ufffd"
    if category == "Pd" or char == "−":
        return "-"
    return "." if char in _DOTS else "" if category == "Me" else char


def _key(kind: str, written: str) -> str:
    if kind == LITERAL:
        return written
    if kind in _MARKS_COUNT:
        return "".join(written.lower().split())
    bare = "".join(c for c in written.lower() if c.isalnum())
    return _TRUNK.sub("", bare) if kind == "PHONE" else bare


def _takers(step: _Step) -> Iterator[Callable[[str], Iterator[Span]]]:
    for source in step.patterns:
        yield partial(_matches, pattern(source), step)
    for digits in step.digits:
        yield partial(_windows, digits)
    if step.iban:
        yield partial(_ibans, step.iban)


def _matches(found: Any, step: _Step, text: str) -> Iterator[Span]:
    """Spans of the first group where there is one."""
    group = min(found.groups, 1)
    for match in found.finditer(text):
        start, end = match.span(group)
        if step.lead and (lead := pattern(step.lead).match(text[start:end])):
            start += lead.end()
        value = text[start:end]
        if step.needs and not pattern(step.needs).search(value):
            continue
        if step.refuse and pattern(step.refuse).search(value):
            continue
        if start < end and not (step.apart and _joined(text, start, end, step.apart)):
            yield start, end


def _joined(text: str, start: int, end: int, marks: str) -> bool:
    """Whether one of `marks`, or nothing at all, stands between the span and another digit."""
    before, after = text[max(start - 2, 0) : start], text[end : end + 2]
    return any(
        side[:1].isdigit() or (side[:1] and side[0] in marks and side[1:].isdigit()) for side in (before[::-1], after)
    )


def _windows(digits: _Digits, text: str) -> Iterator[Span]:
    check = _CHECKS[digits.check] if digits.check else str.isdigit
    for cluster in _CLUSTER.finditer(text):
        begin = cluster.start()
        places = [begin + at for at, char in enumerate(cluster.group()) if char.isalnum()]
        run = "".join(text[at] for at in places).upper()
        starts = [n for n, at in enumerate(places) if n == 0 or places[n - 1] != at - 1 or run[n] == "X"]
        ends = {*starts[1:], len(places)}
        if digits.whole:
            starts, ends = starts[:1], {len(places)}
        free = 0
        for n in starts:
            if n < free or not run.startswith(digits.starts, n):
                continue
            for length in digits.lengths:
                if n + length in ends and check(run[n : n + length]):
                    free = n + length
                    yield _with_front(text, places[n], places[free - 1] + 1)
                    break


def _with_front(text: str, start: int, end: int) -> Span:
    """The plus sign and the opening bracket of (+86) 138 belong to the number too."""
    if text[start - 1 : start] == "+":
        start -= 1
    if text[start - 1 : start] == "(" and ")" in text[start:end]:
        start -= 1
    return start, end


def _ibans(lengths: Mapping[str, int], text: str) -> Iterator[Span]:
    free = 0
    for head in _IBAN_HEAD.finditer(text):
        start = head.start()
        near = text[start : start + _IBAN_LONGEST]
        places = [at for at, char in enumerate(near) if char.isascii() and char.isalnum()]
        length = lengths.get("".join(near[at] for at in places[:2]).upper(), len(places) + 1)
        if start < free or len(places) < length:
            continue
        code = "".join(near[at] for at in places[:length]).upper()
        end = places[length - 1] + 1
        ends_here = not (near[end : end + 1].isascii() and near[end : end + 1].isalnum())
        # Two words before a sum may pass the check by chance: an IBAN is digits for the most part.
        if ends_here and sum(map(str.isdigit, code)) >= _IBAN_DIGITS and checksums.iban(code):
            free = start + end
            yield start, free
