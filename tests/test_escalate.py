"""The organisation's policy decides what leaves the queue, how soon and to whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot import organisation
from copilot.config import shipped
from copilot.escalate import decide
from copilot.playbooks.model import FLAGS
from copilot.types import Escalation, Flag, Language
from copilot.wording import Wording

DEFAULT = organisation.read(None)
WORDING = Wording.read(shipped("playbooks"))
LABELS = {code: f"label of {code}" for code in FLAGS}


def flag(code: str, confidence: float = 0.9) -> Flag:
    return Flag(code, confidence, (), "rule", "next", DEFAULT.escalation[code].route_to)  # type: ignore[index]


def decided(
    *codes: str, heat: int = 1, probability: float = 0.1, rising: bool = False, locale: Language = "en"
) -> Escalation:
    return decide([flag(code) for code in codes], {}, heat, probability, rising, LABELS, DEFAULT, WORDING, locale)


def test_a_case_without_flags_stays_in_the_queue() -> None:
    assert decided() == Escalation(False, 0.1)


@pytest.mark.parametrize("code", ["self_harm", "safety", "privacy", "legal", "media"])
def test_grave_flags_always_escalate(code: str) -> None:
    policy = DEFAULT.escalation[code]  # type: ignore[index]
    found = decided(code, heat=0)
    assert found.needed
    assert found.urgency == policy.urgency
    assert found.route_to == (policy.route_to,)
    assert found.respond_within_minutes == policy.respond_within_minutes
    assert len(found.reasons) == 1


@pytest.mark.parametrize("code", ["human", "churn"])
def test_some_flags_never_escalate_alone(code: str) -> None:
    assert not decided(code, heat=3, probability=0.2).needed


@pytest.mark.parametrize("code", ["fraud", "vulnerable", "abuse"])
def test_some_flags_escalate_when_the_reading_is_grave(code: str) -> None:
    policy = DEFAULT.escalation[code]  # type: ignore[index]
    assert decided(code, probability=0.02).reasons != decided(code, probability=0.6).reasons
    assert decided(code, probability=0.6).route_to == (policy.route_to,)


def test_repetition_escalates_when_the_customer_is_angry() -> None:
    assert not decided("repeat", heat=1).needed
    assert decided("repeat", heat=2).needed


def test_the_score_alone_escalates_from_the_organisations_mark() -> None:
    assert not decided(probability=DEFAULT.escalate_from - 0.01).needed
    found = decided(probability=DEFAULT.escalate_from + 0.01)
    assert found.needed
    assert found.route_to == ("supervisor",)
    assert found.respond_within_minutes is not None
    assert found.reasons


def test_of_several_flags_the_shortest_time_and_the_highest_urgency_count() -> None:
    found = decided("legal", "self_harm", "media")
    assert found.urgency == "now"
    assert found.respond_within_minutes == DEFAULT.escalation["self_harm"].respond_within_minutes
    assert set(found.route_to) == {"legal", "crisis", "pr"}


def test_teams_come_in_the_order_of_the_flags() -> None:
    assert decided("self_harm", "legal").route_to == ("crisis", "legal")


def test_reasons_are_in_the_agents_language() -> None:
    assert decided("repeat", heat=3, locale="zh").reasons != decided("repeat", heat=3, locale="en").reasons


@given(
    st.lists(st.sampled_from(FLAGS), unique=True),
    st.integers(0, 3),
    st.floats(0, 1),
)
def test_what_is_decided_hangs_together(codes: list[str], heat: int, probability: float) -> None:
    found = decided(*codes, heat=heat, probability=probability)
    assert 0 <= found.score <= 1
    assert found.needed == bool(found.route_to) == bool(found.reasons) == (found.urgency != "none")
    assert (found.respond_within_minutes is None) == (not found.needed)
    assert len(set(found.route_to)) == len(found.route_to)


@given(st.lists(st.sampled_from(FLAGS), unique=True), st.integers(0, 3), st.floats(0, 1), st.sampled_from(FLAGS))
def test_one_more_flag_never_takes_an_escalation_back(codes: list[str], heat: int, sure: float, more: str) -> None:
    before, after = decided(*codes, heat=heat, probability=sure), decided(*codes, more, heat=heat, probability=sure)
    assert after.needed or not before.needed
    assert after.score >= before.score


def test_a_suspicion_counts_though_no_flag_is_raised() -> None:
    def score(**chances: float) -> float:
        return decide([], chances, 1.0, 0.1, False, LABELS, DEFAULT, WORDING, "en").score

    assert score() < score(legal=0.2) < score(legal=0.2, safety=0.2)
    assert score(churn=0.9) == score()  # never a reason
    found = decide([], {"safety": 0.6}, 1.0, 0.1, False, LABELS, DEFAULT, WORDING, "en")
    assert found.needed
    assert found.route_to == ("safety",)


def test_rising_heat_adds_to_the_score_and_is_named() -> None:
    calm, hotter = decided("repeat", heat=2), decided("repeat", heat=2, rising=True)
    assert hotter.score > calm.score
    assert set(hotter.reasons) > set(calm.reasons)
