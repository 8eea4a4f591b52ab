"""`Copilot`: one message in, one suggestion out. Built once and used by API, console, CLI and evals alike.

It touches no database and no network; whoever calls it decides what to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from copilot import hotlines, organisation
from copilot.check import Guard
from copilot.config import Settings, shipped
from copilot.embed import BundledEncoder, Encoder
from copilot.errors import InputError, OrganisationError
from copilot.facts import FactFinder
from copilot.guidance import guide
from copilot.handoff import note
from copilot.index import CardIndex, Progress
from copilot.judge import Fitted, HeldOut, Judge
from copilot.lint import Ear, Linter
from copilot.net.session import BundledNetwork, Network
from copilot.paraphrase import Paraphrases
from copilot.phrasebook import Phrasebook
from copilot.playbooks.load import Catalogue
from copilot.playbooks.model import Form
from copilot.prepare import cues_of, prepare
from copilot.read import Looked, Reader
from copilot.recall import Recall, Words
from copilot.reply import Composer
from copilot.tension import TensionGauge
from copilot.thread import Thread, ThreadSplitter
from copilot.types import Case, Language, Reading, Review, Suggestion
from copilot.wording import Wording
from copilot.writer import Brief, Writer, writer_of

__all__ = ["Copilot"]

_ANSWERED = 64


class Copilot:
    """Use `Copilot.build(settings)`; then `read`, `suggest` and `lint` are pure and may run in threads."""

    def __init__(
        self,
        catalogue: Catalogue,
        fitted: Fitted,
        words: Words,
        phrasebook: Phrasebook,
        encoder: Encoder,
        network: Network,
        index: CardIndex,
        organisation_file: Path | None = None,
        make_writer: Callable[[Linter, Wording], Writer] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        root = shipped("playbooks")
        self.catalogue = catalogue
        self.wording = Wording.read(root)
        self._clock = clock
        self._organisation = _Organisations(organisation_file)
        self._splitter = ThreadSplitter.read(root)
        self._facts = FactFinder.read(root)
        self._held_out = fitted.held_out
        judge = Judge(fitted, encoder, network, cues_of(catalogue))
        self._reader = Reader(catalogue, judge, self._splitter, self.wording)
        self._recall = Recall(catalogue, index, words)
        cards = catalogue.cards.values()
        ear = Ear(Paraphrases.read(root, network), phrasebook, encoder)
        self._linter = Linter(cards, self._allowed_phrases, ear, catalogue.own)
        self._gauge = TensionGauge.read(root)
        # A draft is reviewed at every pause in typing; the message that it answers stays the same.
        self._answered = lru_cache(_ANSWERED)(self._read_if_any)
        self._writer = make_writer(self._linter, self.wording) if make_writer else None
        # The cards' own sentences were judged when they were written: here listed phrases, figures and promises count.
        self._composer = Composer(Guard(Linter(cards, self._allowed_phrases)), self.wording, hotlines.read(root))

    @classmethod
    def build(
        cls,
        settings: Settings,
        progress: Progress | None = None,
        encoder: Encoder | None = None,
        network: Network | None = None,
    ) -> Copilot:
        """Load playbooks, index and models; build what is missing: about a minute, once a content. A language model is
        asked where the settings name one."""
        home = settings.prepare()
        encoder = encoder or BundledEncoder()
        network = network or BundledNetwork()
        index = CardIndex(home, settings.chroma_url)
        known = prepare(home, settings.overlay, encoder, network, index, progress)
        return cls(*known, encoder, network, index, organisation.ensure(home), writer_of(home))

    @property
    def held_out(self) -> HeldOut:
        """Messages judged by models that had not learned them, for measuring."""
        return self._held_out

    def split(self, text: str) -> Thread:
        """The turns of a pasted thread."""
        return self._splitter.split(text)

    def read(self, case: Case, locale: Language | None = None) -> Reading:
        """Stance, heat, flags and escalation. Raises `InputError` for what cannot be a message."""
        return self._look(case, locale)[0].reading

    def review(self, text: str, customer_text: str | None = None, locale: Language | None = None) -> Review:
        """What an agent should not send, and whether the draft will calm or anger the customer."""
        findings = self._linter.lint(text, customer_text=customer_text, locale=locale)
        theirs = customer_text or ""
        return Review(findings, self._gauge.measure(text, findings, self._answered(theirs), theirs, locale))

    def _allowed_phrases(self) -> Collection[str]:
        return self._organisation.current()[0].promises.allowed_phrases

    def _read_if_any(self, text: str) -> Reading | None:
        try:
            return self.read(Case(text))
        except InputError:  # nothing, or nothing that can be read
            return None

    def suggest(self, case: Case, locale: Language | None = None, stance: str | None = None) -> Suggestion:
        """The whole answer. `locale` is the agent's language, the message's own by default; `stance` what the agent
        says it is, when the reading was in doubt or wrong."""
        now = self._clock()
        looked, org, notices = self._look(case, locale)
        if stance:
            looked = replace(looked, reading=_corrected(looked.reading, stance))
            notices += (self.wording.say("notices", "stance_set", language=locale or looked.reading.language),)
        reading = looked.reading
        speak = locale or reading.language
        facts = self._facts.find(looked.folded, reading.language)
        recalled = self._recall.recall(case, reading, looked.folded.text, looked.vector, self._reader.topics(looked))
        replies = self._composer.compose(case, reading, recalled, facts, org, now)
        guidance = guide(case, reading, recalled, facts, speak)
        handoff = note(case, looked, facts, guidance, org, self.wording, self._splitter, speak, now)
        dropped = tuple(
            self.wording.say("notices", "dropped", language=speak, style=reply.style)
            for reply in replies
            if reply.dropped
        )
        return Suggestion(
            case,
            reading,
            replies,
            guidance,
            tuple(card.id for card in recalled.cards()),
            tuple(facts.values()),
            handoff,
            notices=reading.notices + notices + dropped,
        )

    @property
    def writes(self) -> str | None:
        """The language model that is asked, and where it is; None where there is none."""
        return self._writer.describe() if self._writer else None

    def draft(self, suggestion: Suggestion, locale: Language | None = None) -> Suggestion:
        """The suggestion with the language model's replies where there is one and they pass the guard; with a notice
        where they do not. Takes seconds, and never longer than the timeout set."""
        if self._writer is None:
            return suggestion
        case, reading = suggestion.case, suggestion.reading
        org, _ = self._organisation.current()
        channel = self.catalogue.cards.get(f"channel.{case.channel}")
        form = channel.form if channel and channel.form else Form()
        facts = {fact.slot: fact for fact in suggestion.facts}
        slots = self._composer.slots(case, reading, facts, org, self._clock())
        brief = Brief([self.catalogue.cards[name] for name in suggestion.cards], org, slots, form.max_chars)
        return self._writer.write(suggestion, brief, locale or reading.language)

    def _look(self, case: Case, locale: Language | None) -> tuple[Looked, organisation.Organisation, tuple[str, ...]]:
        org, fault = self._organisation.current()
        looked = self._reader.look(case, org, locale)
        speak = locale or looked.reading.language
        notices = (self.wording.say("notices", "organisation", language=speak, why=fault),) if fault else ()
        return looked, org, notices

    def organisation(self) -> tuple[organisation.Organisation, str | None]:
        """What is in force now, and what is wrong with the file if it is not the file."""
        return self._organisation.current()

    def problems(self) -> tuple[str, ...]:
        """Faults in the organisation's own files, for the operator."""
        fault = self._organisation.current()[1]
        return tuple(map(str, self.catalogue.problems)) + ((fault,) if fault else ())


def _corrected(reading: Reading, stance: str) -> Reading:
    """The reading with the agent's stance. The probabilities stay what they were, and no words are claimed for it."""
    customer = replace(
        reading.customer, type=stance, confidence=reading.customer.probabilities.get(stance, 0.0), evidence=()
    )
    return replace(reading, customer=customer)


class _Organisations:
    """organisation.yaml, read again when it changes; the last good version survives a mistake in it."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._stamp: float | None = None
        self._good = organisation.read(None)
        self._fault: str | None = None

    def current(self) -> tuple[organisation.Organisation, str | None]:
        if self._path is not None:
            stamp = self._path.stat().st_mtime if self._path.exists() else 0.0
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._good, self._fault = organisation.read(self._path), None
                except OrganisationError as error:
                    self._fault = str(error)
        return self._good, self._fault
