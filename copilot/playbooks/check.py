"""What a schema cannot say: the rules that make cards usable together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

from copilot.errors import PlaybookError
from copilot.patterns import PatternError, pattern
from copilot.playbooks.load import Problem, content_files, read_card, read_exemplars
from copilot.playbooks.model import STYLES, Card, ExemplarFile, Parts, Sentence, wordings

__all__ = ["check_card", "check_exemplars", "check_files"]

MESSAGE_SLOTS = frozenset({"order", "amount", "delay", "times", "product", "date", "name", "company"})
ORGANISATION_SLOTS = frozenset({"next_contact", "route_team"})
_SLOT = re.compile(r"\{([^{}]*)\}")
_HAN = re.compile(r"[\u3400-\u9fff]")


def _slots(text: str) -> set[str]:
    return set(_SLOT.findall(text))


def _check_patterns(where: str, patterns: Iterable[str | None]) -> Iterator[tuple[str, str]]:
    for source in patterns:
        try:
            pattern(source or "")
        except PatternError as error:
            yield where, str(error)


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
    if card.replies:
        for style in STYLES:
            for language in ("en", "zh"):
                parts: Parts = getattr(getattr(card.replies, style), language)
                where = f"replies.{style}.{language}"
                yield from _check_parts(where, language, parts)
                if card.kind == "situation":
                    if not any(always_usable(s) for s in parts.acknowledge):
                        yield f"{where}.acknowledge", "needs a wording that uses no slot of the message"
                    if not any(always_usable(s) for s in parts.act):
                        yield f"{where}.act", "needs a wording that uses no slot of the message"
    for number, entry in enumerate(card.dont_say):
        for language in ("en", "zh"):
            rule = getattr(entry, language)
            where = f"dont_say.{number}.{language}"
            yield from _check_patterns(where, [*rule.match, *rule.unless])
            yield from _check_language(f"{where}.instead", language, rule.instead)
    for name in ("title", "why"):
        yield from _check_language(f"{name}.zh", "zh", getattr(card, name).zh)
        yield from _check_language(f"{name}.en", "en", getattr(card, name).en)
    for name in ("steps", "say", "ask"):
        for number, text in enumerate(getattr(card, name)):
            yield from _check_language(f"{name}.{number}.zh", "zh", text.zh)
            yield from _check_language(f"{name}.{number}.en", "en", text.en)
    if card.flag:
        for language, rules in card.flag.patterns.items():
            yield from _check_patterns(
                f"flag.patterns.{language}", [p for rule in rules for p in (rule.match, rule.unless)]
            )


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


def check_files(root: Path, seeds: Iterable[str] = ()) -> list[Problem]:
    """Every problem of every file below `root`."""
    problems: list[Problem] = []
    exemplars: list[tuple[str, ExemplarFile]] = []
    for path in content_files(root):
        name = f"{path.parent.name}/{path.name}"
        try:
            if path.parent.name == "exemplars":
                exemplars.append((name, read_exemplars(path)))
                continue
            problems += [Problem(name, *pair) for pair in check_card(read_card(path))]
        except PlaybookError as error:
            problems += [Problem(name, "file", line) for line in str(error).splitlines()]
    problems += check_exemplars(exemplars)
    return problems


if __name__ == "__main__":
    import sys

    for problem in check_files(Path(sys.argv[1])):
        print(problem)
