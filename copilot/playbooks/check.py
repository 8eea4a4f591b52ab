"""What a schema cannot say: the rules that make cards usable together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from copilot.errors import PlaybookError
from copilot.lint import Linter
from copilot.playbooks.examples import DraftFile, ExemplarFile
from copilot.playbooks.load import Problem, content_files, read_card, read_drafts, read_exemplars
from copilot.playbooks.model import STYLES, Card, Parts, Sentence, wordings
from copilot.playbooks.offered import offers

__all__ = ["always_usable", "check_card", "check_examples", "check_files", "check_wording"]

MESSAGE_SLOTS = frozenset({"order", "amount", "delay", "times", "product", "date", "name", "company"})
ORGANISATION_SLOTS = frozenset({"next_contact", "route_team"})
_SLOT = re.compile(r"\{([^{}]*)\}")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NO_WORD = re.compile(r"\W+")
_GRAM, _ROWS, _TOO_CLOSE = 5, 2000, 0.8


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
            # An organisation's own rule may want a name or a foreign word in place of another.
            if rule is not None and entry.kind != "house_rule":
                yield from _check_language(f"dont_say.{number}.{language}.instead", language, rule.instead)


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
    for offer in offers(card):
        # What an organisation allows under `needs` is no unauthorised promise.
        exempt = ("unauthorised_promise",) if offer.needs else ()
        for finding in linter.lint(offer.text, exempt=exempt):
            if finding.severity != "suggestion":
                yield offer.field, f"'{finding.text}' is {finding.kind} by {finding.card}: {finding.message}"


def _texts(file: ExemplarFile | DraftFile) -> Iterator[tuple[str, str]]:
    """Every text with its field."""
    if isinstance(file, ExemplarFile):
        yield from ((f"messages.{n}", message.text) for n, message in enumerate(file.messages))
    else:
        yield from ((f"drafts.{n}", draft.text) for n, draft in enumerate(file.drafts))


def _squeezed(text: str) -> str:
    return _NO_WORD.sub("", text.lower()).ljust(_GRAM)


def check_examples(files: Iterable[tuple[str, ExemplarFile | DraftFile]]) -> Iterator[Problem]:
    """Near-duplicates across all files of a kind: they would let a text vouch for itself."""
    places = [(name, field, text) for name, file in files for field, text in _texts(file)]
    if not places:
        return
    counter = HashingVectorizer(
        preprocessor=_squeezed,
        analyzer="char",
        ngram_range=(_GRAM, _GRAM),
        binary=True,
        norm=None,
        alternate_sign=False,
        n_features=2**20,
    )
    grams = counter.transform(text for _, _, text in places)
    sizes = grams.getnnz(axis=1)
    for start in range(0, len(places), _ROWS):
        shared = (grams[start : start + _ROWS] @ grams.T).tocoo()
        likely = shared.data >= 0.5 * np.minimum(sizes[start + shared.row], sizes[shared.col])
        found: dict[int, int] = {}
        for row, other in zip(start + shared.row[likely], shared.col[likely], strict=True):
            if other < row and row not in found and _alike(places[row][2], places[other][2]):
                found[row] = other
        for row, other in sorted(found.items()):
            name, field, _ = places[row]
            yield Problem(name, field, f"too close to {' '.join(places[other][:2])}: rewrite or drop it")


def _alike(text: str, other: str) -> bool:
    return SequenceMatcher(None, text, other, autojunk=False).ratio() > _TOO_CLOSE


def check_files(root: Path, base: Iterable[Card] = ()) -> list[Problem]:
    """Every problem of every file below `root`. `base` are cards whose don't-says hold there too."""
    problems: list[Problem] = []
    exemplars: list[tuple[str, ExemplarFile]] = []
    drafts: list[tuple[str, DraftFile]] = []
    cards: list[tuple[str, Card]] = []
    for path in content_files(root):
        name = f"{path.parent.name}/{path.name}"
        try:
            if path.parent.name == "exemplars":
                exemplars.append((name, read_exemplars(path)))
            elif path.parent.name == "drafts":
                drafts.append((name, read_drafts(path)))
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
    problems += check_examples(exemplars)
    problems += check_examples(drafts)
    return problems
