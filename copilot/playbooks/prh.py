"""Rules of prh (the proofreading helper: `version: 1`, many a file) as an organisation's own rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from copilot.playbooks.house import Asked, Fault, both, shown
from copilot.playbooks.model import Text
from copilot.playbooks.refold import escape

__all__ = ["read"]

_REGULAR = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)


class _Options(BaseModel):
    model_config = ConfigDict(extra="ignore")

    wordBoundary: bool = False


class _Spec(BaseModel):
    model_config = ConfigDict(extra="ignore")

    before: str = Field(default="", alias="from")
    after: str = Field(default="", alias="to")


class _Rule(BaseModel):
    """One rule. Keys without a value are absent."""

    model_config = ConfigDict(extra="ignore")

    expected: str = Field(min_length=1)
    pattern: str | tuple[str, ...] = ()
    patterns: str | tuple[str, ...] = ()
    regexpMustEmpty: str = Field(default="", pattern=r"^(\$[1-9]\d?)?$")
    options: _Options = _Options()
    specs: tuple[_Spec, ...] = ()
    prh: str = ""

    @model_validator(mode="before")
    @classmethod
    def _in_full(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"expected": data}
        return {key: value for key, value in data.items() if value != ""} if isinstance(data, dict) else data


def read(data: Mapping[str, Any]) -> Iterator[Asked | Fault]:
    """What each rule asks for, and what cannot be followed."""
    if data.get("version", "1") != "1":
        yield Fault("version", f"'{shown(data['version'])}' is not known; prh has had version 1 only")
        return
    if data.get("imports"):
        yield Fault("imports", "are not followed; import those files too")
    rules = data.get("rules") or []
    if not isinstance(rules, list) or not rules:
        yield Fault("rules", "must be a list with at least one rule")
        return
    for number, item in enumerate(rules):
        try:
            yield _asked(f"rules.{number}", _Rule.model_validate(item))
        except ValidationError as error:
            first = error.errors()[0]
            yield Fault(shown(".".join(map(str, ("rules", number, *first["loc"])))), str(first["msg"]))


def _asked(field: str, rule: _Rule) -> Asked:
    patterns = rule.pattern or rule.patterns
    read = [_source(p, rule.options.wordBoundary) for p in ((patterns,) if isinstance(patterns, str) else patterns)]
    if not read:
        spread = "".join(map(_in_either_case, rule.expected))
        read = [(f"\\b{spread}\\b" if rule.options.wordBoundary else spread, False)]
    said = Text(en=f"House style: write “{rule.expected}”.", zh=f"统一写法：“{rule.expected}”。")
    return Asked(
        field,
        tuple(source for source, _ in read),
        "warning",
        both(shown(rule.prh, 500)) if rule.prh else said,
        (rule.expected,),
        ignores_case=any(ignoring for _, ignoring in read),
        empty_group=int(rule.regexpMustEmpty[1:]) if rule.regexpMustEmpty else None,
        examples=tuple((spec.before, spec.after) for spec in rule.specs),
    )


def _source(text: str, bounded: bool) -> tuple[str, bool]:
    """A pattern as an expression, and whether it ignores case: between slashes it is one, otherwise just this text."""
    regular = _REGULAR.fullmatch(text)
    if regular:
        return regular.group(1), "i" in regular.group(2)
    return f"\\b{escape(text)}\\b" if bounded else escape(text), False


def _in_either_case(char: str) -> str:
    """As prh spreads a letter where no pattern is given."""
    return f"[{char.lower()}{char.upper()}]" if char.isascii() and char.isalpha() else escape(char)
