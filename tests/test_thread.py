"""Pasted threads: whose words are whose, and which are the customer's newest."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.config import shipped
from copilot.thread import ThreadSplitter
from tests.fakes import grows_linearly

SPLITTER = ThreadSplitter.read(shipped("playbooks"))

GMAIL = """It still does not work.

On Mon, 3 Mar 2025 at 10:00, Acme Support <support@acme.example> wrote:
> Please restart it.
>
> On Sun, 2 Mar 2025 at 09:00, Ann <ann@home.example> wrote:
>> My router is dead.
"""
QQ_MAIL = """还是不行，我要退款。

在 2025年3月3日 10:00，客服中心 <service@acme.example> 写道：
> 您好，请重启试试。
>
> 在 2025年3月2日 09:00，小王 <wang@home.example> 写道：
>> 路由器坏了
"""
OUTLOOK = """Still nothing.

From: Acme Support <support@acme.example>
Sent: Monday, 3 March 2025 10:00
To: Ann Lee
Subject: RE: Order

We will refund you.

From: Ann Lee <ann@home.example>
Sent: Sunday, 2 March 2025 09:00
To: Support
Subject: Order

Where is my order?
"""
OUTLOOK_ZH = """还没收到。

发件人: 售后客服 <service@acme.example>
发送时间: 2025年3月3日 10:00
收件人: 王小姐
主题: 回复: 订单

我们会尽快处理。
"""
CHAT = """Agent Tom: Hello, how can I help?
Customer: My order is late.
Agent Tom: We are looking into it.
Customer: You said that last week!
I want a manager."""
CHAT_ZH = """客服小李：您好，请问有什么可以帮您？
客户：订单还没到
客服小李：我们正在查
客户：都五天了！
我要投诉"""
TIMED = """[10:01] Agent: Hi, this is Kim
[10:02] Customer: My bill is wrong
[10:05] Customer: Hello??"""
INTERLEAVED = """On Mon, 3 March 2025, Acme Support wrote:
> Did you restart it?

Yes, twice.

> Is the light red?

No, it is off.
"""
BELOW = """On Mon, 3 March 2025, Acme Support <support@acme.example> wrote:
> We will call you.

