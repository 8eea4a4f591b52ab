"""An organisation's own rules: from what the file of another linter asks for to `dont_say` entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from copilot.patterns import pattern
from copilot.playbooks.expressions import ExpressionError, Group, parse
from copilot.playbooks.model import DontSay, PhraseRule, Severity, Text
from copilot.playbooks.refold import Refolded, escape, refold, without_choice
from copilot.text import fold, is_han
from copilot.types import Language

__all__ = ["GENERAL", "Asked", "Entry", "Fault", "both", "grouped", "shown", "whole_word", "written"]

# What stands where a rule has no better words; several, since an organisation may ban even these.
GENERAL: dict[Language, tuple[str, ...]] = {
    "en": ("Say it in other words.", "Put it differently.", "Rephrase."),
    "zh": ("换个说法。", "请改写。", "另想一句。"),
}
_UNSEEN = "would find its own better words: script, width, accents and blanks are evened out before matching"
_PLACEHOLDER = re.compile(r"\$(?:\d+|&|\{\w+\})")
_SHOWN = 3  # samples of what an entry finds


@dataclass(frozen=True)
class Fault:
    """What could not be used, at its field, and why."""

    field: str
    message: str


@dataclass(frozen=True)
class Asked:
    """One rule of a foreign file. `better` are the words that it wants instead, the best first; without any, `advice`
    says in general words what to do. `sources` and `unless` are expressions as the file has them."""

    field: str
    sources: tuple[str, ...]
    severity: Severity
    why: Text
    better: tuple[str, ...] = ()
    advice: Text | None = None
    unless: tuple[str, ...] = ()
    ignores_case: bool = True
    empty_group: int | None = None  # found only where this capturing group has matched nothing
    examples: tuple[tuple[str, str], ...] = ()  # texts and what should become of them


@dataclass(frozen=True)
class Entry:
    """A rule that was taken over, for one language, and what has to be said about it."""

    field: str
    language: Language
    rule: PhraseRule
    severity: Severity
    why: Text
    substring: bool
    cased: bool
    anchored: bool

    def dont_say(self) -> DontSay:
        return DontSay.model_validate(
            {"kind": "house_rule", "severity": self.severity, "why": self.why, self.language: self.rule}
        )


@dataclass(frozen=True)
class _Found:
    """The expressions of a rule, written anew, and what excuses them."""

    parts: tuple[Refolded, ...]
    unless: tuple[str, ...]
    cased: bool

    def sources(self) -> tuple[str, ...]:
        return tuple(_cased(part.source) if self.cased else part.source for part in self.parts)

    def samples(self) -> list[str]:
        return [sample for part in self.parts for sample in part.samples]

    def finds(self, text: str) -> bool:
        flat = fold(text).flat
        return any(pattern(s).search(flat) for s in self.sources()) and not any(
            pattern(s).search(flat) for s in self.unless
        )


def shown(text: object, most: int = 60) -> str:
    """A stranger's text, fit for one line of a terminal."""
    line = "".join(char if char.isprintable() else "\ufffd" for char in str(text))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def whole_word(source: str) -> str:
    """An expression between word boundaries."""
    return f"\\b(?:{source})\\b"


def both(message: str) -> Text:
    """A message of one language for readers of either: the others are told whose words it is."""
    if any(map(is_han, message)):
        return Text(en=f"A rule of your organisation: {message}", zh=message)
    return Text(en=message, zh=f"贵单位的规定：{message}")


def written(asked: Asked) -> list[Entry | Fault]:
    """The entries that do what a rule asks for; a fault for what of it they cannot."""
    faults: list[Entry | Fault] = []
    usable = []
    for source in asked.sources:
        try:
            refold(parse(source))
            usable.append(source)
        except ExpressionError as error:
            which = f"{shown(source, 40)} " if len(asked.sources) > 1 else ""
            faults.append(Fault(asked.field, f"{which}{error}"))
    try:
        found = _excused(asked, _read(replace(asked, sources=tuple(usable)))) if usable else None
    except ExpressionError as error:
        return [*faults, Fault(asked.field, str(error))]
    if found is None:
        return faults
    for before, after in asked.examples:
        if found.finds(after) or (before != after and not found.finds(before)):
            return [Fault(asked.field, f"judges its own example “{shown(before)}” wrongly once text is evened out")]
    return [*faults, *(_entry(asked, found, language) for language in _languages(found.parts))]


def _read(asked: Asked) -> _Found:
    trees = [parse(source) for source in asked.sources]
    parts = tuple(map(refold, trees))
    unless = []
    for source in asked.unless:
        part = refold(parse(source))
        unless.append(_cased(part.source) if part.capitals else part.source)
    if asked.empty_group is not None:
        unless += [_insisting(tree, asked.empty_group) for tree in trees]
    return _Found(parts, tuple(unless), not asked.ignores_case and any(part.capitals for part in parts))


