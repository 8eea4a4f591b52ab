"""organisation.yaml: what this organisation is called, may promise, and does when a case must leave the queue."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from copilot.errors import OrganisationError
from copilot.playbooks.model import Channel, FlagCode, Route, Text

__all__ = ["FlagPolicy", "Organisation", "RouteInfo", "ensure", "read"]

FILE_NAME = "organisation.yaml"
_DEFAULT = Path(__file__).with_name("organisation.default.yaml")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


# "2k", "2万元", "3百多元": such amounts go to somebody who may decide.
_BIG_WORD = re.compile(r"[0-9] ?[kKmM]\b|[百千万萬亿億]|多|thousand|hundred|million")
# Longer marks first: HK$ is not $.
_CURRENCIES = (
    ("HK$", "HKD"), ("A$", "AUD"), ("S$", "SGD"), ("US$", "USD"), ("$", "USD"), ("£", "GBP"), ("€", "EUR"),
    ("₹", "INR"),
    ("港币", "HKD"), ("新台币", "TWD"), ("美元", "USD"), ("欧元", "EUR"), ("英镑", "GBP"), ("日元", "JPY"),
    ("元", "CNY"), ("块", "CNY"), ("塊", "CNY"), ("¥", "CNY"), ("\uffe5", "CNY"),
    ("dollars", "USD"), ("pounds", "GBP"), ("euros", "EUR"), ("RMB", "CNY"), ("yuan", "CNY"),
)  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(_Strict):
    name: str | None = None
    brands: tuple[str, ...] = ()


class Signature(_Strict):
    en: str | None = None
    zh: str | None = None


class Promises(_Strict):
    refund_up_to: dict[str, float] = Field(default_factory=dict)
    replacement: bool = False
    allowed_phrases: tuple[str, ...] = ()

    def allow_refund(self, amount: str | None) -> bool:
        """Whether agents may promise to pay back `amount`, given as written. An amount that is unknown, or in a
        currency that cannot be told, is never allowed."""
        digits = re.search(r"[0-9][0-9,]*(?:\.[0-9]+)?", amount or "")
        if not amount or not digits or _BIG_WORD.search(amount):
            return False
        currency = next((code for mark, code in _CURRENCIES if mark in amount), None)
        return float(digits.group().replace(",", "")) <= self.refund_up_to.get(currency or "", -1.0)


class NextContact(_Strict):
    none: int | None = Field(default=None, ge=1)
    soon: int | None = Field(default=None, ge=1)
    now: int | None = Field(default=None, ge=1)


class Hours(_Strict):
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...]
    from_: time = Field(alias="from")
    to: time

    @field_validator("from_", "to", mode="before")
    @classmethod
    def _quoted(cls, value: object) -> object:
        if isinstance(value, int):
            raise ValueError('write the time in quotes, as in "09:00" (YAML takes 9:00 for a number)')
        return value

    def hold(self, day: str, at: time, yesterday: str) -> bool:
        """Whether a moment lies within; hours that end before they begin run past midnight."""
        if self.from_ <= self.to:
            return day in self.days and self.from_ <= at < self.to
        return (day in self.days and at >= self.from_) or (yesterday in self.days and at < self.to)


class RouteInfo(_Strict):
    team: Text
    contact: str | None = None
    hours: Hours | None = None
    fallback: Route | None = None


class FlagPolicy(_Strict):
    escalates: Literal["always", "serious", "angry", "never"]
    urgency: Literal["soon", "now"] = "soon"
    respond_within_minutes: int = Field(ge=1)
    route_to: Route


class Organisation(_Strict):
    company: Company = Company()
    signature: Signature = Signature()
    country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")
    timezone: str = "UTC"
    promises: Promises = Promises()
    next_contact_minutes: dict[Channel | Literal["default"], NextContact] = Field(default_factory=dict)
    routes: dict[Route, RouteInfo]
    escalation: dict[FlagCode, FlagPolicy]
    escalate_from: float = Field(default=0.3, ge=0, le=1)
    retention_days: int = Field(default=90, ge=1)

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("not a time zone name such as Asia/Shanghai or Europe/London") from error
        return name

    def next_contact(self, channel: str | None, urgency: str) -> int | None:
        """Minutes until the customer hears again; None when the organisation has not said."""
        table: Mapping[str, NextContact] = {str(key): value for key, value in self.next_contact_minutes.items()}
        entry = table.get(channel or "default") or table.get("default")
        return getattr(entry, urgency, None) if entry else None

    def is_open(self, route: str, now: datetime) -> bool:
        hours = self.routes[route].hours  # type: ignore[index]
        if hours is None:
            return True
        local = now.astimezone(ZoneInfo(self.timezone))
        return hours.hold(_DAYS[local.weekday()], local.time(), _DAYS[local.weekday() - 1])

    def on_duty(self, route: str, now: datetime) -> str:
        """The route itself, or the first fallback that is open; the last of the chain if none is."""
        seen = [route]
        while not self.is_open(seen[-1], now):
            fallback = self.routes[seen[-1]].fallback  # type: ignore[index]
            if fallback is None or fallback in seen:
                break
            seen.append(fallback)
        return seen[-1]


def ensure(home: Path) -> Path:
    """Write the commented default on first start; never touch a file that is there."""
    path = home / FILE_NAME
    if not path.exists():
        path.write_text(_DEFAULT.read_text(encoding="utf-8"), encoding="utf-8")
    return path


def read(path: Path | None = None) -> Organisation:
    """The organisation in `path`, or the shipped default. Missing sections are taken from the default.

    Raises `OrganisationError` naming the field and what it should hold.
    """
    default = yaml.safe_load(_DEFAULT.read_text(encoding="utf-8"))
    if path is None or not path.exists():
        return Organisation.model_validate(default)
    try:
        own = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise OrganisationError(f"{path.name}: not valid YAML: {error}") from error
    if not isinstance(own, dict):
        raise OrganisationError(f"{path.name}: must hold fields such as 'company:' and 'routes:'")
    merged = {**default, **own}
    for section in ("routes", "escalation", "next_contact_minutes"):
        if isinstance(own.get(section), dict):
            merged[section] = {**default[section], **own[section]}
    try:
        return Organisation.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise OrganisationError(f"{path.name}: {name}: {first['msg']}") from error
