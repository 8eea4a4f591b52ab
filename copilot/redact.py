"""Personal data stays on this machine: placeholders replace it in what leaves and give way to it in what returns."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from copilot.personal import Personal, PersonalFinder, pieced

__all__ = ["Redaction", "Redactor"]

_ANY_PLACEHOLDER = re.compile(r"<[A-Z]{2,16}_[0-9]{1,6}>")  # of kinds that nobody told the model about as well


class Redactor:
    """Built once; holds no customer's text, so any number of threads may use it."""

    def __init__(self, finder: PersonalFinder) -> None:
        self._finder = finder
        kinds = "|".join(sorted(finder.kinds))
        # As given out, and as models send it back: other brackets or none, escaped for HTML or Markdown, lower case.
        bracketed = (
            rf"(?:\\?[<＜〈《\[{{【「]|&lt;|&#60;)\s{{0,3}}({kinds})(?:\\?[_＿]|[ -])?([0-9０-９]{{1,6}})\s{{0,3}}"
            rf"(?:\\?[>＞〉》\]}}】」]|&gt;|&#62;)"
        )
        flags = re.ASCII | re.IGNORECASE
        self._placeholder = re.compile(rf"{bracketed}|\b({kinds})\\?_([0-9]{{1,6}})\b", flags)
        # Wider, for what stands beside it in a customer's text may turn into a placeholder and leave it alone.
        self._lookalike = re.compile(rf"{bracketed}|({kinds})\\?_([0-9]+)", flags)

    @classmethod
    def read(cls, root: Path) -> Redactor:
        return cls(PersonalFinder.read(root))

    def session(self) -> Redaction:
        return Redaction(self._finder, self._placeholder, self._lookalike)

    def mask(self, text: str) -> str:
        """For logs: one way, kinds without numbers, nothing kept."""
        return _replaced(text, self._finder.find(text), lambda found: f"<{found.kind}>")


class Redaction:
    """One conversation: the same value has the same placeholder in all its texts."""

    def __init__(self, finder: PersonalFinder, placeholder: re.Pattern[str], lookalike: re.Pattern[str]) -> None:
        self._finder = finder
        self._placeholder = placeholder
        self._lookalike = lookalike
        self._given: dict[tuple[str, str], str] = {}
        self._values: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._made: set[str] = set()

    def hide(self, text: str) -> str:
        """Placeholders for what is personal. A text that came from here is returned as it is; in any other, what
        looks like a placeholder is the writer's own and is hidden too, so that it never turns into a value."""
        if text in self._made:
            return text
        literals = [match.span() for match in self._lookalike.finditer(text)]
        found = self._finder.find(text, literals)
        hidden = _replaced(text, found, lambda one: self._name(one, text[one.start : one.end]))
        if found:
            self._made.add(hidden)
        return hidden

    def _name(self, found: Personal, value: str) -> str:
        name = self._given.get((found.kind, found.key))
        if name is None:
            count = self._counts[found.kind] = self._counts.get(found.kind, 0) + 1
            name = self._given[found.kind, found.key] = f"<{found.kind}_{count}>"
            self._values[name] = value
        return name

    def restore(self, text: str) -> str:
        """Values for placeholders, in the spelling seen first; small damage is forgiven, an unknown one stays."""
        return self._placeholder.sub(lambda match: self._values.get(_proper(match), match[0]), text)

    def unknown(self, text: str) -> tuple[str, ...]:
        """Placeholders in `text` that were never given out, in their proper form, each once: a model made them up."""
        names = [_proper(match) for match in self._placeholder.finditer(text)]
        names += _ANY_PLACEHOLDER.findall(text)
        return tuple(name for name in dict.fromkeys(names) if name not in self._values)

    def hidden(self) -> Mapping[str, str]:
        return MappingProxyType(self._values)


def _proper(match: re.Match[str]) -> str:
    kind, number = match[1] or match[3], match[2] or match[4]
    return f"<{kind.upper()}_{int(number)}>"


def _replaced(text: str, found: Sequence[Personal], word: Callable[[Personal], str]) -> str:
    at = {one.start: one for one in found}
    return pieced(text, [(one.start, one.end) for one in found], lambda start, _: word(at[start]))
