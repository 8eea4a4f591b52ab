"""What a schema cannot say: the rules that make cards usable together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

from copilot.errors import PlaybookError
from copilot.lint import Linter
from copilot.playbooks.load import Problem, content_files, read_card, read_exemplars
from copilot.playbooks.model import STYLES, Card, ExemplarFile, Parts, Sentence, wordings

__all__ = ["always_usable", "check_card", "check_exemplars", "check_files", "check_wording"]

MESSAGE_SLOTS = frozenset({"order", "amount", "delay", "times", "product", "date", "name", "company"})
ORGANISATION_SLOTS = frozenset({"next_contact", "route_team"})
_SLOT = re.compile(r"\{([^{}]*)\}")
_HAN = re.compile(r"[\u3400-\u9fff]")


def _slots(text: str) -> set[str]:
    return set(_SLOT.findall(text))


def _check_language(where: str, language: str, text: str) -> Iterator[tuple[str, str]]:
    if language == "zh" and not _HAN.search(text):
        yield where, "write this in Chinese"
    if language == "en" and _HAN.search(text):
        yield where, "write this in English"


def _check_parts(where: str, language: str, parts: Parts) -> Iterator[tuple[str, str]]:
    for name in ("open", "acknowledge", "act", "close"):
        for number, sentence in enumerate(getattr(parts, name)):
            at = f"{where}.{name}.{number}"
            for wording in wordings(sentence):
                yield from _check_language(at, language, wording.text)
                unknown = _slots(wording.text) - MESSAGE_SLOTS - ORGANISATION_SLOTS
                if unknown:
                    yield at, f"no such slot: {', '.join(sorted(unknown))}"


def always_usable(sentence: Sentence) -> bool:
    """Whether some wording needs nothing of the message and no condition."""
    return any(
        not (_slots(w.text) & MESSAGE_SLOTS or w.types or w.heat or w.channels or w.needs) for w in wordings(sentence)
    )


def check_card(card: Card) -> Iterator[tuple[str, str]]:
    """Pairs of field and fault."""
    yield from _check_replies(card)
    yield from _check_texts(card)
    for number, entry in enumerate(card.dont_say):
        for language in ("en", "zh"):
            rule = getattr(entry, language)
            where = f"dont_say.{number}.{language}"
            yield from _check_language(f"{where}.instead", language, rule.instead)


def _check_replies(card: Card) -> Iterator[tuple[str, str]]:
    if card.replies is None:
        return
    for style in STYLES:
        for language in ("en", "zh"):
            parts: Parts = getattr(getattr(card.replies, style), language)
            where = f"replies.{style}.{language}"
            yield from _check_parts(where, language, parts)
            if card.kind != "situation":
                continue
            for name in ("acknowledge", "act"):
                if not any(always_usable(s) for s in getattr(parts, name)):
                    yield f"{where}.{name}", "needs a wording that uses no slot of the message"


def _check_texts(card: Card) -> Iterator[tuple[str, str]]:
    texts = [("title", card.title), ("why", card.why)]
    for name in ("steps", "say", "ask"):
        texts += [(f"{name}.{number}", text) for number, text in enumerate(getattr(card, name))]
    for where, text in texts:
        for language in ("en", "zh"):
            yield from _check_language(f"{where}.{language}", language, getattr(text, language))


def check_wording(card: Card, linter: Linter) -> Iterator[tuple[str, str]]:
    """What we offer to say must not be what we tell agents to avoid."""
    offered: list[tuple[str, str, tuple[str, ...]]] = []
    for language in ("en", "zh"):
        offered += [(f"say.{n}.{language}", getattr(t, language), ()) for n, t in enumerate(card.say)]
        offered += [(f"ask.{n}.{language}", getattr(t, language), ()) for n, t in enumerate(card.ask)]
        offered += [
            (f"dont_say.{n}.{language}.instead", getattr(e, language).instead, ()) for n, e in enumerate(card.dont_say)
        ]
        for style in STYLES if card.replies else ():
            parts: Parts = getattr(getattr(card.replies, style), language)
            for name in ("open", "acknowledge", "act", "close"):
                for n, sentence in enumerate(getattr(parts, name)):
                    for wording in wordings(sentence):
                        # What an organisation allows under `needs` is no unauthorised promise.
                        exempt: tuple[str, ...] = ("unauthorised_promise",) if wording.needs else ()
                        offered.append((f"replies.{style}.{language}.{name}.{n}", wording.text, exempt))
    for where, text, exempt in offered:
        for finding in linter.lint(text, exempt=exempt):
            if finding.severity != "suggestion":
                yield where, f"'{finding.text}' is {finding.kind} by {finding.card}: {finding.message}"


def _shingles(text: str) -> frozenset[str]:
    squeezed = re.sub(r"\W+", "", text.lower())
    return frozenset(squeezed[i : i + 5] for i in range(max(1, len(squeezed) - 4)))


def check_exemplars(files: Iterable[tuple[str, ExemplarFile]]) -> Iterator[Problem]:
    """Near-duplicates across all exemplar files: they would let a message vouch for itself."""
    seen: dict[str, list[tuple[str, str, int]]] = {}
    for name, file in files:
        for number, exemplar in enumerate(file.messages):
            grams = _shingles(exemplar.text)
            counts: dict[tuple[str, str, int], int] = {}
            for gram in grams:
                for other in seen.get(gram, ()):
                    counts[other] = counts.get(other, 0) + 1
            for other, shared in counts.items():
                if shared < 0.5 * min(len(grams), other[2]):
                    continue
                if SequenceMatcher(None, exemplar.text, other[1], autojunk=False).ratio() > 0.8:
                    yield Problem(name, f"messages.{number}", f"too close to {other[0]}: rewrite or drop it")
                    break
            for gram in grams:
                seen.setdefault(gram, []).append((f"{name} messages.{number}", exemplar.text, len(grams)))


def check_files(root: Path, base: Iterable[Card] = ()) -> list[Problem]:
    """Every problem of every file below `root`. `base` are cards whose don't-says hold there too."""
    problems: list[Problem] = []
    exemplars: list[tuple[str, ExemplarFile]] = []
    cards: list[tuple[str, Card]] = []
    for path in content_files(root):
        name = f"{path.parent.name}/{path.name}"
        try:
            if path.parent.name == "exemplars":
                exemplars.append((name, read_exemplars(path)))
            else:
                cards.append((name, read_card(path)))
        except PlaybookError as error:
            problems += [Problem(name, "file", line) for line in str(error).splitlines()]
    sound: list[tuple[str, Card]] = []
    for name, card in cards:
        faults = [Problem(name, *pair) for pair in check_card(card)]
        problems += faults
        if not faults:
            sound.append((name, card))
    linter = Linter([*base, *(card for _, card in sound)])
    for name, card in sound:
        problems += [Problem(name, *pair) for pair in check_wording(card, linter)]
    problems += check_exemplars(exemplars)
    return problems
