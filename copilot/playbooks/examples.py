"""What is learned from: customers' messages with their labels, and agents' drafts with what hurts in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from copilot.playbooks.model import FindingKind, FlagCode, HeatLevel, NonEmpty, Stance, Strict
from copilot.text import Span

__all__ = ["Bad", "Draft", "DraftFile", "Exemplar", "ExemplarFile", "LabelledDraft", "LabelledText"]


class Exemplar(Strict):
    """A customer message with the labels it should be read with."""

    text: NonEmpty
    type: Stance
    heat: HeatLevel
    flags: tuple[FlagCode, ...] = ()
    escalate: bool = False
    situation: str | None = None
    trap: FlagCode | None = Field(default=None, description="the flag this message only seems to raise")


class ExemplarFile(Strict):
    """A file of exemplar messages of one language and theme."""

    lang: Literal["en", "zh"]
    theme: NonEmpty
    source: tuple[NonEmpty, ...] = ("house",)
    messages: tuple[Exemplar, ...]


class Bad(Strict):
    """A stretch of a draft that should not be sent, and words that can stand in its place."""

    kind: FindingKind
    span: NonEmpty
    instead: NonEmpty | None = None


class Draft(Strict):
    """What an agent might send. Without `bad` it is fine as it is, however alarming its words look."""

    text: NonEmpty
    bad: tuple[Bad, ...] = ()

    @model_validator(mode="after")
    def _spans_are_there(self) -> Self:
        for bad in self.bad:
            if self.text.count(bad.span) != 1:
                raise ValueError(f"the span '{bad.span}' must stand in the text exactly once")
        return self

    def places(self) -> Iterator[tuple[Span, Bad]]:
        for bad in self.bad:
            start = self.text.index(bad.span)
            yield (start, start + len(bad.span)), bad


class DraftFile(Strict):
    """A file of agents' drafts of one language and theme."""

    lang: Literal["en", "zh"]
    theme: NonEmpty
    drafts: tuple[Draft, ...]


@dataclass(frozen=True)
class LabelledText:
    """An exemplar with the language and theme of its file."""

    exemplar: Exemplar
    lang: str
    theme: str


@dataclass(frozen=True)
class LabelledDraft:
    """A draft with the language and theme of its file."""

    draft: Draft
    lang: str
    theme: str
