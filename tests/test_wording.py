"""The software's own words: every one in both languages, times as people say them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copilot import hotlines
from copilot.config import shipped
from copilot.text import is_han
from copilot.wording import Wording

ROOT = shipped("playbooks")
WORDING = Wording.read(ROOT)
_FIELD = re.compile(r"\{[a-z]+\}")


def pairs(entries: Any, where: str = "") -> Iterator[tuple[str, str, str]]:
    for key, value in entries.items():
        if isinstance(value, dict) and set(value) == {"en", "zh"} and isinstance(value["en"], str):
            yield f"{where}{key}", value["en"], value["zh"]
        elif isinstance(value, dict):
            yield from pairs(value, f"{where}{key}.")


ENTRIES = list(pairs(yaml.safe_load((ROOT / "wording.yaml").read_text(encoding="utf-8"))))


@pytest.mark.parametrize(("key", "en", "zh"), ENTRIES, ids=[key for key, _, _ in ENTRIES])
def test_every_word_stands_in_both_languages_with_the_same_fields(key: str, en: str, zh: str) -> None:
    assert sorted(_FIELD.findall(en)) == sorted(_FIELD.findall(zh))
    assert not any(map(is_han, en))
    assert zh


@pytest.mark.parametrize(
    ("minutes", "en", "zh"),
    [
        (5, "within 5 minutes", "5分钟内"),
        (60, "within one hour", "1小时内"),
        (240, "within 4 hours", "4小时内"),
        (1440, "within one working day", "1个工作日内"),
        (4320, "within 3 working days", "3个工作日内"),
        (None, "[[when]]", "[[时间]]"),
    ],
)
def test_times_read_as_people_say_them(minutes: int | None, en: str, zh: str) -> None:
    assert WORDING.within(minutes, "en") == en
    assert WORDING.within(minutes, "zh") == zh


@given(st.integers(1, 20_000))
def test_no_time_is_promised_that_is_longer_by_half_or_shorter_than_the_norm_by_a_third(minutes: int) -> None:
    number, unit = re.sub(r"\bone\b", "1", WORDING.within(minutes, "en")).split()[1:3]
    said = int(number) * {"m": 1, "h": 60, "w": 1440}[unit[0]]
    assert 0.66 * minutes <= said <= 1.5 * minutes


def test_another_language_gets_english() -> None:
    assert WORDING.say("heat", "0", language="fr") == WORDING.say("heat", "0", language="en")


@pytest.mark.parametrize(("country", "line"), hotlines.read(ROOT).items())
def test_a_crisis_line_has_a_number_a_source_and_a_date(country: str, line: hotlines.Hotline) -> None:
    assert re.fullmatch(r"[A-Z]{2}", country)
    assert re.fullmatch(r"[0-9 ]{3,}", line.number)
    assert line.source
    assert isinstance(line.as_of, date)
    assert line.name.en
    assert line.name.zh
