"""Readings of monitors: stored once, proposed, taken by exactly one nurse. Never a set by itself."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import Flag, Monitor, MonitorReading, ReadingAnswer, VitalSet
from infusions.queries.course import course_of
from infusions.queries.monitors import monitor_by_token, proposals_of, review_list
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm, Sign
from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Conflict, Refused
from tests.factories import infusions, monitors, people, scheduling
from tests.races import race


@pytest.fixture
def chair(site: Site) -> infusions.Chair:
    """Fifteen minutes into an infusion, the baseline 128/78, 70, 98%."""
    return infusions.infusion(site=site, at_state="infusing").later(minutes=15)


@pytest.fixture
def monitor(site: Site, chair: infusions.Chair) -> Monitor:
    return monitors.monitor(site=site, at=chair.visit.starts_at, chair=chair.infusion.chair, name="Monitor A")[0]


def take(chair: infusions.Chair, row: MonitorReading, **more: Any) -> VitalSet:
    given = {"rhythm": Rhythm.SINUS, "symptoms": (), "by": chair.nurse, "at": chair.at, "key": uuid4()}
    return actions.accept_reading(reading=row, **given | more)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return str(caught.value)


def test_mon_01_only_the_digest_of_a_token_is_kept(site: Site, lead: StaffUser, chair: infusions.Chair) -> None:
    made, token = actions.add_monitor(site=site, name="Gateway", chair=None, by=lead, at=chair.at)
    assert monitor_by_token(token) == made
    assert monitor_by_token(token + "x") is None
    assert token not in str(list(Monitor.objects.values())) + str(list(AuditEvent.objects.values()))
    ended = actions.end_monitor(monitor=made, by=lead, at=chair.at)
    again = actions.end_monitor(monitor=made, by=lead, at=chair.at + timedelta(hours=1))
    assert again.ended_at == ended.ended_at == chair.at


def test_mon_15_an_ended_monitor_leaves_its_name(site: Site, lead: StaffUser, monitor: Monitor) -> None:
    new = {"site": site, "name": "monitor a", "chair": None, "by": lead, "at": monitor.added_at}
    assert "has this name" in refusal(lambda: actions.add_monitor(**new))
    actions.end_monitor(monitor=monitor, by=lead, at=monitor.added_at)
    actions.add_monitor(**new)


def test_a_reading_makes_no_set(chair: infusions.Chair, monitor: Monitor) -> None:
    before = VitalSet.objects.count()
    row = monitors.reading(monitor, chair.at)
    assert (row.infusion, row.problem, VitalSet.objects.count()) == (chair.infusion, "", before)
    assert AuditEvent.objects.filter(event="reading received", actor="monitor Monitor A").count() == 1


def test_mon_08_the_same_again_is_stored_once_and_other_content_is_refused(
    chair: infusions.Chair, monitor: Monitor
) -> None:
    one = monitors.sent(chair.at, identifier="a")
    first = actions.receive_reading(monitor=monitor, sent=one, at=chair.at)
    again = actions.receive_reading(monitor=monitor, sent=one, at=chair.at + timedelta(days=3))
    assert (first.is_new, again.is_new, again.reading) == (True, False, first.reading)
    other = monitors.sent(chair.at, identifier="a", hr=90)
    new = monitors.sent(chair.at, identifier="b")
    with pytest.raises(Conflict, match="other content"):
        actions.receive_readings(monitor=monitor, sent=[new, other], at=chair.at)
    assert MonitorReading.objects.count() == 1  # all or none


def test_mon_06_another_clinics_patient_is_unknown_here(other_site: Site, chair: infusions.Chair) -> None:
    theirs, _ = monitors.monitor(site=other_site, at=chair.at)
    row = monitors.reading(theirs, chair.at, subject=chair.visit.patient.record_number)
    assert row.infusion is None
    assert "No patient here" in row.problem
    assert list(review_list(other_site)) == [row]
    assert not proposals_of(course_of(chair.infusion), at=chair.at).every


def test_mon_07_what_cannot_be_true_keeps_its_content_and_no_number(
    chair: infusions.Chair, monitor: Monitor
) -> None:
    row = monitors.reading(monitor, chair.at, sbp=80, dbp=90, hr=70, spo2=101)
    assert (row.infusion, row.sbp, row.hr, row.spo2) == (None, None, None, None)
    assert row.content["row"]["spo2"] == "101"
    assert "not below SBP" in row.problem
    assert "SpO₂ 101 is not possible" in row.problem


def test_mon_11_a_taken_reading_is_a_set_with_its_numbers_at_its_time(
    chair: infusions.Chair, monitor: Monitor
) -> None:
    measured = chair.at
    row = monitors.reading(monitor, measured, sbp=160, dbp=84, hr=78, spo2=97, rr=14)
    chair.later(minutes=4)
    made = take(chair, row, symptoms=("dizzy",))
    assert (made.sbp, made.dbp, made.hr, made.spo2, made.rr) == (160, 84, 78, 97, 14)
    assert (made.occurred_at, made.received_at, made.slot, made.by) == (
        measured,
        chair.at,
        "start+15",
        chair.nurse,
    )
    assert [flag.rule for flag in Flag.objects.filter(vital_set=made)] == ["VIT-01"]
    assert ReadingAnswer.objects.get(reading=row).vital_set == made
    assert not proposals_of(course_of(chair.infusion), at=chair.at).every


def test_mon_11_rhythm_stays_a_tap_of_the_nurse(chair: infusions.Chair, monitor: Monitor) -> None:
    row = monitors.reading(monitor, chair.at)
    assert "Rhythm is missing" in refusal(lambda: take(chair, row, rhythm=None))
    assert not ReadingAnswer.objects.exists()


def test_mon_11_what_it_did_not_send_is_typed_or_has_a_reason_and_what_it_sent_stays(
    chair: infusions.Chair, monitor: Monitor
) -> None:
    row = monitors.reading(monitor, chair.at, sbp=120, dbp=80, hr=70)
    assert "SpO₂ is missing" in refusal(lambda: take(chair, row))
    made = take(chair, row, typed={Sign.SPO2: 96, Sign.HR: 99})
    assert (made.hr, made.spo2) == (70, 96)
    other = monitors.reading(monitor, chair.at, sbp=121, dbp=80, hr=70)
    made = take(chair, other, unable={Sign.SPO2: "sensor failed"})
    assert made.not_obtained_because == "SpO₂: sensor failed"


def test_an_unusual_reading_is_confirmed_as_a_typed_one_is(chair: infusions.Chair, monitor: Monitor) -> None:
    row = monitors.reading(monitor, chair.at, sbp=270, dbp=84, hr=78, spo2=97)
    assert "unusual" in refusal(lambda: take(chair, row))
    assert take(chair, row, confirmed=frozenset({"VIT-10"})).confirmed_rules == "VIT-10"


def test_mon_12_a_reading_is_answered_once(chair: infusions.Chair, monitor: Monitor) -> None:
    row, key = monitors.reading(monitor, chair.at), uuid4()
    made = take(chair, row, key=key)
    assert take(chair, row, key=key) == made  # the same request again
    assert "took this reading" in refusal(lambda: take(chair, row))
    away = {"reading": row, "because": "moving", "by": chair.nurse, "at": chair.at}
    assert "took this reading" in refusal(lambda: actions.put_away_reading(**away))


def test_mon_12_a_reading_that_was_put_away_is_never_taken(chair: infusions.Chair, monitor: Monitor) -> None:
    row = monitors.reading(monitor, chair.at)
    away = {"reading": row, "by": chair.nurse, "at": chair.at}
    assert "Say why" in refusal(lambda: actions.put_away_reading(because=" ", **away))
    actions.put_away_reading(because="patient moving", **away)
    assert "put this reading away" in refusal(lambda: take(chair, row))


def test_mon_09_the_newest_stands_beside_the_fields_and_the_others_are_old(
    chair: infusions.Chair, monitor: Monitor
) -> None:
    old = monitors.reading(monitor, chair.at - timedelta(minutes=6))
    newer = monitors.reading(monitor, chair.at - timedelta(minutes=2))
    newest = monitors.reading(monitor, chair.at)
    found = proposals_of(course_of(chair.infusion), at=chair.at + timedelta(minutes=5))
    assert found.newest is not None
    assert found.newest.reading == newest
    assert [one.reading for one in found.old] == [newer, old]
    late = proposals_of(course_of(chair.infusion), at=chair.at + timedelta(minutes=5, seconds=1))
    assert late.newest is None
    assert len(late.old) == 3


def test_mon_10_the_monitors_clock_is_shown_when_it_is_off(chair: infusions.Chair, monitor: Monitor) -> None:
    monitors.reading(monitor, chair.at + timedelta(seconds=61), received_at=chair.at)
    (one,) = proposals_of(course_of(chair.infusion), at=chair.at).every
    assert one.skew == "its clock is 61 s ahead"
    assert one.is_new


def test_mon_13_a_reading_off_the_review_list_is_given_and_then_taken(
    site: Site, chair: infusions.Chair, monitor: Monitor
) -> None:
    row = monitors.reading(monitor, chair.at, subject="KC-99999")
    assert "review list" in refusal(lambda: take(chair, row))
    given = {"reading": row, "infusion": chair.infusion, "by": chair.nurse, "at": chair.at}
    actions.give_reading(**given)
    assert not review_list(site).exists()
    assert "at a chart already" in refusal(lambda: actions.give_reading(**given))
    assert take(chair, row).infusion == chair.infusion


def test_mon_13_before_the_arrival_it_is_confirmed_whose_it_is(chair: infusions.Chair, monitor: Monitor) -> None:
    row = monitors.reading(monitor, chair.infusion.arrived_at - timedelta(minutes=1), received_at=chair.at)
    given = {"reading": row, "infusion": chair.infusion, "by": chair.nurse, "at": chair.at}
    assert "before this patient arrived" in refusal(lambda: actions.give_reading(**given))
    actions.give_reading(**given, confirmed=frozenset({"MON-13"}))


def test_mon_14_refused_tokens_are_written_down_and_after_ten_they_wait(
    site: Site, chair: infusions.Chair
) -> None:
    def refused(seconds: int, address: str = "10.0.0.9") -> bool:
        at = chair.at + timedelta(seconds=seconds)
        return actions.note_refused_token(token=f"{site.slug}.wrong", address=address, at=at)

    assert [refused(second) for second in range(12)] == [True] * 10 + [False] * 2
    assert refused(12, "10.0.0.10")
    assert refused(61)
    rows = AuditEvent.objects.filter(event="refused: unknown monitor", site=site)
    assert rows.count() == 12
    assert "wrong" not in str(list(rows.values()))


def test_two_nurses_who_take_one_reading_make_exactly_one_set(committed_db: str) -> None:
    """MON-12, fifty rounds on real connections."""
    site = people.site()
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=15)
    second = people.staff("nurse", site=site)
    made, _ = monitors.monitor(site=site, at=chair.at, chair=chair.infusion.chair)
    for number in range(50):
        row = monitors.reading(made, chair.at + timedelta(seconds=number))
        taken = MonitorReading.objects.select_related("monitor", "infusion", "site").get(pk=row.pk)
        acts = [lambda by=by, taken=taken: take(chair, taken, by=by) for by in (chair.nurse, second)]
        done, lost = race(*acts)
        assert (len(done), len(lost)) == (1, 1)
        assert VitalSet.objects.filter(from_reading__reading=row).count() == 1
    assert ReadingAnswer.objects.count() == 50
    assert VitalSet.objects.filter(infusion=chair.infusion).count() == 51


def test_taking_and_putting_away_at_once_ends_in_one_of_them(committed_db: str) -> None:
    site = people.site()
    chair = infusions.infusion(site=site, at_state="infusing").later(minutes=15)
    made, _ = monitors.monitor(site=site, at=chair.at, chair=chair.infusion.chair)
    nurse = scheduling.actor("nurse", site)
    for number in range(20):
        row = monitors.reading(made, chair.at + timedelta(seconds=number))
        away = {"reading": row, "because": "moving", "by": nurse, "at": chair.at}
        done, lost = race(lambda row=row: take(chair, row), lambda away=away: actions.put_away_reading(**away))
        assert (len(done), len(lost)) == (1, 1)
    assert ReadingAnswer.objects.count() == 20


def test_the_same_reading_sent_twice_at_once_is_stored_once(committed_db: str) -> None:
    """MON-08, fifty rounds on real connections."""
    site = people.site()
    chair = infusions.infusion(site=site, at_state="infusing")
    made, _ = monitors.monitor(site=site, at=chair.at, chair=chair.infusion.chair)
    for number in range(50):
        one = monitors.sent(chair.at + timedelta(seconds=number))
        done, lost = race(*[lambda one=one: actions.receive_reading(monitor=made, sent=one, at=chair.at)] * 2)
        assert lost == []
        assert sorted(received.is_new for received in done) == [False, True]
    assert MonitorReading.objects.count() == 50


def test_a_set_typed_and_a_reading_taken_for_one_slot_are_both_kept(
    chair: infusions.Chair, monitor: Monitor
) -> None:
    row = monitors.reading(monitor, chair.at)
    typed = chair.vitals(Vitals(140, 84, 78, 97, Rhythm.SINUS))
    made = take(chair, row)
    assert (typed.slot, made.slot) == ("start+15", "extra")
