"""The console's words: both languages have all of them, and templates use no others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import api
from api.i18n import messages, translator
from copilot.playbooks.model import CHANNELS, FINDING_KINDS, KINDS, STYLES
from copilot.text import is_han

FOLDER = Path(api.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").glob("*.html"))
FIELD = re.compile(r"\{([a-z]+)\}")
USED = re.compile(r"\bt\('([a-z_]+)'((?:,[^)]*)?)\)")
BUILT = re.compile(r"\bt\('([a-z_]+)' ~")


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(messages("en")) == list(messages("zh"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_key_stands_twice(language: str) -> None:
    node = yaml.compose((FOLDER / "locales" / f"{language}.yaml").read_text(encoding="utf-8"))
    keys = [key.value for key, _ in node.value]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("key", messages("en"))
def test_a_word_has_the_same_fields_in_both_languages(key: str) -> None:
    english, chinese = messages("en")[key], messages("zh")[key]
    assert isinstance(english, str)
    assert isinstance(chinese, str)
    assert sorted(FIELD.findall(english)) == sorted(FIELD.findall(chinese))
    assert not any(map(is_han, english)) or key == "language_other"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_uses_known_keys_with_their_fields(path: Path) -> None:
    for key, arguments in USED.findall(path.read_text(encoding="utf-8")):
        assert key in messages("en"), key
        given = set(re.findall(r"\b([a-z]+)=", arguments))
        assert set(FIELD.findall(messages("en")[key])) <= given, f"{key} needs more than {given}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_words_of_its_own(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    bare = re.sub(r"<[^>]*>|&[a-z]+;", " ", re.sub(r"\{[{%#].*?[}%#]\}", " ", source, flags=re.DOTALL))
    assert not any(map(is_han, source))
    assert re.findall(r"[A-Za-z]{3,}", bare) == []


def test_keys_that_are_put_together_exist_for_every_value() -> None:
    values = {
        "kind_": KINDS,
        "channel_": CHANNELS,
        "reply_": STYLES,
        "tier_": ("vip", "regular", "high_risk"),
        "role_": ("customer", "agent", "noise"),
        "source_": ("rule", "model", "llm", "history"),
        "escalate_": ("now", "soon"),
        "finding_": (*FINDING_KINDS, "house_rule"),
        "severity_": ("error", "warning", "suggestion"),
        "wrong_": ("facts", "tone", "stance", "promise", "unclear", "other"),
    }
    sources = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    assert set(BUILT.findall(sources)) <= set(values)
    missing = [
        prefix + v for prefix, all_values in values.items() for v in all_values if prefix + v not in messages("en")
    ]
    assert missing == []


def test_a_missing_word_raises_and_shows_on_no_page() -> None:
    with pytest.raises(KeyError):
        translator("en")("no_such_key")


def test_no_word_is_left_over() -> None:
    sources = "".join(p.read_text(encoding="utf-8") for p in [*TEMPLATES, *(FOLDER / "routes").glob("*.py")])
    unused = [key for key in messages("en") if f"'{key}'" not in sources and f'"{key}"' not in sources]
    assert [key for key in unused if not key.startswith(tuple(BUILT.findall(sources)))] == []
