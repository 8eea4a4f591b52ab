"""Every card, stance, channel, flag and language, as a customer would bring them up."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from copilot.pipeline import Copilot
from copilot.playbooks.model import CHANNELS, STANCES
from copilot.types import Case

__all__ = ["faults", "steps"]

Step = tuple[str, str, str]  # message, channel, stance


def steps(copilot: Copilot) -> Iterator[Step]:
    """What customers say when a card fits, in both languages, on every channel, from every stance."""
    for card in copilot.catalogue.cards.values():
        messages = [card.signals[language][0] for language in ("en", "zh") if card.signals.get(language)]
        yield from product(messages, CHANNELS, STANCES)


def faults(copilot: Copilot, step: Step) -> list[str]:
    """What the linter has against the three replies and the better words that are offered."""
    message, channel, stance = step
    suggestion = copilot.suggest(Case(message, channel=channel), stance=stance)
    offered = [reply.text for reply in suggestion.replies]
    offered += [hint.text for hint in suggestion.guidance.say]
    offered += [hint.instead for hint in suggestion.guidance.dont_say]
    return [
        f"{channel}, {stance}, “{message}”: “{finding.text}” is {finding.kind} in “{text}”"
        for text in offered
        for finding in copilot.review(text, message).findings
        if finding.severity != "suggestion"
    ]
