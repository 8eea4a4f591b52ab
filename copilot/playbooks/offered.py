"""What a card offers to say: every sentence that Levelhead may put into an agent's mouth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copilot.playbooks.examples import Bad, Draft, LabelledDraft
from copilot.playbooks.model import FINDING_KINDS, STYLES, Card, Parts, wordings

__all__ = ["Offer", "as_drafts", "offers"]

_SAMPLES = {
    "order": "A-4471",
    "amount": "49.90",
    "delay": "3",
    "times": "3",
    "product": "X200",
    "date": "12.5.",
    "name": "Kim",
    "company": "Acme",
    "next_contact": "16:00",
    "route_team": "Quality",
}


@dataclass(frozen=True)
class Offer:
    """A text at its field; `needs` when an organisation must allow it first."""

    field: str
    language: str
    text: str
    needs: bool = False


def offers(card: Card) -> Iterator[Offer]:
    for language in ("en", "zh"):
        yield from (Offer(f"say.{n}.{language}", language, getattr(t, language)) for n, t in enumerate(card.say))
        yield from (Offer(f"ask.{n}.{language}", language, getattr(t, language)) for n, t in enumerate(card.ask))
        for n, entry in enumerate(card.dont_say):
            rule = getattr(entry, language)
            if rule is not None:
                yield Offer(f"dont_say.{n}.{language}.instead", language, rule.instead)
        for style in STYLES if card.replies else ():
            parts: Parts = getattr(getattr(card.replies, style), language)
            for name in ("open", "acknowledge", "act", "close"):
                for n, sentence in enumerate(getattr(parts, name)):
                    for wording in wordings(sentence):
                        field = f"replies.{style}.{language}.{name}.{n}"
                        yield Offer(field, language, wording.text, bool(wording.needs))


def as_drafts(card: Card) -> Iterator[LabelledDraft]:
    """The card's own words as examples: what it offers is fine, alone and in a reply; what it says to avoid is not."""
    free = [offer for offer in offers(card) if not offer.needs]
    for offer in [*free, *_replies(free)]:
        text = offer.text
        for slot, sample in _SAMPLES.items():
            text = text.replace(f"{{{slot}}}", sample)
        yield LabelledDraft(Draft(text=text), offer.language, "cards")
    for entry in card.dont_say:
        for language in ("en", "zh"):
            rule = getattr(entry, language)
            if rule is not None and entry.kind in FINDING_KINDS:
                bad = Bad.model_validate({"kind": entry.kind, "span": rule.avoid, "instead": rule.instead})
                yield LabelledDraft(Draft(text=rule.avoid, bad=(bad,)), language, "cards")


def _replies(offered: Sequence[Offer]) -> Iterator[Offer]:
    """For each style and language a reply of every part's first sentences, one of the second ones, and so on."""
    styles: dict[str, dict[str, list[Offer]]] = {}
    for offer in offered:
        if offer.field.startswith("replies."):
            reply, part, _ = offer.field.rsplit(".", 2)
            styles.setdefault(reply, {}).setdefault(part, []).append(offer)
    for reply, parts in styles.items():
        for nth in range(max(map(len, parts.values()))):
            sentences = [part[min(nth, len(part) - 1)] for part in parts.values()]
            language = sentences[0].language
            yield Offer(reply, language, ("" if language == "zh" else " ").join(s.text for s in sentences))
