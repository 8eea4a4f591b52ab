"""The console's own words in both languages, from `locales/*.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import yaml
from fastapi import Request

from copilot.types import Language

__all__ = ["COOKIE", "locale_of", "messages", "translator"]

COOKIE = "levelhead_language"
_FOLDER = Path(__file__).with_name("locales")


@cache
def messages(language: str) -> Mapping[str, str]:
    """Key to text; both languages hold the same keys (a test sees to it)."""
    loaded: dict[str, str] = yaml.safe_load((_FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return loaded


def locale_of(request: Request) -> Language:
    """The chosen language, else the browser's first of the two, else English."""
    chosen = request.cookies.get(COOKIE)
    if chosen == "zh":
        return "zh"
    if chosen == "en":
        return "en"
    wanted = [_preference(part) for part in request.headers.get("accept-language", "").split(",")]
    for _, tag in sorted(wanted, key=lambda item: -item[0]):
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "en"


def _preference(part: str) -> tuple[float, str]:
    """`zh-CN;q=0.8` as (0.8, "zh-cn"); what cannot be read counts least."""
    tag, _, quality = part.partition(";q=")
    try:
        return (float(quality) if quality else 1.0), tag.strip().lower()
    except ValueError:
        return 0.0, tag.strip().lower()


def translator(language: Language) -> Callable[..., str]:
    """`t("key", name=value)`; a key that is missing raises, so that no page shows one."""
    table = messages(language)

    def t(key: str, **values: object) -> str:
        return table[key].format(**values) if values else table[key]

    return t
