"""What each page shows: one documented context a page. Templates see these and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.highlight import Mark, Segment, segments
from copilot.contract import CaseIn, SuggestionOut
from copilot.pipeline import Copilot
from copilot.playbooks.load import Problem
from copilot.playbooks.model import FINDING_KINDS, Card
from copilot.store import CaseSummary
from copilot.text import fold
from copilot.types import Language

__all__ = [
    "CardPage",
    "CardsPage",
    "Chip",
    "ProblemPage",
    "ResultView",
    "SignInPage",
    "TurnView",
    "WorkbenchPage",
    "result_view",
]

# What the editor has words for; the organisation's own rules are a kind of their own.
_FINDING_KINDS = tuple(dict.fromkeys((*FINDING_KINDS, "house_rule")))
_SURE = 0.55  # below this the console names the two likeliest stances


@dataclass(frozen=True)
class SignInPage:
    fault: str | None


@dataclass(frozen=True)
class ProblemPage:
    title: str
    detail: str


@dataclass(frozen=True)
class Chip:
    """A flag as shown: what it is, how sure, what to do."""

    code: str
    title: str
    percent: int
    source: str
    next_step: str
    words: Sequence[str]


@dataclass(frozen=True)
class TurnView:
    """One turn of a thread, for correction."""

    role: str
    text: str
    newest: bool


@dataclass(frozen=True)
class Team:
    name: str
    contact: str | None
    covers: str | None  # the closed team it stands in for


@dataclass(frozen=True)
class ResultView:
    """Everything below the message box."""

    suggestion: SuggestionOut
    case_id: str
    stance: str
    percent: int
    doubt: Sequence[tuple[str, str]]  # the two likeliest stances, code and name, when neither is sure
    stances: Sequence[tuple[str, str]]
    heat_word: str
    chips: Sequence[Chip]
    teams: Sequence[Team]
    text: Sequence[Segment]
    turns: Sequence[TurnView]
    card_titles: dict[str, str]
    facts: Sequence[tuple[str, str]]
    asks_model: bool = False  # whether the page shall ask for the language model's replies


@dataclass(frozen=True)
class WorkbenchPage:
    recent: Sequence[CaseSummary]
    stance_words: dict[str, str]
    sees_all: bool
    text: str
    channel: str
    tier: str
    result: ResultView | None
    fault: str | None
    now: datetime
    finding_kinds: Sequence[str] = _FINDING_KINDS


@dataclass(frozen=True)
class CardsPage:
    groups: Sequence[tuple[str, Sequence[Card]]]
    problems: Sequence[Problem]


@dataclass(frozen=True)
class CardPage:
    card: Card


def result_view(
    copilot: Copilot, request: CaseIn, suggestion: SuggestionOut, case_id: str, locale: Language, now: datetime
) -> ResultView:
    """Turn an answer into what the page shows."""
    words = copilot.wording
    ranked = sorted(suggestion.customer.probabilities.items(), key=lambda item: -item[1])
    names = {code: words.say("stances", code, language=locale) for code, _ in ranked}
    heat = suggestion.heat.level
    stance = names[suggestion.customer.type]
    if suggestion.customer.type == "critic" and (heat >= 2 or len(suggestion.customer.evidence) > 2):
        stance = words.say("stances", "extreme_critic", language=locale)
    unsure = suggestion.customer.confidence < _SURE
    cards = copilot.catalogue.cards
    marks = [Mark(e.start, e.end, "stance", e.why) for e in suggestion.customer.evidence]
    marks += [Mark(e.start, e.end, flag.code, e.why) for flag in suggestion.flags for e in flag.evidence]
    return ResultView(
        suggestion=suggestion,
        case_id=case_id,
        stance=stance,
        percent=round(suggestion.customer.confidence * 100),
        doubt=[(code, names[code]) for code, _ in ranked[:2]] if unsure else (),
        stances=[(code, names[code]) for code in names],
        heat_word=words.say("heat", str(heat), language=locale),
        chips=[
            Chip(
                code=f.code,
                title=cards[f"flag.{f.code}"].title.in_(locale),
                percent=round(f.confidence * 100),
                source=f.source,
                next_step=f.next_step,
                words=[e.text for e in f.evidence],
            )
            for f in suggestion.flags
        ],
        teams=_teams(copilot, suggestion, locale, now),
        text=segments(request.text, marks),
        turns=_turns(copilot, request),
        card_titles={key: cards[key].title.in_(locale) for key in _cited(suggestion) if key in cards},
        facts=[(words.say("facts", f.slot, language=locale), f.value) for f in suggestion.facts],
    )


def _cited(suggestion: SuggestionOut) -> set[str]:
    guidance = suggestion.guidance
    hints = [*guidance.steps, *guidance.say, *guidance.ask]
    return {
        *suggestion.cards,
        *(card for reply in suggestion.replies for card in reply.cards),
        *(hint.card for hint in hints),
        *(pair.card for pair in guidance.dont_say),
    }


def _teams(copilot: Copilot, suggestion: SuggestionOut, locale: Language, now: datetime) -> list[Team]:
    """Who takes over now, each once, and whom they stand in for outside their hours."""
    organisation = copilot.organisation()[0]
    covered: dict[str, list[str]] = {}
    for route in suggestion.escalation.route_to:
        duty = organisation.on_duty(route, now)
        closed = covered.setdefault(duty, [])
        if duty != route:
            closed.append(organisation.routes[route].team.in_(locale))
    return [
        Team(info.team.in_(locale), info.contact, ("、" if locale == "zh" else ", ").join(closed) or None)
        for duty, closed in covered.items()
        for info in [organisation.routes[duty]]  # type: ignore[index]
    ]


def _turns(copilot: Copilot, request: CaseIn) -> list[TurnView]:
    """Earlier turns, then the parts of the pasted text, oldest first; nothing when it is one plain message."""
    thread = copilot.split(request.text)
    if thread.plain and not request.conversation:
        return []
    parts = thread.parts if thread.transcript else tuple(reversed(thread.parts))
    given = [TurnView(turn.role, turn.text, False) for turn in request.conversation]
    return given + [TurnView(p.role, _unquoted(request.text[p.start : p.end]), p in thread.newest) for p in parts]


def _unquoted(text: str) -> str:
    """Without the marks that mail programs put before quoted lines."""
    lines = [line.lstrip("> ＞") if line.lstrip().startswith((">", "＞")) else line for line in text.splitlines()]
    return "\n".join(lines).strip() or fold(text).text
