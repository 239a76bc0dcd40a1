"""The chart's facts: rows, trend, gates, clock and panel."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusions import actions
from infusions.queries.chart import chart
from infusions.queries.panel import patient_days
from infusions.queries.words import cell_note, slot_label
from tests.factories import infusions

HIGH = replace(infusions.CALM, sbp=156)


def of(chair):
    return chart(chair.visit, at=chair.at)


@pytest.fixture
def running(site):
    return infusions.infusion(site=site, at_state="infusing")


def test_the_flowsheet_has_taken_struck_and_coming_sets_in_order(running):
    wrong = running.later(minutes=15).vitals(HIGH)
    running.later(minutes=1)
    actions.correct_vitals(
        vital_set=wrong, reading=infusions.CALM, reason="misread", key=uuid4(), by=running.nurse, at=running.at
    )
    rows = of(running).rows
    assert [row.kind for row in rows] == ["set", "was", "set", "soon", "next", "next", "next"]
    assert rows[1].cells[0] == ("156", "High +21.9%", True)
    assert rows[-1].due.endswith(", then discharge checks")


def test_a_due_time_that_nobody_filled_says_so(running):
    rows = of(running.later(minutes=31)).rows
    assert [row.due for row in rows if row.label == "+15"] == ["Missed, no set was taken"]


def test_vit_07_the_percent_on_the_chart_is_the_rule_s(running):
    running.later(minutes=15).vitals(replace(infusions.CALM, sbp=139, spo2=97))
    cells = of(running).rows[1].cells
    assert (cells[0][1], cells[4][1]) == ("+8.6%", "−1")


def test_the_band_of_the_trend_is_twenty_percent_of_the_baseline(running):
    line = of(running.later(minutes=1)).trend.lines[0]
    assert (line.band.base, line.band.top, line.band.bottom) == ("128", "+20% 153.6", "−20% 102.4")


def test_a_flag_stands_on_the_line_and_in_the_strip(running):
    running.later(minutes=15).vitals(HIGH)
    found = of(running.later(minutes=3))
    assert found.trend.lines[0].marks[-1].flagged
    (waiting,) = found.open_flags
    assert (waiting.words, waiting.on_boards, waiting.needs_provider) == ("SBP high +21.9%", True, False)


def test_the_second_flag_in_a_row_asks_for_a_provider(running):
    running.later(minutes=15).vitals(HIGH)
    running.later(minutes=15).vitals(HIGH)
    assert [waiting.needs_provider for waiting in of(running).open_flags] == [False, True]


def test_the_gates_close_one_by_one(site):
    chair = infusions.infusion(site=site)
    words = ["Identity", "Weight", "Premedication", "Drug", "Pump", "Baseline"]
    assert [gate.word for gate in of(chair).todo] == words
    chair.weigh().identify().premed().draw().pump().vitals()
    assert of(chair).todo == []


def test_a_gate_nobody_claims_stands_by_itself(site, settings):
    settings.READINESS_CHECKS = ["tests.infusions.actions.test_starting.a_check_from_the_right"]
    chair = infusions.infusion(site=site, at_state="ready")
    assert [gate.word for gate in of(chair).todo] == ["Decision"]


def test_the_set_on_the_keypad_is_named_before_it_is_taken(running):
    assert (of(running).entry, of(running).entry_note) == ("Extra set", "+15 set opens 09:12")
    found = of(running.later(minutes=14))
    assert (found.entry, found.entry_note) == ("+15 set", "due 09:15")


def test_the_clock_stands_still_in_a_pause(running):
    actions.pause_infusion(
        infusion=running.later(minutes=10).infusion, by=running.nurse, at=running.at, key=uuid4()
    )
    dial = of(running.later(minutes=5)).dial
    assert (dial.text, dial.word, dial.since) == ("10:00", "paused", None)


def test_the_time_observed_goes_on_after_the_observation_has_been_long_enough(site):
    chair = infusions.infusion(site=site, at_state="observed")
    dial = of(chair.later(minutes=27)).dial
    assert (dial.text, dial.word) == ("57:00", "observed")
    assert dial.since == chair.infusion.ended_at


def test_a_chart_costs_the_same_however_long_it_is(site, django_assert_num_queries):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=1)
    with CaptureQueriesContext(connection) as short:
        assert of(chair).rows
    for _ in range(6):
        chair.later(minutes=2).vitals(HIGH)
    with django_assert_num_queries(len(short)):
        found = of(chair)
        assert len(found.rows) > 6
        assert found.trend


def test_the_panel_counts_what_happened_and_computes_adverse_events(site, django_assert_num_queries):
    chair = infusions.infusion(site=site, at_state="infusing")
    chair.later(minutes=15).vitals(HIGH, symptoms=("nausea",))
    actions.stop_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4(), reason="side_effect")
    with django_assert_num_queries(6):
        (course,) = patient_days(chair.visit.patient)
    (day,) = course.days  # the four days to come are on the schedule, not here
    assert (day.change, day.flags, day.side_effects) == ("SBP +21.9%", 1, ("nausea",))
    assert (day.adverse_event, day.word) == (True, "Stopped early")


def test_aev_01_a_flag_or_a_choice_to_stop_is_no_adverse_event(site):
    chair = infusions.infusion(site=site, at_state="infusing")
    chair.later(minutes=15).vitals(HIGH)
    actions.stop_infusion(
        infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4(), reason="patient_choice"
    )
    (course,) = patient_days(chair.visit.patient)
    assert not course.days[0].adverse_event


@pytest.mark.parametrize(
    ("label", "value", "base", "note"),
    [
        ("SBP", 154, 128, "+20.3%"),
        ("SBP", 128, 128, "0%"),
        ("SpO₂", 97, 98, "−1 pt"),
        ("SpO₂", 98, 98, "0 pts"),
        ("HR", None, 70, "no value"),
        ("HR", 70, None, "no base"),
    ],
)
def test_vit_02_what_cannot_be_compared_is_never_shown_as_fine(label, value, base, note):
    assert cell_note(label, value, base, is_base=False) == note


def test_the_words_of_the_slots():
    codes = ("baseline", "start+15", "start+45", "end", "end+15", "extra")
    assert [slot_label(code) for code in codes] == ["Base", "+15", "+45", "End", "End+15", "Extra"]
