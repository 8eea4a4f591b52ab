"""Rules of a Vale style (`extends: existence` or `substitution`, one a file) as an organisation's own rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from copilot.playbooks.expressions import ExpressionError, parse
from copilot.playbooks.house import Asked, Fault, both, shown, whole_word
from copilot.playbooks.model import Severity, Text
from copilot.playbooks.refold import refold
from copilot.text import is_han, scripts, to_script

__all__ = ["read"]

_EVERYWHERE = frozenset({"text", "sentence", "paragraph", "raw", "summary", "doc"})
_SLOT = re.compile(r"%(?:\[(\d)\])?s")
_QUOTED_SLOT = re.compile(r"""['"‘“「『`]?(%(?:\[\d\])?s)[.,]?['"’”」』`]?""")
_THIS = {False: "this phrase", True: "这个说法"}
_NO_MESSAGE = Text(en="Your organisation does not want this phrase.", zh="贵单位规定不用这个说法。")
_LEAVE_OUT = Text(en="Leave this out.", zh="这几个字去掉。")
_LONGEST_MESSAGE = 500


class _Action(BaseModel):
    model_config = ConfigDict(extra="ignore")

    name: str = ""
    params: tuple[str, ...] = ()


class _Vale(BaseModel):
    """The keys that are followed; what stands in the lists is looked at one by one. Keys without a value are absent."""

    model_config = ConfigDict(extra="ignore")

    extends: str
    message: str = ""
    level: Severity = "warning"
    link: str = ""
    scope: str | tuple[str, ...] = ()
    pos: str = ""
    ignorecase: bool = False
    nonword: bool = False
    append: bool = False
    action: _Action = _Action()
    tokens: tuple[Any, ...] = ()
    raw: tuple[Any, ...] = ()
    exceptions: tuple[Any, ...] = ()
    swap: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value != ""} if isinstance(data, dict) else data


def read(data: Mapping[str, Any]) -> Iterator[Asked | Fault]:
    """What the rule asks for, token by token, and what of it cannot be asked of us."""
    try:
        rule = _Vale.model_validate(data)
    except ValidationError as error:
        yield from (Fault(shown(".".join(map(str, e["loc"]))), str(e["msg"])) for e in error.errors())
        return
    if rule.extends not in ("existence", "substitution"):
        yield Fault("extends", f"'{shown(rule.extends)}' cannot be taken over; 'existence' and 'substitution' can")
    elif not _reaches_drafts(rule):
        scope = rule.scope if isinstance(rule.scope, str) else ", ".join(rule.scope)
        yield Fault("scope", f"'{shown(scope)}' is no part of an agent's draft")
    elif rule.pos:
        yield Fault("pos", "asks for parts of speech, which the linter does not know")
    else:
        unless = []
        for item in _exceptions(rule):
            if isinstance(item, Fault):
                yield item
            else:
                unless.append(item)
        yield from (_existence if rule.extends == "existence" else _substitution)(rule, tuple(unless))


def _reaches_drafts(rule: _Vale) -> bool:
    """A draft has sentences and paragraphs, but no headings, tables or code."""
    scopes = (rule.scope,) if isinstance(rule.scope, str) else rule.scope
    return not scopes or any(scope.startswith("~") or re.split(r"[.&\s]", scope)[0] in _EVERYWHERE for scope in scopes)


def _exceptions(rule: _Vale) -> Iterator[str | Fault]:
    for number, exception in enumerate(rule.exceptions):
        try:
            if not isinstance(exception, str):
                raise ExpressionError("must be a text")
            refold(parse(whole_word(exception)))
        except ExpressionError as error:
            yield Fault(f"exceptions.{number}", f"{error}; what it allows will be found")
        else:
            yield whole_word(exception)


def _existence(rule: _Vale, unless: tuple[str, ...]) -> Iterator[Asked | Fault]:
    if not all(isinstance(part, str) for part in rule.raw):
        yield Fault("raw", "must be a list of texts")
        return
    raw = "".join(rule.raw)
    tokens = [(f"tokens.{n}", token) for n, token in enumerate(rule.tokens) if token != ""]
    if not tokens and not raw:
        yield Fault("tokens", "are missing, and so is 'raw'")
    better = rule.action.params[:1] if rule.action.name == "replace" else ()
    for field, token in tokens or [("raw", "")] * bool(raw):
        if not isinstance(token, str):
            yield Fault(field, "must be a text")
            continue
        bounded = whole_word(token) if token and not rule.nonword else f"(?:{token})"
        source = f"{bounded}{raw}" if rule.append else f"{raw}{bounded if token else ''}"
        words = token if len(tokens) == 1 and re.fullmatch(r"[\w\s'’-]+", token) else None
        yield Asked(
            field,
            (source,),
            rule.level,
            _why(rule, words),
            better,
            _LEAVE_OUT if rule.action.name == "remove" else _advice(rule),
            unless,
            rule.ignorecase,
        )


def _substitution(rule: _Vale, unless: tuple[str, ...]) -> Iterator[Asked | Fault]:
    if not rule.swap:
        yield Fault("swap", "is missing or empty")
    for observed, expected in rule.swap.items():
        field = f"swap.{shown(observed, 40)}"
        if not isinstance(expected, str) or not observed:
            yield Fault(field, "must be a text and the text to write instead")
            continue
        better = tuple(filter(None, (words.strip() for words in expected.split("|"))))
        words = " or ".join(better) if not any(map(is_han, expected)) else "或".join(better)
        plain = observed if re.fullmatch(r"[\w\s'’-]+", observed) else None
        yield Asked(
            field,
            (f"(?:{observed})" if rule.nonword else whole_word(observed),),
            rule.level,
            _why(rule, words, plain) if better else _NO_MESSAGE,
            better,
            None if better else _LEAVE_OUT,
            unless,
            rule.ignorecase,
        )


def _why(rule: _Vale, *words: str | None) -> Text:
    if not rule.message:
        return _NO_MESSAGE
    message = _with_words(rule.message, words)
    link = f" ({rule.link})" if re.fullmatch(r"https?://\S{1,300}", rule.link) else ""
    return both(shown(message, _LONGEST_MESSAGE) + link)


def _advice(rule: _Vale) -> Text | None:
    return both(_with_words(rule.message, ())) if rule.message else None


def _with_words(message: str, words: tuple[str | None, ...]) -> str:
    """The message with its `%s` filled in turn; “this phrase” for what is not one word or text."""
    this = to_script(_THIS[any(map(is_han, message))], scripts(message))
    turn = iter(range(len(_SLOT.findall(message))))

    def fill(match: re.Match[str]) -> str:
        slot = _SLOT.search(match.group())
        at = int(slot.group(1)) - 1 if slot and slot.group(1) else next(turn)
        known = words[at] if 0 <= at < len(words) else None
        return this if known is None else match.group().replace(slot.group() if slot else "", known)

    return _QUOTED_SLOT.sub(fill, message)
