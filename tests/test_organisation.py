"""organisation.yaml: what it may hold, what a mistake in it says, and what it decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from copilot import organisation
from copilot.errors import OrganisationError
from copilot.organisation import Organisation, Promises
from copilot.playbooks.model import CHANNELS, FLAGS
from copilot.types import Case
from tests.fakes import Desk

Write = Callable[..., Path]
DEFAULT = organisation.read(None)
TEAM = {"en": "the night desk", "zh": "夜班"}


def test_the_shipped_file_covers_every_flag_channel_and_route() -> None:
    assert set(DEFAULT.escalation) == set(FLAGS)
    assert set(DEFAULT.next_contact_minutes) == {*CHANNELS, "default"}
    assert {policy.route_to for policy in DEFAULT.escalation.values()} <= set(DEFAULT.routes)
    assert DEFAULT.routes["supervisor"].hours is None, "somebody is always there"
    assert DEFAULT.promises == Promises(), "nothing is promised that nobody allowed"
    assert DEFAULT.country is None, "no crisis line is named for an unknown country"


def test_the_first_start_writes_a_commented_file_and_later_ones_leave_it_alone(tmp_path: Path) -> None:
    path = organisation.ensure(tmp_path)
    assert path.name == "organisation.yaml"
    assert path.read_text(encoding="utf-8").startswith("#")
    assert organisation.read(path) == DEFAULT
    path.write_text("retention_days: 7", encoding="utf-8")
    assert organisation.read(organisation.ensure(tmp_path)).retention_days == 7


def test_what_the_file_leaves_out_is_as_shipped(organisation_file: Write) -> None:
    changed = organisation.read(organisation_file(company={"name": "Northwind"}, routes={"legal": {"team": TEAM}}))
    assert changed.company.name == "Northwind"
    assert changed.routes["legal"].team.en == "the night desk"
    assert changed.routes["safety"] == DEFAULT.routes["safety"]
    assert changed.escalation == DEFAULT.escalation


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "null"])
def test_an_empty_file_is_the_shipped_one(organisation_file: Write, text: str) -> None:
    assert organisation.read(organisation_file(text)) == DEFAULT


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a: [", "not valid YAML"),
        ("- company", "must hold fields"),
        ("company: Northwind", "company:"),
        ("company: {nmae: x}", "company.nmae:"),
        ("retention_day: 5", "retention_day:"),
        ("retention_days: 0", "retention_days:"),
        ("timezone: Mars/Base", "timezone:"),
        ("timezone: ../../etc/passwd", "timezone:"),
        ("country: cn", "country:"),
        ("promises: {refund_up_to: {CNY: lots}}", "promises.refund_up_to.CNY:"),
        ("routes: {legal: {team: {en: a, zh: b}, fallback: nobody}}", "routes.legal.fallback:"),
        ("routes: {lawyers: {team: {en: a, zh: b}}}", "routes.lawyers"),
        ("escalation: {legal: {urgency: now}}", "escalation.legal."),
        ("escalation: null", "escalation:"),
        ("next_contact_minutes: {fax: {none: 5}}", "next_contact_minutes.fax"),
        ("timezone: Asia", "timezone:"),
        ("next_contact_minutes: {email: {none: -5}}", "next_contact_minutes.email.none:"),
        ("routes: {legal: {team: {en: a, zh: b}, hours: {days: [mon], from: 9:00, to: 18:00}}}", "routes.legal.hours."),
    ],
)
def test_a_mistake_names_the_file_and_the_field(organisation_file: Write, text: str, named: str) -> None:
    with pytest.raises(OrganisationError) as caught:
        organisation.read(organisation_file(text))
    assert str(caught.value).startswith("organisation.yaml: ")
    assert named in str(caught.value)


def test_a_file_that_is_not_text_says_so(tmp_path: Path) -> None:
    path = tmp_path / "organisation.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OrganisationError, match=r"organisation\.yaml"):
        organisation.read(path)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of the first week of June 2026, whose 1st is a Monday, in UTC."""
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


def with_hours(**fields: object) -> Organisation:
    plain = yaml.safe_load(Path(organisation.__file__).with_name("organisation.default.yaml").read_text("utf-8"))
    hours = {"days": ["mon", "tue"], "from": "09:00", "to": "18:00", **fields}
    plain["routes"]["legal"]["hours"] = hours
    plain["routes"]["billing"].update(hours=hours, fallback="legal")
    plain["timezone"] = "Asia/Shanghai"
    return Organisation.model_validate(plain)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(1, 1), True),
        (at(1, 0, 59), False),
        (at(1, 9, 59), True),
        (at(1, 10), False),
        (at(3, 3), False),
        (at(7, 3), False),
    ],
    ids=["opens", "before", "last minute", "closes", "other day", "sunday"],
)
def test_hours_are_those_of_the_organisations_time_zone(moment: datetime, is_open: bool) -> None:
    assert with_hours().is_open("legal", moment) is is_open


