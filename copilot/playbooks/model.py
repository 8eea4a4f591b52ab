"""What a playbook card may say: the schema of every file under `playbooks/`.

Pydantic stands at this edge because cards are written by people. Unknown keys are refused so that a
misspelt field is an error with a name, never a silent loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from copilot.patterns import pattern

__all__ = [
    "CHANNELS",
    "FINDING_KINDS",
    "FLAGS",
    "KINDS",
    "STANCES",
    "STYLES",
    "Alternative",
    "Applies",
    "Ask",
    "Card",
    "DontSay",
    "FindingKind",
    "FlagCode",
    "FlagRules",
    "Form",
    "HeatLevel",
    "NonEmpty",
    "Parts",
    "PhraseRule",
    "RuleKind",
    "Stance",
    "Strict",
    "Text",
    "wordings",
]

Stance = Literal["hater", "critic", "loyalist", "enthusiast", "ordinary"]
FlagCode = Literal[
    "legal",
    "media",
    "safety",
    "self_harm",
    "abuse",
    "churn",
    "repeat",
    "human",
    "fraud",
    "privacy",
    "vulnerable",
]
Channel = Literal["email", "chat", "phone", "sms", "letter", "face_to_face", "social"]
Tier = Literal["vip", "regular", "high_risk"]
Style = Literal["brief", "warm", "firm"]
Kind = Literal["stance", "phrase", "channel", "tactic", "situation", "conduct", "flag"]
Route = Literal["legal", "pr", "safety", "crisis", "privacy", "fraud", "billing", "supervisor", "retention"]
Severity = Literal["error", "warning", "suggestion"]
FindingKind = Literal[
    "dont_know",
    "dont_care",
    "cant_be_bothered",
    "dislike",
    "know_it_all",
    "go_away",
    "you_are_wrong",
    "hurry_or_wait",
    "calm_down",
    "blame_customer",
    "policy_shield",
    "liability_admission",
    "unauthorised_promise",
    "threat_or_insult",
    "sarcasm",
    "over_familiar",
    "data_request",
    "false_empathy_blame",
]
RuleKind = FindingKind | Literal["house_rule"]  # what an organisation's own rule is about, no network need learn

STANCES: tuple[Stance, ...] = Stance.__args__  # type: ignore[attr-defined]
FLAGS: tuple[FlagCode, ...] = FlagCode.__args__  # type: ignore[attr-defined]
CHANNELS: tuple[Channel, ...] = Channel.__args__  # type: ignore[attr-defined]
STYLES: tuple[Style, ...] = Style.__args__  # type: ignore[attr-defined]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]
FINDING_KINDS: tuple[FindingKind, ...] = FindingKind.__args__  # type: ignore[attr-defined]

NonEmpty = Annotated[str, Field(min_length=1)]


def _compiles(source: str) -> str:
    pattern(source)
    return source


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]
HeatLevel = Annotated[int, Field(ge=0, le=3)]


class Strict(BaseModel):
    """Frozen, and deaf to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """One text in both languages of the product."""

    en: NonEmpty
    zh: NonEmpty

    def in_(self, language: str) -> str:
        """The Chinese text for `zh`, the English one for everything else."""
        return self.zh if language == "zh" else self.en


class Applies(Strict):
    """When a card fits. An empty list is no condition; within a list any member will do."""

    types: tuple[Stance, ...] = ()
    flags: tuple[FlagCode, ...] = ()
    channels: tuple[Channel, ...] = ()
    tiers: tuple[Tier, ...] = ()
    heat: tuple[HeatLevel, ...] = ()


class Alternative(Strict):
    """One wording of a sentence and the conditions under which it may be used.

    `needs` names promises that `organisation.yaml` must allow, e.g. `refund`.
    """

    text: NonEmpty
    types: tuple[Stance, ...] = ()
    heat: tuple[HeatLevel, ...] = ()
    channels: tuple[Channel, ...] = ()
    needs: tuple[Literal["refund", "replacement"], ...] = ()


Sentence = str | Alternative | tuple[str | Alternative, ...]


def wordings(sentence: Sentence) -> Iterator[Alternative]:
    """Every wording of a sentence, bare strings included."""
    for item in (sentence,) if isinstance(sentence, str | Alternative) else sentence:
        yield Alternative(text=item) if isinstance(item, str) else item


class Parts(Strict):
    """The sentences a card lends to a reply, in the order in which a reply uses them.

    Each sentence is a wording or a list of wordings of which the first usable one is taken. A wording with
    a slot such as `{order}` is usable when the message (or the organisation) supplies it.
    """

    open: tuple[Sentence, ...] = ()
    acknowledge: tuple[Sentence, ...] = ()
    act: tuple[Sentence, ...] = ()
    close: tuple[Sentence, ...] = ()


