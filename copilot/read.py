"""Reading a message: stance, heat and flags, each with the words it rests on.

Top to bottom: find the customer's newest words, fold them, let the classifiers look at the whole and at every sentence,
let the patterns look at the words, put both together, decide on escalation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copilot.cues import CueCounter
from copilot.embed import Encoder, Vectors
from copilot.errors import InputError
from copilot.escalate import decide
from copilot.heads import Heads, Prediction
from copilot.language import detect
from copilot.organisation import Organisation
from copilot.playbooks.load import Catalogue
from copilot.playbooks.model import FLAGS, STANCES
from copilot.signals import Hit
from copilot.text import Folded, Span, clauses, fold, scripts, sentences
from copilot.thread import Part, Thread, ThreadSplitter
from copilot.types import Case, Customer, Escalation, Evidence, Flag, Heat, Language, Reading
from copilot.wording import Wording

__all__ = ["MAX_CHARS", "Looked", "Reader"]

MAX_CHARS = 50_000
_UNITS = 64  # sentences of one message that are looked at one by one
_SENTENCE_DISCOUNT = 0.9  # a sentence alone has less context than the message it stands in
_OBJECTION, _AGREED, _OBJECTED = 0.1, 0.8, 0.5
_SHORT = 90  # characters up to which the whole is its own only unit
_CARRIED = ("self_harm", "safety", "privacy", "legal", "media")  # flags that earlier words keep raised


@dataclass(frozen=True)
class Looked:
    """A reading and what later steps need of the way to it."""

    reading: Reading
    thread: Thread
    folded: Folded
    vector: Vectors
    topics: Mapping[str, float]


class Reader:
    """Built once; `look` is pure."""

    def __init__(
        self,
        catalogue: Catalogue,
        encoder: Encoder,
        heads: Heads,
        cues: CueCounter,
        splitter: ThreadSplitter,
        wording: Wording,
    ) -> None:
        self._cards = catalogue.cards
        self._encoder = encoder
        self._heads = heads
        self._splitter = splitter
        self._wording = wording
        self._cues = cues

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
        units = self._units(folded.text)
        texts = [folded.text[a:b] for a, b in units]
        vectors = self._encoder.encode(texts)
        predicted = self._heads.predict(texts, vectors, self._cues.count(texts))
        hits = self._cues.hits(folded.text)
        heated = float(predicted.heat[0])
        heat = Heat(level=round(heated), score=round(heated / 3, 3))
        customer = self._customer(predicted, folded, speak)
        flags = self._flags(predicted, hits, folded, units, language, speak)
        flags += self._carried(case, thread, flags, language, speak)
        flags.sort(key=lambda flag: -self._priority(flag.code))
        escalation = self._escalation(flags, heat, predicted, organisation, speak)
        reading = Reading(
            language,
            scripts(folded.original),  # type: ignore[arg-type]
            customer,
            heat,
            tuple(flags),
            escalation,
            tuple(notices),
        )
        # A sentence often names the matter better than the whole, in which a threat may drown it.
        topics = dict(zip(self._heads.topics, map(float, predicted.topics.max(axis=0)), strict=True))
        return Looked(reading, thread, folded, vectors[0], topics)

    @staticmethod
    def _units(text: str) -> list[Span]:
        """The whole first, then its sentences: one threat in a long letter must not drown in it."""
        whole = [(0, len(text))]
        if len(text) <= _SHORT:
            return whole
        parts = [span for span in sentences(text) if span[1] - span[0] > 3]
        return whole + parts[:_UNITS] if len(parts) > 1 else whole

    def _customer(self, predicted: Prediction, folded: Folded, locale: Language) -> Customer:
        row = predicted.types[0]
        best = int(row.argmax())
        stance = STANCES[best]
        label = self._wording.say("stances", stance, language=locale)
        why = self._wording.say("evidence", "stance", language=locale, label=label)
        return Customer(
            type=stance,
            confidence=round(float(row[best]), 3),
            probabilities={name: round(float(p), 3) for name, p in zip(STANCES, row, strict=True)},
            evidence=tuple(self._evidence(span, folded, why) for span in self._telling_clauses(folded.text, best)),
        )

    def _telling_clauses(self, text: str, stance: int) -> list[Span]:
        """The one or two clauses that, read alone, speak most for the stance."""
        parts = [span for span in clauses(text) if span[1] - span[0] > 1][:_UNITS]
        if len(parts) <= 1:
            return parts or [(0, len(text))]
        texts = [text[a:b] for a, b in parts]
        scores = self._heads.predict(texts, self._encoder.encode(texts), self._cues.count(texts)).types[:, stance]
        order = np.argsort(-scores, kind="stable")
        keep = [int(order[0])]
        if len(order) > 1 and scores[order[1]] >= 0.85 * scores[order[0]]:
            keep.append(int(order[1]))
        return [parts[i] for i in sorted(keep)]

    def _flags(
        self,
        predicted: Prediction,
        hits: Sequence[Hit],
        folded: Folded,
        units: Sequence[Span],
        language: Language,
        locale: Language,
    ) -> list[Flag]:
        flags = []
        for column, code in enumerate(FLAGS):
            card = self._cards.get(f"flag.{code}")
            if card is None or card.flag is None:
                continue
            label = card.title.in_(locale)
            found = [hit for hit in hits if hit.code == code]
            column_scores = predicted.flags[:, column] * np.where(np.arange(len(units)) == 0, 1.0, _SENTENCE_DISCOUNT)
            where = int(column_scores.argmax())
            model = float(column_scores[where])
            rule = max((hit.confidence for hit in found), default=0.0)
            confidence = _together(rule, model)
            if confidence < card.flag.threshold[language]:
                continue
            if found:
                why = self._wording.say("evidence", "rule", language=locale, label=label)
                spans = _merged([(hit.start, hit.end) for hit in found])[:5]
            else:
                why = self._wording.say("evidence", "model", language=locale, label=label)
                spans = [units[where]]
            flags.append(
                Flag(
                    code,
                    round(confidence, 3),
                    tuple(self._evidence(span, folded, why) for span in spans),
                    "rule" if found else "model",
                    card.flag.next_step.in_(locale),
                    None,
                )
            )
        return flags

    def _carried(
        self, case: Case, thread: Thread, flags: Sequence[Flag], language: Language, locale: Language
    ) -> list[Flag]:
        """Grave flags of the customer's earlier words, which the newest ones need not repeat; and repetition."""
        earlier = [(part.start, case.text[part.start : part.end]) for part in thread.earlier("customer")]
        earlier += [(-1, turn.text) for turn in case.conversation if turn.role == "customer"]
        unresolved = [c for c in case.history.contacts if not c.resolved]
        raised = {flag.code for flag in flags}
        carried: list[Flag] = []
        for offset, text in earlier:
            folded = fold(text)
            for hit in self._cues.hits(folded.text):
                if hit.code in raised or hit.code not in _CARRIED:
                    continue
                raised.add(hit.code)
                start, end = folded.span(hit.start, hit.end)
                evidence = (
                    ()
                    if offset < 0
                    else (Evidence(offset + start, offset + end, text[start:end], self._history_label(locale)),)
                )
                carried.append(self._from_history(hit.code, hit.confidence * 0.9, evidence, locale))
        if "repeat" not in raised and len(unresolved) >= 2:
            carried.append(self._from_history("repeat", 0.8, (), locale))
        return carried

    def _priority(self, code: str) -> int:
        rules = self._cards[f"flag.{code}"].flag
        return rules.priority if rules else 0

    def _history_label(self, locale: Language) -> str:
        return self._wording.say("evidence", "history", language=locale)

    def _from_history(self, code: str, confidence: float, evidence: tuple[Evidence, ...], locale: Language) -> Flag:
        card = self._cards[f"flag.{code}"]
        assert card.flag is not None
        return Flag(code, round(confidence, 3), evidence, "history", card.flag.next_step.in_(locale), None)

    def _escalation(
        self,
        flags: list[Flag],
        heat: Heat,
        predicted: Prediction,
        organisation: Organisation,
        locale: Language,
    ) -> Escalation:
        labels = {f.code: self._cards[f"flag.{f.code}"].title.in_(locale) for f in flags}
        for number, flag in enumerate(flags):
            policy = organisation.escalation.get(flag.code)  # type: ignore[call-overload]
            if policy:
                flags[number] = Flag(
                    flag.code, flag.confidence, flag.evidence, flag.source, flag.next_step, policy.route_to
                )
        units = predicted.escalate * np.where(np.arange(len(predicted.escalate)) == 0, 1.0, _SENTENCE_DISCOUNT)
        return decide(flags, heat.level, float(units.max()), labels, organisation, self._wording, locale)

    @staticmethod
    def _evidence(span: Span, folded: Folded, why: str) -> Evidence:
        start, end = folded.span(*span)
        return Evidence(start, end, folded.original[start:end], why)


def _together(rule: float, model: float) -> float:
    """A pattern counts for more when the classifier does not object: that is how an alarming word in an innocent
    place is told from a threat."""
    trust = _AGREED if model >= _OBJECTION else _OBJECTED
    return 1 - (1 - model) * (1 - trust * rule)


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


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
