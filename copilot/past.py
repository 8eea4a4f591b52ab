"""What earlier words and contacts add to a message: grave matters still open, the same problem again, rising heat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copilot.judge import Judge
from copilot.net.outputs import heat_steps
from copilot.text import Folded, fold
from copilot.thread import Thread
from copilot.types import Case, Turn

__all__ = ["Past", "Raised", "look_back"]

_LOOKED_AT = 12  # earlier words, the newest of them
_SAME_PROBLEM = 0.45  # cosine from which two messages are taken to be about one thing
_CONTACTS = 2  # earlier ones about the same thing make this one a repetition
_OPEN = ("self_harm", "safety", "privacy", "legal", "media")  # flags that earlier words keep raised
_OLDER = 0.9  # of a pattern's confidence, found in earlier words
_REPEATED = 0.8
_RISE = 0.7  # of 3: by how much the newest words are hotter than the ones before
_MANY = 20  # a transcript's short words ("ok", "yes") are no contact of their own


@dataclass(frozen=True)
class Raised:
    """A flag that rests on earlier words; `span` is in the pasted text, if they stand there."""

    code: str
    confidence: float
    span: tuple[int, int] | None = None


@dataclass(frozen=True)
class Past:
    raised: tuple[Raised, ...] = ()
    rising: bool = False


def look_back(case: Case, thread: Thread, newest: str, heat: float, judge: Judge) -> Past:
    """`newest` is the folded message, `heat` what was read from it (0..3)."""
    earlier = [(part.start, case.text[part.start : part.end]) for part in thread.earlier("customer")]
    earlier += [(-1, turn.text) for turn in case.conversation if turn.role == "customer"]
    said = [(at, fold(text)) for at, text in [pair for pair in earlier if pair[1].strip()][-_LOOKED_AT:]]
    raised = _still_open(said, judge)
    if _again(case, newest, judge):
        raised.append(Raised("repeat", _REPEATED))
    return Past(tuple(raised), _rises([folded.text for _, folded in said], heat, judge))


def _still_open(earlier: Sequence[tuple[int, Folded]], judge: Judge) -> list[Raised]:
    found: dict[str, Raised] = {}
    for offset, folded in earlier:
        for hit in judge.hits(folded.text):
            if hit.code in _OPEN and hit.code not in found:
                start, end = folded.span(hit.start, hit.end)
                span = None if offset < 0 else (offset + start, offset + end)
                found[hit.code] = Raised(hit.code, hit.confidence * _OLDER, span)
    return list(found.values())


def _again(case: Case, newest: str, judge: Judge) -> bool:
    """A third contact about one problem is a repetition, though this message does not say so."""
    contacts = case.history.contacts
    if sum(not contact.resolved for contact in contacts) >= _CONTACTS:
        return True
    before = [c.text for c in contacts] + _answered(case.conversation)
    before = [fold(text).text for text in before if len(text) >= _MANY]
    if len(before) < _CONTACTS or len(newest) < _MANY:
        return False
    vectors = judge.vectors([newest, *before[-_LOOKED_AT:]])
    return int((vectors[1:] @ vectors[0] >= _SAME_PROBLEM).sum()) >= _CONTACTS


def _answered(turns: Sequence[Turn]) -> list[str]:
    """The customer's turns that an agent has answered: each is a contact, several in a row are one."""
    contacts: list[str] = []
    run: list[str] = []
    for turn in turns:
        if turn.role == "customer":
            run.append(turn.text)
        elif run:
            contacts.append("\n".join(run))
            run = []
    return contacts


def _rises(earlier: Sequence[str], heat: float, judge: Judge) -> bool:
    texts = [text for text in earlier if text]
    if not texts or heat < 1:
        return False
    logits = np.array([opinion.logits for opinion in judge.opinions(texts[-3:])])
    return bool(heat - heat_steps(logits).sum(axis=1).mean() >= _RISE)
