"""The board's tiles: one word for each state, and who needs someone first."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from infusions import actions
from infusions.queries.board import board, board_version
from infusions.queries.seating import seating
from scheduling.actions import change_breaks, record_call_out, return_chair, take_chair_out
from scheduling.models import NurseShift
from tests.factories import infusions, people, scheduling, suite

HIGH = replace(infusions.CALM, sbp=156)


def tile(site, chair):
    found = board(site, chair.at)
    return next(tile for tile in found.tiles if tile.chair == chair.infusion.chair)


@pytest.mark.parametrize(
    ("state", "minutes", "kind", "word"),
    [
        ("arrived", 2, "", "Arriving"),
        ("ready", 3, "ready", "Ready to start"),
        ("ready", 16, "", "Arriving"),  # the baseline has grown too old
        ("infusing", 3, "", "Infusing"),
        ("infusing", 12, "soon", "Vitals due soon"),
        ("infusing", 16, "soon", "Vitals due"),
        ("infusing", 20, "soon", "Vitals due"),
        ("infusing", 21, "late", "Vitals late"),
        ("observing", 5, "", "Observing"),
        ("observed", 1, "wait", "Driver not here"),
        ("discharged", 2, "free", "Cleaning"),
    ],
)
def test_due_02_the_word_of_each_state(site, state, minutes, kind, word):
    chair = infusions.infusion(site=site, at_state=state).later(minutes=minutes)
    found = tile(site, chair)
    assert (found.kind, found.word) == (kind, word)


def test_inf_28_the_pump_is_done_on_the_tile_when_two_have_read_it(site):
    chair = infusions.infusion(site=site, at_state="arrived").identify()
    order = chair.visit.sequence.orders.get()
    numbers = {"rate_ml_per_h": order.rate_ml_per_h, "volume_ml": order.total_ml}
    actions.check_pump(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4(), **numbers)
    assert not pump_step(site, chair).done
    chair.pump_again()
    assert pump_step(site, chair).done


def pump_step(site, chair):
    return next(step for step in tile(site, chair).steps if step.word == "Pump")


def test_vit_15_a_flag_comes_to_the_board_after_three_minutes_and_is_unanswered_after_five(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=15)
    chair.vitals(HIGH)
    assert tile(site, chair.later(minutes=2)).kind == ""
    assert tile(site, chair).cells[0].hit
    shown = tile(site, chair.later(minutes=1))
    assert (shown.word, shown.what, shown.number) == ("Flag open", "SBP high +21.9%", "3")
    assert tile(site, chair.later(minutes=2)).word == "Flag unanswered"


def test_an_urgent_flag_is_on_the_board_at_once(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=1)
    chair.vitals(replace(infusions.CALM, spo2=88))
    assert tile(site, chair).kind == "flag"


def test_a_pause_and_an_unexplained_stop_have_their_words(site):
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=2)
    actions.pause_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())
    assert tile(site, chair.later(minutes=1)).word == "Paused"
    actions.stop_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4())
    assert tile(site, chair).word == "Stopped"


def test_the_queue_puts_flags_before_late_before_due(site, nurse):
    mates = [people.staff("nurse", site=site) for _ in range(3)]
    late = infusions.infusion(site=site, at_state="infusing", minute=530, nurse=mates[1])
    flagged = infusions.infusion(site=site, at_state="infusing", minute=535, nurse=mates[2])
    due = infusions.infusion(site=site, at_state="infusing", minute=540, nurse=mates[0])
    flagged.later(minutes=15).vitals(HIGH)
    at = due.at + timedelta(minutes=13)
    queue = [(tile.chair, tile.kind) for tile in board(site, at).queue]
    assert queue == [
        (flagged.infusion.chair, "flag"),
        (late.infusion.chair, "late"),
        (due.infusion.chair, "soon"),
    ]


def test_the_floor_counts_nurses_breaks_patients_and_the_provider(site):
    chair = infusions.infusion(site=site)
    found = board(site, chair.at)
    assert (found.floor.nurses, found.floor.patients, found.floor.limit, found.floor.ratio) == (5, 1, 10, "0.2")
    assert found.providers == "Anneke V."
    infusions.provider_leaves(site=site, at=chair.at)
    assert board(site, chair.at).providers == ""


def test_sch_30_a_nurse_on_a_break_or_called_out_is_not_on_the_floor(site):
    chair = infusions.infusion(site=site)
    paused, gone, *_ = NurseShift.objects.filter(suite_day=chair.visit.suite_day)
    minute, by = site.minute(chair.at), scheduling.actor("scheduler", site)
    change_breaks(shift=paused, breaks=[(minute, minute + 15)], by=by, at=chair.at)
    record_call_out(suite_day=gone.suite_day, person=gone.nurse, from_minute=minute, by=by, at=chair.at)
    floor = board(site, chair.at).floor
    assert (floor.nurses, floor.on_break, floor.limit) == (3, 1, 6)
    offered = {pk for pk, _ in seating(site, chair.at).nurses}
    assert offered.isdisjoint({paused.nurse_id, gone.nurse_id})
    assert len(offered) == 3


def test_sch_36_a_chair_out_of_service_says_so_and_why_until_it_is_back(site):
    chair = infusions.infusion(site=site)
    by, today = scheduling.actor("scheduler", site), site.today(chair.at)
    out = next(tile.chair for tile in board(site, chair.at).tiles if tile.word == "Free")
    facts = {"site": site, "because": "Lift is broken.", "by": by, "at": chair.at}
    outage = take_chair_out(chair=out, first_day=today, last_day=None, **facts)
    later = next(tile.chair for tile in board(site, chair.at).tiles if tile.word == "Free")
    take_chair_out(chair=later, first_day=today + timedelta(days=1), last_day=None, **facts)
    found = {tile.chair: tile for tile in board(site, chair.at).tiles}
    assert (found[out].kind, found[out].word, found[out].shape) == ("out", "Out of service", "missed")
    assert (found[out].what, found[out].then) == ("Lift is broken.", "Until further notice")
    assert found[later].word == "Free"  # out from tomorrow on
    assert out not in dict(seating(site, chair.at).chairs)
    assert later in dict(seating(site, chair.at).chairs)
    return_chair(outage=outage, last_day=today - timedelta(days=1), by=by, at=chair.at)
    assert {tile.chair: tile.word for tile in board(site, chair.at).tiles}[out] == "Free"


def test_who_comes_next_and_what_is_missing(site):
    first = infusions.visit(site=site, minute=600, driver=False)
    infusions.visit(site=site, minute=630)
    found = board(site, site.instant(suite.MONDAY, 590))
    assert [arrival.line for arrival in found.arrivals] == ["Day 1, no driver named", "Day 1, driver named"]
    assert (found.to_come, found.arrivals[0].visit, found.arrivals[0].warn) == (2, first, True)


def test_the_board_asks_ten_questions_however_many_chairs(site, django_assert_num_queries):
    chair = infusions.infusion(site=site, at_state="infusing")
    for minute in (550, 560, 570):
        mate = people.staff("nurse", site=site)
        infusions.infusion(site=site, minute=minute, at_state="infusing", nurse=mate)
    with django_assert_num_queries(10):
        board(site, chair.at)


def test_the_version_changes_with_facts_and_minutes_and_costs_one_query(site, django_assert_num_queries):
    chair = infusions.infusion(site=site, at_state="infusing")
    with django_assert_num_queries(1):
        before = board_version(site, chair.at)
    assert board_version(site, chair.at + timedelta(seconds=20)) == before
    chair.vitals()
    assert board_version(site, chair.at) != before
    assert board_version(site, chair.at + timedelta(minutes=1)) != board_version(site, chair.at)