class PartsInBoth(Strict):
    en: Parts
    zh: Parts


class Replies(Strict):
    brief: PartsInBoth
    warm: PartsInBoth
    firm: PartsInBoth


class Greeting(Strict):
    """How a channel begins and ends a reply: wordings in order of preference, slots allowed."""

    en: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()

    def in_(self, language: str) -> tuple[str, ...]:
        return self.zh if language == "zh" else self.en


class Form(Strict):
    """What a channel does to the shape of a reply."""

    greet: Greeting = Greeting()
    sign_off: Greeting = Greeting()
    paragraphs: bool = False
    spoken: bool = False
    max_chars: int = Field(default=1200, ge=60)


class PhraseRule(Strict):
    """Wordings that give a phrase away, in one language.

    `match` and `unless` are RE2 patterns, matched without regard to case, width or script (write Chinese
    in Simplified). `unless` is tried on the sentence that holds the match and on the one after it. `edit` says what
    `instead` replaces in a draft: the clause, only the words that match, or nothing since it is advice.
    """

    match: tuple[Pattern, ...] = Field(min_length=1)
    unless: tuple[Pattern, ...] = ()
    instead: NonEmpty
    avoid: NonEmpty
    edit: Literal["clause", "words", "none"] = "clause"


class DontSay(Strict):
    """A phrase that hurts, why it does, and what to say instead; in both languages, or in one."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["en"]}, {"required": ["zh"]}]})

    kind: RuleKind
    severity: Severity = "warning"
    why: Text
    en: PhraseRule | None = None
    zh: PhraseRule | None = None

    @model_validator(mode="after")
    def _is_of_a_language(self) -> DontSay:
        if self.en is None and self.zh is None:
            raise ValueError("a rule needs 'en', 'zh' or both: what it matches there, and what to say instead")
        return self


class Ask(Strict):
    """Something to ask the customer for. With `slot`, only when the message does not already give it."""

    slot: Literal["order", "amount", "delay", "product", "date", "name", "times"] | None = None
    en: NonEmpty
    zh: NonEmpty


class FlagRule(Strict):
    """A pattern that asserts a flag, unless an innocent reading stands in the same sentence."""

    match: Pattern
    unless: Pattern | None = None
    confidence: float = Field(default=0.9, ge=0, le=1)


class Measured(Strict):
    """What a threshold was measured to do, on messages that no model had learned."""

    precision: float = Field(ge=0, le=1)
    recall: float = Field(ge=0, le=1)
    positives: int = Field(ge=0, description="how many of them raised the flag")


class FlagRules(Strict):
    """How one flag is recognised and what follows from it."""

    code: FlagCode
    priority: int = Field(ge=0, le=100, description="which flag leads when several are raised")
    threshold: dict[Literal["en", "zh"], float]
    measured: dict[Literal["en", "zh"], Measured] = Field(default_factory=dict)
    next_step: Text
    patterns: dict[Literal["en", "zh"], tuple[FlagRule, ...]]


class Card(Strict):
    """One card: something an agent can act on, in both languages."""

    id: Annotated[str, Field(pattern=r"^[a-z]+\.[a-z0-9_]+$")]
    kind: Kind
    status: Literal["active", "draft", "retired"] = "active"
    version: int = Field(default=1, ge=1)
    source: tuple[NonEmpty, ...] = Field(min_length=1)
    title: Text
    why: Text
    applies: Applies = Applies()
    alone: bool = Field(default=False, description="its reply stands without the topic's own words")
    signals: dict[Literal["en", "zh"], tuple[NonEmpty, ...]] = Field(default_factory=dict)
    steps: tuple[Text, ...] = ()
    say: tuple[Text, ...] = ()
    dont_say: tuple[DontSay, ...] = ()
    ask: tuple[Ask, ...] = ()
    replies: Replies | None = None
    form: Form | None = None
    flag: FlagRules | None = None

    @model_validator(mode="after")
    def _kind_has_its_sections(self) -> Card:
        if self.id.split(".")[0] != self.kind:
            raise ValueError(f"id: must begin with the kind, as in '{self.kind}.{self.id.split('.')[1]}'")
        if self.kind == "flag" and self.flag is None:
            raise ValueError("flag: a card of kind 'flag' needs this section")
        if self.kind == "channel" and self.form is None:
            raise ValueError("form: a card of kind 'channel' needs this section")
        if self.kind in ("situation", "stance") and self.replies is None:
            raise ValueError(f"replies: a card of kind '{self.kind}' needs this section")
        if self.kind != "phrase" and not self.steps:
            raise ValueError("steps: say at least one thing that the agent can do")
        return self
