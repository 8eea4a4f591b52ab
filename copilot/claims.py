"""Figures, dates and times that a text states, read by value: 14:30, half past two and 下午两点半 are the same.

A claim carries keys. What a text states is known when any of its keys is among those that other texts make known:
a bare number of theirs will do for any unit, a number with a unit only for the same quantity (24 hours are a day).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from pydantic import Field

from copilot.patterns import pattern
from copilot.playbooks.model import Pattern, Strict
from copilot.quantities import Claim, Quantities, QuantityWords, plain
from copilot.text import Span

__all__ = ["BLANK", "Claim", "ClaimFinder", "ClaimWords", "masked"]

_Keys = set[str]
_DAY = 24 * 60
_AROUND = 4  # characters on either side of a moment that may show that it is none
MASK, BLANK = "\x00", "\x01"  # folded texts hold no control characters of their own


class _Moment(Strict):
    """Named groups say what stands where; `unless` is tried on the match with a few characters around it."""

    match: Pattern
    unless: Pattern | None = None


class ClaimWords(QuantityWords):
    """The words of numbers, units, days and times, as `playbooks/grounds.yaml` lists them."""

    idle: tuple[Pattern, ...]
    moments: tuple[_Moment, ...]
    days: tuple[_Moment, ...]
    months: dict[str, int]
    weekdays: dict[str, int]
    relatives: dict[str, Pattern]
    references: tuple[Pattern, ...] = Field(min_length=1)


def masked(text: str, spans: Iterable[Span], mask: str = MASK) -> str:
    """The text, place for place, with the spans blotted out. Spans are in order and apart."""
    parts: list[str] = []
    at = 0
    for start, end in spans:
        parts += [text[at:start], mask * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


class ClaimFinder:
    """Built once; `read` is pure and linear."""

    def __init__(self, words: ClaimWords) -> None:
        self._words = words
        self._quantities = Quantities(words)
        self._relatives = {name: pattern(source) for name, source in words.relatives.items()}

    def read(self, text: str) -> tuple[Claim, ...]:
        """The claims of a folded text, in no particular order, none overlapping another."""
        claims: list[Claim] = []
        for moments, read in ((self._words.days, self._day), (self._words.moments, self._time)):
            for moment in moments:
                text = self._take(text, moment, read, claims)
        for source in self._words.references:
            found = [
                _reference(match.start(1), match.end(1), match.group(1)) for match in pattern(source).finditer(text)
            ]
            claims += found
            text = masked(text, [(claim.start, claim.end) for claim in found])
        for source in self._words.idle:
            text = masked(text, [match.span() for match in pattern(source).finditer(text)])
        return (*claims, *self._quantities.read(text))

    def known(self, text: str) -> set[str]:
        """The keys that a text makes known."""
        keys = {key for claim in self.read(text) for key in claim.gives}
        return keys | {f"relative {name}" for name, found in self._relatives.items() if found.search(text)}

    @staticmethod
    def of_dates(dates: Iterable[datetime]) -> set[str]:
        return {
            key
            for date in dates
            for key in (
                f"day {date.month}-{date.day}",
                f"of {date.day}",
                f"month {date.month}",
                f"weekday {date.isoweekday()}",
            )
        }

    @staticmethod
    def of_minutes(minutes: int) -> str:
        return f"duration {plain(minutes)}"

    @staticmethod
    def of_amount(code: str, amount: float) -> str:
        return f"{code} {plain(amount)}"

    def _take(
        self,
        text: str,
        moment: _Moment,
        read: Callable[[Mapping[str, str]], tuple[_Keys, _Keys]],
        into: list[Claim],
    ) -> str:
        spans: list[Span] = []
        source = pattern(moment.match)
        named = source.groupindex.get("relative", 0)  # what is dated may stand well before the date
        for match in source.finditer(text):
            start, end = match.span()
            around = text[max(0, start - _AROUND) : end + _AROUND]
            if moment.unless and pattern(moment.unless).search(around):
                continue
            groups = {name: value for name, value in match.groupdict().items() if value}
            states, more = read(groups)
            if states:
                start, end = match.span(named)
                while end > start + 1 and text[end - 1] in " .,;!?)":
                    end -= 1
                into.append(Claim("date", start, end, frozenset(states), frozenset(states | more)))
                spans.append((start, end))
        return masked(text, spans)

    def _day(self, groups: Mapping[str, str]) -> tuple[_Keys, _Keys]:
        """What is stated, and what else is known from it: who names the 5th of May names May too."""
        if relative := groups.get("relative"):
            name = next((n for n, found in self._relatives.items() if found.search(relative)), relative.lower())
            return {f"relative {name}"}, set()
        if weekday := groups.get("weekday"):
            return {f"weekday {self._words.weekdays[weekday[:3].lower()]}"}, set()
        if either := groups.get("either"):
            a, b = int(either), int(groups["other"])
            return {f"day {a}-{b}", f"day {b}-{a}"}, {f"of {a}", f"of {b}"}
        month = self._month(groups["month"]) if "month" in groups else None
        day = self._quantities.value(groups["day"]) if "day" in groups else None
        if month is not None and day is not None:
            return {f"day {month}-{plain(day)}"}, {f"month {month}", f"of {plain(day)}"}
        if month is not None:
            return {f"month {month}"}, set()
        return ({f"of {plain(day)}"}, set()) if day else (set(), set())

    def _month(self, said: str) -> int:
        names = self._words.months
        return next((n for name, n in names.items() if name.startswith(said[:3].lower())), 0) or int(
            self._quantities.value(said)
        )

    def _time(self, groups: Mapping[str, str]) -> tuple[_Keys, _Keys]:
        """Minutes of the day; both of them when nobody says whether it is morning."""
        if "hour" not in groups:
            return {f"at {_DAY // 2}"}, set()
        hour = int(self._quantities.value(groups["hour"]))
        minute = int(self._quantities.value(groups["minute"])) if "minute" in groups else 0
        minute += 30 * ("half" in groups) + 15 * ("quarter" in groups)
        if quarters := groups.get("quarters"):
            minute = 15 * int(self._quantities.value(quarters))
        total = 60 * hour + (-minute if "to" in groups else minute)
        if hour > 24 or minute > 59:
            return set(), set()
        late = total % (_DAY // 2) + _DAY // 2
        if "afternoon" in groups or "pm" in groups or ("noon" in groups and hour < 11):
            return {f"at {late}"}, set()
        if "forenoon" in groups or "am" in groups or "noon" in groups or hour > 12:
            return {f"at {total % _DAY}"}, set()
        return {f"at {total % _DAY}", f"at {late}"}, set()


def _reference(start: int, end: int, said: str) -> Claim:
    name = "".join(c for c in said.lower() if c.isalnum())
    digits = "".join(c for c in name if c.isdigit())
    states = {f"id {name}", f"id {digits}"}
    return Claim("figure", start, end, frozenset(states), frozenset(states | {f"any {digits}", f"bare {digits}"}))
