"""Reading a message: stance, heat and flags, each with the words it rests on.

Top to bottom: find the customer's newest words, fold them, let the models judge them, look back at what came before,
point at the words, decide on escalation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from copilot.embed import Vectors
from copilot.errors import InputError
from copilot.escalate import decide
from copilot.judge import Judge, Verdict
from copilot.language import detect
from copilot.organisation import Organisation
from copilot.past import Past, look_back
from copilot.playbooks.load import Catalogue
from copilot.playbooks.model import FLAGS, STANCES
from copilot.text import Folded, Span, clauses, fold, scripts, sentences
from copilot.thread import Part, Thread, ThreadSplitter
from copilot.types import Case, Customer, Escalation, Evidence, Flag, Heat, Language, Reading
from copilot.wording import Wording

__all__ = ["MAX_CHARS", "Looked", "Reader"]

MAX_CHARS = 50_000
_CLAUSES = 64  # of one message that may be pointed at
_TOPIC_SENTENCES = 12  # that are asked what they are about
_SHORT = 90  # characters up to which a text is its own only sentence
_ALSO = 1.5  # log-odds below the most telling place that still count as telling


@dataclass(frozen=True)
class Looked:
    """A reading and what later steps need of the way to it."""

    reading: Reading
    thread: Thread
    folded: Folded
    vector: Vectors


class Reader:
    """Built once; `look` is pure."""

    def __init__(self, catalogue: Catalogue, judge: Judge, splitter: ThreadSplitter, wording: Wording) -> None:
        self._cards = catalogue.cards
        self._judge = judge
        self._splitter = splitter
        self._wording = wording

    def look(self, case: Case, organisation: Organisation, locale: Language | None = None) -> Looked:
        """`locale` is the language of reasons and next steps, the message's own by default."""
        check_text(case.text)
        thread = self._splitter.split(case.text)
        notices: list[str] = []
        newest = _masked(case.text, thread.newest)
        folded = fold(newest)
        if not folded.text:
            folded = fold(case.text)
        if not folded.text:
            raise InputError("text", "holds no visible characters; paste the customer's message")
        language, foreign = detect(folded.text)
        speak: Language = locale or language
        if not thread.newest:
            notices.append(self._wording.say("notices", "no_customer_words", language=speak))
        if foreign:
            notices.append(self._wording.say("notices", "other_language", language=speak, code=foreign))
        verdict = self._judge.verdict(folded.text, language == "zh")
        if not verdict.opinion.complete:
            notices.append(self._wording.say("notices", "very_long", language=speak))
        heated = float(verdict.prediction.heat[0])
        past = look_back(case, thread, folded.text, heated, self._judge)
        flags = self._flags(verdict, folded, language, speak)
        flags += self._carried(past, case, flags, speak)
        flags.sort(key=lambda flag: -self._priority(flag.code))
        heat = Heat(level=round(heated), score=round(heated / 3, 3))
        reading = Reading(
            language,
            scripts(folded.original),  # type: ignore[arg-type]
            self._customer(verdict, folded, speak),
            heat,
            tuple(self._routed(flag, organisation) for flag in flags),
            self._escalation(flags, heated, past, verdict, organisation, speak),
            tuple(notices),
        )
        return Looked(reading, thread, folded, verdict.vector)

    def topics(self, looked: Looked) -> dict[str, float]:
        """What the message is about, by the names of the situation cards."""
        text = looked.folded.text
        parts = [] if len(text) <= _SHORT else [text[a:b] for a, b in sentences(text) if b - a > 3]
        return self._judge.topics([text, *(parts[:_TOPIC_SENTENCES] if len(parts) > 1 else [])])

    def _customer(self, verdict: Verdict, folded: Folded, locale: Language) -> Customer:
        row = verdict.prediction.types[0]
        best = int(row.argmax())
        stance = STANCES[best]
        label = self._wording.say("stances", stance, language=locale)
        why = self._wording.say("evidence", "stance", language=locale, label=label)
        return Customer(
            type=stance,
            confidence=round(float(row[best]), 3),
            probabilities={name: round(float(p), 3) for name, p in zip(STANCES, row, strict=True)},
            evidence=tuple(_evidence(span, folded, why) for span in self._telling_clauses(folded.text, best)),
        )

    def _telling_clauses(self, text: str, stance: int) -> list[Span]:
        """The one or two clauses whose words speak most for the stance."""
        parts = [span for span in clauses(text) if span[1] - span[0] > 1][:_CLAUSES]
        if len(parts) <= 1:
            return parts or [(0, len(text))]
        scores = self._judge.leaning([text[a:b] for a, b in parts], stance)
        return _best(parts, scores, 0.4)

    def _flags(self, verdict: Verdict, folded: Folded, language: Language, locale: Language) -> list[Flag]:
        flags = []
        for column, code in enumerate(FLAGS):
            card = self._cards.get(f"flag.{code}")
            if card is None or card.flag is None:
                continue
            confidence = float(verdict.prediction.flags[0, column])
            if confidence < card.flag.threshold[language]:
                continue
            found = [(hit.start, hit.end) for hit in verdict.hits if hit.code == code]
            why = self._wording.say(
                "evidence", "rule" if found else "model", language=locale, label=card.title.in_(locale)
            )
            spans = _merged(found)[:5] if found else self._telling_places(verdict, folded.text, column)
            flags.append(
                Flag(
                    code,
                    round(confidence, 3),
                    tuple(_evidence(span, folded, why) for span in spans),
                    "rule" if found else "model",
                    card.flag.next_step.in_(locale),
                    None,
                )
            )
        return flags

    @staticmethod
    def _telling_places(verdict: Verdict, text: str, column: int) -> list[Span]:
        """The one or two clauses in which the network found the flag."""
        parts = [span for span in clauses(text) if span[1] - span[0] > 1][:_CLAUSES] or [(0, len(text))]
        opinion = verdict.opinion
        best = np.full(len(parts), -np.inf)
        part = 0
        for (start, end), spots in zip(opinion.spans, opinion.spots, strict=True):
            while part + 1 < len(parts) and parts[part][1] <= (start + end) // 2:
                part += 1
            best[part] = max(best[part], float(spots[column]))
        return _best(parts, best, _ALSO)

    def _carried(self, past: Past, case: Case, flags: Sequence[Flag], locale: Language) -> list[Flag]:
        """The flags that only the past raises."""
        known = {flag.code for flag in flags}
        why = self._wording.say("evidence", "history", language=locale)
        carried = []
        for raised in past.raised:
            card = self._cards[f"flag.{raised.code}"]
            if raised.code in known or card.flag is None:
                continue
            evidence = (Evidence(*raised.span, case.text[slice(*raised.span)], why),) if raised.span else ()
            step = card.flag.next_step.in_(locale)
            carried.append(Flag(raised.code, round(raised.confidence, 3), evidence, "history", step, None))
        return carried

    def _priority(self, code: str) -> int:
        rules = self._cards[f"flag.{code}"].flag
        return rules.priority if rules else 0

    @staticmethod
    def _routed(flag: Flag, organisation: Organisation) -> Flag:
        policy = organisation.escalation.get(flag.code)  # type: ignore[call-overload]
        return replace(flag, route_to=policy.route_to) if policy else flag

    def _escalation(
        self,
        flags: Sequence[Flag],
        heat: float,
        past: Past,
        verdict: Verdict,
        organisation: Organisation,
        locale: Language,
    ) -> Escalation:
        labels = {f.code: self._cards[f"flag.{f.code}"].title.in_(locale) for f in flags}
        probability = float(verdict.prediction.escalate[0])
        chances: dict[str, float] = dict(zip(FLAGS, map(float, verdict.prediction.flags[0]), strict=True))
        return decide(flags, chances, heat, probability, past.rising, labels, organisation, self._wording, locale)