def _insisting(tree: Group, number: int) -> str:
    insisting = without_choice(tree, number)
    if insisting is None:
        raise ExpressionError(f"wants its group {number} empty, which it never is")
    return refold(insisting).source


def _excused(asked: Asked, found: _Found) -> _Found:
    """Better words that the rule itself would find excuse it, unless nothing but them would be left to find."""
    for better in asked.better:
        target = _filled(better, found)
        if not found.finds(target):
            continue
        cased = replace(found, cased=True)
        if not asked.ignores_case and not cased.finds(target):
            found = cased
            continue
        plain = fold(target).text
        texts = [fold(sample).text for sample in found.samples()]
        if all(text == plain for text in texts) or "$" in better:
            raise ExpressionError(_UNSEEN)
        exact = refold(parse(_bounded(plain))).source
        by_case = any(text != plain and text.lower() == plain.lower() for text in texts)
        found = replace(found, unless=(*found.unless, _cased(exact) if by_case else exact))
    return found


def _filled(better: str, found: _Found) -> str:
    """Better words with their `$1` filled in from a sample, where there is one."""
    for part in found.parts if _PLACEHOLDER.search(better) else ():
        for sample in part.samples:
            match = pattern(part.source).search(fold(sample).flat)
            if match:
                groups = {f"${n}": match.group(n) or "" for n in range(1, pattern(part.source).groups + 1)}
                groups |= {"$&": match.group(), "$0": match.group()}
                pieces = _PLACEHOLDER.split(better)
                names = [re.sub("[{}]", "", name) for name in _PLACEHOLDER.findall(better)]
                return "".join(piece + groups.get(name, "") for piece, name in zip(pieces, [*names, ""], strict=True))
    return better


def _bounded(text: str) -> str:
    """An expression for the text, between word boundaries where it begins and ends with letters or figures."""
    before, after = ("\\b" if c.isascii() and c.isalnum() else "" for c in (text[0], text[-1]))
    return f"{before}{escape(text)}{after}"


def _cased(source: str) -> str:
    return f"(?-i:{source})"


def _languages(parts: Sequence[Refolded]) -> list[Language]:
    """In whose drafts the rule can be found: Han is Chinese, Latin letters may stand in either's and are looked for as
    English; what has neither is looked for in both."""
    han = any(part.han for part in parts)
    texts = [sample for part in parts for sample in part.samples]
    without_han = not texts or not all(any(map(is_han, text)) for text in texts)
    if han and not without_han:
        return ["zh"]
    if any(part.latin for part in parts):
        return ["zh", "en"] if han else ["en"]
    return ["en", "zh"]


def _entry(asked: Asked, found: _Found, language: Language) -> Entry:
    edit: Literal["words", "none"] = "none"
    better = asked.better[0] if asked.better else ""
    if better:
        edit = "none" if _PLACEHOLDER.search(better) else "words"
        better = _PLACEHOLDER.sub("…", better)
    samples = dict.fromkeys(text.strip() for text in found.samples() if found.finds(text))
    rule = PhraseRule(
        match=tuple(dict.fromkeys(found.sources())),
        unless=tuple(dict.fromkeys(found.unless)),
        instead=better or _advice(asked, language),
        avoid=next(filter(None, samples), None) or shown(asked.sources[0]),
        edit=edit,
    )
    substring, anchored = (any(getattr(p, name) for p in found.parts) for name in ("substring", "anchored"))
    return Entry(asked.field, language, rule, asked.severity, asked.why, substring, found.cased, anchored)


def _advice(asked: Asked, language: Language) -> str:
    """The rule's own advice where it is in the language of the draft."""
    own = asked.advice.in_(language) if asked.advice else ""
    fits = any(map(is_han, own)) == (language == "zh")
    return own if own and fits and len(own) <= 300 else GENERAL[language][0]


def grouped(entries: Iterable[Entry]) -> list[DontSay]:
    """Entries that say the same of several words as one."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for e in entries:
        groups.setdefault((e.language, e.severity, e.why, e.rule.instead, e.rule.edit, e.rule.unless), []).append(e)
    made = []
    for group in groups.values():
        first = group[0]
        rule = first.rule.model_copy(
            update={
                "match": tuple(dict.fromkeys(source for e in group for source in e.rule.match)),
                "avoid": " / ".join(list(dict.fromkeys(e.rule.avoid for e in group))[:_SHOWN]),
            }
        )
        made.append(replace(first, rule=rule).dont_say())
    return made
