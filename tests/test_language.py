"""Two languages are answered; a third is named so that the page can say how weak the reading is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.language import detect
from tests.fakes import grows_linearly


@pytest.mark.parametrize(
    "text",
    [
        "Where is my order? It was due on Monday.",
        "refund",
        "OK",
        "wtf is this",
        "I bought the 小米 phone last week and it does not charge at all",
        "12345",
        "?!",
        "😀😀",
        "",
    ],
)
def test_english_and_what_tells_nothing_is_english(text: str) -> None:
    assert detect(text) == ("en", None)


@pytest.mark.parametrize(
    "text",
    [
        "我要退款",
        "訂單還沒到，請問什麼時候出貨？",
        "唔該幫我睇下張單",
        "我买的 iPhone 15 Pro Max 到现在还没有发货，客服也不理人",
        "app打不开了怎么办",
        "垃圾",
        "退",
    ],
)
def test_chinese_of_any_script_is_chinese(text: str) -> None:
    assert detect(text) == ("zh", None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Bonjour, je voudrais savoir où est ma commande, elle devait arriver lundi", "fr"),
        ("Wo ist meine Bestellung? Sie sollte schon am Montag hier sein und niemand meldet sich", "de"),
        ("¿Dónde está mi pedido? Llevo tres semanas esperando y nadie me contesta", "es"),
        ("注文した商品がまだ届いていません。いつ届きますか？", "ja"),
        ("주문한 상품이 아직 도착하지 않았습니다. 언제 오나요?", "ko"),
        ("Где мой заказ? Я жду уже три недели, и никто не отвечает", "ru"),
    ],
)
def test_another_language_is_named_and_answered_in_english(text: str, code: str) -> None:
    assert detect(text) == ("en", code)


@given(st.text(max_size=200))
def test_any_text_has_a_language_to_answer_in(text: str) -> None:
    language, foreign = detect(text)
    assert language in ("zh", "en")
    assert foreign not in ("zh", "en")


@pytest.mark.parametrize("piece", ["a ", "退", "é", "ñ o ", "1"])
def test_detecting_takes_linear_time(piece: str) -> None:
    assert grows_linearly(detect, piece)
