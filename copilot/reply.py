"""Three drafts from the cards: every sentence is a card's, filled with what message and organisation give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from copilot.check import Guard
from copilot.facts import Facts
from copilot.hotlines import Hotline
from copilot.organisation import Organisation
from copilot.playbooks.model import STYLES, Alternative, Card, Form, Parts, Sentence, wordings
from copilot.recall import Recalled
from copilot.text import to_script
from copilot.types import Case, Reading, Reply
from copilot.wording import Wording

__all__ = ["BLANK", "Composer"]

BLANK = re.compile(r"\[\[([^\[\]]{1,80})\]\]")
_SLOT = re.compile(r"\{([a-z_]+)\}")
# Flags whose situation answers a request and therefore acts even when nothing escalates.
_ALWAYS_ACTS = frozenset({"human"})
_PLAIN_FORM = Form()


@dataclass(frozen=True)
class _Line:
    """A sentence ready to send, the card it is from and the part it plays."""

    text: str
    card: str
    part: str
    exempt: tuple[str, ...] = ()


class Composer:
    """Pure; built once."""

    def __init__(self, guard: Guard, wording: Wording, hotlines: Mapping[str, Hotline]) -> None:
        self._guard = guard
        self._wording = wording
        self._hotlines = hotlines

    def compose(
        self, case: Case, reading: Reading, recalled: Recalled, facts: Facts, organisation: Organisation, now: datetime
    ) -> tuple[Reply, ...]:
        """One reply a style, in the customer's language and script."""
        slots = self.slots(case, reading, facts, organisation, now)
        return tuple(
            self._reply(style, _Choice(style, case, reading, slots, organisation), recalled) for style in STYLES
        )

    def slots(
        self, case: Case, reading: Reading, facts: Facts, organisation: Organisation, now: datetime
    ) -> dict[str, str]:
        """What fills the cards' sentences: the customer's particulars, when they hear from us, who takes over."""
        language, script = reading.language, reading.script
        escalation = reading.escalation
        route = organisation.on_duty(escalation.route_to[0] if escalation.route_to else "supervisor", now)
        minutes = organisation.next_contact(case.channel, escalation.urgency)
        if minutes is not None and escalation.respond_within_minutes is not None:
            minutes = min(minutes, escalation.respond_within_minutes)
        slots = {name: fact.value for name, fact in facts.items()}
        slots["next_contact"] = to_script(self._wording.within(minutes, language), script, case.text)
        slots["route_team"] = to_script(
            organisation.routes[route].team.in_(language),  # type: ignore[index]
            script,
            case.text,
        )
        if organisation.company.name:
            slots["company"] = organisation.company.name
        signature = organisation.signature.zh if language == "zh" else organisation.signature.en
        if signature:
            slots["signature"] = signature
        return slots

    def _reply(self, style: str, choice: _Choice, recalled: Recalled) -> Reply:
        reading = choice.reading
        form = recalled.channel.form if recalled.channel and recalled.channel.form else _PLAIN_FORM
        channel_id = recalled.channel.id if recalled.channel else ""
        lines = [*choice.wrap(form.greet.in_(reading.language), channel_id, "greet")]
        lines += self._body(style, choice, recalled)
        lines += self._crisis(choice)
        if not (recalled.lead and recalled.lead.alone):
            endings = form.sign_off.in_(reading.language)
            # A signature names the company itself.
            signed = [ending for ending in endings if "signature" not in choice.slots or "{company}" not in ending]
            lines += choice.wrap(signed, channel_id, "sign_off")
            if form.paragraphs and "signature" in choice.slots:
                lines.append(_Line(choice.slots["signature"], channel_id, "signature"))
        # The crisis line is shipped data, not something a message or the organisation gives.
        safe = [
            line
            for line in lines
            if line.part == "crisis" or self._guard.passes(line.text, choice.case, choice.slots, line.exempt)
        ]
        dropped = len(safe) < len(lines)
        fitting = _shorten(safe, form.max_chars, reading.language)
        text = _join(fitting, form.paragraphs, reading.language)
        exempt = tuple({kind for line in fitting for kind in line.exempt})
        reply = Reply(
            style,  # type: ignore[arg-type]
            text,
            tuple(dict.fromkeys(line.card for line in fitting if line.card)),
            tuple(dict.fromkeys(BLANK.findall(text))),
            self._guard.findings(text, choice.case, exempt),
        )
        return replace(reply, dropped=True) if dropped else reply

    def _body(self, style: str, choice: _Choice, recalled: Recalled) -> Iterator[_Line]:
        """Acknowledge, act, and the stance's frame around them."""
        lead, topic = recalled.lead, recalled.topic
        escalated = choice.reading.escalation.needed
        leads = lead is not None and (escalated or bool(_ALWAYS_ACTS & set(lead.applies.flags)))
        if lead is not None and lead.alone:
            yield from choice.part(lead, "acknowledge")
            yield from choice.part(lead, "act")
            return
        if not leads:
            yield from choice.part(recalled.stance, "open")
        acknowledged = list(choice.part(topic, "acknowledge")) if recalled.topic_sure or lead is None else []
        added = list(choice.part(lead, "acknowledge")) if lead is not None else []
        if style == "brief":
            yield from acknowledged[:1]
            yield from (added[:1] if leads or not acknowledged else [])
        else:
            yield from (acknowledged[:1] if added else acknowledged)
            yield from added
        yield from choice.part(lead if leads and lead is not None else topic, "act")
        if not leads:
            yield from choice.part(recalled.stance, "close")

    def _crisis(self, choice: _Choice) -> Iterator[_Line]:
        line = self._hotlines.get(choice.organisation.country or "")
        if line and choice.reading.has("self_harm"):
            language = choice.reading.language
            text = self._wording.say(
                "crisis_reply", language=language, name=line.name.in_(language), number=line.number
            )
            yield _Line(to_script(text, choice.reading.script, choice.case.text), "flag.self_harm", "crisis")


