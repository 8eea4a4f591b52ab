"""The vector store: whole or not there, and always the content it is named after."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.errors import IndexError_
from copilot.index import CardIndex, Record
from tests.fakes import FakeEncoder

ENCODER = FakeEncoder()
RECORDS = [Record("a|0", "situation.a", "my parcel is late"), Record("b|0", "situation.b", "退款还没到账")]


def built(home: Path, fingerprint: str = "one" * 8, records: list[Record] = RECORDS) -> CardIndex:
    index = CardIndex(home)
    index.build(fingerprint, records, ENCODER.encode([r.text for r in records]))
    return index


def test_the_nearest_record_comes_first(tmp_path: Path) -> None:
    first, second = built(tmp_path).query(ENCODER.encode(["my parcel is late"])[0], 2)
    assert (first.id, first.card) == ("a|0", "situation.a")
    assert first.similarity == pytest.approx(1, abs=1e-3)
    assert -1 <= second.similarity < first.similarity


def test_an_index_outlives_its_process(tmp_path: Path) -> None:
    built(tmp_path)
    again = CardIndex(tmp_path)
    assert again.open("one" * 8)
    assert again.count() == 2


def test_an_index_of_other_content_is_not_used(tmp_path: Path) -> None:
    built(tmp_path)
    assert not CardIndex(tmp_path).open("two" * 8)


def test_the_index_before_stays_for_a_server_that_still_runs_on_it(tmp_path: Path) -> None:
    built(tmp_path)
    index = built(tmp_path, "two" * 8, RECORDS[:1])
    assert index.count() == 1
    assert CardIndex(tmp_path).open("one" * 8)


def test_an_index_of_two_contents_ago_is_gone(tmp_path: Path) -> None:
    for content in ("one", "two", "six"):
        built(tmp_path, content * 8)
    assert not CardIndex(tmp_path).open("one" * 8)
    assert len(list((tmp_path / "index").iterdir())) == 2


def test_a_build_that_stops_half_way_leaves_the_old_index_in_use(tmp_path: Path) -> None:
    built(tmp_path)

    def stop(step: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CardIndex(tmp_path).build("two" * 8, RECORDS, ENCODER.encode([r.text for r in RECORDS]), stop)
    after = CardIndex(tmp_path)
    assert not after.open("two" * 8)
    assert after.open("one" * 8)
    assert built(tmp_path, "two" * 8).count() == 2, "the next start builds again"


def test_asking_for_more_than_there_is_gives_what_there_is(tmp_path: Path) -> None:
    assert len(built(tmp_path).query(ENCODER.encode(["x y z"])[0], 50)) == 2


def test_an_index_that_was_never_built_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexError_, match="levelhead index"):
        CardIndex(tmp_path).query(ENCODER.encode(["x y z"])[0], 1)


def test_a_place_that_cannot_hold_an_index_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("in the way", encoding="utf-8")
    with pytest.raises(IndexError_, match="index"):
        CardIndex(tmp_path).build("one" * 8, RECORDS, ENCODER.encode([r.text for r in RECORDS]))


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexError_, match=r"127\.0\.0\.1:9"):
        CardIndex(tmp_path, "http://127.0.0.1:9").open("one" * 8)
