"""Numbers and what they measure, read by value in figures and in words: three hundred, 300, 三百."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from copilot.patterns import pattern
from copilot.playbooks.model import Pattern, Strict

__all__ = ["Claim", "Quantities", "QuantityWords", "plain"]

_DIGITS = r"[0-9]+(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+(?:\.[0-9]+)?"
_EXACT = 15  # digits beyond this make a reference, not a quantity
_COUNTING = 12  # a number word up to here may stand for no quantity at all, as in "one of them"
_MANY = 100  # a number word from here on claims something even without a unit


@dataclass(frozen=True)
class Claim:
    """`[start, end)` of the folded text. `states` are the keys of which one must be known, none for a number word that
    claims nothing; `gives` are the keys it makes known. `amount`: the likeliest currency and the sum."""

    code: Literal["figure", "date"]
    start: int
    end: int
    states: frozenset[str]
    gives: frozenset[str]
    amount: tuple[str, float] | None = None


class _Unit(Strict):
    """What a number measures. `codes`: the currencies a word may mean, the likeliest first. `size`: in the smallest
    unit of its kind, minutes for durations. `alone`: an article is number enough, as in "an hour"."""

    of: str
    codes: tuple[str, ...] = ()
    size: float = 1
    en: Pattern | None = None
    zh: Pattern | None = None
    alone: bool = False

    @property
    def source(self) -> str:
        return "|".join(part for part in (self.en and rf"(?:{self.en})\b", self.zh) if part)


class _Mark(Strict):
    codes: tuple[str, ...]
    match: Pattern


class QuantityWords(Strict):
    """The words of numbers and units."""

    numbers: dict[Literal["en", "zh"], dict[str, int]]
    scales: dict[str, int]
    article: Pattern
    half: Pattern
    and_a_half: dict[Literal["before_unit", "after_unit"], Pattern]
    units: tuple[_Unit, ...]
    marks: tuple[_Mark, ...]
    percent_before: Pattern


class Quantities:
    """Built once; pure and linear."""

    def __init__(self, words: QuantityWords) -> None:
        self._words = words
        self._table = {**words.numbers["en"], **words.numbers["zh"]}
        self._units = [(pattern(f"^(?:{unit.source})$"), unit) for unit in words.units]
        self._marks = [(pattern(f"^(?:{mark.match})$"), mark.codes) for mark in words.marks]
        self._number = pattern(self._source())

    def read(self, text: str) -> Iterator[Claim]:
        """Every number in a folded text."""
        for match in self._number.finditer(text):
            claim = self._quantity(match)
            if claim is not None:
                yield claim

    def _source(self) -> str:
        words = self._words
        one = "|".join(sorted(words.numbers["en"], key=len, reverse=True))
        chars = "".join(words.numbers["zh"])
        scale = "|".join(rf"{s}\b" if s.isascii() else s for s in sorted(words.scales, key=len, reverse=True))
        marks = "|".join(mark.match for mark in words.marks)
        units = "|".join(unit.source for unit in words.units)
        before, after = words.and_a_half["before_unit"], words.and_a_half["after_unit"]
        return (
            rf"(?:(?P<mark>{marks}) ?)?(?P<percent>{words.percent_before})?"
            rf"(?:(?P<digits>{_DIGITS})(?: ?(?P<scale>{scale}))?"
            rf"|\b(?P<words>(?:an? )?(?:{one})(?:(?: and |[ -])(?:{one}))*)\b|(?P<han>[{chars}]+)"
            rf"|(?P<half>{words.half})|(?P<article>{words.article}))"
            rf"(?P<half1>{before})?(?:[ -]?(?P<unit>{units})(?P<half2>{after})?)?"
        )

    def _quantity(self, match: Any) -> Claim | None:
        groups = match.groupdict()
        start, end = match.span()
        codes, of, size, alone = self._measure(groups)
        if groups["article"] or groups["half"]:
            if not alone:
                return None
            value = Decimal("0.5") if groups["half"] else Decimal(1)
        else:
            value = self.value(groups["digits"] or groups["words"] or groups["han"])
        value *= self._words.scales.get((groups["scale"] or "").lower(), 1)
        value += Decimal("0.5") * bool(groups["half1"] or groups["half2"])
        said = plain(value)
        spoken = groups["digits"] is None
        if of is None:
            loose = spoken and (value < _MANY or len(groups["words"] or groups["han"] or "") < 2)
            gives = {f"any {said}"} if spoken and value <= _COUNTING else {f"any {said}", f"bare {said}"}
            if not spoken and len(said) >= 4:
                gives.add(f"id {said}")
            states = set() if loose else {f"any {said}"}
            return Claim("figure", start, end, frozenset(states), frozenset(gives))
        sized = plain(value * Decimal(str(size)), 3)
        keys = {f"{kind} {sized}" for kind in codes or (of,)}
        amount = (codes[0], float(value) * size) if codes else None
        return Claim(
            "figure", start, end, frozenset({f"bare {said}", *keys}), frozenset({f"any {said}", *keys}), amount
        )

    def _measure(self, groups: Mapping[str, str | None]) -> tuple[tuple[str, ...], str | None, float, bool]:
        if mark := groups["mark"]:
            return next(codes for found, codes in self._marks if found.search(mark)), "money", 1, False
        if groups["percent"]:
            return (), "percent", 1, False
        if named := groups["unit"]:
            unit = next(unit for found, unit in self._units if found.search(named))
            return unit.codes, unit.of, unit.size, unit.alone
        return (), None, 1, False

    def value(self, said: str) -> Decimal:
        """The value of a number in figures or in the words of one language."""
        said = said.lower().replace(",", "")
        if said[0].isdigit():
            return Decimal(said)
        if said[0].isascii():
            parts = [p for p in said.replace("-", " ").split() if p in self._table]
            return _spoken([self._table[p] for p in parts])
        return _han([self._table[c] for c in said])


def plain(value: Decimal | float, places: int | None = None) -> str:
    """One spelling for one value."""
    number = Decimal(str(value))
    if number.adjusted() > _EXACT:
        return format(number, "f")
    return format((round(number, places) if places is not None else number).normalize(), "f")


def _spoken(values: list[int]) -> Decimal:
    """English: two hundred and five; figures one by one (one three eight) are read as such."""
    if len(values) > 2 and max(values) < 10:
        return Decimal("".join(map(str, values)))
    total = current = 0
    for value in values:
        if value >= 1000:
            total, current = total + max(current, 1) * value, 0
        elif value in (12, 100) and current and (value == 100 or current < 12):
            current *= value
        else:
            current += value
        if max(total, current) > 10**_EXACT:
            return Decimal("".join(map(str, values[:100])))
    return Decimal(total + current)


def _han(values: list[int]) -> Decimal:
    """Chinese: 三百五 is 350, 二〇二六 is read figure by figure."""
    if max(values) < 10:
        return Decimal("".join(map(str, values)))
    total = section = digit = 0
    place = 1  # what the next bare digit counts
    for value in values:
        if value < 10:
            digit, place = value, place if value else 1
        elif value < 10000:
            section, digit, place = section + (digit or 1) * value, 0, value // 10
        else:
            total, section, digit, place = (total + section + digit or 1) * value, 0, 0, value // 10
        if total > 10**_EXACT:
            return Decimal("".join(map(str, values[:100])))
    return Decimal(total + section + digit * place)
