"""The contract with the outside, version 1: what CLI, API and evals accept and answer.

Pydantic at this edge, frozen values inside. All spans count Unicode code points into the text as received.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copilot.errors import InputError
from copilot.playbooks.model import Channel, FlagCode, Route, RuleKind, Severity, Stance, Style, Tier
from copilot.types import Case, Contact, Finding, History, Reading, Review, Suggestion, Turn

__all__ = [
    "CONTRACT_VERSION",
    "CaseIn",
    "FindingOut",
    "LintIn",
    "LintOut",
    "ReadingOut",
    "SuggestionOut",
    "as_input_error",
    "parse_line",
]

CONTRACT_VERSION = "1"


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_max_length=60_000)


class TurnIn(_In):
    role: Literal["customer", "agent"] = Field(description="whose words these are")
    text: str = Field(max_length=50_000)
    at: datetime | None = None


class ContactIn(_In):
    at: datetime
    text: str = Field(max_length=50_000)
    resolved: bool


class HistoryIn(_In):
    contacts: list[ContactIn] = Field(default_factory=list, max_length=200)
    tenure_days: int | None = Field(default=None, ge=0)
    tier: Tier | None = None


class CaseIn(_In):
    """A customer's message to be read or answered."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "ticket-4711",
                    "text": "Order A-4471 is three weeks late and nobody calls back. On Friday I go to the ombudsman.",
                    "channel": "email",
                }
            ]
        },
    )

    id: str | None = Field(default=None, max_length=200, description="echoed in the answer")
    text: str = Field(description="the message as received; a pasted thread is split into turns", max_length=50_000)
    channel: Channel | None = None
    conversation: list[TurnIn] = Field(default_factory=list, max_length=200, description="earlier turns, oldest first")
    history: HistoryIn | None = None

    def case(self) -> Case:
        history = self.history or HistoryIn()
        return Case(
            text=self.text,
            id=self.id,
            channel=self.channel,
            conversation=tuple(Turn(t.role, t.text, _aware(t.at)) for t in self.conversation),
            history=History(
                tuple(Contact(_aware(c.at) or c.at, c.text, c.resolved) for c in history.contacts),
                history.tenure_days,
                history.tier,
            ),
        )


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


class LintIn(_In):
    """An agent's draft to be checked."""

    id: str | None = Field(default=None, max_length=200)
    text: str = Field(max_length=50_000)
    customer_text: str | None = Field(default=None, max_length=50_000, description="what the draft answers")


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class EvidenceOut(_Out):
    start: int
    end: int
    text: str
    why: str


class CustomerOut(_Out):
    type: Stance
    confidence: float
    probabilities: dict[str, float]
    evidence: list[EvidenceOut]


class HeatOut(_Out):
    level: int = Field(ge=0, le=3)
    score: float


class FlagOut(_Out):
    code: FlagCode
    confidence: float
    evidence: list[EvidenceOut]
    source: Literal["rule", "model", "llm", "history"]
    next_step: str
    route_to: Route | None


class EscalationOut(_Out):
    needed: bool
    score: float
    urgency: Literal["none", "soon", "now"]
    reasons: list[str]
    route_to: list[Route]
    respond_within_minutes: int | None


class EditOut(_Out):
    """Characters `[start, end)` of the draft, in code points, and what takes their place."""

    start: int
    end: int
    text: str


class FindingOut(_Out):
    start: int
    end: int
    text: str
    kind: RuleKind
    severity: Severity
    message: str
    suggestion: str
    card: str
    edit: EditOut | None = Field(default=None, description="none where facts of the draft would be lost")

    @classmethod
    def of(cls, finding: Finding) -> FindingOut:
        return cls.model_validate(finding, from_attributes=True)


class InfluenceOut(_Out):
    code: str
    effect: float = Field(description="above 0 cools, below 0 heats")
    text: str


class TensionOut(_Out):
    """Whether the draft will calm (towards 1) or anger (towards -1) the customer."""

    score: float = Field(ge=-1, le=1)
    influences: list[InfluenceOut]


