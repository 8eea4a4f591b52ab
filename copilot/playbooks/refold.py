"""A foreign expression written anew: for RE2, and for the folded text that the linter reads.

There a draft is on one line and has no Traditional characters, no full-width forms, no accents, one kind of dash, quote
and blank. An expression about just these differences cannot mean anything, and is refused with that reason.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

from copilot.patterns import PatternError, pattern
from copilot.playbooks.expressions import Boundary, Char, Class, ExpressionError, Group, Node, Raw, Repeat, Sequence
from copilot.playbooks.samples import has_capitals, letters, samples, walk
from copilot.text import fold, is_han

__all__ = ["Refolded", "escape", "refold", "without_choice"]

_LARGEST = 10_000  # RE2 instructions; a phrase takes some tens
_LISTED = 1000  # a range of more characters is left as it is
_DASHES = frozenset("–—―")
_TOO_LARGE = "is too large once its repetitions are written out"
_EVENED_OUT = "is about what the linter evens out (script, width, accents, kinds of blank, dash and quote)"


@dataclass(frozen=True)
class Refolded:
    """`source` finds in folded text what the original found; `samples` are texts that it finds, unfolded."""

    source: str
    samples: tuple[str, ...]
    substring: bool  # a word boundary was dropped: there is none between Han characters
    han: bool
    latin: bool
    capitals: bool  # upper case means something
    anchored: bool


def escape(text: str) -> str:
    """An expression for just this text."""
    return "".join(f"\\{char}" if char in "\\.+*?()|[]{}^$/" else char for char in text)


def refold(tree: Group) -> Refolded:
    """Raises `ExpressionError` for what RE2 or the folded text cannot hold."""
    writer = _Writer(folding=True)
    source = writer.options(tree)
    _compiles(tree, source)
    nodes, texts = list(walk(tree)), samples(tree)
    _refuse_evened_out(tree, nodes, source, texts)
    named = "".join(map(_folded, letters(nodes)))
    return Refolded(
        source,
        tuple(text for text in texts if _finds(source, text)),
        writer.dropped,
        any(map(is_han, named)),
        any(char.isascii() and char.isalpha() for char in named),
        has_capitals(nodes),
        Raw("^") in nodes or Raw("$") in nodes,
    )


def without_choice(tree: Group, number: int) -> Group | None:
    """The expression with its capturing group of that number no longer optional; None if it never was."""
    groups = [node for node in walk(tree) if isinstance(node, Group) and node.opening == "("]
    if not 0 < number <= len(groups):
        return None
    made = _insisting(tree, groups[number - 1])
    return made if made != tree and isinstance(made, Group) else None


def _insisting(node: Node, on: Group) -> Node:
    if isinstance(node, Repeat):
        least = 1 if node.node is on and node.least == 0 else node.least
        return replace(node, node=_insisting(node.node, on), least=least)
    if isinstance(node, Group):
        options = [option for option in node.options if option or node is not on]
        return replace(node, options=tuple(tuple(_insisting(item, on) for item in option) for option in options))
    return node


def _compiles(tree: Group, source: str) -> None:
    if _size(tree) > 3 * _LARGEST:  # an estimate, before RE2 spends half a second on one
        raise ExpressionError(_TOO_LARGE)
    try:
        compiled = pattern(source)
    except PatternError as error:
        raise ExpressionError(f"is nothing that RE2 can match: {str(error).rpartition('pattern: ')[2]}") from error
    if compiled.programsize > _LARGEST:
        raise ExpressionError(_TOO_LARGE)
    if compiled.fullmatch(""):
        raise ExpressionError("matches the empty text, so it would be found everywhere")


def _size(node: Node) -> int:
    """About how many instructions RE2 will need."""
    if isinstance(node, Group):
        return 2 + sum(2 + sum(map(_size, option)) for option in node.options)
    if isinstance(node, Repeat):
        return 2 + _size(node.node) * max(1, node.least if node.most is None else node.most)
    escapes = node.escapes if isinstance(node, Class) else (node.source,) if isinstance(node, Raw) else ()
    spans = len(node.ranges) if isinstance(node, Class) else 1
    return 3 * spans + sum(1000 if escaped.startswith(("\\p", "\\P")) else 10 for escaped in escapes)


def _finds(source: str, sample: str) -> bool:
    """Whether the folded sample is found, standing alone or among other words."""
    return any(pattern(source).search(fold(text).flat) for text in (sample, f"; {sample} ;"))


def _refuse_evened_out(tree: Group, nodes: list[Node], source: str, samples: list[str]) -> None:
    """A rule against dashes must not find hyphens, nor one against full-width digits all digits."""
    for node in nodes:
        members = node.ranges if isinstance(node, Class) else [(ord(node.char),) * 2] if isinstance(node, Char) else []
        if any(a == b and chr(a) in _DASHES for a, b in members) and (ord("-"), ord("-")) not in members:
            raise ExpressionError(_EVENED_OUT)
    if samples and all(map(_is_one_variant, samples)):
        raise ExpressionError(_EVENED_OUT)
    try:
        original = pattern(_Writer(folding=False).options(tree))
    except PatternError:
        return
    seen = [sample for sample in samples if original.search(sample)]
    if seen and not any(_finds(source, sample) for sample in seen):
        raise ExpressionError(_EVENED_OUT)


def _is_one_variant(sample: str) -> bool:
    """A full-width letter, a curly quote, a 裡 by itself: it reads as the ordinary one."""
    plain = fold(sample).text
    return plain != sample and len(set(plain)) == 1 and (plain.isalnum() or plain[0] in "'\"-")


class _Writer:
    """Writes nodes as RE2 reads them, folded or as they stand."""

    def __init__(self, folding: bool) -> None:
        self._folding = folding
        self.dropped = False

    def options(self, group: Group) -> str:
        written = "|".join(map(self._sequence, group.options))
        return f"(?:{written})" if len(group.options) > 1 else written

    def _sequence(self, nodes: Sequence) -> str:
        out = []
        for place, node in enumerate(nodes):
            if self._folding and isinstance(node, Boundary):
                if _far_edge(nodes[:place], last=True) or _far_edge(nodes[place + 1 :], last=False):
                    self.dropped = True
                    continue
            elif (
                self._folding
                and _is_blank(node)
                and all(map(_is_han, (nodes[place - 1 : place], nodes[place + 1 :][:1])))
            ):
                continue  # folding takes away a blank between two Han characters
            out.append(self._node(node))
        return "".join(out)

    def _node(self, node: Node) -> str:
        if isinstance(node, Boundary):
            return "\\b"
        if isinstance(node, Raw):
            return node.source
        if isinstance(node, Char):
            return escape(_folded(node.char) if self._folding else node.char)
        if isinstance(node, Class):
            return self._class(node)
        if isinstance(node, Group):
            return f"{node.opening}{'|'.join(map(self._sequence, node.options))})"
        inner = self._node(node.node)
        single = isinstance(node.node, Group | Class | Raw) or len(inner.removeprefix("\\")) == 1
        return f"{inner if single else f'(?:{inner})'}{_quantifier(node)}{'?' if node.lazy else ''}"

    def _class(self, node: Class) -> str:
        ranges, several = _fold_ranges(node) if self._folding else (node.ranges, [])
        inner = "".join(_range(*span) for span in _merged(ranges)) + "".join(node.escapes)
        if not inner and not several:
            raise ExpressionError(_EVENED_OUT)
        sign = "^" if node.negated else ""
        alone = f"[{sign}{inner}]" if inner else ""
        if not several or node.negated:
            return alone or "(?s:.)"
        return f"(?:{'|'.join(filter(None, (alone, *map(escape, several))))})"


def _quantifier(node: Repeat) -> str:
    short = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((node.least, node.most))
    if short:
        return short
    return (
        f"{{{node.least}}}" if node.least == node.most else f"{{{node.least},{'' if node.most is None else node.most}}}"
    )


@lru_cache(4096)
def _folded(char: str) -> str:
    return " " if char.isspace() else fold(char).text


def _fold_ranges(node: Class) -> tuple[tuple[tuple[int, int], ...], list[str]]:
    """Ranges of what the members read as, and what reads as several characters (`…` as three stops)."""
    kept: list[tuple[int, int]] = []
    several: list[str] = []
    for low, high in node.ranges:
        if high < 128 or high - low > _LISTED:
            kept.append((low, high))
            continue
        for plain in (_folded(chr(code)) for code in range(low, high + 1)):
            if len(plain) == 1:
                kept.append((ord(plain), ord(plain)))
            elif plain and low == high:
                several.append(plain)
    return tuple(kept), several


def _merged(ranges: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if out and low <= out[-1][1] + 1:
            out[-1] = out[-1][0], max(out[-1][1], high)
        else:
            out.append((low, high))
    return out


def _range(low: int, high: int) -> str:
    first, last = (
        f"\\x{{{code:x}}}" if chr(code) in "\\]^[-" or not chr(code).isprintable() else chr(code)
        for code in (low, high)
    )
    return first if low == high else f"{first}-{last}"


def _is_blank(node: Node) -> bool:
    return isinstance(node, Char) and node.char.isspace()


def _is_han(nodes: Sequence) -> bool:
    return bool(nodes) and isinstance(nodes[0], Char) and is_han(nodes[0].char)


def _is_far(code: int) -> bool:
    """A letter of which RE2's `\\b` knows nothing: Han, kana, Cyrillic."""
    plain = _folded(chr(code))[:1]
    return not plain.isascii() and (unicodedata.category(plain)[0] == "L" if plain else False)


def _far_edge(nodes: Sequence, last: bool) -> bool:
    """Whether a sequence may begin (or end) with such a letter."""
    for node in reversed(nodes) if last else nodes:
        inner = node.node if isinstance(node, Repeat) else node
        if isinstance(inner, Group):
            if any(_far_edge(option, last) for option in inner.options):
                return True
            may_be_empty = () in inner.options
        else:
            if _is_far_node(inner):
                return True
            # What has no width leaves the edge to its neighbour.
            may_be_empty = isinstance(inner, Boundary) or (isinstance(inner, Raw) and inner.source[0] in "^$(")
        if not (may_be_empty or (isinstance(node, Repeat) and node.least == 0)):
            return False
    return False


def _is_far_node(node: Node) -> bool:
    if isinstance(node, Char):
        return _is_far(ord(node.char))
    if isinstance(node, Class):
        return not node.negated and (any(_is_far(b) for _, b in node.ranges) or any("\\p" in e for e in node.escapes))
    return isinstance(node, Raw) and node.source.startswith("\\p")