You did not call.
"""


def words(text: str) -> dict[str, list[str]]:
    """What stands in a thread by role, quotation marks taken away, and what is newest."""
    thread = SPLITTER.split(text)
    found: dict[str, list[str]] = {"customer": [], "agent": [], "noise": []}
    for part in thread.parts:
        found[part.role].append(text[part.start : part.end].strip("> \n"))
    found["newest"] = [text[part.start : part.end] for part in thread.newest]
    return found


@pytest.mark.parametrize(
    ("text", "newest", "agent", "earlier"),
    [
        (GMAIL, ["It still does not work."], ["Please restart it."], "My router is dead."),
        (QQ_MAIL, ["还是不行，我要退款。"], ["您好，请重启试试。"], "路由器坏了"),
        (OUTLOOK, ["Still nothing."], ["We will refund you."], "Where is my order?"),
        (OUTLOOK_ZH, ["还没收到。"], ["我们会尽快处理。"], None),
        (
            CHAT,
            ["You said that last week!\nI want a manager."],
            ["Hello, how can I help?", "We are looking into it."],
            "My order is late.",
        ),
        (CHAT_ZH, ["都五天了！\n我要投诉"], ["您好，请问有什么可以帮您？", "我们正在查"], "订单还没到"),
        (TIMED, ["My bill is wrong", "Hello??"], ["Hi, this is Kim"], None),
        (INTERLEAVED, ["Yes, twice.", "No, it is off."], ["Did you restart it?", "Is the light red?"], None),
        (BELOW, ["You did not call."], ["We will call you."], None),
        ("Me: hi\nSupport: one moment\nMe: when?", ["when?"], ["one moment"], "hi"),
        ("ＡＧＥＮＴ：hello\nＣＵＳＴＯＭＥＲ：late again", ["late again"], ["hello"], None),
    ],
    ids=[
        "gmail",
        "qq",
        "outlook",
        "outlook-zh",
        "chat",
        "chat-zh",
        "timed",
        "interleaved",
        "below",
        "me",
        "full-width",
    ],
)
def test_a_thread_is_split_by_speaker(text: str, newest: list[str], agent: list[str], earlier: str | None) -> None:
    found = words(text)
    assert found["newest"] == newest
    assert found["agent"] == agent
    assert earlier is None or earlier in found["customer"]


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        ("The heating is off.\n\n-- \nAnn Lee\n12 Long Road", "The heating is off."),
        ("The heating is off.\nSent from my iPhone", "The heating is off."),
        ("暖气又坏了。\n发自我的iPhone", "暖气又坏了。"),
        (
            "The bill is wrong.\n\nThis e-mail is confidential and intended only for the addressee.",
            "The bill is wrong.",
        ),
        ("账单错了。\n\n本邮件及其附件含有保密信息，仅限收件人使用。", "账单错了。"),
        ("Any news?\n-----Original Message-----\nFrom: support@acme.example\nTo: Ann\n\nWe look.", "Any news?"),
        ("有消息吗？\n------------------ 原始邮件 ------------------\n发件人: 客服\n主题: 订单\n\n在查", "有消息吗？"),
    ],
)
def test_signatures_and_disclaimers_are_nobodys_message(text: str, newest: str) -> None:
    assert words(text)["newest"] == [newest]


@pytest.mark.parametrize(
    "text",
    [
        "My problem: the router is broken.\nNote: I called twice.",
        "Order: 4711\nProduct: kettle\nIt leaks.",
        "From: London\nI have waited an hour.",
        "> what is this",
        "3 > 2 and you know it",
        "时间：昨天\n问题：漏水",
        "I want two things: a refund and a reply.\nI need both: my flight is tomorrow.",
        "我的订单号：12345678\n我的诉求：退款",
        "客服电话：一直打不通\n我的诉求：退款",
    ],
)
def test_a_plain_message_with_colons_stays_whole(text: str) -> None:
    thread = SPLITTER.split(text)
    assert thread.plain
    assert not thread.transcript


@pytest.mark.parametrize(
    ("text", "newest"),
    [
        ("  Agent: hello\n  Customer: my order is late", "my order is late"),
        ("Agent\u200b\u200b\u200b: hello\nCustomer\u200b\u200b\u200b: my order is late", "my order is late"),
        ("Agent    Kim: hello\nCustomer    Ann: my order is late", "my order is late"),
    ],
    ids=["indented", "zero-width", "double-blank"],
)
def test_no_piece_of_a_label_is_left_in_the_words(text: str, newest: str) -> None:
    assert words(text)["newest"] == [newest]


@pytest.mark.parametrize(
    "text",
    [
        "客服 10:00:12\n您好\n用户 10:01:09\n我要退款",
        "客服小美 2025-03-03 10:00:12\n您好\n用户 2025-03-03 10:01:09\n我要退款",
        "Agent Kim 10:00 am\nHello\nCustomer 10:01 am\nI want my money back",
    ],
)
def test_a_chat_with_names_and_times_on_their_own_lines_is_a_transcript(text: str) -> None:
    found = words(text)
    assert found["agent"] == [text.splitlines()[1]]
    assert found["newest"] == [text.splitlines()[3]]


NAMED = """Still nothing.

From: Tom Smith <tom@acme.example>
Sent: Monday
To: Ann Lee

We will refund you.

From: Ann Lee <ann@home.example>
Sent: Sunday
To: Support

Where is it?
"""


def test_only_what_stands_on_top_of_a_mail_is_newest() -> None:
    assert words(NAMED)["newest"] == ["Still nothing."]


def test_a_header_in_bold_is_a_header() -> None:
    text = "Thanks\n\n*From:* Acme Support <support@acme.example>\n*Sent:* Monday\n\nWe will refund you."
    assert words(text)["newest"] == ["Thanks"]


def test_all_words_of_the_agent_leave_the_customer_none() -> None:
    assert SPLITTER.split("> we will call you\n> soon").newest == ()


PIECES = st.sampled_from([*(GMAIL + OUTLOOK_ZH + CHAT + "\n" + CHAT_ZH).splitlines(), "", "-- ", ">", "＞ x", "a"])


@given(st.lists(PIECES, max_size=12).map("\n".join) | st.text(max_size=60))
def test_parts_lie_in_the_text_in_order_and_newest_is_the_customers(text: str) -> None:
    thread = SPLITTER.split(text)
    spans = [(part.start, part.end) for part in thread.parts]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
    assert set(thread.newest) <= set(thread.parts)
    assert all(part.role == "customer" for part in thread.newest)


@given(st.lists(PIECES, max_size=12))
def test_line_ends_do_not_change_who_speaks(lines: list[str]) -> None:
    unix, windows = "\n".join(lines), "\r\n".join(lines)
    assert [p.role for p in SPLITTER.split(unix).parts] == [p.role for p in SPLITTER.split(windows).parts]


MARKS = [">", "> a\n", "Agent: a\n", "From: a\nTo: b\n", "a", "\n", "-- \n", "在在", "On a wrote:\n"]


@pytest.mark.parametrize("piece", MARKS)
def test_splitting_takes_linear_time(piece: str) -> None:
    assert grows_linearly(SPLITTER.split, piece, 40_000)
