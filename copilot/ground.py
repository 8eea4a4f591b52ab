"""The guard of every text that a language model wrote: what it states must have been given, what it must never hold
must not be in it.

What may be stated comes from the case (figures, dates, names) and from ourselves: cards, organisation.yaml, texts made
from them. Links, contacts and promises count only from ourselves, since whoever writes to us may have planted them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from copilot.claims import ClaimFinder, masked
from copilot.forms import Forms, GroundWords, copied, hidden, letters, wrong_script
from copilot.organisation import Organisation
from copilot.patterns import pattern
from copilot.playbooks.model import Card
from copilot.playbooks.offered import offers
from copilot.promises import Promises
from copilot.text import Span, fold
from copilot.types import Case, Language

__all__ = ["Fault", "Given", "Grounds", "given"]

_CASES = 16  # cases whose texts stay read
_TEXTS = 8192
_SHOWN = 60  # characters of a fault that a reason quotes
_WORD = pattern(r"[\p{L}\p{N}'-]+")


@dataclass(frozen=True)
class Fault:
    """Characters `[start, end)` of a text that may not be sent. `code` is one of figure, date, name, promise, link,
    contact, language, script, leak, markup, unknown, length, empty."""

    code: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Given:
    """What may be stated. `heard`: what was said in the case; `ours`: texts of the organisation and its playbooks;
    `spoken`: those of them that may be said to a customer as they stand, promises included."""

    heard: tuple[str, ...]
    ours: tuple[str, ...]
    spoken: tuple[str, ...]
    keys: frozenset[str]
    refund_up_to: tuple[tuple[str, float], ...]
    replacement: bool
    allowed_phrases: tuple[str, ...]


def given(case: Case, organisation: Organisation, cards: Iterable[Card], playbook_texts: Iterable[str] = ()) -> Given:
    """`cards` are those used for this case, their slots unfilled; `playbook_texts` what was made of them: composed
    replies, whose promises the composer has cleared, guidance, a hotline."""
    promises, company = organisation.promises, organisation.company
    cards = tuple(cards)
    minutes = {organisation.next_contact(case.channel, urgency) for urgency in ("none", "soon", "now")}
    contacts = case.history.contacts
    tenure = case.history.tenure_days
    keys = {
        *ClaimFinder.of_dates(turn.at for turn in case.conversation if turn.at),
        *ClaimFinder.of_dates(contact.at for contact in contacts),
        *(ClaimFinder.of_minutes(m) for m in minutes if m is not None),
        *(ClaimFinder.of_amount(code, most) for code, most in promises.refund_up_to.items()),
    }
    if tenure is not None:
        keys |= {ClaimFinder.of_minutes(days * 1440) for days in (tenure, tenure // 30 * 30, tenure // 365 * 365)}
    return Given(
        heard=(
            case.text,
            case.id or "",
            *(turn.text for turn in case.conversation),
            *(contact.text for contact in contacts),
        ),
        ours=(
            *(step.in_(language) for card in cards for step in card.steps for language in ("en", "zh")),
            *(word for word in (company.name, *company.brands) if word),
            *(word for word in (organisation.signature.en, organisation.signature.zh) if word),
            *(t for route in organisation.routes.values() for t in (route.team.en, route.team.zh, route.contact) if t),
        ),
        spoken=(
            *playbook_texts,
            # A sentence that needs a permission promises nothing by itself: organisation.yaml decides.
            *(offer.text for card in cards for offer in offers(card) if not offer.needs),
        ),
        keys=frozenset(keys),
        refund_up_to=tuple(sorted(promises.refund_up_to.items())),
        replacement=promises.replacement,
        allowed_phrases=promises.allowed_phrases,
    )


@dataclass(frozen=True)
class _Known:
    """What the texts of a case make known, read once: keys of figures and dates, contacts and links of our own, words,
    and the folded text of all."""

    keys: frozenset[str]
    ways: frozenset[str]
    words: frozenset[str]
    said: str
    letters: str


class Grounds:
    """Built once from `playbooks/grounds.yaml`; thread-safe."""

    def __init__(self, words: GroundWords) -> None:
        self._reasons = words.reasons
        self._forms = Forms(words)
        self._claims = ClaimFinder(words.claims)
        self._promises = Promises(words.promises)
        # Our own texts come again with every case, and a case with every attempt at an answer.
        self._keys_of = lru_cache(_TEXTS)(self._keys)
        self._ways_of = lru_cache(_TEXTS)(lambda text: self._forms.ways(self._forms.readable(text).flat))
        self._known = lru_cache(_CASES)(self._read)

    @classmethod
    def read(cls, root: Path) -> Grounds:
        """Raises `pydantic.ValidationError` for a file of another shape: it is shipped, and no organisation's."""
        return cls(GroundWords.model_validate(yaml.safe_load((root / "grounds.yaml").read_text(encoding="utf-8"))))

    def faults(
        self,
        text: str,
        given: Given,
        *,
        language: Language,
        script: str | None,
        limit: int | None = None,
        secrets: Sequence[str] = (),
        unknown: Sequence[str] = (),
    ) -> tuple[Fault, ...]:
        """In the order of the text; none means that it may be shown. `language` and `script` are the customer's;
        `limit` counts characters; `secrets` are the parts of a prompt that no case holds; `unknown` are placeholders
        that stand for nothing in this case."""
        folded = self._forms.readable(text)
        found = {("markup", *span) for span in hidden(text)}
        found |= {("unknown", *span) for token in unknown for span in _places(text, token)}
        if limit is not None and len(text) > limit:
            found.add(("length", limit, len(text)))
        if not any(c.isalnum() for c in text):
            found.add(("empty", 0, len(text)))
        found |= {(code, *folded.span(*span)) for code, span in self._within(folded.flat, folded.text, given)}
        known = self._known(given)
        found |= {
            ("leak", *folded.span(*span))
            for span in copied(folded.flat, secrets, (*given.heard, *given.ours, *given.spoken))
        }
        found |= {
            ("language", *folded.span(*span)) for span in self._forms.language(folded.text, language, known.letters)
        }
        if wrong_script(text, script if language == "zh" else None):
            found.add(("script", 0, len(text)))
        return tuple(Fault(code, text[a:b], a, b) for code, a, b in sorted(found, key=lambda f: (f[1], f[2], f[0])))

    def in_words(self, fault: Fault, locale: Language) -> str:
        """The reason as a sentence, for whoever writes the text anew and for the agent."""
        words = fault.text if len(fault.text) <= _SHOWN else fault.text[: _SHOWN - 1] + "…"
        return self._reasons[fault.code].in_(locale).replace("{words}", words)

    def _within(self, flat: str, text: str, given: Given) -> Iterator[tuple[str, Span]]:
        """Faults of a folded text; `text` is the same with its line ends."""
        known = self._known(given)
        forms = self._forms
        yield from (("markup", span) for span in forms.markup(text))
        yield from (("leak", span) for span in forms.leaks(text))
        yield from (("script", span) for span in forms.aliens(flat, known.words))
        yield from (("name", span) for span in forms.names(text, known.words, known.said))
        ways = forms.ways(flat)
        yield from ((kind, span) for span, (kind, way) in ways.items() if way not in known.ways)
        claims = self._claims.read(masked(text, sorted(ways)))
        for claim in claims:
            if claim.states and not claim.states & known.keys:
                yield claim.code, (claim.start, claim.end)
        promises = self._promises.find(
            flat,
            claims,
            refund_up_to=given.refund_up_to,
            replacement=given.replacement,
            allowed_phrases=given.allowed_phrases,
            spoken=given.spoken,
        )
        yield from (("promise", span) for span in promises)

    def _keys(self, text: str) -> set[str]:
        return self._claims.known(self._forms.readable(text).flat)

    def _read(self, given: Given) -> _Known:
        ours = (*given.ours, *given.spoken)
        texts = (*given.heard, *ours)
        said = "\n".join(fold(text).text for text in texts)
        return _Known(
            given.keys.union(*map(self._keys_of, ours), *map(self._keys, given.heard)),
            frozenset(way for text in ours for _, way in self._ways_of(text).values()),
            frozenset(word.lower() for word in _WORD.findall(said)),
            said,
            letters(said),
        )


def _places(text: str, token: str) -> Iterator[Span]:
    at = text.find(token) if token else -1
    while at >= 0:
        yield at, at + len(token)
        at = text.find(token, at + len(token))
