"""Regular expressions as other programs write them (Go, .NET, JavaScript), taken apart.

What RE2 cannot do is refused here with its name; what it can is left to `refold` to write anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Boundary", "Char", "Class", "ExpressionError", "Group", "Node", "Raw", "Repeat", "Sequence", "parse"]

_LONGEST, _DEEPEST = 1000, 30
_QUANTIFIER = re.compile(r"[*+?]|\{(\d{1,4})(,(\d{1,4})?)?\}")
_HEX = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})")
_PROPERTY = re.compile(r"[pP](?:\{(\^?)(?:(?:Script|sc|General_Category|gc)=)?(\w+)\}|([A-Z]))")
_OPENING = re.compile(r"\(\?(?:P?<([A-Za-z_]\w*)>|([a-zA-Z]*-?[a-zA-Z]*)(:|\)))")
_POSIX = re.compile(r"\[:\^?[a-z]+:\]")
_WHITE = {"n": " ", "r": " ", "t": " ", "f": " ", "v": " "}  # the linter reads a draft on one line


class ExpressionError(ValueError):
    """An expression that cannot be used; `str()` says why."""


@dataclass(frozen=True)
class Char:
    """One character that stands for itself."""

    char: str


@dataclass(frozen=True)
class Class:
    """One character of several: ranges of code points, and escapes such as `\\d`."""

    ranges: tuple[tuple[int, int], ...]
    escapes: tuple[str, ...]
    negated: bool


@dataclass(frozen=True)
class Raw:
    """What means the same to RE2 as it stands: `.`, `^`, `\\d`, `\\p{Han}`, `(?i)`."""

    source: str


@dataclass(frozen=True)
class Boundary:
    """`\\b`."""


@dataclass(frozen=True)
class Group:
    """Alternatives in brackets; `opening` is `(`, `(?:` or `(?flags:`."""

    opening: str
    options: tuple[Sequence, ...]


@dataclass(frozen=True)
class Repeat:
    """Another node so many times; `most` is None without an end."""

    node: Node
    least: int
    most: int | None
    lazy: bool = False


Node = Char | Class | Raw | Boundary | Group | Repeat
Sequence = tuple[Node, ...]


def parse(source: str) -> Group:
    """The expression as a group without brackets of its own. Raises `ExpressionError`."""
    if len(source) > _LONGEST:
        raise ExpressionError(f"is longer than {_LONGEST} characters; split it")
    parser = _Parser(source)
    options = parser.alternatives(0)
    if parser.at < len(source):
        raise ExpressionError("has a ')' too many")
    return Group("(?:", options)


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self.at = 0

    def _next(self) -> str:
        if self.at >= len(self._source):
            raise ExpressionError("ends too early")
        self.at += 1
        return self._source[self.at - 1]

    def _take(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        match = expression.match(self._source, self.at)
        if match:
            self.at = match.end()
        return match

    def alternatives(self, depth: int) -> tuple[Sequence, ...]:
        if depth > _DEEPEST:
            raise ExpressionError(f"has brackets nested more than {_DEEPEST} deep")
        options: list[list[Node]] = [[]]
        while self.at < len(self._source) and self._source[self.at] != ")":
            if self._source[self.at] == "|":
                self.at += 1
                options.append([])
            else:
                options[-1] += self._item(depth)
        return tuple(map(tuple, options))

    def _item(self, depth: int) -> list[Node]:
        """The next node with its quantifier; several nodes for `\\Q…\\E`."""
        nodes = self._atom(depth)
        quantifier = self._take(_QUANTIFIER) if nodes else None
        if quantifier is None:
            return nodes
        if isinstance(nodes[-1], Boundary):
            raise ExpressionError("repeats a word boundary")
        least, most = _times(quantifier)
        lazy = self._source[self.at : self.at + 1] == "?"
        self.at += lazy
        if self._source[self.at : self.at + 1] in ("*", "+", "?"):
            raise ExpressionError("has two quantifiers in a row, which RE2 does not know")
        return [*nodes[:-1], Repeat(nodes[-1], least, most, lazy)]

    def _atom(self, depth: int) -> list[Node]:
        char = self._next()
        if char == "\\":
            return self._escape()
        if char == "[":
            return [self._class()]
        if char == "(":
            return [self._group(depth)]
        if char in ".^$":
            return [Raw(char)]
        if char in "*+?":
            raise ExpressionError(f"has a '{char}' with nothing before it to repeat")
        return [Char(char)]

    def _group(self, depth: int) -> Node:
        self.at -= 1
        opening = "("
        if self._source.startswith("(?", self.at):
            match = self._take(_OPENING)
            if match is None:
                around = self._source[self.at + 2 : self.at + 4].lstrip("<")[:1] in ("=", "!")
                raise ExpressionError(f"uses {'look-around' if around else 'a group'}, which RE2 does not know")
            if match.group(3) == ")":
                return Raw(match.group())
            opening = "(" if match.group(1) else match.group()
        else:
            self.at += 1
        options = self.alternatives(depth + 1)
        if self.at >= len(self._source):
            raise ExpressionError("lacks a ')'")
        self.at += 1
        return Group(opening, options)

    def _escape(self) -> list[Node]:
        if self._source.startswith("Q", self.at):
            end = self._source.find("\\E", self.at)
            quoted = self._source[self.at + 1 : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self._source)
            return [Char(char) for char in quoted]
        known = self._escaped()
        if known == "\\b":
            return [Boundary()]
        return [Raw(known) if len(known) > 1 else Char(known)]

    def _escaped(self) -> str:
        """After a backslash: the character that is meant, or the escape in RE2's spelling."""
        if match := self._take(_HEX):
            code = int(next(filter(None, match.groups())), 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise ExpressionError(f"names a character that does not exist: \\{match.group()}")
            return chr(code)
        if match := self._take(_PROPERTY):
            name = match.group(2) or match.group(3)
            return f"\\{match.group()[0]}{{{match.group(1) or ''}{name}}}"
        char = self._next()
        if char in "123456789k":
            raise ExpressionError("uses a back-reference, which RE2 does not know")
        return _WHITE.get(char, f"\\{char}" if char.isalnum() else char)

    def _class(self) -> Class:
        negated = self._source.startswith("^", self.at)
        self.at += negated
        ranges: list[tuple[int, int]] = []
        escapes: list[str] = []
        first = True
        while first or self._source[self.at : self.at + 1] != "]":
            first = False
            if posix := self._take(_POSIX):
                escapes.append(posix.group())
                continue
            low = self._member()
            if len(low) > 1:
                escapes.append(low)
                continue
            high = low
            if re.match(r"-[^\]]", self._source[self.at : self.at + 2]):
                self.at += 1
                high = self._member()
            if len(high) > 1 or high < low:
                raise ExpressionError(f"has a range that runs backwards or nowhere: {low}-{high}")
            ranges.append((ord(low), ord(high)))
        self.at += 1
        return Class(tuple(ranges), tuple(escapes), negated)

    def _member(self) -> str:
        char = self._next()
        return self._escaped() if char == "\\" else char


def _times(quantifier: re.Match[str]) -> tuple[int, int | None]:
    sign = quantifier.group()
    if sign in ("*", "+", "?"):
        return int(sign == "+"), 1 if sign == "?" else None
    least = int(quantifier.group(1))
    most = least if quantifier.group(2) is None else int(quantifier.group(3)) if quantifier.group(3) else None
    if least > 1000 or (most or 0) > 1000 or (most is not None and most < least):
        raise ExpressionError(f"repeats too often: {sign}")
    return least, most