def check_text(text: str) -> None:
    """Refuse what cannot be a message, with a reason that helps."""
    if not text.strip():
        raise InputError("text", "is empty; paste the customer's message")
    if len(text) > MAX_CHARS:
        raise InputError("text", f"has {len(text):,} characters; at most {MAX_CHARS:,} can be read at once")
    for at, char in enumerate(text):
        if "\ud800" <= char <= "\udfff":
            raise InputError("text", f"holds half a character (a lone surrogate) at position {at}; send valid Unicode")
        if char == "\0":
            raise InputError("text", f"holds a NUL character at position {at}; this looks like binary data, not text")


def _masked(text: str, parts: Sequence[Part]) -> str:
    """The text with everything outside `parts` blanked, so that positions stay."""
    if len(parts) == 1 and parts[0].start == 0 and parts[0].end == len(text):
        return text
    out = ["\n"] * len(text)
    for part in parts:
        out[part.start : part.end] = text[part.start : part.end]
    return "".join(out)


def _best(parts: Sequence[Span], scores: NDArray[np.float64], within: float) -> list[Span]:
    """The part with the highest score, and the next one if it comes close; in the order of the text."""
    order = np.argsort(-scores, kind="stable")
    keep = [int(order[0])]
    if len(order) > 1 and scores[order[1]] >= scores[order[0]] - within:
        keep.append(int(order[1]))
    return [parts[i] for i in sorted(keep)]


def _evidence(span: Span, folded: Folded, why: str) -> Evidence:
    start, end = folded.span(*span)
    return Evidence(start, end, folded.original[start:end], why)


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
