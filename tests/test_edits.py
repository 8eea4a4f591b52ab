"""Better words in their place: the sentence stays one, and names, figures and greetings stay where they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.edits import apply, fit
from copilot.types import Edit


def rewritten(text: str, span: str, instead: str) -> str | None:
    start = text.index(span)
    edit = fit(text, start, start + len(span), instead)
    return apply(text, [edit]) if edit else None


@pytest.mark.parametrize(
    ("text", "span", "instead", "made"),
    [
        (
            "Hi Ana, you should have read the terms before ordering.",
            "you should have read",
            "That line is easy to miss. Here is what we can still do.",
            "Hi Ana, that line is easy to miss. Here is what we can still do.",
        ),
        (
            "Please calm down, Ana. I will call the courier.",
            "calm down",
            "I can see why you are angry",
            "I can see why you are angry, Ana. I will call the courier.",
        ),
        ("Calm down Ana", "Calm down", "I can see why you are angry.", "I can see why you are angry, Ana"),
        # A clause that leans on the next one takes it along.
        (
            "If you had read the terms, this would not have happened. Order 12 is here.",
            "you had read",
            "Here is what we can still do.",
            "Here is what we can still do. Order 12 is here.",
        ),
        ("您好，您冷静一下，我来查。", "冷静", "您等这么久，换谁都着急", "您好，您等这么久，换谁都着急，我来查。"),
        ("规定就是这样", "规定就是这样", "您还可以这样办", "您还可以这样办"),
        (
            "这个您得找快递，跟我们没关系。订单号123我看到了。",
            "跟我们没关系",
            "我来问快递，[[时间]]前回您。",
            "这个您得找快递，我来问快递，[[时间]]前回您。订单号123我看到了。",
        ),
        ("It is here. I guess you lost it!", "you lost it", "I will find out where it is", None),
        # A question keeps its mark.
        ("That is not my job. Bye", "not my job", "Shall I ask them for you?", "Shall I ask them for you? Bye"),
        ("这不归我管。再见", "不归我管", "我帮您去问，好吗？", "我帮您去问，好吗？再见"),
    ],
)
def test_better_words_take_the_place_of_the_clause(text: str, span: str, instead: str, made: str | None) -> None:
    if made is None:
        made = "It is here. I will find out where it is!"
    assert rewritten(text, span, instead) == made


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Your refund of 20 EUR is late because you never told us.", "you never told us"),
        ("So you told Carmen nothing at all.", "you told"),
        ("See https://help.example and stop asking us.", "stop asking"),
    ],
)
def test_where_facts_would_be_lost_there_is_no_edit(text: str, span: str) -> None:
    assert rewritten(text, span, "I will find out why") is None


def test_of_two_edits_that_overlap_the_first_is_made() -> None:
    assert apply("abcdef", [Edit(3, 5, "X"), Edit(1, 4, "-")]) == "a-ef"


@given(st.text(max_size=80), st.integers(0, 80), st.integers(0, 80), st.text(min_size=1, max_size=20))
def test_an_edit_stays_inside_the_text_and_holds_the_span(text: str, a: int, b: int, instead: str) -> None:
    start, end = sorted((min(a, len(text)), min(b, len(text))))
    edit = fit(text, start, end, instead)
    if edit is not None:
        assert 0 <= edit.start <= start <= end <= edit.end <= len(text)
        assert apply(text, [edit]) == text[: edit.start] + edit.text + text[edit.end :]
