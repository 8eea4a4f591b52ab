"""What a foreign expression is about: texts that it would match, the letters in it, whether capitals matter to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest

from copilot.patterns import PatternError, pattern
from copilot.playbooks.expressions import Boundary, Char, Class, Group, Node, Raw, Repeat, Sequence

__all__ = ["has_capitals", "letters", "samples", "walk"]

_MOST, _LONGEST = 16, 200
_LISTED = 1000  # a range of more characters is not gone through
_OF = {".": "a", "\\d": "1", "\\w": "a", "\\s": " ", "\\D": "a", "\\W": "-", "\\S": "a", "\\p{Han}": "字"}
_OF |= {"\\p{L}": "a", "\\p{Lu}": "A", "\\p{Ll}": "a", "\\p{N}": "1", "\\p{Nd}": "1", "[:alpha:]": "a"}
_OF |= {"[:upper:]": "A", "[:lower:]": "a", "[:digit:]": "1", "[:alnum:]": "a", "[:space:]": " "}


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    inner = node.options if isinstance(node, Group) else ((node.node,),) if isinstance(node, Repeat) else ()
    for item in chain.from_iterable(inner):
        yield from walk(item)


def letters(nodes: Iterable[Node]) -> Iterator[str]:
    """Characters that the nodes name, the ends of each range; a letter where any will do."""
    for node in nodes:
        if isinstance(node, Char):
            yield node.char
        elif isinstance(node, Class) and not node.negated:
            yield from (chr(code) for span in node.ranges for code in span)
            yield from filter(None, map(_OF.get, node.escapes))
        elif isinstance(node, Raw) and node.source in _OF and node.source != ".":
            yield _OF[node.source]


def has_capitals(nodes: Iterable[Node]) -> bool:
    """Whether the nodes ask for upper or for lower case somewhere, and not for either."""
    nodes = list(nodes)
    flags = [n.source for n in nodes if isinstance(n, Raw)] + [n.opening for n in nodes if isinstance(n, Group)]
    if any(flag.startswith("(?") and "i" in flag.partition("-")[0] for flag in flags):
        return False
    return any(map(_asks_for_case, nodes))


def _asks_for_case(node: Node) -> bool:
    if isinstance(node, Char):
        return node.char != node.char.lower()
    if isinstance(node, Raw):
        return node.source[1:] in ("p{Lu}", "P{Lu}", "p{Ll}", "P{Ll}")
    if isinstance(node, Class):
        named = {chr(code) for a, b in node.ranges if b - a <= _LISTED for code in range(a, b + 1)}
        return bool({"[:upper:]", "\\p{Lu}"} & {*node.escapes}) or any(c.lower() not in named for c in named)
    return False


def samples(node: Node) -> list[str]:
    """Some texts that a node matches; none where that cannot be said simply."""
    if isinstance(node, Char):
        return [node.char]
    if isinstance(node, Boundary):
        return [""]
    if isinstance(node, Raw):
        known = "" if node.source in ("^", "$") or node.source.startswith("(?") else None
        return [sample for sample in (_OF.get(node.source, known),) if sample is not None]
    if isinstance(node, Class):
        return _members(node)
    if isinstance(node, Repeat):
        counts = [node.least] + [node.least + 1] * (node.most is None or node.most > node.least)
        once = samples(node.node)
        return [text * n for n in counts for text in once if len(text) * n <= _LONGEST][:_MOST]
    # The first of every alternative before the second of any.
    rows = zip_longest(*map(_in_a_row, node.options))
    return [sample for row in rows for sample in row if sample is not None][:_MOST]


def _in_a_row(nodes: Sequence) -> list[str]:
    found = [""]
    for node in nodes:
        after = samples(node)
        found = [a + b for a in found for b in after if len(a) + len(b) <= _LONGEST][:_MOST]
    return found


def _members(node: Class) -> list[str]:
    if node.negated:
        return [char for char in "a1字- " if not _holds(node, char)][:1]
    return [*(chr(low) for low, _ in node.ranges), *filter(None, map(_OF.get, node.escapes))][:4]


def _holds(node: Class, char: str) -> bool:
    try:
        escaped = any(pattern(f"[{source}]").search(char) for source in node.escapes)
    except PatternError:
        return True
    return escaped or any(low <= ord(char) <= high for low, high in node.ranges)
