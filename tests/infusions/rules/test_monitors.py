"""What monitors may send: read exactly, matched, offered, or refused in words."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from infusions.rules import monitors as rules
from infusions.rules.monitor_csv import read_csv
from infusions.rules.monitor_fhir import read_fhir
from infusions.rules.monitor_json import depth, read_json
from infusions.rules.monitor_text import NotTaken, moment, whole
from infusions.rules.monitors import Numbers, Seat, Sent
from kitclinic.problems import Blocker, NeedsTick
from tests.factories.monitors import full, observation

AT = datetime(2026, 11, 23, 15, 14, 20, tzinfo=UTC)
SEAT = Seat(chair=5, arrived_at=AT - timedelta(minutes=40))


def reading(**fields: Any) -> Sent:
    given: dict[str, Any] = {
        "identifier": "1",
        "subject": "",
        "device": "",
        "measured_at": AT,
        "numbers": Numbers(141, 84, 78, 97),
        "content": {},
    }
    return Sent(**given | fields)


def refusals(sent: Sent, **facts: Any) -> list[str]:
    given: dict[str, Any] = {"monitor": "Monitor 5", "chair": 5, "is_known": True, "seat": SEAT, "at": AT}
    return rules.intake_problems(sent, **given | facts)


@pytest.mark.parametrize(("value", "read"), [("98", 98), ("98.0", 98), ("98.000", 98), ("-0.0", 0), ("9.8e1", 98)])
def test_mon_04_a_whole_number_is_taken_however_it_is_written(value: str, read: int) -> None:
    assert whole(Decimal(value), "hr") == read


@pytest.mark.parametrize("value", ["98.4", "97.9999999999", "1e-400", "1000", "-1000", "1e400", "1e999999999"])
def test_mon_04_a_fraction_and_a_fourth_digit_are_refused_and_nothing_is_rounded(value: str) -> None:
    with pytest.raises(NotTaken):
        whole(Decimal(value), "hr")


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("2026-11-23T10:14:20-05:00", AT),
        ("2026-11-23T15:14:20Z", AT),
        ("2026-11-23T15:14:20.000Z", AT),
        ("2026-11-23T15:14:20.123456789Z", AT.replace(microsecond=123456)),
    ],
)
def test_mon_05_a_moment_is_read_with_its_zone(written: str, utc: datetime) -> None:
    assert moment(written, "it") == utc


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-23T10:14:20",
        "2026-11-23",
        "2026-11-23T10:14Z",
        "2026-02-30T10:14:20Z",
        "2026-11-23T24:00:00Z",
        "2026-11-23T23:59:60Z",
        "2026-11-23T10:14:20+25:00",
        "2026-11-23 10:14:20Z",
        "٢٠٢٦-11-23T10:14:20Z",
        "0001-01-01T00:00:00+05:00",
        "",
        None,
        1732374860,
    ],
)
def test_mon_05_a_moment_without_zone_or_seconds_or_that_is_none_is_refused(written: Any) -> None:
    with pytest.raises(NotTaken):
        moment(written, "it")


def test_mon_03_observations_of_one_moment_and_patient_are_one_reading() -> None:
    (one,) = read_fhir(json.dumps(full(AT, record="KC-1", identifier="a"))).sent
    assert one.numbers == Numbers(141, 84, 78, 97, 14)
    assert (one.subject, one.measured_at) == ("KC-1", AT)
    assert one.identifier.count("+") == 3
    later = observation(AT + timedelta(seconds=1), "hr", 80, record="KC-1")
    assert len(read_fhir(json.dumps([observation(AT, "hr", 78, record="KC-1"), later])).sent) == 2


def test_mon_03_a_sign_is_there_once_for_a_moment() -> None:
    parsed = read_fhir(json.dumps([observation(AT, "hr", 78), observation(AT, "hr", 79)]))
    assert parsed.sent == ()
    assert "HR is there twice" in parsed.problems[0].sentence


def test_mon_03_a_part_that_says_why_it_is_absent_is_left_out() -> None:
    pressure = observation(AT, "bp", (141, 84))
    pressure["component"][1] = {
        "code": pressure["component"][1]["code"],
        "dataAbsentReason": {"coding": [{"code": "error"}]},
    }
    (one,) = read_fhir(json.dumps(pressure)).sent
    assert one.numbers == Numbers(sbp=141)


def test_mon_03_both_codes_of_a_pulse_oximeter_are_its_spo2() -> None:
    one = observation(AT, "spo2", 97)
    one["code"]["coding"].append({"system": "http://loinc.org", "code": "2708-6"})
    assert read_fhir(json.dumps(one)).sent[0].numbers == Numbers(spo2=97)


def test_mon_02_deep_and_unending_json_is_refused_in_time_that_grows_with_its_length() -> None:
    assert depth('{"a": "[[[[", "b": [[1]]}') == 3
    for text in ("[" * 60_000, '"' + '\\"' * 30_000, '{"a":' * 10_000, '["' + "\\" * 60_001):
        assert read_fhir(text).unreadable


def test_mon_02_json_that_could_be_read_two_ways_is_refused() -> None:
    for text in (
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": "\\u0000"}',
        '"\\ud800"',
        "1" * 5000,
    ):
        with pytest.raises(NotTaken):
            read_json(text)
    assert read_json('{"a": "\\ud83d\\ude00", "b": 98.0}') == {"a": "😀", "b": Decimal("98.0")}


def test_mon_02_every_wrong_row_of_a_table_is_told_at_once() -> None:
    text = "measured_at,hr\n2026-11-23T15:14:20Z,78\n2026-11-23,79\n2026-11-23T15:15:20Z,78.5\n"
    parsed = read_csv(text)
    assert parsed.sent == ()
    assert [problem.sentence[:6] for problem in parsed.problems] == ["Row 3:", "Row 4:"]


def test_a_table_in_any_order_of_columns_is_read_and_an_empty_cell_was_not_measured() -> None:
    text = "hr, SpO2 ,measured_at,record_number\r\n78.0,,2026-11-23T15:14:20Z,KC-1\r\n\r\n"
    (one,) = read_csv(text).sent
    assert (one.numbers, one.subject) == (Numbers(hr=78), "KC-1")


def test_mon_02_more_readings_than_the_most_are_refused() -> None:
    rows = "2026-11-23T15:14:20Z,78\n"
    assert len(read_csv("measured_at,hr\n" + rows * 200).sent) == 200
    assert read_csv("measured_at,hr\n" + rows * 201).unreadable
    assert read_fhir(json.dumps([observation(AT, "hr", 78)] * 201)).unreadable


def test_mon_06_a_reading_belongs_to_the_patient_it_names_where_the_monitor_stands() -> None:
    assert refusals(reading(subject="KC-1")) == []
    assert refusals(reading(subject="KC-1"), chair=None) == []
    assert "sits in chair 5" in refusals(reading(subject="KC-1"), chair=4)[0]
    assert "No patient here" in refusals(reading(subject="KC-1"), is_known=False, seat=None)[0]
    assert "no open infusion today" in refusals(reading(subject="KC-1"), seat=None)[0]
    assert "the token is that of Monitor 5" in refusals(reading(device="Monitor 6"))[0]


def test_mon_06_without_a_name_it_belongs_to_whoever_has_sat_in_the_chair_since_before_it_was_measured() -> None:
    assert refusals(reading()) == []
    assert refusals(reading(measured_at=SEAT.arrived_at)) == []
    assert "before the patient" in refusals(reading(measured_at=SEAT.arrived_at - timedelta(seconds=1)))[0]
    assert "Nobody has an open infusion in chair 5" in refusals(reading(), seat=None)[0]
    assert "does not say whose" in refusals(reading(), chair=None, seat=None)[0]


@pytest.mark.parametrize(
    "numbers",
    [Numbers(80, 80, 78, 97), Numbers(80, 90, 78, 97), Numbers(141, 84, 78, 101), Numbers(hr=-1), Numbers(rr=-4)],
)
def test_mon_07_what_cannot_be_true_goes_to_the_review_list(numbers: Numbers) -> None:
    assert refusals(reading(numbers=numbers))


def test_mon_07_what_is_only_unusual_is_offered() -> None:
    assert refusals(reading(numbers=Numbers(280, 170, 15, 60, 60))) == []


@pytest.mark.parametrize(
    ("ahead", "words"), [(timedelta(seconds=121), "121 s ahead"), (timedelta(minutes=47), "47 min ahead")]
)
def test_mon_07_a_clock_too_far_ahead_cannot_date_a_set(ahead: timedelta, words: str) -> None:
    assert "ahead" in " ".join(rules.time_sentences(AT + ahead, at=AT))
    assert any(part in refusals(reading(measured_at=AT + ahead))[0] for part in (words, "2 min ahead"))
    assert rules.time_sentences(AT + timedelta(minutes=2), at=AT) == []


def test_mon_08_what_has_no_identifier_is_known_by_its_content() -> None:
    one, again, other = (reading(identifier="", content={"hr": n}) for n in (78, 78, 79))
    assert one.known_as == again.known_as != other.known_as
    assert reading(identifier="x" * 120).known_as == "x" * 120
    assert reading(identifier="x" * 121).known_as.startswith("sha256:")


def test_mon_09_a_reading_is_offered_for_five_minutes() -> None:
    assert rules.is_offered(measured_at=AT - timedelta(minutes=5), at=AT)
    assert not rules.is_offered(measured_at=AT - timedelta(minutes=5, seconds=1), at=AT)


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (60, ""),
        (-60, ""),
        (61, "received 61 s after, or its clock is behind"),
        (-61, "its clock is 61 s ahead"),
        (47 * 60, "received 47 min after, or its clock is behind"),
        (3 * 3600, "received 3 h after, or its clock is behind"),
    ],
)
def test_mon_10_more_than_sixty_seconds_between_the_clocks_are_said(gap: int, words: str) -> None:
    assert rules.skew_words(measured_at=AT, received_at=AT + timedelta(seconds=gap)) == words


def test_mon_12_putting_away_needs_a_reason() -> None:
    assert [type(problem) for problem in rules.put_away_problems("  ")] == [Blocker]
    assert rules.put_away_problems("moving") == []


def test_mon_13_a_reading_is_given_to_an_open_chart_of_today() -> None:
    def asked(**fields: Any) -> list[type]:
        given: dict[str, Any] = {"measured_at": AT, "is_open": True, "arrived_at": SEAT.arrived_at, "at": AT}
        return [type(problem) for problem in rules.give_problems(Numbers(hr=78), **given | fields)]

    assert asked() == []
    assert asked(is_open=False) == [Blocker]
    assert asked(measured_at=SEAT.arrived_at - timedelta(seconds=1)) == [NeedsTick]
    assert asked(measured_at=AT + timedelta(minutes=3)) == [Blocker]
    impossible = rules.give_problems(Numbers(), measured_at=AT, is_open=True, arrived_at=SEAT.arrived_at, at=AT)
    assert [type(problem) for problem in impossible] == [Blocker]


def test_mon_14_a_monitor_that_sends_too_much_waits() -> None:
    assert not rules.is_too_much(239, new=1)
    assert rules.is_too_much(240, new=1)


def test_mon_15_a_monitor_has_a_name_of_its_own_and_a_chair_that_exists() -> None:
    def asked(name: str, chair: int | None) -> list[str]:
        found = rules.monitor_problems(name, chair, names=frozenset({"monitor 1"}), chairs=8)
        return [problem.field for problem in found]

    assert asked("Monitor 2", 8) == asked("Gateway", None) == []
    assert asked(" ", 1) == asked("MONITOR 1 ", 1) == ["name"]
    assert asked("Monitor 2", 9) == asked("Monitor 2", 0) == ["chair"]
