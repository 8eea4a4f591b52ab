"""Replies written by a language model, each only if it passes the guard; otherwise the playbook's reply stands.

Nothing personal leaves: what identifies somebody is hidden before the prompt is made, and put back into the answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, Field

from copilot.config import shipped
from copilot.errors import LlmError
from copilot.ground import Given, Grounds, given
from copilot.lint import Linter
from copilot.llm import Completion, LanguageModel, LlmSettings, Message, Usage, connect, parse
from copilot.organisation import Organisation
from copilot.playbooks.model import STYLES, Card
from copilot.prompts import CasePrompt, Draft, Objection, Prompts, RepairPrompt, RepliesPrompt, Said, fence
from copilot.redact import Redaction, Redactor
from copilot.reply import BLANK
from copilot.text import is_cantonese, plain
from copilot.types import Case, Generation, Reading, Reply, Suggestion
from copilot.wording import Wording

__all__ = ["Brief", "Writer", "writer_of"]

_LONGEST_TURN, _TURNS = 2_000, 8  # characters, and how many of the newest turns a model is shown
_LEAST = 1.0  # seconds: for less a repair is not begun
_REPAIRED, _PASSED = "repaired", "passed"

Clock = Callable[[], float]
Objections = dict[str, list[Objection]]


class Drafts(BaseModel):
    """What the model is asked for."""

    brief: str = Field(min_length=1)
    warm: str = Field(min_length=1)
    firm: str = Field(min_length=1)


@dataclass(frozen=True)
class Brief:
    """What the pipeline knows beyond the suggestion: the cards used, and what the organisation says of this case."""

    cards: Sequence[Card]
    organisation: Organisation
    slots: Mapping[str, str]
    limit: int  # characters that the channel bears


@dataclass(frozen=True)
class _Task:
    """One suggestion in the making."""

    suggestion: Suggestion
    brief: Brief
    prompt: RepliesPrompt
    system: str
    user: str
    hidden: Redaction
    given: Given

    @property
    def case(self) -> Case:
        return self.suggestion.case

    @property
    def reading(self) -> Reading:
        return self.suggestion.reading


class Writer:
    """Built once; `write` may run in threads. The timeout of the settings bounds one suggestion, repair and all."""

    def __init__(
        self,
        model: LanguageModel,
        prompts: Prompts,
        redactor: Redactor,
        linter: Linter,
        grounds: Grounds,
        wording: Wording,
        settings: LlmSettings,
        clock: Clock = time.monotonic,
    ) -> None:
        self._model, self._prompts, self._redactor = model, prompts, redactor
        self._linter, self._grounds, self._wording = linter, grounds, wording
        self._settings, self._clock = settings, clock

    def describe(self) -> str:
        return f"{self._model.name} at {self._settings.address}"

    def write(self, suggestion: Suggestion, brief: Brief, locale: str) -> Suggestion:
        """The suggestion with the model's replies where they pass, and a notice for each that does not. Never raises
        for what the model or the wire does."""
        if suggestion.reading.has("self_harm"):
            return suggestion  # care wording is written by people
        started = self._clock()
        task = self._task(suggestion, brief)
        made: list[Completion] = []
        try:
            texts, first, objections = self._attempt(task, made, started)
        except LlmError as error:
            why = self._wording.say("llm", error.reason, language=locale)
            return replace(
                suggestion, notices=(*suggestion.notices, self._wording.say("notices", "llm", language=locale, why=why))
            )
        verdicts: dict[str, str] = {style: _verdict(style, first, objections) for style in STYLES}
        failed = [style for style in STYLES if style in objections]
        replies = tuple(
            reply if reply.style in failed else self._reply(reply, texts[reply.style], task)
            for reply in suggestion.replies
        )
        notices = tuple(
            self._wording.say("notices", "llm_style", language=locale, style=style, words=objections[style][0].text)
            for style in failed
        )
        return replace(
            suggestion,
            replies=replies,
            notices=(*suggestion.notices, *notices),
            generated_by="playbook" if len(failed) == len(STYLES) else f"llm:{made[-1].model}",
            generation=self._told(task, made, self._clock() - started, verdicts),
        )

    def _told(self, task: _Task, made: Sequence[Completion], seconds: float, verdicts: Mapping[str, str]) -> Generation:
        usage = Usage(sum(c.usage.input_tokens for c in made), sum(c.usage.output_tokens for c in made))
        return Generation(
            made[-1].model,
            self._prompts.version(task.prompt),
            usage.input_tokens,
            usage.output_tokens,
            self._settings.cost(usage),
            round(1000 * seconds),
            verdicts,
        )

    def _attempt(
        self, task: _Task, made: list[Completion], started: float
    ) -> tuple[dict[str, str], Objections, Objections]:
        """The texts by style, what was wrong with them at first, and what still is after one repair."""
        messages = [Message("system", task.system), Message("user", task.user)]
        made.append(self._model.complete(messages, schema=Drafts, within=self._settings.timeout))
        texts = self._restored(task, made[-1])
        objections = self._objections(task, texts)
        left = self._settings.timeout - (self._clock() - started)
        if not objections or left < _LEAST:
            return texts, objections, objections
        every = [objection for found in objections.values() for objection in found]
        repair = self._prompts.render(RepairPrompt([replace(o, text=task.hidden.hide(o.text)) for o in every]))
        messages += [Message("assistant", made[-1].text), Message("user", repair)]
        try:
            made.append(self._model.complete(messages, schema=Drafts, within=left))
            again = self._restored(task, made[-1])
        except LlmError:
            return texts, objections, objections  # those that passed stand
        # A style that passed at first is not exchanged for another.
        texts |= {style: again[style] for style in objections}
        return texts, objections, {s: o for s, o in self._objections(task, texts).items() if s in objections}

    def _restored(self, task: _Task, completion: Completion) -> dict[str, str]:
        drafts = parse(completion, Drafts)
        return {style: getattr(drafts, style).strip() for style in STYLES}

    def _objections(self, task: _Task, texts: Mapping[str, str]) -> Objections:
        found = {style: self._object(task, style, text) for style, text in texts.items()}
        return {style: objections for style, objections in found.items() if objections}

    def _object(self, task: _Task, style: str, text: str) -> list[Objection]:
        whole = task.hidden.restore(text)
        findings = self._linter.lint(whole, customer_text=task.case.text, exempt=_exempt(task.brief.organisation))
        # As the model wrote it: what it was not shown it cannot have been given, and a placeholder is no claim.
        faults = self._grounds.faults(
            text,
            task.given,
            language=task.reading.language,
            script=task.reading.script,
            limit=task.brief.limit,
            secrets=(task.system,),
            unknown=task.hidden.unknown(text),
        )
        return [Objection(style, f.text, f.message) for f in findings if f.severity != "suggestion"] + [
            Objection(style, fault.text, self._grounds.in_words(fault, task.reading.language)) for fault in faults
        ]

    def _reply(self, reply: Reply, text: str, task: _Task) -> Reply:
        whole = task.hidden.restore(text)
        findings = self._linter.lint(whole, customer_text=task.case.text, exempt=_exempt(task.brief.organisation))
        blanks = tuple(dict.fromkeys(BLANK.findall(whole)))
        return Reply(reply.style, whole, task.suggestion.cards, blanks, findings)

    def _task(self, suggestion: Suggestion, brief: Brief) -> _Task:
        case, hidden, mark = suggestion.case, self._redactor.session(), fence()

        def safe(text: str) -> str:
            return hidden.hide(plain(text))

        turns = [Said(turn.role, safe(turn.text[:_LONGEST_TURN])) for turn in case.conversation[-_TURNS:]]
        user = self._prompts.render(CasePrompt(turns, safe(case.text), mark))
        prompt = self._prompt(suggestion, brief, hidden, mark)
        ours = [*brief.slots.values(), *(reply.text for reply in suggestion.replies)]
        return _Task(
            suggestion,
            brief,
            prompt,
            self._prompts.render(prompt),
            user,
            hidden,
            given(case, brief.organisation, brief.cards, ours),
        )

    def _prompt(self, suggestion: Suggestion, brief: Brief, hidden: Redaction, mark: str) -> RepliesPrompt:
        reading, promises = suggestion.reading, brief.organisation.promises
        cards = {card.id: card for card in brief.cards}
        stance = cards.get(f"stance.{reading.customer.type}")
        guidance = suggestion.guidance
        return RepliesPrompt(
            stance=self._wording.say("stances", reading.customer.type, language="en"),
            stance_why=stance.why.in_("en") if stance else "",
            heat=self._wording.say("heat", str(reading.heat.level), language="en"),
            flags=[flag.next_step for flag in reading.flags],
            escalated=reading.escalation.needed,
            route_team=brief.slots["route_team"],
            next_contact=brief.slots["next_contact"],
            language=reading.language,
            script=reading.script,
            cantonese=is_cantonese(suggestion.case.text),
            channel=suggestion.case.channel or "chat",
            limit=brief.limit,
            company=brief.organisation.company.name,
            blank=self._wording.say("when", language=reading.language),
            refund_up_to=promises.refund_up_to,
            replacement=promises.replacement,
            allowed_phrases=promises.allowed_phrases,
            steps=[hint.text for hint in guidance.steps],
            say=[hint.text for hint in guidance.say],
            never=[pair.text for pair in guidance.dont_say],
            # A reply may hold what the customer gave: an order number, a name.
            drafts=[Draft(reply.style, hidden.hide(reply.text)) for reply in suggestion.replies],
            fence=mark,
            pushes_back=reading.customer.type not in ("enthusiast", "ordinary"),
        )


def _verdict(style: str, first: Objections, last: Objections) -> str:
    if style in last:
        return "; ".join(dict.fromkeys(objection.why for objection in last[style]))
    return _REPAIRED if style in first else _PASSED


def _exempt(organisation: Organisation) -> Collection[str]:
    """What is allowed to whom and up to which amount is weighed by `Grounds`; the phrase alone cannot tell."""
    promises = organisation.promises
    return ("unauthorised_promise",) if promises.refund_up_to or promises.replacement else ()


def writer_of(home: Path) -> Callable[[Linter, Wording], Writer] | None:
    """What makes the writer for the language model that the settings name; None when they name none. Raises
    `LlmSettingsError`."""
    settings = LlmSettings.read(home)
    model = connect(settings)
    if model is None:
        return None
    content, prompts = shipped("playbooks"), Prompts(shipped("prompts"))
    redactor, grounds = Redactor.read(content), Grounds.read(content)
    return lambda linter, wording: Writer(model, prompts, redactor, linter, grounds, wording, settings)
