"""Folding and cutting: spelling variants look alike, and every finding leads back to the text as received."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.text import clauses, fold, scripts, sentences, to_script
from tests.fakes import grows_linearly

# What people type, with everything that folding takes away.
MESSY = st.text(st.sampled_from("aZ0 9.,!?'’“”\t\n\r\u3000\u200b\ufeffＡ１！，。：退订單錢钱等é…😀[]"), max_size=60)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ＡＢＣ　１２３！", "ABC 123!"),
        ("訂單還沒到", "订单还没到"),
        ("it’s “late”", 'it\'s "late"'),
        ("re\u200bfund\ufeff", "refund"),
        ("  a \t  b  ", "a b"),
        ("one\r\ntwo", "one\ntwo"),
        ("one \n\n  two", "one\ntwo"),
        ("投 诉 你 们", "投诉你们"),
        ("我的 iPhone 坏 了", "我的 iPhone 坏了"),
        ("x\u202ey", "xy"),
        ("\x07ding", "ding"),
        ("", ""),
        (" \n\u3000\u200b", ""),
    ],
)
def test_folding_takes_away_what_carries_no_meaning(written: str, read: str) -> None:
    assert fold(written).text == read


@pytest.mark.parametrize(
    "mark",
    [
        "don't",
        "don’t",
        "don‘t",
        "don`t",
        "don´t",
    ],
)
def test_every_apostrophe_of_a_keyboard_is_the_same(mark: str) -> None:
    assert fold(mark).text == "don't"


def test_a_letter_with_an_accent_is_the_same_composed_and_decomposed() -> None:
    assert fold("cafe\u0301").text == fold("caf\u00e9").text


@given(MESSY)
def test_every_folded_character_knows_its_place(text: str) -> None:
    folded = fold(text)
    assert len(folded.origin) == len(folded.text)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= at < len(text) for at in folded.origin)
    assert folded.original == text


@given(st.text(max_size=80))
def test_any_unicode_folds_with_places_in_range(text: str) -> None:
    folded = fold(text)
    assert len(folded.origin) == len(folded.text)
    assert all(0 <= at < len(text) for at in folded.origin)


@given(MESSY)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(MESSY, st.data())
def test_a_span_of_the_folded_text_leads_to_text_that_folds_to_it(text: str, data: st.DataObject) -> None:
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    low, high = folded.span(start, end)
    assert 0 <= low <= high <= len(text)
    # One character may fold to several, such as the ellipsis: then all of them are covered.
    assert folded.text[start:end].strip() in fold(text[low:high]).text


@given(MESSY, st.sampled_from(["", " ", "\n", "\t\u3000", "\u200b", "\r\n\r\n"]))
def test_blanks_around_a_text_fold_away(text: str, around: str) -> None:
    assert fold(around + text + around).text == fold(text).text


@pytest.mark.parametrize("piece", ["a", " ", "訂", "退 ", "a\u0301", "！", "\u200b", "a\n \n"])
def test_folding_a_hundred_thousand_characters_takes_linear_time(piece: str) -> None:
    assert grows_linearly(fold, piece)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It is late. Call me!", ["It is late.", "Call me!"]),
        ("I paid 3.50 for it. Really?", ["I paid 3.50 for it.", "Really?"]),
        ("See example.com for more. Thanks", ["See example.com for more.", "Thanks"]),
        ("等了三天。怎么办？急！", ["等了三天。", "怎么办？", "急！"]),
        ("他说“明天到。”结果没到", ["他说“明天到。”", "结果没到"]),
        ("Well... no", ["Well...", "no"]),
        ("one\ntwo", ["one", "two"]),
        ("", []),
        (" . ", ["."]),
    ],
)
def test_sentences_end_where_people_end_them(text: str, parts: list[str]) -> None:
    assert [text[a:b] for a, b in sentences(text)] == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("退款，现在就退", ["退款，", "现在就退"]),
        ("It cost 1,200, at 10:45", ["It cost 1,200,", "at 10:45"]),
    ],
)
def test_clauses_end_at_commas_but_not_inside_numbers(text: str, parts: list[str]) -> None:
    assert [text[a:b] for a, b in clauses(text)] == parts


@given(MESSY)
@pytest.mark.parametrize("cut", [sentences, clauses])
def test_pieces_cover_everything_visible_once_and_in_order(cut: object, text: str) -> None:
    spans = cut(text)  # type: ignore[operator]
    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in itertools.pairwise(spans))
    assert all(not text[a].isspace() and not text[b - 1].isspace() for a, b in spans)
    covered = {at for a, b in spans for at in range(a, b)}
    assert all(at in covered for at, char in enumerate(text) if not char.isspace())


@pytest.mark.parametrize("piece", [".", "a.", "。", "a, ", '."', "3.5"])
def test_cutting_a_hundred_thousand_characters_takes_linear_time(piece: str) -> None:
    assert grows_linearly(sentences, piece)
    assert grows_linearly(clauses, piece)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("我要退款", "Hans"),
        ("我要退錢", "Hant"),
        ("一二三", "Hans"),
        ("refund please", None),
        ("我說 refund 這個", "Hant"),
        ("", None),
    ],
)
def test_the_script_is_told_by_characters_that_only_one_uses(text: str, script: str | None) -> None:
    assert scripts(text) == script


def test_our_wording_follows_the_customers_script_and_region() -> None:
    assert to_script("软件坏了", None) == "软件坏了"
    assert to_script("软件坏了", "Hans") == "软件坏了"
    taiwan, hong_kong = to_script("软件里面", "Hant"), to_script("软件里面", "Hant", like="唔該睇下")
    assert taiwan == "軟體裡面"
    assert hong_kong == "軟件裏面"
