"""What travels through the pipeline: frozen values, no behaviour beyond reading them.

All spans count Unicode code points into the text as it was received.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

__all__ = [
    "Case",
    "Contact",
    "Customer",
    "Edit",
    "Escalation",
    "Evidence",
    "Fact",
    "Finding",
    "Flag",
    "Generation",
    "Guidance",
    "Handoff",
    "Heat",
    "Hint",
    "History",
    "Influence",
    "Instead",
    "Language",
    "Reading",
    "Reply",
    "Review",
    "Suggestion",
    "Tension",
    "Turn",
]

Language = Literal["zh", "en"]


@dataclass(frozen=True)
class Turn:
    """One contribution to a conversation; `start`/`end` place it in a pasted thread, if it came from one."""

    role: Literal["customer", "agent"]
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class Contact:
    """An earlier contact of the same customer."""

    at: datetime
    text: str
    resolved: bool


@dataclass(frozen=True)
class History:
    """What a CRM knows. It chooses cards and is shown; it never changes the stance read from the words."""

    contacts: tuple[Contact, ...] = ()
    tenure_days: int | None = None
    tier: Literal["vip", "regular", "high_risk"] | None = None


@dataclass(frozen=True)
class Case:
    """A message to answer, with whatever is known around it."""

    text: str
    id: str | None = None
    channel: str | None = None
    conversation: tuple[Turn, ...] = ()
    history: History = field(default_factory=History)


@dataclass(frozen=True)
class Evidence:
    """Words of the customer and what they are taken to show."""

    start: int
    end: int
    text: str
    why: str


@dataclass(frozen=True)
class Customer:
    """The stance this message takes toward the company."""

    type: str
    confidence: float
    probabilities: Mapping[str, float]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class Heat:
    """0 calm, 1 annoyed, 2 angry, 3 abusive or threatening; `score` is the same on 0..1."""

    level: int
    score: float


@dataclass(frozen=True)
class Flag:
    """Something in the message that calls for more than an answer."""

    code: str
    confidence: float
    evidence: tuple[Evidence, ...]
    source: Literal["rule", "model", "llm", "history"]
    next_step: str
    route_to: str | None


@dataclass(frozen=True)
class Escalation:
    """Whether a person above the queue must take over, how soon, and why."""

    needed: bool
    score: float
    urgency: Literal["none", "soon", "now"] = "none"
    reasons: tuple[str, ...] = ()
    route_to: tuple[str, ...] = ()
    respond_within_minutes: int | None = None


@dataclass(frozen=True)
class Reading:
    """Everything read from one message."""

    language: Language
    script: Literal["Hans", "Hant"] | None
    customer: Customer
    heat: Heat
    flags: tuple[Flag, ...]
    escalation: Escalation
    notices: tuple[str, ...] = ()

    def has(self, code: str) -> bool:
        return any(flag.code == code for flag in self.flags)


@dataclass(frozen=True)
class Edit:
    """Characters `[start, end)` of a draft and what takes their place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Finding:
    """A phrase in a draft that hurts. `suggestion` is what to say instead; `edit` puts it into the draft, unless
    facts would be lost by it."""

    start: int
    end: int
    text: str
    kind: str
    severity: Literal["error", "warning", "suggestion"]
    message: str
    suggestion: str
    card: str
    edit: Edit | None = None


@dataclass(frozen=True)
class Influence:
    """One thing about a draft that moves the customer: `effect` above 0 cools, below 0 heats. `text` says it in the
    agent's language."""

    code: str
    effect: float
    text: str


@dataclass(frozen=True)
class Tension:
    """Whether a draft will calm (towards 1) or anger (towards -1) the customer it answers, and why."""

    score: float
    influences: tuple[Influence, ...]


@dataclass(frozen=True)
class Review:
    """What there is to say about an agent's draft."""

    findings: tuple[Finding, ...]
    tension: Tension


@dataclass(frozen=True)
class Reply:
    """A draft for the agent: `blanks` are what must be filled in before it is sent."""

    style: Literal["brief", "warm", "firm"]
    text: str
    cards: tuple[str, ...]
    blanks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    dropped: bool = False  # whether a sentence was left out because it did not pass the guard


@dataclass(frozen=True)
class Hint:
    """A step or a sentence worth saying, and the card it stands on."""

    text: str
    card: str


@dataclass(frozen=True)
class Instead:
    """A phrase to avoid and the better one."""

    text: str
    instead: str
    card: str


@dataclass(frozen=True)
class Guidance:
    steps: tuple[Hint, ...] = ()
    say: tuple[Hint, ...] = ()
    dont_say: tuple[Instead, ...] = ()
    ask: tuple[Hint, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A particular of the message in the customer's own characters, e.g. an order number, and where it stands."""

    slot: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Handoff:
    """What the next person needs to know, as a note to copy."""

    text: str


@dataclass(frozen=True)
class Generation:
    """How a language model took part: what it was asked with, what it cost, and what the guard said of each style
    (`passed`, `repaired`, or why the playbook's draft stands instead). `cost` is in the operator's currency."""

    model: str
    prompt: str
    input_tokens: int
    output_tokens: int
    cost: float | None
    milliseconds: int
    verdicts: Mapping[str, str]


@dataclass(frozen=True)
class Suggestion:
    """The whole answer to one case."""

    case: Case
    reading: Reading
    replies: tuple[Reply, ...]
    guidance: Guidance
    cards: tuple[str, ...]
    facts: tuple[Fact, ...]
    handoff: Handoff
    generated_by: str = "playbook"
    notices: tuple[str, ...] = ()
    generation: Generation | None = None
