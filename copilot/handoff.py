"""The note that travels with a case that leaves the front line: facts, quotes, promises, open questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from copilot.facts import Facts
from copilot.organisation import Organisation
from copilot.read import Looked
from copilot.text import fold, sentences
from copilot.thread import ThreadSplitter
from copilot.types import Case, Guidance, Handoff, Language
from copilot.wording import Wording

__all__ = ["note"]

_QUOTES, _QUOTE_CHARS = 6, 220
_PROMISES = 5


def note(
    case: Case,
    looked: Looked,
    facts: Facts,
    guidance: Guidance,
    organisation: Organisation,
    wording: Wording,
    splitter: ThreadSplitter,
    locale: Language,
    now: datetime,
) -> Handoff:
    """Plain text, ready to paste into a ticket, in the agent's language; quotes stay in the customer's."""

    def head(key: str) -> str:
        return wording.say("handoff", key, language=locale)

    reading = looked.reading
    colon = "：" if locale == "zh" else ": "
    lines = [head("title")]
    if reading.escalation.needed:
        lines.append(head("to") + colon + _teams(reading.escalation.route_to, organisation, locale, now))
        minutes = reading.escalation.respond_within_minutes
        lines.append(head("within") + colon + wording.say("handoff", "minutes", language=locale, n=minutes))
    stance = wording.say("stances", reading.customer.type, language=locale)
    heat = wording.say("heat", str(reading.heat.level), language=locale)
    lines.append(f"{head('stance')}{colon}{stance} ({reading.customer.confidence:.0%}), {heat}")
    sections = [
        ("why", list(reading.escalation.reasons)),
        ("facts", [wording.say("facts", f.slot, language=locale) + colon + f.value for f in facts.values()]),
        ("quotes", list(_quotes(looked))),
        ("promised", list(_promises(case, looked, splitter))),
        ("history", _history(case, wording, locale)),
        ("open", [hint.text for hint in guidance.ask]),
        ("until", [flag.next_step for flag in reading.flags[:3]]),
    ]
    for key, entries in sections:
        if key in ("why", "until", "history") and not entries:
            continue
        lines += ["", head(key)]
        lines += [f"- {entry}" for entry in entries or [head("none")]]
    return Handoff("\n".join(lines))


def _teams(routes: tuple[str, ...], organisation: Organisation, locale: Language, now: datetime) -> str:
    names = []
    for route in routes:
        duty = organisation.on_duty(route, now)
        info = organisation.routes[duty]  # type: ignore[index]
        names.append(info.team.in_(locale) + (f" ({info.contact})" if info.contact else ""))
    return ", ".join(dict.fromkeys(names))


def _quotes(looked: Looked) -> Iterator[str]:
    """The sentences that hold evidence, each once, in the order of the text."""
    spans = sorted(
        {(e.start, e.end) for flag in looked.reading.flags for e in flag.evidence}
        | {(e.start, e.end) for e in looked.reading.customer.evidence}
    )
    original = looked.folded.original
    around: dict[tuple[int, int], None] = {}
    for a, b in sentences(looked.folded.text):
        start, end = looked.folded.span(a, b)
        if any(start < high and low < end for low, high in spans):
            around[(start, end)] = None
    for start, end in list(around)[:_QUOTES]:
        text = " ".join(original[start:end].split())
        yield f"“{text[:_QUOTE_CHARS]}{'…' if len(text) > _QUOTE_CHARS else ''}”"


def _promises(case: Case, looked: Looked, splitter: ThreadSplitter) -> Iterator[str]:
    """What our side undertook earlier in the conversation."""
    texts = [turn.text for turn in case.conversation if turn.role == "agent"]
    texts += [case.text[part.start : part.end] for part in looked.thread.earlier("agent")]
    found = 0
    for text in texts:
        folded = fold(text)
        for a, b in sentences(folded.text):
            if found < _PROMISES and splitter.undertakes(folded.text[a:b]):
                start, end = folded.span(a, b)
                found += 1
                yield f"“{' '.join(text[start:end].split())[:_QUOTE_CHARS]}”"


def _history(case: Case, wording: Wording, locale: Language) -> list[str]:
    entries = []
    for contact in case.history.contacts[-5:]:
        state = wording.say("handoff", "resolved" if contact.resolved else "unresolved", language=locale)
        entries.append(f"{contact.at:%Y-%m-%d} ({state}): {' '.join(contact.text.split())[:120]}")
    return entries
