"""A whole afternoon in real Chromium: eight chairs, two nurses with a tablet each, and a clock that runs fast.

Every act of both nurses is done on their screens, each set on the keypad, from the opening list to the last
discharge. What the afternoon left in the database is looked at afterwards.
"""

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from time import perf_counter

import pytest
from playwright.sync_api import Browser

from infusions.models import (
    Count,
    Flag,
    FlagAcknowledgement,
    Infusion,
    InfusionEvent,
    Movement,
    OpeningCheck,
    VitalSet,
)
from infusions.queries.ledger import open_hands, vial_lines
from tests.browser.afternoon import (
    DECLINED,
    DIZZY,
    ENDS,
    FLAGS,
    HAND,
    LATE,
    OPENS,
    PAUSED,
    SEATED,
    STOPPED,
    UNTAKEN,
    Afternoon,
    open_the_suite,
)
from tests.browser.bedside import Nurse, Patient
from tests.browser.clock import FILE, MOST, ON_TABLETS, Clock
from tests.browser.conftest import TABLET
from tests.browser.live import Live, noon_site
from tests.browser.walk import Walk
from tests.factories import infusions, ledger, people, scheduling, suite

pytestmark = pytest.mark.browser

Kind = InfusionEvent.Kind
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clock]:
    with Clock(tmp_path_factory.mktemp("clock") / "clock").running() as running:
        yield running


@pytest.fixture(scope="module")
def serving(clock: Clock) -> dict[str, str]:
    return {"application": "tests.browser.fast_wsgi", FILE: str(clock.file)}


@pytest.fixture(scope="module")
def afternoon(chromium: Browser, live: Live, clock: Clock) -> Iterator[Afternoon]:
    """The afternoon as it went. The clinic is at noon when the test begins; its clock is set to 12:20."""
    site = noon_site()
    today = site.today(clock.now())
    clock.to(site.instant(today, OPENS))
    names = ("Ines Varga", "Tomas Reyes")
    staff = [people.staff("nurse", site=site, name=name) for name in names]
    suite.open_week(site, today, nurses=len(staff))
    ledger.stocked(site, at=clock.now() - timedelta(days=1))
    walks = [Walk(chromium, live.address, size=TABLET) for _ in staff]
    for walk, person in zip(walks, staff, strict=True):
        walk.page.add_init_script(ON_TABLETS)
        walk.sign_in(person)
    one, other = (Nurse(person, walk) for person, walk in zip(staff, walks, strict=True))
    week = today - timedelta(days=7)
    group = scheduling.group_visit(site=site, day=week, at=site.instant(week, 480), capacity=16)
    visits = {
        chair: infusions.visit(site=site, monday=today, minute=minute, chair=chair, group=group)
        for chair, minute in SEATED.items()
    }
    patients = {chair: Patient(visit, chair, (one, other)[HAND[chair]]) for chair, visit in visits.items()}
    made = Afternoon(site, clock, (one, other), patients)
    made.at(OPENS, open_the_suite, one)
    for chair in SEATED:
        made.patient(chair)
    made.at(770, made.full)
    made.at(821, one.hand_over, patients[PAUSED], other, "Paused once for the line; calm.")
    made.at(ENDS, made.over)
    for walk in walks:
        walk.page.on("request", made.heard)
    began = perf_counter()
    made.run()
    made.took = perf_counter() - began
    yield made
    for walk in walks:
        walk.close()
    assert [walk.complaints for walk in walks] == [[], []]


def rows(afternoon: Afternoon) -> dict[int, Infusion]:
    found = Infusion.objects.filter(site=afternoon.site).select_related("visit", "nurse", "order", "site")
    return {one.chair: one for one in found}


def happened(infusion: Infusion, *kinds: str) -> list[InfusionEvent]:
    """The infusion's events, as they were written."""
    every = InfusionEvent.objects.filter(infusion=infusion).order_by("pk")
    return list(every.filter(kind__in=kinds) if kinds else every)