def test_outside_the_hours_the_fallback_is_on_duty() -> None:
    made = with_hours()
    assert made.on_duty("legal", at(1, 3)) == "legal"
    assert made.on_duty("legal", at(1, 20)) == "supervisor"
    assert made.on_duty("billing", at(1, 20)) == "supervisor", "a fallback that is closed passes it on"


def test_a_circle_of_closed_teams_ends(organisation_file: Write) -> None:
    closed = {"days": [], "from": "09:00", "to": "10:00"}
    circle = {"legal": {"team": TEAM, "hours": closed, "fallback": "pr"}}
    circle["pr"] = {"team": TEAM, "hours": closed, "fallback": "legal"}
    assert organisation.read(organisation_file(routes=circle)).on_duty("legal", at(1, 3)) in ("legal", "pr")


def test_a_night_shift_is_open_at_night() -> None:
    night = with_hours(**{"from": "22:00", "to": "06:00"})
    assert night.is_open("legal", at(1, 15))
    assert not night.is_open("legal", at(1, 4))


LIMITS = Promises(refund_up_to={"CNY": 200, "USD": 30, "HKD": 100, "GBP": 20, "EUR": 20, "TWD": 500, "JPY": 5000})


@pytest.mark.parametrize(
    "amount",
    [
        "200元",
        "¥200",
        "￥199.99",
        "58块",
        "$30",
        "$ 30",
        "30 dollars",
        "HK$100",
        "£20",
        "20 euros",
        "€ 9.50",
        "500新台币",
        "5000日元",
    ],
)
def test_a_refund_within_the_limit_of_its_currency_may_be_promised(amount: str) -> None:
    assert LIMITS.allow_refund(amount)


@pytest.mark.parametrize(
    "amount",
    [
        "200.01元",
        "1,200元",
        "$30.01",
        "$1,000",
        "HK$101",
        "US$31",
        "A$1",
        "£20.01",
        "三百元",
        "5 rupees",
        "lots",
        "",
        None,
        "20",
    ],
)
def test_a_refund_beyond_the_limit_or_of_no_known_currency_may_not(amount: str | None) -> None:
    assert not LIMITS.allow_refund(amount)


@pytest.mark.parametrize("amount", ["1.2万元", "2百元", "100千块", "3百多元", "$1k", "$1.5k"])
def test_thousands_in_a_word_count(amount: str) -> None:
    assert not LIMITS.allow_refund(amount)


def test_without_limits_no_refund_may_be_promised() -> None:
    assert not any(Promises().allow_refund(amount) for amount in ("1元", "$1", "0元", None))


@pytest.mark.parametrize(
    ("channel", "urgency", "minutes"), [("chat", "now", 5), ("email", "none", 1440), (None, "soon", 240)]
)
def test_the_next_contact_depends_on_channel_and_urgency(channel: str | None, urgency: str, minutes: int) -> None:
    assert DEFAULT.next_contact(channel, urgency) == minutes


def test_a_time_that_is_not_given_is_unknown(organisation_file: Write) -> None:
    made = organisation.read(organisation_file(next_contact_minutes={"email": {"none": None}, "default": {}}))
    assert made.next_contact("email", "none") is None
    assert made.next_contact(None, "now") is None


def test_the_last_good_version_survives_a_mistake_and_the_page_says_so(desk: Desk) -> None:
    desk.says(retention_days=30)
    assert desk.organisation()[0].retention_days == 30
    assert desk.problems() == ()
    desk.says("retention_days: soon")
    assert desk.organisation()[0].retention_days == 30
    assert any("retention_days" in problem for problem in desk.problems())
    assert any("retention_days" in notice for notice in desk.suggest(Case("Where is my order?")).notices)
    desk.says(retention_days=60)
    assert desk.organisation()[0].retention_days == 60
    assert desk.problems() == ()


def test_allowed_phrases_count_as_soon_as_they_are_written(desk: Desk) -> None:
    draft = "I guarantee you a full refund."
    assert "unauthorised_promise" in {f.kind for f in desk.review(draft).findings}
    desk.says(promises={"allowed_phrases": ["guarantee you a full refund"]})
    assert "unauthorised_promise" not in {f.kind for f in desk.review(draft).findings}
