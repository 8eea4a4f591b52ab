"""Rules of Vale and prh as an organisation's own: the linter finds what they found."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from copilot.playbooks.model import Card
from tests.rulefiles import AVOID, BETTER, CHINESE, PRH, TERMS, existence, found, linter, taken


@pytest.mark.parametrize(
    ("rules", "draft", "finding"),
    [
        (AVOID, "Bring it, AND so on.", ("AND so on", "error", "Don't use this phrase. (https://example.com/style)")),
        (AVOID, "Send the application file.", ("application file", "error", None)),
        (BETTER, "Ask your Landlord.", ("Landlord", "suggestion", "Prefer 'building manager' over 'landlord'.")),
        (CHINESE, "貴司請冷靜", ("請冷靜", "error", "请勿使用这个说法。")),
        (CHINESE, "您是 VIP 客户。您是VIP客户。", ("VIP客户", "error", None)),
        (CHINESE, "No way.", ("No way", "error", "A rule of your organisation: 请勿使用这个说法。")),
        (TERMS, "重裝軟體", ("軟體", "warning", "请写“软件”，不写“軟體”。")),
        (TERMS, "亲亲您好", ("亲亲", "warning", "贵单位规定不用这个说法。")),
        (PRH, "Delete the cookie.", ("cookie", "warning", "House style: write “Cookie”.")),
        (PRH, "可以微信付款", ("微信付款", "warning", "统一写法：“微信支付”。")),
        (PRH, "退钱给您", ("退钱", "warning", "对客户统一说“退款”。")),
        (PRH, "您的软体", ("软体", "warning", None)),
        (PRH, "Our JS team", ("JS", "warning", None)),
    ],
)
def test_the_linter_finds_what_a_rule_found(
    tmp_path: Path, rules: str, draft: str, finding: tuple[str, str, str | None]
) -> None:
    (first, *_) = linter(taken(tmp_path, rules)).lint(draft)
    text, severity, message = finding
    assert (first.text, first.severity, first.kind) == (text, severity, "house_rule")
    assert message in (None, first.message)


@pytest.mark.parametrize(
    ("rules", "draft"),
    [
        (AVOID, "It was kindly contributed."),
        (AVOID, "Unkindly words"),
        (BETTER, "Write an email."),
        (CHINESE, "请稍等两分钟"),
        (CHINESE, "SVIP客户"),
        (PRH, "Our Cookie page"),
        (PRH, "用微信支付"),
        (PRH, "日经软体"),
        (PRH, "altJS"),
    ],
)
def test_the_linter_leaves_alone_what_a_rule_allows(tmp_path: Path, rules: str, draft: str) -> None:
    assert found(taken(tmp_path, rules), draft) == []


@pytest.mark.parametrize(
    ("rules", "draft", "suggestion", "edit"),
    [
        (AVOID, "and so on", "Don't use this phrase.", "none"),
        (BETTER, "the landlord", "building manager", "words"),
        (BETTER, "the stewardess", "flight attendant", "words"),
        (BETTER, "within the red folder", "in the … folder", "none"),
        (CHINESE, "请冷静", "请勿使用这个说法。", "none"),
        (CHINESE, "no way", "Say it in other words.", "none"),
        (TERMS, "无线网路", "Wi-Fi", "words"),
        (TERMS, "亲亲", "这几个字去掉。", "none"),
    ],
)
def test_better_words_replace_the_words_and_advice_replaces_nothing(
    tmp_path: Path, rules: str, draft: str, suggestion: str, edit: str
) -> None:
    made = taken(tmp_path, rules)
    (finding,) = linter(made).lint(draft)
    assert finding.suggestion == suggestion
    assert made.card
    rules_of_card = [rule for entry in made.card.dont_say for rule in (entry.en, entry.zh) if rule]
    assert {rule.edit for rule in rules_of_card if rule.instead == suggestion} == {edit}
    assert (finding.edit is None) == (edit == "none")


@pytest.mark.parametrize(
    ("fields", "finds", "not_finds"),
    [
        ({"tokens": ["cat"]}, "a cat", "a category"),
        ({"tokens": ["cat"], "nonword": True}, "a category", "a dog"),
        ({"raw": ["(?:foo)\\s", "bar"]}, "foo bars", "bars"),
        ({"raw": ["so "], "tokens": ["bad", "good"]}, "so good", "good"),
        ({"raw": [" sir"], "tokens": ["yes"], "append": True}, "yes sir", "yes"),
        ({"tokens": ["IT"]}, "our IT team", "it is"),
        ({"tokens": ["IT"], "ignorecase": True}, "it is", "on"),
        ({"tokens": ["calm down"]}, "Calm down", "calm"),
        ({"tokens": ["no", 404, True]}, "No", "on"),
        ({"tokens": ["us"], "exceptions": ["US"], "ignorecase": True}, "with us", "in the US"),
        ({"tokens": ["foo"], "scope": ["heading", "text"]}, "foo", "bar"),
        ({"tokens": ["foo"], "scope": "~code"}, "foo", "bar"),
    ],
)
def test_the_keys_of_vale_mean_what_they_mean_there(
    tmp_path: Path, fields: dict[str, object], finds: str, not_finds: str
) -> None:
    made = taken(tmp_path, existence(**fields))
    assert len(found(made, finds)) == 1
    assert found(made, not_finds) == []


def test_exceptions_hold_beside_better_words_that_hold_the_phrase(tmp_path: Path) -> None:
    swap = {"extends": "substitution", "ignorecase": True, "swap": {"e-?mail": "email"}, "exceptions": ["e-mail law"]}
    made = taken(tmp_path, yaml.safe_dump(swap))
    assert found(made, "Your e-mail came.") == ["e-mail"]
    assert found(made, "The e-mail law is new.") == []
    assert found(made, "Your email came.") == []


@pytest.mark.parametrize(
    ("message", "reads"),
    [
        ("Use '%s', not '%s'.", "Use 'big', not 'large'."),
        ("Not %[2]s but %[1]s!", "Not large but big!"),
        ("Use “%s”.", "Use “big”."),
        ("100% plain", "100% plain"),
        ("%s %s %s", "big large this phrase"),
    ],
)
def test_a_message_names_the_better_words_first(tmp_path: Path, message: str, reads: str) -> None:
    made = taken(tmp_path, yaml.safe_dump({"extends": "substitution", "message": message, "swap": {"large": "big"}}))
    assert linter(made).lint("large")[0].message == reads
    assert linter(made).lint("large", locale="zh")[0].message == f"贵单位的规定：{reads}"


def test_an_organisation_rule_is_of_one_language_at_least() -> None:
    both = {"en": "A card", "zh": "一张卡"}
    rule = {"match": ["foo"], "instead": "bar", "avoid": "foo"}
    card = {"id": "phrase.x", "kind": "phrase", "source": ["house"], "title": both, "why": both}
    entry = {"kind": "house_rule", "why": both}
    assert Card.model_validate({**card, "dont_say": [{**entry, "zh": rule}]}).dont_say[0].en is None
    with pytest.raises(ValueError, match="needs 'en', 'zh' or both"):
        Card.model_validate({**card, "dont_say": [entry]})