def test_eight_patients_went_home_and_one_infusion_was_stopped(afternoon: Afternoon) -> None:
    found = rows(afternoon)
    assert sorted(found) == sorted(SEATED)
    assert {(one.state, one.visit.state) for one in found.values()} == {("discharged", "attended")}
    outcomes = {chair: (one.outcome, one.stop_reason) for chair, one in found.items()}
    whole = dict.fromkeys(SEATED, ("completed", ""))
    assert outcomes == whole | {STOPPED: ("stopped", "side_effect")}
    given = {chair: one.delivered_mg for chair, one in found.items()}
    assert given == dict.fromkeys(SEATED, Decimal("40.006")) | {STOPPED: Decimal("20.750")}
    assert {one.nurse_id for one in found.values()} == {nurse.person.pk for nurse in afternoon.nurses}


def test_the_suite_was_opened_by_the_nurse_who_did_it(afternoon: Afternoon) -> None:
    checks = OpeningCheck.objects.filter(site=afternoon.site)
    assert sorted(checks.values_list("item", "in_order")) == [
        (item, True) for item in ("monitors", "oxygen", "provider", "resuscitation")
    ]
    assert {check.by for check in checks} == {afternoon.nurses[0].person}
    assert Count.objects.get(site=afternoon.site).by == afternoon.nurses[0].person


def test_every_event_stands_once_in_its_order_and_at_its_time(afternoon: Afternoon) -> None:
    before = [Kind.ARRIVED, Kind.IDENTITY_CHECKED, Kind.IV_PLACED, Kind.PREMEDICATION, *[Kind.PUMP_CHECKED] * 2]
    after = [Kind.COMPLETED, Kind.DRIVER_SEEN, Kind.DISCHARGED]
    wanted = {chair: [*before, Kind.STARTED, *after] for chair in SEATED}
    wanted[DECLINED][3] = Kind.NO_PREMEDICATION
    wanted[DIZZY].insert(7, Kind.SIDE_EFFECT)
    wanted[PAUSED][7:8] = [Kind.PAUSED, Kind.RESUMED, Kind.COMPLETED, Kind.HANDED_OVER]
    wanted[STOPPED][7:8] = [Kind.STOPPED, Kind.SIDE_EFFECT]
    for chair, infusion in rows(afternoon).items():
        events = happened(infusion)
        assert [event.kind for event in events] == wanted[chair], chair
        assert all(one.received_at <= two.received_at for one, two in pairwise(events))
        assert all(one.occurred_at <= one.received_at for one in events)
        # Said with its reason a minute later, the side effect of the stop is dated as the stop.
        assert all(one.occurred_at <= two.occurred_at for one, two in pairwise(events))
        for kind, minute in ((Kind.ARRIVED, 0), (Kind.STARTED, 8)):
            (event,) = happened(infusion, kind)
            late = event.occurred_at - afternoon.instant(SEATED[chair] + minute)
            assert timedelta(0) <= late <= MOST, (chair, kind)


def test_every_set_is_kept_as_it_was_typed_and_fills_its_due_time(afternoon: Afternoon) -> None:
    whole = ["baseline", "start+15", "start+30", "end", "end+15", "end+30"]
    wanted = {chair: list(whole) for chair in SEATED}
    wanted[UNTAKEN].remove("start+15")
    wanted[STOPPED].remove("start+30")
    for chair, infusion in rows(afternoon).items():
        sets = list(VitalSet.objects.filter(infusion=infusion).order_by("pk"))
        assert [f"{one.sbp}{one.dbp}{one.hr}{one.spo2}" for one in sets] == afternoon.patients[chair].typed
        assert [one.slot for one in sets] == wanted[chair]
        assert infusion.baseline == sets[0]
    assert VitalSet.objects.filter(site=afternoon.site).count() == 46


