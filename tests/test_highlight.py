"""Marking evidence: the text comes out whole, whatever overlaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.highlight import Mark, segments

TEXT = "😀 I will sue you <b>"
MARKS = st.lists(
    st.builds(Mark, st.integers(-3, 30), st.integers(-3, 30), st.sampled_from(["stance", "legal", "abuse"]), st.text()),
    max_size=6,
)


@given(MARKS)
def test_the_segments_make_up_the_text(marks: list[Mark]) -> None:
    assert "".join(segment.text for segment in segments(TEXT, marks)) == TEXT
    assert all(segment.text for segment in segments(TEXT, marks))


@given(MARKS)
def test_a_character_carries_the_marks_that_cover_it(marks: list[Mark]) -> None:
    at = 0
    for segment in segments(TEXT, marks):
        for _ in segment.text:
            assert set(segment.marks) == {m for m in marks if m.start <= at < m.end}
            at += 1


def test_overlapping_marks_say_all_their_reasons_once() -> None:
    marks = [Mark(0, 5, "stance", "a"), Mark(2, 8, "legal", "b"), Mark(2, 8, "legal", "b")]
    both = next(segment for segment in segments(TEXT, marks) if len(segment.marks) == 3)
    assert both.stance
    assert both.flags == ("legal",)
    assert both.why == "a · b"


def test_a_text_without_marks_is_one_segment_and_no_text_none() -> None:
    assert [segment.text for segment in segments(TEXT, [])] == [TEXT]
    assert segments("", []) == []