@dataclass(frozen=True)
class _Choice:
    """Chooses wordings for one reply: the conditions are the reading's, the slots the message's."""

    style: str
    case: Case
    reading: Reading
    slots: Mapping[str, str]
    organisation: Organisation

    def part(self, card: Card, name: str) -> Iterator[_Line]:
        if card.replies is None:
            return
        both = getattr(card.replies, self.style)
        parts: Parts = both.zh if self.reading.language == "zh" else both.en
        for sentence in getattr(parts, name):
            wording = self._usable(sentence)
            if wording:
                exempt = ("unauthorised_promise",) if wording.needs else ()
                yield _Line(self._fill(wording.text), card.id, name, exempt)

    def wrap(self, texts: Sequence[str], card: str, part: str) -> Iterator[_Line]:
        """The first usable of a channel's greetings or sign-offs."""
        wording = self._usable(tuple(texts)) if texts else None
        if wording:
            yield _Line(self._fill(wording.text), card, part)

    def _usable(self, sentence: Sentence) -> Alternative | None:
        return next((w for w in wordings(sentence) if self._holds(w)), None)

    def _holds(self, wording: Alternative) -> bool:
        reading = self.reading
        return (
            all(slot in self.slots for slot in _SLOT.findall(wording.text))
            and (not wording.types or reading.customer.type in wording.types)
            and (not wording.heat or reading.heat.level in wording.heat)
            and (not wording.channels or self.case.channel in wording.channels)
            and all(self._may_promise(promise) for promise in wording.needs)
        )

    def _may_promise(self, promise: str) -> bool:
        promises = self.organisation.promises
        return promises.replacement if promise == "replacement" else promises.allow_refund(self.slots.get("amount"))

    def _fill(self, text: str) -> str:
        # The card's words take the customer's script; what the customer wrote stays as it was written.
        converted = to_script(text, self.reading.script, self.case.text)
        return _SLOT.sub(lambda m: self.slots[m.group(1)], converted)


# What goes first when a channel allows fewer characters: courtesy before substance.
_EXPENDABLE = (
    ("close", 0),
    ("open", 0),
    ("acknowledge", 1),
    ("act", 1),
    ("sign_off", 0),
    ("greet", 0),
    ("acknowledge", 0),
)


def _shorten(lines: list[_Line], limit: int, language: str) -> list[_Line]:
    kept = list(lines)
    for part, least in _EXPENDABLE:
        while len(_join(kept, False, language)) > limit and sum(line.part == part for line in kept) > least:
            places = [i for i, line in enumerate(kept) if line.part == part]
            # The last thing we do says when they hear from us: it outlives the ones before it.
            del kept[places[-2] if part == "act" else places[-1]]
    return kept


def _join(lines: Sequence[_Line], paragraphs: bool, language: str) -> str:
    """One flowing text, or paragraphs: greeting, what we understood, what happens, ending."""
    space = "" if language == "zh" else " "
    if not paragraphs:
        return space.join(line.text for line in lines)
    blocks: list[list[str]] = []
    previous = ""
    for line in lines:
        place = {"open": "acknowledge", "close": "act", "crisis": "act"}.get(line.part, line.part)
        if place != previous:
            blocks.append([])
        blocks[-1].append(line.text)
        previous = place
    return "\n\n".join(space.join(block) for block in blocks)