def test_sets_were_on_time_but_one_that_was_late_and_one_that_nobody_took(afternoon: Afternoon) -> None:
    told: dict[str, list[tuple[int, str]]] = {"on time": [], "late": [], "missed": []}
    for chair, infusion in rows(afternoon).items():
        assert infusion.started_at
        assert infusion.ended_at
        taken = dict(VitalSet.objects.filter(infusion=infusion).values_list("slot", "occurred_at"))
        ran = infusion.ended_at - infusion.started_at
        due = {
            f"start+{after}": infusion.started_at + after * MINUTE for after in (15, 30) if after * MINUTE < ran
        }
        due |= {f"end+{after}": infusion.ended_at + after * MINUTE for after in (15, 30)} | {
            "end": infusion.ended_at
        }
        for slot, moment in due.items():
            if slot not in taken:
                told["missed"].append((chair, slot))
            elif abs(taken[slot] - moment) <= 3 * MINUTE:
                told["on time"].append((chair, slot))
            elif taken[slot] > moment + 5 * MINUTE:
                told["late"].append((chair, slot))
    assert told["late"] == [(LATE, "start+15")]
    assert told["missed"] == [(UNTAKEN, "start+15")]
    assert len(told["on time"]) == 8 * 5 - 3  # the stopped one had no set at +30


def test_one_set_flagged_and_its_flag_was_answered(afternoon: Afternoon) -> None:
    flag = Flag.objects.get(site=afternoon.site)
    assert (flag.sign, flag.direction, flag.change) == ("sbp", "high", "+20.3%")
    assert (flag.vital_set.infusion.chair, flag.vital_set.slot) == (FLAGS, "start+15")
    answer = FlagAcknowledgement.objects.get(site=afternoon.site)
    assert (answer.flag, answer.symptomatic, answer.by) == (flag, False, afternoon.nurses[HAND[FLAGS]].person)


def test_a_pause_moved_the_end_and_the_reason_followed(afternoon: Afternoon) -> None:
    infusion = rows(afternoon)[PAUSED]
    paused, resumed = happened(infusion, Kind.PAUSED, Kind.RESUMED)
    stood = resumed.occurred_at - paused.occurred_at
    assert abs(stood - 4 * MINUTE) <= MOST
    assert resumed.detail["reason"] == "line_or_pump"
    assert infusion.ended_at
    assert infusion.started_at
    assert infusion.ended_at - infusion.started_at >= 40 * MINUTE + stood


def test_at_no_moment_a_nurse_had_more_than_two_patients(afternoon: Afternoon) -> None:
    spans: list[tuple[int, datetime, datetime]] = []
    for chair, infusion in rows(afternoon).items():
        whose = [*happened(infusion, Kind.ARRIVED, Kind.HANDED_OVER), *happened(infusion, Kind.DISCHARGED)]
        assert len(whose) == (3 if chair == PAUSED else 2)
        spans += [(one.detail["nurse"], one.occurred_at, two.occurred_at) for one, two in pairwise(whose)]
    loads = [
        sum(nurse == other and since <= moment < until for other, since, until in spans)
        for nurse, moment, _ in spans
    ]
    assert max(loads) == 2
    assert loads.count(2) >= 4  # both waves were full for both


def test_the_ledger_balances_and_nothing_is_in_hand(afternoon: Afternoon) -> None:
    site = afternoon.site
    assert list(open_hands(site)) == []
    assert sum(line.ml for line in vial_lines(site)) == 3 * 10 - 8 * Decimal("0.83")
    for infusion in rows(afternoon).values():
        moved = Movement.objects.filter(infusion=infusion)
        mg = {
            kind: sum(one.mg for one in moved.filter(kind=kind))
            for kind in ("withdrawn", "administered", "wasted")
        }
        assert mg["withdrawn"] == Decimal("41.5")
        assert mg["administered"] == infusion.delivered_mg
        assert mg["administered"] + mg["wasted"] == mg["withdrawn"]
        (waste,) = moved.filter(kind="wasted")
        assert {waste.by, waste.witness} == {nurse.person for nurse in afternoon.nurses}


def test_a_change_stood_on_the_other_board_by_itself(
    afternoon: Afternoon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(afternoon.boards) == 2  # how, says ``seen_by_the_other``
    seen = " and ".join(f"{seconds:.1f}" for seconds in afternoon.boards)
    with capsys.disabled():
        acts = f"8 patients, {afternoon.sent} forms sent in {afternoon.took:.0f} s"
        sys.stdout.write(f"\nafternoon: {acts}; on the other board after {seen} s\n")
