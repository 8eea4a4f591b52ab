"""Where better words go: which characters of a draft they replace, so that the sentence stays one.

Better words are mostly whole clauses, what they replace is often only the part of a clause that gave it away. So the
clause goes, not the part; what stands in other clauses (the greeting, the name, the date) stays. Where figures or names
would be lost with the clause, no edit is offered: the agent has the better words beside the draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from copilot.patterns import pattern
from copilot.text import Span, clauses, is_han, sentences
from copilot.types import Edit

__all__ = ["What", "apply", "fit"]

What = Literal["clause", "words", "none"]

# A clause that opens like this leans on the next one; both go together.
_LEANS = pattern(
    r"^\W*(if|unless|because|since|when|while|as|although|though|whether|once|until)\b"
    r"|^\W*(如果|要是|若|因为|既然|由于|除非|只要|虽然|就算|即使|哪怕|谁[让叫]|早知道)"
)
_AROUND = 300  # characters
_END = ".!?。！？…;；"
_FACT = pattern(r"\d|https?:|www\.|@\w|\[\[")
_NAME = pattern(r"[^.!?\s\"'(]\s+((?-i:[A-Z][a-z]+))")
_NO_NAMES = frozenset({"I", "God", "English", "Chinese", "Monday", "Internet"})


def fit(text: str, start: int, end: int, instead: str, what: What = "clause") -> Edit | None:
    """The edit that puts `instead` in place of what hurts in `text[start:end]`, or None where it would cost facts.
    `what` goes: the clause, only the words themselves, or nothing, since `instead` is advice."""
    if what == "none":
        return None
    if what == "words":
        return Edit(start, end, instead)
    for first, last in _ranges(text, start, end):
        if not _loses_facts(text[first:last], instead):
            return _joined(text, first, last, instead)
    return None


def apply(text: str, edits: Sequence[Edit]) -> str:
    """All edits at once; of two that overlap the first is made."""
    made, at = [], 0
    for edit in sorted(edits, key=lambda e: (e.start, -e.end)):
        if edit.start >= at:
            made += [text[at : edit.start], edit.text]
            at = edit.end
    return "".join(made) + text[at:]


def _ranges(text: str, start: int, end: int) -> list[Span]:
    """What may be replaced, best first: the clauses that the span touches, then the span itself where it is nearly as
    long."""
    # Only what stands around: a draft full of findings must not be cut up once for each.
    at = max(0, start - _AROUND)
    near = text[at : end + _AROUND]
    spans, cuts = ([(a + at, b + at) for a, b in cut(near)] for cut in (sentences, clauses))
    whole = next(((a, b) for a, b in spans if a <= start < b), (start, end))
    parts = [(a, b) for a, b in cuts if a < max(end, start + 1) and b > start] or [(start, end)]
    first, last = min(start, parts[0][0]), max(end, parts[-1][1])
    if _LEANS.search(text[first:last]) or _LEANS.search(text[whole[0] : first]):
        first, last = min(whole[0], first), max(whole[1], last)
    while last > end and text[last - 1] in _END + ",，、 \n\"'”’":
        last -= 1
    ranges = [(first, last)]
    if end - start >= 0.6 * (last - first):
        ranges.append((start, end))
    return ranges


def _loses_facts(gone: str, instead: str) -> bool:
    kept = instead.lower()
    if any(match.group() not in kept for match in _FACT.finditer(gone)):
        return True
    return any(m.group(1) not in _NO_NAMES and m.group(1).lower() not in kept for m in _NAME.finditer(gone))


def _joined(text: str, first: int, last: int, instead: str) -> Edit:
    """The words as they must be written there: a capital after a stop only, and one mark where two would meet. A
    question keeps its mark, and the stop after it goes."""
    before, after = text[max(0, first - _AROUND) : first].rstrip(" "), text[last : last + _AROUND].lstrip(" ")
    words = instead
    if words[:1].isascii() and words[:1].isalpha():
        opens = not before or before[-1] in _END + "\n"
        words = words[:1].upper() + words[1:] if opens else _lowered(words)
    if after and after[0] in ".。" and words[-1] in "?？":
        last = text.index(after[0], last) + 1
    elif after and after[0] in _END + ",，、":
        words = words.rstrip(_END) or words
    elif after and words[-1] not in "]":
        words = (words.rstrip(_END) or words) + ("，" if is_han(words.rstrip(_END)[-1:] or " ") else ",")
    return Edit(first, last, words)


def _lowered(words: str) -> str:
    head = words.split(" ", 1)[0]
    return words if head in {"I", "I'm", "I'll", "I've", "I'd"} or head.isupper() else words[:1].lower() + words[1:]
