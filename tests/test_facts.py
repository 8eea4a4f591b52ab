"""Particulars of a message: taken as written, never made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.config import shipped
from copilot.facts import FactFinder
from copilot.language import detect
from copilot.text import fold
from tests.fakes import grows_linearly

FINDER = FactFinder.read(shipped("playbooks"))


def find(text: str) -> dict[str, str]:
    return {name: fact.value for name, fact in FINDER.find(fold(text), detect(text)[0]).items()}


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("My order A-4471 has not come", "A-4471"),
        ("order number 20394857 is missing", "20394857"),
        ("Ref: ZX-99812-1", "ZX-99812-1"),
        ("about #88123456", "88123456"),
        ("booking reference is QK7T2P9", "QK7T2P9"),
        ("订单号：202503031234，还没到", "202503031234"),
        ("我的快递SF1234567890123一直没动", "SF1234567890123"),
        ("訂單編號A-447123還沒到", "A-447123"),
        ("ｏｒｄｅｒ Ａ－４４７１ is late", "Ａ－４４７１"),
    ],
)
def test_order_numbers_are_taken_as_written(text: str, order: str) -> None:
    assert find(text)["order"] == order


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("I paid $1,299.00 for this", "$1,299.00"),
        ("you took €40 twice", "€40"),
        ("I lost 250 dollars", "250 dollars"),
        ("扣了我299元", "299元"),
        ("花了三百多块钱", "三百多块钱"),
        ("收了1.2万元押金", "1.2万元"),
        ("多收了￥58.5", "￥58.5"),
        ("Give me my $20, now", "$20"),
    ],
)
def test_amounts_are_taken_as_written(text: str, amount: str) -> None:
    assert find(text)["amount"] == amount


@pytest.mark.parametrize("text", ["多扣了￥2万", "You owe me $2 million", "You took ￥2万元 by mistake", "£3 grand"])
def test_an_amount_is_taken_whole_or_not_at_all(text: str) -> None:
    assert find(text).get("amount") not in ("￥2", "$2", "£3")


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("My parcel is three weeks late", "three weeks"),
        ("I have been waiting for 45 minutes", "45 minutes"),
        ("It is over 2 months overdue", "over 2 months"),
        ("等了12天还没到", "12天"),
        ("拖了两个多月", "两个多月"),
        ("等了半个小时没人来", "半个小时"),
    ],
)
def test_delays_are_taken_as_written(text: str, delay: str) -> None:
    assert find(text)["delay"] == delay


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("I called three times and nobody helped", "three times"),
        ("I have emailed you twice", "twice"),
        ("打了5次电话都没人接", "5次"),
        ("投诉过好几遍了", "好几遍"),
    ],
)
def test_how_often_they_wrote_is_taken_as_written(text: str, times: str) -> None:
    assert find(text)["times"] == times


@pytest.mark.parametrize(
    ("slot", "text", "value"),
    [
        ("name", "Hello, my name is Ann Lee and my phone is broken", "Ann Lee"),
        ("name", "It broke.\nKind regards,\nAnn Lee", "Ann Lee"),
        ("name", "我是王女士，洗衣机坏了", "王女士"),
        ("product", "my new washing machine leaks", "washing machine"),
        ("product", "我家洗衣机漏水", "洗衣机"),
        ("product", "我家洗衣機漏水", "洗衣機"),
        ("date", "I ordered it on 3 March", "3 March"),
        ("date", "说好3月5日到的", "3月5日"),
    ],
)
def test_names_products_and_dates_are_taken_as_written(slot: str, text: str, value: str) -> None:
    assert find(text)[slot] == value


@pytest.mark.parametrize(
    "text",
    [
        "Your service is a disgrace and I am never coming back.",
        "Thank you, that was lovely!",
        "你们的服务太差了，我再也不会来了。",
        "谢谢，非常满意！",
        "Who is responsible for this?",
        "我是老客户了",
        "I am so angry right now",
    ],
)
def test_nothing_is_found_where_nothing_is_said(text: str) -> None:
    assert find(text) == {}


@pytest.mark.parametrize(
    "text",
    ["I am Very Disappointed in all of you", "This is False Advertising!", "this is Customer Service at its worst"],
)
def test_a_capital_letter_makes_no_name(text: str) -> None:
    assert "name" not in find(text)


@pytest.mark.parametrize("text", ["in order 2024", "as of case 2025-03", "订单2024年下的"])
def test_a_year_is_no_order_number(text: str) -> None:
    assert "order" not in find(text)


PIECES = st.sampled_from(
    [
        "order A-4471",
        "订单号202503031234",
        "$1,299",
        "299元",
        "three weeks late",
        "等了12天",
        "called 3 times",
        "打了5次电话",
        "my name is Ann Lee",
        "我是王女士",
        "my kettle",
        "洗衣機",
        "on 3 March",
        "３月５日",
        "ｏｒｄｅｒ ＃８８１２３４",
        "\u200b",
        " ",
        "，",
        "! ",
        "\n",
    ]
)


@given(st.lists(PIECES | st.text(max_size=6), max_size=8).map("".join))
def test_every_fact_stands_in_the_text_at_its_place(text: str) -> None:
    for language in ("en", "zh"):
        for name, fact in FINDER.find(fold(text), language).items():
            assert fact.slot == name
            assert fact.value
            assert text[fact.start : fact.end].strip() == fact.value


@given(st.text(st.characters(whitelist_categories=["Ll", "Po", "Zs"], max_codepoint=0x2FF), max_size=60))
def test_no_figure_is_found_in_a_text_without_one(text: str) -> None:
    assert {"order", "amount"}.isdisjoint(FINDER.find(fold(text), "en")) or any(c.isdigit() for c in fold(text).text)


@pytest.mark.parametrize("piece", ["1", "order ", "A1-", "等了", "$1", "my ", "三", "called "])
def test_finding_takes_linear_time(piece: str) -> None:
    assert grows_linearly(lambda text: FINDER.find(fold(text), "en"), piece)
