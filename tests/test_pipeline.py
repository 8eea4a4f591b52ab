"""`Copilot`: built once a content, pure afterwards, the same from every thread."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from copilot.config import Settings
from copilot.pipeline import Copilot
from copilot.types import Case
from tests.fakes import FakeEncoder, FakeNetwork, small_playbooks
from tests.samples import CASES


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory in which a copilot of few exemplars was built, with the fake encoder."""
    root = small_playbooks(tmp_path_factory.mktemp("small") / "playbooks")
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for module in ("pipeline", "prepare"):
            patch.setattr(f"copilot.{module}.shipped", lambda name: root)
        Copilot.build(Settings(data_dir=home), encoder=FakeEncoder(), network=FakeNetwork())
        yield home


def build(home: Path, steps: list[str] | None = None) -> tuple[Copilot, FakeEncoder]:
    encoder = FakeEncoder()
    seen = [] if steps is None else steps
    return Copilot.build(Settings(data_dir=home), lambda step, *_: seen.append(step), encoder, FakeNetwork()), encoder


def test_a_second_start_embeds_and_fits_nothing(small: Path) -> None:
    steps: list[str] = []
    copilot, encoder = build(small, steps)
    assert steps == []
    assert encoder.asked == []
    assert copilot.suggest(Case("Where is my order?")).replies


def test_what_is_kept_is_one_model_and_one_index(small: Path) -> None:
    assert len(list((small / "models").glob("*.joblib"))) == 1
    assert (small / "organisation.yaml").exists()


def test_a_changed_card_is_read_again_and_the_old_model_goes(small: Path) -> None:
    overlay = small / "playbooks" / "exemplars" / "en-own.yaml"
    overlay.parent.mkdir(exist_ok=True)
    message = {"text": "The flux capacitor hums in B flat.", "type": "ordinary", "heat": 0}
    overlay.write_text(yaml.safe_dump({"lang": "en", "theme": "own", "messages": [message]}), encoding="utf-8")
    before = {path.name for path in (small / "models").glob("*.joblib")}
    steps: list[str] = []
    copilot, encoder = build(small, steps)
    assert set(steps) == {"embed", "fit", "index"}
    assert "The flux capacitor hums in B flat." in encoder.asked
    assert copilot.problems() == ()
    assert len(list((small / "models").glob("*.joblib"))) == 1
    assert {path.name for path in (small / "models").glob("*.joblib")} != before


def test_a_broken_card_of_the_organisation_is_named_and_the_rest_works(small: Path) -> None:
    broken = small / "playbooks" / "tactic" / "mine.yaml"
    broken.parent.mkdir(exist_ok=True)
    broken.write_text("a: [", encoding="utf-8")
    copilot, _ = build(small)
    broken.unlink()
    assert [problem for problem in copilot.problems() if "mine.yaml" in problem]
    assert copilot.suggest(Case("Where is my order?")).replies


def test_a_damaged_model_file_is_made_again(small: Path) -> None:
    (kept,) = (small / "models").glob("*.joblib")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:1000])
    try:
        assert build(small)[0].suggest(Case("Where is my order?")).replies
    finally:
        kept.write_bytes(whole)


@pytest.mark.parametrize("case", CASES[::6], ids=lambda case: case.text[:20])
def test_the_same_case_gets_the_same_answer(copilot: Copilot, case: Case) -> None:
    assert copilot.suggest(case) == copilot.suggest(case)


def test_threads_get_the_answers_that_one_alone_gets(copilot: Copilot) -> None:
    alone = [copilot.suggest(case) for case in CASES[:12]]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(copilot.suggest, CASES[:12])) == alone


def test_order_of_asking_does_not_matter(copilot: Copilot) -> None:
    forwards = [copilot.read(case) for case in CASES]
    backwards = [copilot.read(case) for case in reversed(CASES)]
    assert forwards == backwards[::-1]


def test_nothing_of_a_customer_is_logged(copilot: Copilot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    copilot.suggest(Case("My name is Zebulon Quux and my card is 4929-1111"))
    assert "Zebulon" not in caplog.text
    assert "4929" not in caplog.text


@pytest.mark.parametrize("case", CASES[::4], ids=lambda case: case.text[:20])
def test_a_suggestion_carries_all_its_parts(copilot: Copilot, case: Case) -> None:
    suggestion = copilot.suggest(case)
    assert suggestion.case == case
    assert suggestion.reading.customer == copilot.read(case).customer
    assert [reply.style for reply in suggestion.replies] == ["brief", "warm", "firm"]
    assert suggestion.generated_by == "playbook"
    assert set(suggestion.cards) <= set(copilot.catalogue.cards)
    assert suggestion.handoff.text
    assert all(fact.value == case.text[fact.start : fact.end].strip() for fact in suggestion.facts)
