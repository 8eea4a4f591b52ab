"""Personal data: what becomes a placeholder, what stays for the reply, and that everything comes back as it was.

All values are invented; numbers with a check sum pass it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.personal import PersonalFinder
from copilot.redact import Redactor
from tests.fakes import grows_linearly

PLAYBOOKS = Path(__file__).parents[1] / "playbooks"
REDACTOR = Redactor.read(PLAYBOOKS)
FINDER = PersonalFinder.read(PLAYBOOKS)
PLACEHOLDER = re.compile(r"<[A-Z]+_\d+>")

# What is found, the words around it standing in the table as people write them: [ ] are round what must be hidden.
PERSONAL = [
    ("PHONE", "我的手机是[13800138000]，随时打"),
    ("PHONE", "打[138 0013 8000]给我"),
    ("PHONE", "打[138-0013-8000]给我"),
    ("PHONE", "打[1 3 8.0-0 1 3 8 0 0 0]给我"),
    ("PHONE", "打[１３８００１３８０００]给我"),
    ("PHONE", "打[138‑0013‑8000]给我"),
    ("PHONE", "打[138·0013·8000]给我"),
    ("PHONE", "打[138。0013。8000]给我"),
    ("PHONE", "打[1\u200b380\u200b0138000]给我"),
    ("PHONE", "打[١٣٨٠٠١٣٨٠٠٠]给我"),
    ("PHONE", "打[𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎]给我"),
    ("PHONE", "打[一三八零零一三八零零零]给我"),
    ("PHONE", "打[幺三八 〇〇幺三 八〇〇〇]给我"),
    ("PHONE", "打[+86 138-0013-8000]给我"),
    ("PHONE", "打[(+86)13800138000]给我"),
    ("PHONE", "打[0086 13800138000]给我"),
    ("PHONE", "尾数是[138****8000]的那个号"),
    ("PHONE", "[13800138000] 3天没人打来"),
    ("PHONE", "座機[021-66888000]"),
    ("PHONE", "座机[（021）6688 8000]"),
    ("PHONE", "座机[0755-26543210转8001]"),
    ("PHONE", "分店[0571-8765432]没人接"),
    ("PHONE", "你们的[400-820-8820]打不通"),
    ("PHONE", "電話 [2345 6789] 搵我"),
    ("PHONE", "台灣手機[0912-345-678]"),
    ("PHONE", "call me on [+44 (0)20 7946 0958] please"),
    ("PHONE", "call [020 7946 0958] please"),
    ("PHONE", "call [07700 900123] 3 times"),
    ("PHONE", "call [(212) 555-0123] please"),
    ("PHONE", "call [1-800-555-0199] please"),
    ("PHONE", "call [212.555.0123 ext. 42] please"),
    ("PHONE", "my number is [+33 6 12 34 56 78]."),
    ("PHONE", "my number is [06 12 34 56 78]."),
    ("PHONE", "meine Nummer: [+49 30 901820]"),
    ("PHONE", "phone: [555 0142]"),
    ("ID", "身份证[11010519491231002X]"),
    ("ID", "身份證號碼是[110105 19491231 002x]"),
    ("ID", "身份证[110105-1949-12-31-002X]"),
    ("ID", "我是[440308199001010017]"),
    ("ID", "老证[130503670401001]"),
    ("ID", "身份证号[110105194912310021]，可能打错了"),
    ("ID", "my SSN is [123-45-6789]"),
    ("CARD", "卡号[6222021234567890128]"),
    ("CARD", "card [4111 1111 1111 1111] was charged"),
    ("CARD", "card [4111-1111-1111-1111] 2 times"),
    ("CARD", "card [3782 822463 10005] was charged"),
    ("CARD", "card [4.1.1.1 1.1.1.1 1.1.1.1 1.1.1.1] was charged"),
    ("CARD", "安全码[123]"),
    ("CARD", "the cvv is [123]"),
    ("IBAN", "pay to [GB82 WEST 1234 5698 7654 32] please"),
    ("IBAN", "pay to [DE89370400440532013000]"),
    ("IBAN", "pay to [fr14-2004-1010-0505-0001-3M02-606]."),
    ("EMAIL", "write to [jo.ann+shop@example.co.uk]."),
    ("EMAIL", "发到[zhangsan_88@example.com]谢谢"),
    ("EMAIL", "发到[ｌｉｓｉ＠ｅｘａｍｐｌｅ．ｃｏｍ]谢谢"),
    ("EMAIL", "write to [joann @ example.com] now"),
    ("EMAIL", "write to [joann [at] example [dot] com] now"),
    ("ADDRESS", "我住在[上海市浦东新区张江路100号3栋2单元501室]"),
    ("ADDRESS", "寄到[台北市信義區忠孝東路四段100號5樓]"),
    ("ADDRESS", "地址：[广东省 深圳市 南山区 科技园路 12 号 A座 1201]"),
    ("ADDRESS", "请3号之前送到[南京路15号]，我15号在"),
    ("ADDRESS", "送到[西湖区文三路 478 号时代广场 A 座 1201 室]就行"),
    ("ADDRESS", "I live at [5 Mason Road]."),
    ("ADDRESS", "地址[九龍旺角彌敦道700號12樓]"),
    ("ADDRESS", "送到[幸福家园5号楼3单元]就行"),
    ("ADDRESS", "送到[7栋1902]就行"),
    ("ADDRESS", "在[长青路一百二十号]门口"),
    ("ADDRESS", "邮编[200120]"),
    ("ADDRESS", "I live at [221B Baker Street], London"),
    ("ADDRESS", "I live at [12 oak tree lane], ok"),
    ("ADDRESS", "Send it to [Flat 3, 14 Oak Close], Leeds"),
    ("ADDRESS", "Send it to [1600 Amphitheatre Parkway, Apt 4B], please"),
    ("ADDRESS", "Leeds [LS1 4AP] is where I live"),
    ("ADDRESS", "london [sw1a1aa]"),
    ("ADDRESS", "Springfield, IL [62704-1234]"),
    ("ADDRESS", "Texas [75001]"),
    ("ADDRESS", "write to [P.O. Box 1234]"),
    ("ADDRESS", "Ich wohne [Lindenstraße 12]"),
    ("ADDRESS", "J'habite [12 rue de la Paix]"),
    ("ORDER", "order [4471] is late"),
    ("ORDER", "order number is [4471-22]"),
    ("ORDER", "my ticket #[88412] was closed"),
    ("ORDER", "Where is [A-4471]?"),
    ("ORDER", "Where is [SF1234567890]?"),
    ("ORDER", "Where is [1Z999AA10123456784]?"),
    ("ORDER", "Where is [RA 123456785 GB]?"),
    ("ORDER", "订单号：[2025030300123]"),
    ("ORDER", "訂單編號[20250303]"),
    ("ORDER", "运单号是[YT 8812 3341 0]"),
    ("ORDER", "顺丰[SF1029384756]"),
    ("ORDER", "验证码[482913]"),
    ("ORDER", "transaction [0b9f4c1e-5d2a-4c3b-9e8f-1a2b3c4d5e6f]"),
    ("PLATE", "车是[沪A12345]"),
    ("PLATE", "车是[粤B·D12345]"),
    ("PLATE", "車牌[滬 A-1 2 3 4 5]"),
    ("PLATE", "车是[粤Z1234港]"),
    ("PLATE", "my number plate is [AB12 CDE]"),
    ("PASSPORT", "护照号码[E12345678]"),
    ("PASSPORT", "passport no. [E 1234 5678]"),
    ("PASSPORT", "passport: [523456789]"),
    ("IP", "from [203.0.113.40], twice"),
    ("IP", "from [2001:db8:85a3::8a2e:370:7334]"),
    ("HANDLE", "I am [@jo_ann.s], answer"),
    ("HANDLE", "微信号是[jo_ann88]"),
    ("HANDLE", "加我微信：[joann]"),
    ("HANDLE", "QQ号[12345678]"),
    ("HANDLE", "QQ:[123456]"),
    ("HANDLE", "telegram handle is [joann99]"),
    ("NUMBER", "what is [90321884] on my bill"),
    ("NUMBER", "[123 456 789 012] 是什么"),
    ("NUMBER", "card [4111 1111 1111 1112] was charged"),
]

INNOCENT = [
    "¥299", "￥１２９９．５０", "$40", "£1,200.50", "HK$12,345,678", "€ 3.99", "RMB 8000", "299元", "12000块",
    "3万元", "1,234,567 people", "$1000-2000", "I paid $2900.00 3 times", "40 dollars", "5000 yuan", "打八折", "50%",
    "9.9分", "3月3日", "2025-03-03", "2025/3/3", "2025.03.03", "03/04/2025", "3.4.2025", "2025年3月3号", "20250303",
    "2025-03-03 14:30", "2025-03-03T14:30:00Z", "14:30", "9:00-18:00", "下午3点20分", "3 March 2025 at 10:15",
    "March 3, 2025 14:30", "3pm", "in 2025 300 customers left", "2023-2025", "2023/24", "since 2019", "等了3天",
    "打了5次电话", "买了10件", "3 weeks", "20 minutes", "1000 pieces", "I order 500ml bottles", "order 1000 pieces",
    "两百多块", "105斤穿什么码", "iPhone 14 Pro Max", "RTX 3080", "a 1080p 27 inch monitor", "5G", "B2B",
    "Windows 11", "MP3 4GB", "COVID-19", "ISO-9001", "拨打10086", "call 911", "12315", "不知道3号发货",
    "我知道15号到", "3月15号下午来", "I waited 3 hours in the street", "there are 2 cars on my drive",
    "a 2 way street", "the order of 2 May", "订单3个都没到", "退款299元", "WeChat is down", "微信支付不了",
    "微信支付299元", "Instagram is great", "my account is locked", "三三两两", "一五一十地说", "@我一下",
    "std::vector", "10:30:15", "ratio 3:2", "尺码38,39,40,41", "1. first 2. second 3. third", "sizes\n38\n39\n40\n41",
    "房间太小，只有12平", "regulation 261", "at 11.05 and the letter is late", "买5送1", "第12345页", "在全市最差",
    "上海市的客服", "London", "<b>PHONE</b>", "ticket", "24/7", "3-5 days", "4.5 stars", "1/2",
]  # fmt: skip


def plain(marked: str) -> tuple[str, str, str, str]:
    """The text without the outer marks, and its parts: before, value, after."""
    start, end = marked.index("["), marked.rindex("]")
    before, value, after = marked[:start], marked[start + 1 : end], marked[end + 1 :]
    return before + value + after, before, value, after


@pytest.mark.parametrize(("kind", "marked"), PERSONAL)
def test_personal_data_becomes_a_placeholder_and_comes_back(kind: str, marked: str) -> None:
    text, before, value, after = plain(marked)
    session = REDACTOR.session()
    assert session.hide(text) == f"{before}<{kind}_1>{after}"
    assert session.hidden() == {f"<{kind}_1>": value}
    assert session.restore(f"{before}<{kind}_1>{after}") == text
    assert REDACTOR.mask(text) == REDACTOR.mask(REDACTOR.mask(text)) == f"{before}<{kind}>{after}"


@pytest.mark.parametrize("text", INNOCENT)
def test_dates_amounts_quantities_and_names_of_things_stay(text: str) -> None:
    assert REDACTOR.session().hide(text) == text
    assert REDACTOR.mask(text) == text


def test_spellings_of_one_value_share_a_placeholder_across_the_texts_of_a_session() -> None:
    session = REDACTOR.session()
    assert session.hide("打138 0013 8000") == "打<PHONE_1>"
    assert session.hide("打１３８００１３８０００或+86-13800138000或13900139000") == "打<PHONE_1>或<PHONE_1>或<PHONE_2>"
    assert session.restore("<PHONE_1>, <PHONE_2>") == "138 0013 8000, 13900139000"
    assert session.hide("Jo@Example.com, jo@example.com") == "<EMAIL_1>, <EMAIL_1>"


@pytest.mark.parametrize(
    "text",
    ["10.1.11.1 and 101.1.1.1", "jo.ann@example.com and joann@example.com", "case no. 12-345 and case no. 123-45"],
)
def test_values_that_differ_only_in_their_marks_are_two(text: str) -> None:
    session = REDACTOR.session()
    assert len(set(PLACEHOLDER.findall(session.hide(text)))) == 2
    assert session.restore(session.hide(text)) == text


def test_sessions_know_nothing_of_each_other() -> None:
    first, second = REDACTOR.session(), REDACTOR.session()
    first.hide("打13800138000")
    assert second.hide("打13900139000") == "打<PHONE_1>"
    assert second.restore("<PHONE_1>") == "13900139000"
    assert REDACTOR.session().restore("<PHONE_1>") == "<PHONE_1>"


@pytest.mark.parametrize(
    "returned",
    [
        "<PHONE_1>", "< PHONE_1 >", "&lt;PHONE_1&gt;", "PHONE_1", "＜PHONE_1＞", "<phone_1>", "phone_1", "《PHONE_1》",
        "[PHONE_1]", "{PHONE_1}", "<PHONE 1>", "<PHONE-1>", "<PHONE1>", r"<PHONE\_1>", r"\<PHONE\_1\>",
        "<PHONE_１>", "<Phone_01>",
    ],
)  # fmt: skip
def test_a_damaged_placeholder_is_put_back(returned: str) -> None:
    session = REDACTOR.session()
    session.hide("打13800138000")
    assert session.restore(f"请拨打{returned}，谢谢") == "请拨打13800138000，谢谢"
    assert session.unknown(returned) == ()


@pytest.mark.parametrize(
    "returned", ["<PHONE_2>", "<CARD_1>", "<PHONE_11>", "my_phone_1", "phone 1", "PHONE_1x", "<PHONE>"]
)
def test_what_was_never_given_out_stays(returned: str) -> None:
    session = REDACTOR.session()
    session.hide("打13800138000")
    assert session.restore(f"请拨打{returned}。") == f"请拨打{returned}。"


def test_placeholders_that_a_model_made_up_are_told() -> None:
    session = REDACTOR.session()
    session.hide("打13800138000")
    answer = "<PHONE_1> < phone_2 > <NAME_1> <PHONE_2> &lt;CARD_3&gt; <b> <PHONE>"
    assert session.unknown(answer) == ("<PHONE_2>", "<CARD_3>", "<NAME_1>")


@pytest.mark.parametrize(
    "written", ["<PHONE_1>", "phone_1", "&lt;PHONE_1&gt;", "[PHONE 1]", "＜PHONE_1＞", "<LITERAL_1>"]
)
def test_a_customers_own_placeholder_never_turns_into_a_value(written: str) -> None:
    session = REDACTOR.session()
    hidden = [session.hide(text) for text in (f"{written}?", "打13800138000", f"又是{written}")]
    assert hidden == ["<LITERAL_1>?", "打<PHONE_1>", "又是<LITERAL_1>"]
    assert [session.restore(text) for text in hidden] == [f"{written}?", "打13800138000", f"又是{written}"]


def test_hidden_values_cannot_be_changed_from_outside() -> None:
    session = REDACTOR.session()
    session.hide("打13800138000")
    with pytest.raises(TypeError):
        session.hidden()["<PHONE_1>"] = "x"  # type: ignore[index]


# Pieces that people write, and those that might break a placeholder.
PIECES = [plain(marked)[0] for _, marked in PERSONAL] + [*INNOCENT] + [
    "<", ">", "&lt;", "&gt;", "PHONE_", "PHONE_1", "<ID_1>", "order_12", "literal_3", "[", "]", "_1", "1", "3",
    " ", "-", ".", "@",
    "X", "，", "\n", "\u200b", "⑩", "½", "㋿", "\ue000", "\ud800", "é", "GB82", "路", "号", "+86", "订单号", "call ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join)


def squeezed(text: str) -> str:
    """Without what tells two spellings of one value apart."""
    return "".join(c for c in FINDER.view(text).text.lower() if c.isalnum())


@given(st.text() | TEXTS)
def test_every_text_comes_back_as_it_was(text: str) -> None:
    session = REDACTOR.session()
    hidden = session.hide(text)
    restored = session.restore(hidden)
    given_out = PLACEHOLDER.findall(hidden)
    if len(given_out) == len(set(given_out)):
        assert restored == text
    assert not session.unknown(hidden) or "_" in text  # a customer's <ABC_1> is no placeholder of ours and stays


@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_many_texts_of_one_session_come_back_each(texts: list[str]) -> None:
    session = REDACTOR.session()
    hidden = [session.hide(text) for text in texts]
    seen: list[str] = [name for text in hidden for name in PLACEHOLDER.findall(text)]
    for text, with_placeholders in zip(texts, hidden, strict=True):
        if all(seen.count(name) == 1 for name in PLACEHOLDER.findall(with_placeholders)):
            assert session.restore(with_placeholders) == text


@given(st.text() | TEXTS)
def test_hiding_twice_changes_nothing_more(text: str) -> None:
    session = REDACTOR.session()
    once = session.hide(text)
    values = dict(session.hidden())
    assert session.hide(once) == once
    assert session.hidden() == values


# Canaries: the marks between their digits are drawn, and no digit of them may be seen afterwards.
DIGITS = st.sampled_from(
    [
        ("", "13800138000", ""), ("", "19912345678", ""), ("+", "8613912345678", ""),
        ("", "11010519491231002", "X"),
        ("", "440308199001010017", ""), ("", "4111111111111111", ""), ("", "6222021234567890128", ""),
        ("0", "2166888000", ""),
        ("+", "442079460958", ""), ("", "2125550123", ""), ("订单号", "48291304", ""),
        ("order number ", "77310924", ""),
        ("护照E", "12345678", ""), ("passport no. ", "523456789", ""), ("QQ号", "12345678", ""),
        ("", "987654321098", ""),
        ("SF", "1029384756", ""), ("", "4008208820", ""), ("身份证", "130503670401001", ""), ("沪A", "12345", ""),
    ]
)  # fmt: skip
WHOLE = st.sampled_from(
    [
        "DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "j0ann88@example.com", "203.0.113.40",
        "2001:db8::8a2e:370:7334",
        "上海市浦东新区张江路100号3栋2单元501室", "221B Baker Street", "LS1 4AP", "PO Box 1234", "@joann_88", "A-4471",
        "(212) 555-0123",
    ]
)  # fmt: skip
WORDS = st.lists(
    st.sampled_from(
        ["你们", "真的", "太慢了", "不买", "。", "，", "！", "please", "help", ",", ".", "電話", "the parcel"]
    ),
    max_size=5,
)
MARKS = st.sampled_from(["", "", "", " ", "-", ".", "－", "·", "\u00a0", "–", " - ", "\u200b"])


@st.composite
def canaries(draw: st.DrawFn) -> str:
    lead, digits, end = draw(DIGITS)
    wide = draw(st.booleans())
    marked = digits[0] + "".join(draw(MARKS) + digit for digit in digits[1:])
    return lead + (marked.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}) if wide else marked) + end


@given(WORDS, canaries() | WHOLE, WORDS, canaries() | WHOLE, WORDS)
def test_no_digit_of_a_planted_value_survives(
    before: list[str], one: str, middle: list[str], two: str, after: list[str]
) -> None:
    text = " ".join([*before, one, *middle, ",", two, *after])
    session = REDACTOR.session()
    hidden = session.hide(text)
    assert not any(c.isdigit() for c in PLACEHOLDER.sub("", hidden)), hidden
    assert not any(c.isdigit() for c in REDACTOR.mask(text))
    assert squeezed(session.restore(hidden)) == squeezed(text)


@pytest.mark.parametrize(
    "piece",

    [
        "1", "1 ", "1-", "4", "4 ", "a", "@", "a@", "a.", "路", "市", "路1号", "(", "<",
        "<ID_1>", "PHONE_", "零", "+1", "GB82 ", "A-1", "¥1,",
    ],
)  # fmt: skip
def test_hiding_and_restoring_take_linear_time(piece: str) -> None:
    session = REDACTOR.session()
    assert grows_linearly(session.hide, piece, 40_000)
    assert grows_linearly(session.restore, piece)
