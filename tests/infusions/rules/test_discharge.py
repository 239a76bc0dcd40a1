"""Each thing that keeps a patient here, missing alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from infusions.rules.discharge import (
    DischargeFacts,
    against_advice_problems,
    discharge_problems,
    leaving_problems,
    may_leave_at,
)
from infusions.states import InfusionState
from kitclinic.problems import Blocker, NeedsTick
from scheduling.rules.drivers import Driver
from scheduling.states import TransportKind

END = datetime(2026, 9, 21, 14, 40, tzinfo=UTC)
DRIVER = Driver(
    kind=TransportKind.FAMILY,
    full_name="Ines Ashdown",
    relationship="sister",
    phone="216 555 0142",
    seen_by="Priya S., RN",
)
READY = DischargeFacts(
    at=END + timedelta(minutes=30),
    ended_at=END,
    last_set_at=END + timedelta(minutes=15),
    open_flags=0,
    alert_and_steady=True,
    nausea_controlled=True,
    iv_out=True,
    instructions_given=True,
    driver=DRIVER,
    patient_name="Rowan Ashdown",
    language="Spanish",
    patient_language="Spanish",
    named="Ines Ashdown",
)


def test_dis_01_to_dis_07_nothing_missing_means_leave():
    assert discharge_problems(READY) == []
    assert may_leave_at(END) == READY.at


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"at": END + timedelta(minutes=29, seconds=59)}, "DIS-01"),
        ({"last_set_at": END + timedelta(minutes=14, seconds=59)}, "DIS-02"),
        ({"last_set_at": None}, "DIS-02"),
        ({"open_flags": 1}, "DIS-03"),
        ({"open_flags": 2}, "DIS-03"),
        ({"alert_and_steady": False}, "DIS-04"),
        ({"nausea_controlled": False}, "DIS-05"),
        ({"iv_out": False}, "DIS-06"),
        ({"instructions_given": False}, "DIS-07"),
        ({"driver": replace(DRIVER, full_name="")}, "DRV-02"),
        ({"driver": replace(DRIVER, relationship=" ")}, "DRV-02"),
        ({"driver": replace(DRIVER, phone="")}, "DRV-02"),
        ({"driver": replace(DRIVER, seen_by="")}, "DRV-03"),
    ],
)
def test_dis_01_dis_02_dis_03_dis_04_dis_05_dis_06_dis_07_each_missing_alone_is_named_alone(change, rule):
    problems = discharge_problems(replace(READY, **change))
    assert [(p.rule, type(p)) for p in problems] == [(rule, Blocker)]


@pytest.mark.parametrize(
    "kind",
    [
        TransportKind.RIDESHARE,
        TransportKind.TAXI,
        TransportKind.PUBLIC,
        TransportKind.SELF,
        TransportKind.ALONE,
        "",
    ],
)
def test_dis_01_no_way_home_but_a_known_driver_is_accepted_whatever_else_is_done(kind):
    (problem,) = discharge_problems(replace(READY, driver=replace(DRIVER, kind=kind)))
    assert (problem.rule, type(problem)) == ("DRV-01", Blocker)


def test_dis_01_everything_missing_is_listed_at_once():
    nothing = DischargeFacts(
        at=END,
        ended_at=END,
        last_set_at=None,
        open_flags=3,
        alert_and_steady=False,
        nausea_controlled=False,
        iv_out=False,
        instructions_given=False,
        driver=Driver(kind=""),
    )
    found = {problem.rule for problem in discharge_problems(nothing)}
    assert found == {f"DIS-0{n}" for n in range(1, 8)} | {"DRV-01"}


@pytest.mark.parametrize(("seconds", "words"), [(0, "30 min"), (61, "29 min"), (1799, "1 min")])
def test_dis_01_the_minutes_left_are_rounded_up(seconds, words):
    (problem,) = discharge_problems(replace(READY, at=END + timedelta(seconds=seconds)))
    assert f"runs {words} more" in problem.sentence


@pytest.mark.parametrize(
    ("reason", "told", "fields"),
    [
        ("wants to go", True, []),
        ("", True, ["reason"]),
        ("wants to go", False, ["provider"]),
        (" ", False, ["reason", "provider"]),
    ],
)
def test_dis_08_leaving_against_advice_needs_a_reason_and_a_provider(reason, told, fields):
    problems = against_advice_problems(reason=reason, provider_notified=told)
    assert [(p.rule, p.field) for p in problems] == [("DIS-08", field) for field in fields]


def test_dis_09_a_dose_in_hand_keeps_the_patient_here_down_to_a_thousandth():
    problems = discharge_problems(replace(READY, in_hand_mg=Decimal("0.001")))
    assert [(problem.rule, type(problem)) for problem in problems] == [("DIS-09", Blocker)]
    assert "0.001 mg" in problems[0].sentence


# Nights on which the clocks of a clinic change: an infusion that ends half an hour before, at and after.
NIGHTS = [
    ("America/New_York", datetime(2026, 11, 1, 6, 0, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
    ("Europe/Vienna", datetime(2026, 10, 25, 1, 0, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, 0, tzinfo=UTC)),
]


@pytest.mark.parametrize(("zone", "change"), NIGHTS)
@pytest.mark.parametrize("minutes", [-45, -30, -15, 0, 15])
def test_dis_01_thirty_minutes_are_thirty_minutes_on_a_night_that_changes_the_clock(zone, change, minutes):
    """Whatever zone the instants are written in, to the second."""
    ended = (change + timedelta(minutes=minutes)).astimezone(ZoneInfo(zone))
    passed = ended.astimezone(UTC) + timedelta(minutes=30)
    sets = {"ended_at": ended, "last_set_at": (passed - timedelta(minutes=15)).astimezone(ZoneInfo(zone))}
    early = (passed - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
    assert may_leave_at(ended) == passed
    assert discharge_problems(replace(READY, at=passed.astimezone(ZoneInfo(zone)), **sets)) == []
    (problem,) = discharge_problems(replace(READY, at=early, **sets))
    assert (problem.rule, "1 min more" in problem.sentence) == ("DIS-01", True)


def test_dis_10_instructions_are_recorded_with_their_language():
    (missing,) = discharge_problems(replace(READY, language=" "))
    assert (missing.rule, type(missing), missing.field) == ("DIS-10", Blocker, "instructions")
    (other,) = discharge_problems(replace(READY, language="English"))
    assert (other.rule, type(other)) == ("DIS-10", NeedsTick)
    assert "Spanish" in other.sentence
    assert "English" in other.sentence
    assert discharge_problems(replace(READY, language="spanish ")) == []
    assert discharge_problems(replace(READY, language="English", patient_language="")) == []


@pytest.mark.parametrize(
    ("state", "leaves"),
    [(state, state is InfusionState.OBSERVING) for state in InfusionState],
)
def test_dis_11_a_patient_leaves_once_and_only_after_the_end(state, leaves):
    assert [problem.rule for problem in leaving_problems(state)] == ([] if leaves else ["DIS-11"])


def test_dis_12_another_driver_than_the_named_one_is_confirmed():
    (problem,) = discharge_problems(replace(READY, named="Paul Marrin"))
    assert (problem.rule, type(problem)) == ("DIS-12", NeedsTick)
    assert "Paul Marrin was named, Ines Ashdown is here." in problem.sentence
    assert discharge_problems(replace(READY, named="ines  ASHDOWN")) == []
    assert discharge_problems(replace(READY, named="")) == []
    taxi = replace(DRIVER, kind=TransportKind.TAXI)
    assert [p.rule for p in discharge_problems(replace(READY, named="Paul Marrin", driver=taxi))] == ["DRV-01"]


def test_dis_13_a_stop_is_explained_before_the_patient_leaves():
    (problem,) = discharge_problems(replace(READY, stop_explained=False))
    assert (problem.rule, type(problem)) == ("DIS-13", Blocker)


@pytest.mark.parametrize(
    ("minutes", "rules"), [(-61, ["DIS-14"]), (-60, []), (0, []), (2, []), (2.02, ["DIS-14"]), (47, ["DIS-14"])]
)
def test_dis_14_the_provider_was_told_during_the_visit(minutes, rules):
    times = {"told_at": END + timedelta(minutes=minutes), "arrived_at": END - timedelta(hours=1), "at": END}
    found = against_advice_problems(reason="will not wait", provider_notified=True, **times)
    assert [problem.rule for problem in found] == rules