class LintOut(_Out):
    id: str | None = None
    findings: list[FindingOut]
    tension: TensionOut

    @classmethod
    def of(cls, id_: str | None, review: Review) -> LintOut:
        return cls(
            id=id_,
            findings=[FindingOut.of(finding) for finding in review.findings],
            tension=TensionOut.model_validate(review.tension, from_attributes=True),
        )


class ReplyOut(_Out):
    style: Style
    text: str
    cards: list[str]
    blanks: list[str]
    findings: list[FindingOut]


class HintOut(_Out):
    text: str
    card: str


class InsteadOut(_Out):
    text: str
    instead: str
    card: str


class GuidanceOut(_Out):
    steps: list[HintOut]
    say: list[HintOut]
    dont_say: list[InsteadOut]
    ask: list[HintOut]


class FactOut(_Out):
    """A particular taken from the message as written: `order, amount, delay, times, date, name, product`."""

    slot: str
    value: str
    start: int
    end: int


class GenerationOut(_Out):
    """What a language model was asked with, what it cost, and what the guard said of each style."""

    model: str
    prompt: str = Field(description="template and version")
    input_tokens: int
    output_tokens: int
    cost: float | None = Field(description="in the operator's currency, where prices are set")
    milliseconds: int
    verdicts: dict[str, str]


class ReadingOut(_Out):
    """What was read from the message."""

    version: str = CONTRACT_VERSION
    id: str | None
    language: Literal["zh", "en"]
    script: Literal["Hans", "Hant"] | None
    customer: CustomerOut
    heat: HeatOut
    flags: list[FlagOut]
    escalation: EscalationOut
    notices: list[str]

    @classmethod
    def of_reading(cls, id_: str | None, reading: Reading) -> ReadingOut:
        return cls(id=id_, **_reading_fields(reading), notices=list(reading.notices))


class SuggestionOut(ReadingOut):
    """The whole answer: the reading, three replies, guidance and a handoff note."""

    suggestion_id: str | None = Field(default=None, description="set by the API; names it in outcomes")
    replies: list[ReplyOut]
    guidance: GuidanceOut
    facts: list[FactOut]
    handoff: str
    cards: list[str]
    generated_by: str
    generation: GenerationOut | None = Field(default=None, description="how a language model took part")

    @classmethod
    def of(cls, suggestion: Suggestion, suggestion_id: str | None = None) -> SuggestionOut:
        return cls(
            id=suggestion.case.id,
            suggestion_id=suggestion_id,
            **_reading_fields(suggestion.reading),
            replies=[ReplyOut.model_validate(r, from_attributes=True) for r in suggestion.replies],
            guidance=GuidanceOut.model_validate(suggestion.guidance, from_attributes=True),
            facts=[FactOut.model_validate(f, from_attributes=True) for f in suggestion.facts],
            handoff=suggestion.handoff.text,
            cards=list(suggestion.cards),
            generated_by=suggestion.generated_by,
            notices=list(suggestion.notices),
            generation=_generation(suggestion),
        )


def _generation(suggestion: Suggestion) -> GenerationOut | None:
    made = suggestion.generation
    return GenerationOut.model_validate(made, from_attributes=True) if made else None


def _reading_fields(reading: Reading) -> dict[str, Any]:
    return {
        "language": reading.language,
        "script": reading.script,
        "customer": CustomerOut.model_validate(reading.customer, from_attributes=True),
        "heat": HeatOut.model_validate(reading.heat, from_attributes=True),
        "flags": [FlagOut.model_validate(f, from_attributes=True) for f in reading.flags],
        "escalation": EscalationOut.model_validate(reading.escalation, from_attributes=True),
    }


def as_input_error(error: ValidationError) -> InputError:
    """The first fault, by the field's name, in words."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"]) or "request"
    return InputError(field, str(first["msg"]))


def parse_line(line: bytes) -> Any:
    """One line of a JSON-lines file. Raises `InputError` with what is wrong."""
    try:
        return json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError("line", "is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise InputError("line", f"is not JSON: {getattr(error, 'msg', error)}") from error
