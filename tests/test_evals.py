"""The figures: checked by hand-worked cases, since everything else is judged by them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.config import shipped
from copilot.contract import ReadingOut
from copilot.errors import InputError
from copilot.evals.figures import HEADLINES, Scored, compare, spreads
from copilot.evals.gold import Answer, GoldRow, read_answers, read_gold
from copilot.evals.heldout import as_gold, settings, write
from copilot.evals.report import as_data, draw, render
from copilot.pipeline import Copilot
from copilot.playbooks.load import read_card
from copilot.playbooks.model import FLAGS, STANCES
from copilot.types import Case
from tests.fakes import Run


def row(number: int, **labels: object) -> GoldRow:
    return GoldRow.model_validate({"id": f"m{number}", "text": f"message {number}", **labels})


def answer(stance: str = "critic", heat: int = 1, *flags: str, score: float = 0.1, sure: float = 0.8) -> Answer:
    rest = (1 - sure) / 4
    return Answer(
        stance, {s: sure if s == stance else rest for s in STANCES}, heat, frozenset(flags), score >= 0.5, score
    )


def test_a_hand_worked_example() -> None:
    rows = [
        row(1, type="critic", heat=1, flags=["legal"], escalate=True),
        row(2, type="critic", heat=2, flags=[], escalate=False),
        row(3, type="hater", heat=3, flags=["abuse"], contested=["legal"], escalate=False),
        row(4, type=None, heat=None, flags=["churn"], escalate=None),
    ]
    answers = {
        "m1": answer("critic", 1, "legal", score=0.9),
        "m2": answer("hater", 1, "abuse", score=0.6),
        "m3": answer("hater", 3, "abuse", "legal", score=0.2),
        "m4": answer("ordinary", 0),
    }
    found = Scored(rows, answers).figures()
    assert found["type_accuracy"] == pytest.approx(2 / 3)
    assert found["type_f1_critic"] == pytest.approx(2 / 3)  # one right, one missed
    assert found["type_f1_hater"] == pytest.approx(2 / 3)  # one right, one false
    assert found["type_macro_f1"] == pytest.approx(2 / 3)
    assert found["heat_mae"] == pytest.approx(1 / 3)
    assert found["flags_micro_f1"] == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))  # the contested one is not scored
    assert found["escalate_recall"] == 1
    assert found["escalate_precision"] == 0.5
    assert found["escalate_ap"] == 1
    assert found["escalate_brier"] == pytest.approx((0.1**2 + 0.6**2 + 0.2**2) / 3)


def test_a_message_without_an_answer_is_wrong_everywhere() -> None:
    rows = [row(1, type="critic", heat=0, flags=["legal"], escalate=True)]
    found = Scored(rows, {}).figures()
    assert found["type_accuracy"] == 0
    assert found["heat_mae"] == 3
    assert found["escalate_recall"] == 0


def test_a_constant_score_earns_no_more_than_chance() -> None:
    rows = [row(n, escalate=n < 3) for n in range(30)]
    answers = {f"m{n}": answer(score=0.5) for n in range(30)}
    assert Scored(rows, answers).figures()["escalate_ap"] < 0.12


def test_challenge_rows_are_asked_about_their_one_flag() -> None:
    rows = [row(n, flag="legal", positive=n < 4) for n in range(8)]
    answers = {f"m{n}": answer("critic", 1, *(["legal"] if n in (0, 1, 2, 7) else []), "abuse") for n in range(8)}
    scored = Scored(rows, answers)
    assert scored.innocent() == {"legal": (0.75, 0.25)}
    assert set(scored.figures()) == {"flags_micro_f1"}


@given(
    st.lists(st.tuples(st.sampled_from(STANCES), st.sampled_from(STANCES), st.integers(0, 3)), min_size=4, max_size=40)
)
def test_an_interval_holds_its_figure(pairs: list[tuple[str, str, int]]) -> None:
    rows = [row(n, type=gold, heat=heat) for n, (gold, _, heat) in enumerate(pairs)]
    answers = {f"m{n}": answer(said, 1) for n, (_, said, _) in enumerate(pairs)}
    for name, spread in spreads(Scored(rows, answers), rounds=200).items():
        if name in ("type_accuracy", "heat_mae", "type_brier"):
            assert spread.low - 1e-9 <= spread.value <= spread.high + 1e-9


def test_two_builds_are_compared_on_the_same_messages() -> None:
    rows = [row(n, type="critic", escalate=False) for n in range(200)]
    better = {f"m{n}": answer("critic") for n in range(200)}
    worse = {f"m{n}": answer("critic" if n % 2 else "hater") for n in range(200)}
    change = compare(Scored(rows, better), Scored(rows, worse), rounds=100)["type_accuracy"]
    assert change.value == pytest.approx(0.5)
    assert change.low > 0.35
    same = compare(Scored(rows, better), Scored(rows, better), rounds=50)["type_accuracy"]
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_reliability_shows_boasting() -> None:
    rows = [row(n, type="critic") for n in range(100)]
    answers = {f"m{n}": answer("critic" if n % 2 else "hater", sure=0.95) for n in range(100)}
    for b in Scored(rows, answers).reliability()["stance"]:
        assert b.confidence == pytest.approx(0.95)
        assert b.right < 0.6


def test_the_report_shows_the_worst_first_and_hides_nothing(tmp_path: Path) -> None:
    rows = [
        row(1, type="critic", escalate=True, flags=["legal"]),
        row(2, type="critic", escalate=False, flags=[], lang="zh"),
    ]
    answers = {"m1": answer("hater", 2, "abuse"), "m2": answer("critic")}
    page = render(rows, answers, None, misses=5)
    for expected in ("== en: 1", "== zh: 1", "== all: 2", *[name for name in HEADLINES if name != "heat_mae"]):
        assert expected in page
    assert "escalation missed" in page
    assert "critic read as hater" in page
    assert "legal missed" in page
    assert json.loads(json.dumps(as_data(rows, answers, answers)))["all"]["against"]
    draw(Scored(rows, answers), tmp_path / "plot.svg")
    assert (tmp_path / "plot.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1: is not JSON"),
        ("[]", "is not a JSON object"),
        ('{"id": "a"}', "text"),
        ('{"id": "a", "text": "b", "type": "angry"}', "type"),
        ('{"id": "a", "text": "b", "heat": 7}', "heat"),
        ("", "holds no labelled message"),
    ],
)
def test_a_bad_file_is_named_with_line_and_field(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_gold([path])


def test_readings_survive_the_way_to_a_file_and_back(copilot: Copilot, tmp_path: Path) -> None:
    reading = ReadingOut.of_reading("a", copilot.read(Case("I will see you in court, you liars!")))
    path = tmp_path / "kept.jsonl"
    path.write_text(reading.model_dump_json() + "\n", encoding="utf-8")
    kept = read_answers(path)["a"]
    assert kept == Answer.of(reading.model_dump(mode="json"))
    assert kept.evidence
    assert np.isclose(sum(kept.probabilities.values()), 1, atol=0.01)


def test_the_command_reads_saves_and_compares(levelhead: Callable[..., Run], tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        '{"id": "1", "lang": "en", "text": "Three calls and nobody came. Where is my fridge?", "type": "critic", '
        '"heat": 1, "flags": ["repeat"], "escalate": false}\n'
        '{"id": "2", "lang": "zh", "text": "请问几点关门", "type": "ordinary", "heat": 0, "flags": [], '
        '"escalate": false}\n',
        encoding="utf-8",
    )
    saved, plot = tmp_path / "a.jsonl", tmp_path / "a.svg"
    first = levelhead("eval", str(gold), "--save", str(saved), "--plot", str(plot))
    assert first.code == 0
    assert "== all: 2 messages" in first.out
    assert plot.stat().st_size > 1000
    second = levelhead("eval", str(gold), "--readings", str(saved), "--against", str(saved), "--json")
    assert second.code == 0
    assert json.loads(second.out)["all"]["against"]["type_accuracy"] == [0, 0, 0]
    assert levelhead("eval", str(tmp_path / "none.jsonl")).code == 2


def test_thresholds_are_set_where_misses_and_alarms_balance(copilot: Copilot, tmp_path: Path) -> None:
    found = list(settings(copilot.held_out))
    assert {(s.code, s.language) for s in found} == {(code, lang) for code in FLAGS for lang in ("en", "zh")}
    folder = tmp_path / "flag"
    shutil.copytree(shipped("playbooks") / "flag", folder)
    write(found, folder)
    for s in found:
        card = read_card(folder / f"{s.code}.yaml")
        assert card.flag is not None
        assert card.flag.threshold[s.language] == s.threshold  # type: ignore[index]
        assert card.flag.measured[s.language].recall == s.recall  # type: ignore[index]
    once = {path.name: path.read_bytes() for path in folder.iterdir()}
    write(found, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == once


def test_the_shipped_thresholds_are_the_measured_ones(copilot: Copilot) -> None:
    """After a change of exemplars or models: `make thresholds`."""
    for s in settings(copilot.held_out):
        rules = copilot.catalogue.cards[f"flag.{s.code}"].flag
        assert rules is not None
        assert abs(rules.measured[s.language].recall - s.recall) < 0.1, s  # type: ignore[index]


def test_held_out_exemplars_are_scored_like_any_file(copilot: Copilot) -> None:
    rows, answers = as_gold(copilot.held_out, copilot.catalogue.cards)
    assert len(rows) > 1000
    found = Scored(rows, answers).figures()
    assert found["type_macro_f1"] > 0.7
    assert found["flags_micro_f1"] > 0.65
