"""The prompts for a language model: templates with their contexts, and the fence around words that are not ours."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["CasePrompt", "Draft", "Objection", "Prompt", "Prompts", "RepairPrompt", "RepliesPrompt", "Said", "fence"]


@dataclass(frozen=True)
class Draft:
    """A reply in a style."""

    style: str
    text: str


@dataclass(frozen=True)
class Said:
    """An earlier turn."""

    role: str
    text: str


@dataclass(frozen=True)
class Objection:
    """What of a draft did not pass, and why."""

    style: str
    text: str
    why: str


@dataclass(frozen=True)
class Prompt:
    """Base of the contexts. `template` is the file; the fields are exactly what it may use."""

    template: ClassVar[str]


@dataclass(frozen=True)
class RepliesPrompt(Prompt):
    template: ClassVar[str] = "replies.j2"

    stance: str
    stance_why: str
    heat: str
    flags: Sequence[str]
    escalated: bool
    route_team: str
    next_contact: str
    language: str
    script: str | None
    cantonese: bool
    channel: str
    limit: int
    company: str | None
    blank: str
    refund_up_to: Mapping[str, float]
    replacement: bool
    allowed_phrases: Sequence[str]
    steps: Sequence[str]
    say: Sequence[str]
    never: Sequence[str]
    drafts: Sequence[Draft]
    fence: str
    pushes_back: bool


@dataclass(frozen=True)
class CasePrompt(Prompt):
    template: ClassVar[str] = "case.j2"

    conversation: Sequence[Said]
    text: str
    fence: str


@dataclass(frozen=True)
class RepairPrompt(Prompt):
    template: ClassVar[str] = "repair.j2"

    faults: Sequence[Objection]


class Prompts:
    """Built once; `render` may run in threads."""

    def __init__(self, root: Path) -> None:
        # Plain text for a model: nothing is escaped. What comes back is, wherever it is shown.
        loader = FileSystemLoader(root)
        self._environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=False, trim_blocks=False)
        self._root = root

    def render(self, prompt: Prompt) -> str:
        context = {field.name: getattr(prompt, field.name) for field in fields(prompt)}
        return self._environment.get_template(prompt.template).render(context).strip()

    def version(self, prompt: Prompt) -> str:
        """The template's name and a mark of its content: what a kept suggestion was made with."""
        text = (self._root / prompt.template).read_bytes()
        return f"{prompt.template.removesuffix('.j2')}@{hashlib.sha256(text).hexdigest()[:8]}"


def fence() -> str:
    """A line that nobody who wrote before it was made can have written: fenced text cannot close its fence."""
    return f"#{secrets.token_hex(8)}#"
