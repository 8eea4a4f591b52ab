"""What to do, say and avoid now, from the cards that apply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from copilot.facts import Facts
from copilot.playbooks.model import Card
from copilot.recall import Recalled
from copilot.text import to_script
from copilot.types import Case, Guidance, Hint, Instead, Language, Reading

__all__ = ["guide"]

_STEPS, _SAY, _DONT_SAY, _ASK = 7, 5, 6, 4
_T = TypeVar("_T")


def guide(case: Case, reading: Reading, recalled: Recalled, facts: Facts, locale: Language) -> Guidance:
    """Steps in the agent's language; sentences to say in the customer's, since they are said to them."""
    cards = recalled.cards()
    own = [c for c in cards if not (c is recalled.topic and not recalled.topic_sure and recalled.lead)]

    def theirs(text: str) -> str:
        return to_script(text, reading.script, case.text)

    return Guidance(
        steps=_take([[Hint(t.in_(locale), c.id) for t in c.steps] for c in own], _STEPS),
        say=_take([[Hint(theirs(t.in_(reading.language)), c.id) for t in c.say] for c in own], _SAY),
        dont_say=_take([_avoid(c, reading, theirs) for c in own], _DONT_SAY),
        ask=_take([_asks(c, facts, locale) for c in own], _ASK),
    )


def _avoid(card: Card, reading: Reading, theirs: object) -> list[Instead]:
    found = []
    for entry in card.dont_say:
        rule = entry.zh if reading.language == "zh" else entry.en
        if rule is not None:
            found.append(Instead(theirs(rule.avoid), theirs(rule.instead), card.id))  # type: ignore[operator]
    return found


def _asks(card: Card, facts: Facts, locale: Language) -> list[Hint]:
    """What is still to be asked: nothing that the message already gives."""
    return [Hint(ask.zh if locale == "zh" else ask.en, card.id) for ask in card.ask if ask.slot not in facts]


def _take(columns: Iterable[Sequence[_T]], most: int) -> tuple[_T, ...]:
    """The first of every card before the second of any, so that no card crowds out the rest; then card by card."""
    pools = [list(column) for column in columns if column]
    share: list[list[_T]] = [[] for _ in pools]
    taken = 0
    while taken < most and any(pools):
        for number, pool in enumerate(pools):
            # The most particular card gives two at a time.
            for _ in range(2 if number == 0 else 1):
                if pool and taken < most:
                    share[number].append(pool.pop(0))
                    taken += 1
    return tuple(item for column in share for item in column)
