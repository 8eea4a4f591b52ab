"""Forms that a model's text may not have: markup, hidden characters, leaked instructions, ways out of the conversation,
strangers' names, another language or script."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from copilot.claims import BLANK, ClaimWords, masked
from copilot.language import detect
from copilot.patterns import pattern
from copilot.playbooks.model import Pattern, Strict, Text
from copilot.promises import PromiseWords
from copilot.text import Folded, Span, fold, is_han, scripts, to_script
from copilot.types import Language

__all__ = ["Forms", "GroundWords", "copied", "hidden", "letters", "wrong_script"]

_COPIED = 40  # characters of a prompt that are no coincidence
_JOINER = "\u200d"
_WORD = pattern(r"[\p{L}'-]+")


class _Names(Strict):
    en: tuple[Pattern, ...]
    zh: tuple[Pattern, ...]
    not_en: tuple[str, ...]
    not_zh: Pattern
    self: str
    polite: Pattern


class GroundWords(Strict):
    """`playbooks/grounds.yaml`."""

    claims: ClaimWords
    contacts: tuple[Pattern, ...]
    links: tuple[Pattern, ...]
    names: _Names
    promises: tuple[PromiseWords, ...]
    leaks: tuple[Pattern, ...]
    markup: tuple[Pattern, ...]
    placeholder: Pattern
    blob: Pattern
    blank: Pattern
    foreign: dict[Language, Pattern]
    alien: Pattern
    reasons: dict[str, Text]


class Forms:
    """Built once; every check is pure, linear, and yields spans of the text it is given."""

    def __init__(self, words: GroundWords) -> None:
        self._words = words
        self._not_en = frozenset(words.names.not_en)

    def readable(self, text: str) -> Folded:
        """Folded, every script's digits as ASCII ones, blanks and placeholders blotted out."""
        folded = fold(text)
        plain = "".join(c if c.isascii() or not c.isdecimal() else str(unicodedata.decimal(c)) for c in folded.text)
        for source in (self._words.blank, self._words.placeholder):
            plain = masked(plain, [m.span() for m in pattern(source, case_sensitive=True).finditer(plain)], BLANK)
        return replace(folded, text=plain)

    def markup(self, text: str) -> Iterator[Span]:
        for source in self._words.markup:
            yield from (m.span() for m in pattern(source).finditer(text))
        for match in pattern(self._words.blob, case_sensitive=True).finditer(text):
            said = match.group()
            if not said.isalpha() or (not said.islower() and not said.isupper()):
                yield match.span()

    def leaks(self, text: str) -> Iterator[Span]:
        for source in self._words.leaks:
            yield from (m.span() for m in pattern(source).finditer(text))

    def ways(self, text: str) -> dict[Span, tuple[str, str]]:
        """Contacts and links, none overlapping another, with their kind and the one spelling they are compared by."""
        found: dict[Span, tuple[str, str]] = {}
        for kind, sources in (("contact", self._words.contacts), ("link", self._words.links)):
            for source in sources:
                spans = [m.span() for m in pattern(source).finditer(text)]
                found |= {(a, b): (kind, _way(text[a:b], kind)) for a, b in spans}
                text = masked(text, spans)
        return found

    def names(self, text: str, words: frozenset[str], said: str) -> Iterator[Span]:
        """Names of persons of which a part is not among `words`, or that do not stand in `said`."""
        for source in self._words.names.en:
            for match in pattern(source, case_sensitive=True).finditer(text):
                parts = [part.lower().removesuffix("'s") for part in _WORD.findall(match.group(1))]
                if any(part not in words and part not in self._not_en for part in parts):
                    yield match.span(1)
        for source in self._words.names.zh:
            for match in pattern(source).finditer(text):
                start, end = match.span(1)
                around = text[max(0, start - 1) : end + 1]
                if not pattern(self._words.names.not_zh).search(around) and not self._called(match.group(1), said):
                    yield start, end

    def _called(self, name: str, said: str) -> bool:
        if name in said:
            return True
        own = self._words.names.self.replace("{surname}", name[0])
        return bool(pattern(self._words.names.polite).search(name) and pattern(own).search(said))

    def language(self, text: str, language: Language, said: str) -> Iterator[Span]:
        """Stretches in the other language that nobody said, and the whole text when it is in neither."""
        for match in pattern(self._words.foreign[language]).finditer(text):
            if letters(match.group()) not in said:
                yield match.span()
        words = len(_WORD.findall(text))
        has_han = any(map(is_han, text))
        wrong = not has_han if language == "zh" else detect(text)[1] is not None
        if wrong and words >= (3 if language == "zh" else 5):
            yield 0, len(text)

    def aliens(self, text: str, words: frozenset[str]) -> Iterator[Span]:
        """Words of other alphabets, or with letters of them among Latin ones."""
        for match in pattern(self._words.alien).finditer(text):
            if match.group().lower() not in words:
                yield match.span()


def _way(said: str, kind: str) -> str:
    plain = "".join(said.lower().split())
    if kind == "link":
        plain = plain.partition("://")[2] or plain
        return plain.removeprefix("www.").rstrip(".,;:!?/")
    digits = "".join(c for c in plain if c.isdigit())
    return digits if len(digits) > 4 and "@" not in plain else plain


def letters(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def wrong_script(text: str, script: str | None) -> bool:
    """Whether a Chinese text is in the other script, by the characters that only one of them uses."""
    found = scripts(text)
    if script is None or found is None or found == script:
        return False
    return found == "Hant" or any(is_han(c) and to_script(c, "Hant") != c for c in set(text))


def hidden(text: str) -> Iterator[Span]:
    """Characters that nobody sees, in the original text. The joiner within an emoji is part of what is seen."""
    start = None
    for at, char in enumerate(text):
        unseen = unicodedata.category(char) in ("Cf", "Cc", "Co", "Cs") and char not in "\n\r\t"
        unseen = unseen or "\U000e0100" <= char <= "\U000e01ef"
        if char == _JOINER and 0 < at < len(text) - 1:
            unseen = not (_pictured(text[at - 1]) and _pictured(text[at + 1]))
        if unseen and start is None:
            start = at
        if not unseen and start is not None:
            yield start, at
            start = None
    if start is not None:
        yield start, len(text)


def _pictured(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Sk") or char == "\ufe0f"


def copied(text: str, secrets: Sequence[str], known: Sequence[str]) -> Iterator[Span]:
    """Stretches of at least `_COPIED` characters that stand in a secret too, and nowhere that is known anyway."""
    if len(text) < _COPIED or not secrets:
        return
    theirs = {window for secret in secrets for window in _windows(_flat(secret))}
    flat = text.lower()
    hits = theirs & set(_windows(flat))
    for other in known if hits else ():
        hits.difference_update(_windows(_flat(other)))
    start = end = -1
    for at in range(len(flat) - _COPIED + 1) if hits else ():
        if flat[at : at + _COPIED] not in hits:
            continue
        if at > end:
            if end > 0:
                yield start, end
            start = at
        end = at + _COPIED
    if end > 0:
        yield start, end


def _flat(text: str) -> str:
    return fold(text).flat.lower()


def _windows(text: str) -> Iterator[str]:
    return (text[at : at + _COPIED] for at in range(len(text) - _COPIED + 1))
