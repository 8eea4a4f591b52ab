"""The phrase linter: finds what hurts where it stands, leaves innocent uses alone, stays fast on anything."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.config import shipped
from copilot.lint import Linter
from copilot.playbooks.load import load
from copilot.playbooks.model import Card
from copilot.text import scripts
from tests.fakes import grows_linearly


def entry(kind: str, severity: str, en: list[str], zh: list[str], innocent: tuple[str, str] | None = None) -> Any:
    return {
        "kind": kind,
        "severity": severity,
        "why": {"en": "It hurts.", "zh": "伤人。"},
        "en": {"avoid": "x", "match": en, "unless": [innocent[0]] if innocent else [], "instead": "Better."},
        "zh": {"avoid": "某", "match": zh, "unless": [innocent[1]] if innocent else [], "instead": "更好。"},
    }


RULES = [
    entry("calm_down", "warning", [r"\bcalm down\b"], ["冷静"]),
    entry("hurry_or_wait", "warning", [r"\bhold on\b", r"\bwait\b"], ["稍等"], (r"\bminutes?\b", "分钟")),
    entry("threat_or_insult", "error", [r"\bor we close your account\b", r"\byou idiot\b"], ["白痴"]),
    entry("dislike", "suggestion", [r"\bcalm down or we\b", r"\bunfortunately\b"], ["很遗憾"]),
    entry("unauthorised_promise", "error", [r"\bwe will refund you\b"], ["一定退款"]),
]
BOTH = {"en": "A card", "zh": "一张卡"}
CARD = Card.model_validate(
    {"id": "phrase.test", "kind": "phrase", "source": ["house"], "title": BOTH, "why": BOTH, "dont_say": RULES}
)
LINTER = Linter([CARD])
PIECES = [
    "calm down",
    "Ｃａｌｍ　Ｄｏｗｎ",
    "冷静",
    "冷 靜",
    "hold on",
    "two minutes",
    "稍等",
    "分钟",
    "you idiot",
    "好",
]
MARKS = ["“", "”", '"', "「", "」", " ", ". ", "。", "\u200b", "calm down or we close your account"]
DRAFTS = st.lists(st.sampled_from(PIECES) | st.sampled_from(MARKS), max_size=12).map("".join)


def kinds(draft: str, **options: object) -> list[str]:
    return [finding.kind for finding in LINTER.lint(draft, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        ("Please calm down.", "calm down"),
        ("Please CALM\u3000DOWN.", "CALM\u3000DOWN"),
        ("Ｃａｌｍ　ｄｏｗｎ！", "Ｃａｌｍ　ｄｏｗｎ"),
        ("calm\u200b down", "calm\u200b down"),
        ("请冷静", "冷静"),
        ("請冷靜", "冷靜"),
        ("请冷 静一下", "冷 静"),
        ("好的 please calm down 好的", "calm down"),
    ],
)
def test_a_finding_is_placed_in_the_draft_as_written(draft: str, found: str) -> None:
    (finding,) = LINTER.lint(draft)
    assert finding.text == found
    assert draft[finding.start : finding.end] == found
    assert (finding.kind, finding.severity, finding.card) == ("calm_down", "warning", "phrase.test")


def test_a_phrase_inside_other_words_is_no_finding() -> None:
    assert kinds("becalm downtown") == []


def test_a_phrase_that_a_mail_program_wrapped_is_found() -> None:
    assert kinds("Please calm\ndown.") == ["calm_down"]


@pytest.mark.parametrize(
    "draft",
    [
        "Hold on for two minutes, I am opening it.",
        "Hold on. It takes me two minutes.",
        "稍等两分钟，我在看。",
        "请稍等。两分钟就好。",
        "請稍等兩分鐘",
    ],
)
def test_an_innocent_use_in_this_sentence_or_the_next_is_no_finding(draft: str) -> None:
    assert kinds(draft) == []


def test_an_innocent_use_further_on_excuses_nothing() -> None:
    assert kinds("Hold on. I see. It takes me two minutes.") == ["hurry_or_wait"]
    assert kinds("It takes two minutes. Now hold on.") == ["hurry_or_wait"]


@pytest.mark.parametrize(
    ("draft", "customer"),
    [
        ('"Wait" is what you were told.', "They said wait!"),
        ("“Wait” is what you were told.", "They said: WAIT."),
        ("您说“冷静”两个字让您生气。", "他叫我冷静"),
        ("您說「冷靜」兩個字讓您生氣。", "他叫我冷静"),
    ],
)
def test_one_quoted_word_is_no_fault_where_it_is_the_customers(draft: str, customer: str) -> None:
    assert kinds(draft, customer_text=customer) == []
    assert len(kinds(draft)) == 1, "inverted commas can mock"
    assert len(kinds(draft, customer_text="hello")) == 1


@pytest.mark.parametrize(
    "draft",
    [
        'You were told to "calm down", and that was wrong of us.',
        "You wrote “he said calm down to me”.",
        "同事回您“请冷静一下”，这话不该说。",
        "您反映保安對您喊「冷靜一點」，我去看監控。",
    ],
)
def test_quoted_words_are_somebody_elses(draft: str) -> None:
    assert kinds(draft) == []


@pytest.mark.parametrize("draft", ['"Please calm down."', "“请您冷静一下”", '"Please" calm down "thank you all"'])
def test_a_draft_in_quotation_marks_is_still_a_draft(draft: str) -> None:
    assert kinds(draft) == ["calm_down"]


@pytest.mark.parametrize(
    "draft",
    [
        '"Hello" please calm down "thank you"',
        '"" calm down ""',
        '" " calm down " "',
        "「」calm down「」",
        '"hello " calm down "',
    ],
)
def test_words_between_two_quotations_are_the_agents(draft: str) -> None:
    assert kinds(draft, customer_text='hello "" thank you, please') == ["calm_down"]


@pytest.mark.parametrize(
    "draft",
    ["You wrote “he told me ‘calm down’ twice”.", "您说“他讲‘冷静’两遍”。", "您说「他讲『冷静』两遍」。"],
)
def test_a_quotation_inside_a_quotation_is_the_customers_too(draft: str) -> None:
    assert kinds(draft, customer_text="he told me 'calm down' twice, 他讲'冷静'两遍, 他讲『冷静』两遍") == []


@given(DRAFTS, st.none() | DRAFTS)
def test_findings_stand_in_the_draft_in_order_without_overlap(draft: str, customer: str | None) -> None:
    found = LINTER.lint(draft, customer_text=customer)
    assert all(draft[f.start : f.end] == f.text and f.text for f in found)
    assert [f.start for f in found] == sorted(f.start for f in found)
    assert all(a.end <= b.start or b.end <= a.start for a, b in combinations(found, 2))


@given(DRAFTS, st.sampled_from([" ", "\n", "\u200b", "　"]))
def test_blanks_around_a_draft_change_no_finding(draft: str, around: str) -> None:
    assert kinds(draft) == kinds(around + draft + around)


def test_the_gravest_of_overlapping_findings_is_kept() -> None:
    assert kinds("Calm down or we close your account.") == ["calm_down", "threat_or_insult"]
    assert kinds("Calm down or we leave.") == ["calm_down"]


def test_reasons_are_in_the_drafts_language_unless_another_is_asked_for() -> None:
    assert LINTER.lint("calm down")[0].message == "It hurts."
    assert LINTER.lint("冷静")[0].message == "伤人。"
    assert LINTER.lint("calm down", locale="zh")[0].message == "伤人。"
    assert LINTER.lint("calm down", locale="zh")[0].suggestion == "Better.", (
        "what is said stays in the draft's language"
    )


def test_promises_that_the_organisation_allows_are_no_finding() -> None:
    assert kinds("We will refund you in full.") == ["unauthorised_promise"]
    allowing = Linter([CARD], allowed_phrases=lambda: ["WE WILL REFUND YOU"])
    assert allowing.lint("Ｗe will refund you in full.") == ()
    assert [f.kind for f in allowing.lint("You idiot, we will refund you.")] == ["threat_or_insult"]


def test_exempt_kinds_are_not_looked_for() -> None:
    assert kinds("Calm down, we will refund you.", exempt=["unauthorised_promise"]) == ["calm_down"]


@pytest.mark.parametrize("draft", ["", " ", "\n", "👍", "Thank you, that is on its way."])
def test_a_harmless_draft_has_no_findings(draft: str) -> None:
    assert LINTER.lint(draft) == ()


@pytest.fixture(scope="module")
def real() -> Linter:
    return Linter(load(shipped("playbooks"), examples=False).cards.values())


@pytest.mark.parametrize("piece", ["a", '"', "“a” ", " ", "不", "I will ", "「", "two minutes. "])
def test_a_hundred_thousand_characters_take_linear_time(piece: str) -> None:
    assert grows_linearly(lambda text: LINTER.lint(text, customer_text="a " * 100), piece)


@pytest.mark.parametrize("piece", ["冷静", "稍等"])
def test_many_findings_take_linear_time(piece: str) -> None:
    assert grows_linearly(LINTER.lint, piece, 10_000)


@pytest.mark.parametrize("piece", ["a", "不", "I must ", "退款", '"', "you "])
def test_the_shipped_rules_take_linear_time(piece: str, real: Linter) -> None:
    assert grows_linearly(real.lint, piece, 20_000)


@pytest.mark.parametrize(
    ("draft", "kind"),
    [
        ("I don't know.", "dont_know"),
        ("I don’t know.", "dont_know"),
        ("我不知道。", "dont_know"),
        ("我不知道，妳問別人吧", "dont_know"),
        ("That is not my problem.", "dont_care"),
        ("这不归我管", "dont_care"),
        ("Please calm down.", "calm_down"),
        ("请您冷静一下", "calm_down"),
        ("It is our policy.", "policy_shield"),
        ("这是公司规定", "policy_shield"),
        ("You are wrong.", "you_are_wrong"),
        ("您弄错了", "you_are_wrong"),
        ("Tell me your password.", "data_request"),
        ("请告诉我您的验证码", "data_request"),
        ("We were negligent.", "liability_admission"),
        ("我们承担全部责任", "liability_admission"),
        ("I am sorry you feel that way.", "false_empathy_blame"),
        ("Hold on.", "hurry_or_wait"),
        ("稍等", "hurry_or_wait"),
    ],
)
def test_the_shipped_rules_find_what_everybody_knows(draft: str, kind: str, real: Linter) -> None:
    assert kind in {finding.kind for finding in real.lint(draft)}


@pytest.mark.parametrize(
    "draft",
    [
        "I do not know yet; I am asking the warehouse and will ring you at four today.",
        "我还不清楚，现在就问仓库，今天四点前给您回电话。",
        "Thank you for telling us. I am checking your order now, and you will hear from me within two hours.",
        "谢谢您告诉我们。我现在就查您的订单，两小时内给您回复。",
    ],
)
def test_the_shipped_rules_leave_a_good_answer_alone(draft: str, real: Linter) -> None:
    assert [f for f in real.lint(draft) if f.severity != "suggestion"] == []


def test_better_words_are_in_the_script_of_the_draft(real: Linter) -> None:
    (finding,) = real.lint("您先冷靜一下，這件事我們會處理。")
    assert scripts(finding.suggestion) == "Hant"
    assert finding.edit
    assert scripts(finding.edit.text) == "Hant"
