"""`make compare FILES=...`: what plain sentiment and a list of alarming words make of the same messages, in one run.

Baselines get the mapping that favours them: positive is an enthusiast, negative a critic, in between ordinary; how
negative a message is, or how many alarming words it holds, is its score for escalation.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from copilot.config import Settings
from copilot.contract import ReadingOut
from copilot.evals.figures import Scored, spreads
from copilot.evals.gold import Answer, GoldRow, read_gold
from copilot.pipeline import Copilot
from copilot.types import Case

SHOWN = ("type_macro_f1", "type_accuracy", "heat_mae", "escalate_ap", "escalate_recall", "escalate_precision")
WORDS = {
    "en": "lawyer sue court police legal ombudsman regulator scam fraud press newspaper viral unsafe injured hospital "
    "fire poisoning leak hacked breach kill die suicide manager urgent unacceptable disgusting refund never again",
    "zh": "律师 起诉 法院 报警 工商 12315 消协 曝光 记者 媒体 微博 抖音 骗子 欺诈 假货 受伤 医院 起火 中毒 泄露 "
    "盗刷 去死 自杀 投诉 经理 垃圾 退款 再也不",
}

Baseline = Callable[[GoldRow], Answer]


def _answer(mood: float, alarm: float) -> Answer:
    """`mood` from -1 to 1; `alarm` from 0 to 1."""
    stance = "enthusiast" if mood > 0.3 else "critic" if mood < -0.1 else "ordinary"
    heat = 2 if mood < -0.6 else 1 if mood < -0.1 else 0
    return Answer(stance, {stance: 1.0}, heat, frozenset(), alarm >= 0.5, alarm)


def sentiment() -> Baseline:
    """VADER for English, SnowNLP for Chinese."""
    from snownlp import SnowNLP
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    vader = SentimentIntensityAnalyzer()

    def read(row: GoldRow) -> Answer:
        chinese = row.lang == "zh"
        mood = 2 * SnowNLP(row.text).sentiments - 1 if chinese else vader.polarity_scores(row.text)["compound"]
        return _answer(mood, (1 - mood) / 2)

    return read


def keywords(row: GoldRow) -> Answer:
    found = sum(word in row.text.lower() for word in WORDS.get(row.lang, "").split())
    return _answer(-0.5 if found else 0.0, min(1.0, found / 2))


def levelhead() -> Baseline:
    copilot = Copilot.build(Settings())

    def read(row: GoldRow) -> Answer:
        return Answer.of(ReadingOut.of_reading(row.id, copilot.read(Case(row.text))).model_dump(mode="json"))

    return read


def main() -> None:
    rows = read_gold([Path(name) for name in sys.argv[1:]])
    for name, read in (("Levelhead", levelhead()), ("VADER and SnowNLP", sentiment()), ("alarming words", keywords)):
        started = time.perf_counter()
        answers = {row.id: read(row) for row in rows}
        each = (time.perf_counter() - started) / len(rows) * 1000
        print(f"== {name}, {each:.1f} ms a message")
        for figure, spread in spreads(Scored(rows, answers), rounds=300).items():
            if figure in SHOWN:
                print(f"  {figure:<20} {spread.value:.3f}   ({spread.low:.3f} to {spread.high:.3f})")


if __name__ == "__main__":
    main()
