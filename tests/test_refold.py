"""Foreign expressions written anew: they find in folded text what they found before, or are refused with the reason."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.patterns import pattern
from copilot.playbooks.expressions import ExpressionError, parse
from copilot.playbooks.refold import Refolded, escape, refold, without_choice
from copilot.text import fold
from tests.fakes import processor_seconds

PIECES = [
    "a",
    "IT",
    "請冷靜",
    "ＶＩＰ",
    "é",
    "…",
    "“",
    " ",
    "😀",
    r"\b",
    r"\d",
    r"\w+",
    "[a-z]",
    "[^亲]",
    "[會-會]",
    ".",
    "|",
]
PIECES += [
    "(",
    "(?:",
    "(?i)",
    ")",
    "*",
    "+?",
    "{2}",
    "{2,",
    "[",
    "]",
    "\\",
    r"\u8bf7",
    r"\p{Han}",
    "^",
    "$",
    r"\Q",
    "-",
    "?",
]


def made(source: str) -> Refolded:
    return refold(parse(source))


def finds(source: str, text: str) -> bool:
    return pattern(made(source).source).search(fold(text).flat) is not None


@pytest.mark.parametrize(
    ("source", "found", "not_found"),
    [
        (r"\bcalm down\b", "Calm down!", "becalm downtown"),
        (r"\b(?:請冷靜)\b", "您请冷静一下", "请安静"),
        (r"\b(?:ＶＩＰ客戶)\b", "这位VIP客户", "这位SVIP客户"),
        (r"\bслово\b", "это слово тут", "нет"),
        (r"[稍請]等", "请等", "不等"),
        (r"\u8bf7\u51b7\u9759", "請冷靜", "请"),
        (r"\p{Script=Han}{2}吗", "可以吗", "ok吗"),
        ("请 冷静", "请冷静", "请不冷静"),
        ("don’t", "I don't", "I do not"),
        ("caf[éè]", "CAFE", "caff"),
        ("等……", "等......", "等。"),
        (r"e\.g\.", "e.g. this", "egg"),
        (r"\Qa.b\E+", "a.bb", "aab"),
        (r"(?P<who>you|they) must", "They must", "must"),
        ("[㈱]", "(株)", "株"),
        ("foo\\nbar", "foo\nbar", "foobar"),
        (r"a{,2}", "a{,2}", "aa"),
        ("[]x]", "]", "y"),
        ("[[:upper:]]{2}", "AB", "1"),
    ],
)
def test_an_expression_finds_in_folded_text_what_it_found_before(source: str, found: str, not_found: str) -> None:
    assert finds(source, found)
    assert not finds(source, not_found)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("foo(?=bar)", "look-around"),
        ("foo(?!bar)", "look-around"),
        ("(?<!so )sorry", "look-around"),
        ("(?>ab)", "a group, which RE2"),
        (r"(\w)\1", "back-reference"),
        ("ab++", "two quantifiers"),
        ("+a", "nothing before it"),
        ("(a", "lacks a ')'"),
        ("a)", "')' too many"),
        ("[a", "ends too early"),
        ("[z-a]", "backwards"),
        ("a\\", "ends too early"),
        (r"\p{Nonsense}", "RE2"),
        ("a*", "matches the empty text"),
        ("", "matches the empty text"),
        ("x{2000}", "repeats too often"),
        ("(a{100}){100}", "too large"),
        ("(a{40}){40}", "RE2"),
        (r"\p{L}{500}", "too large"),
        ("a" * 1001, "longer than"),
        ("(" * 40 + "a" + ")" * 40, "nested"),
        (r"\b+", "repeats a word boundary"),
        # What is evened out cannot be forbidden: hyphens, digits and 里 are no fault.
        ("[—–]", "evens out"),
        ("[０-９]+", "evens out"),
        ("裡", "evens out"),
        ("“", "evens out"),
        (r"\. {2,}[A-Z]", "evens out"),
        ("[\u0300\u0301]", "evens out"),
        (r"\ud83d\ude00", "does not exist"),
    ],
)
def test_what_cannot_be_matched_is_refused_with_the_reason(source: str, why: str) -> None:
    with pytest.raises(ExpressionError, match="(?s).*" + escape(why)):
        made(source)


@pytest.mark.parametrize(
    ("source", "substring"),
    [(r"\b请\b", True), (r"\bVIP客户\b", True), (r"\b(?:请)?ok\b", True), (r"\bok\b", False), ("请", False)],
)
def test_a_boundary_beside_han_is_dropped_and_said(source: str, substring: bool) -> None:
    assert made(source).substring == substring


@pytest.mark.parametrize(
    ("source", "capitals"),
    [
        ("IT", True),
        ("it", False),
        ("[Cc]alm", False),
        ("[A-Z]{3}", True),
        ("(?i)IT", False),
        (r"\p{Lu}", True),
        ("请", False),
    ],
)
def test_whether_capitals_count(source: str, capitals: bool) -> None:
    assert made(source).capitals == capitals


def test_samples_are_texts_that_the_expression_finds() -> None:
    assert made(r"(?:please )?calm (down|it)").samples[:2] == ("calm down", "calm it")
    assert made("請冷[靜静]").samples == ("請冷靜", "請冷静")


def test_a_group_that_was_optional_is_insisted_on() -> None:
    tree = without_choice(parse("(?:x)(日经)?软件"), 1)
    assert tree is not None
    assert pattern(refold(tree).source).search("x日经软件")
    assert not pattern(refold(tree).source).search("x软件")
    assert without_choice(parse("(日经)软件"), 1) is None
    assert without_choice(parse("软件"), 1) is None


@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join) | st.text(max_size=12))
def test_any_expression_is_taken_or_refused(source: str) -> None:
    try:
        written = made(source)
    except ExpressionError as error:
        assert str(error)
        return
    assert all(finds(source, sample) or finds(source, f"; {sample} ;") for sample in written.samples)


@given(st.text(st.sampled_from("aZ9請请冷ＶｉéＥ ，。!-'’“…"), min_size=1, max_size=8))
def test_a_plain_text_is_found_in_itself(text: str) -> None:
    try:
        written = made(escape(text))
    except ExpressionError:
        return
    assert pattern(written.source).search(fold(f"x{text}x").flat) or pattern(written.source).search(fold(text).flat)


@pytest.mark.parametrize(
    "source", ["(" * 29 + "a" + "+)" * 29, r"\b(a?" * 29 + ")" * 29, r"\b" * 400 + "a", "[a请]?" * 160 + "b"]
)
def test_no_expression_takes_long(source: str) -> None:
    def attempt() -> None:
        with suppress(ExpressionError):
            made(source)

    assert processor_seconds(attempt) < 1
