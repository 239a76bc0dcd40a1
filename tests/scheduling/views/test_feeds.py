"""Calendar addresses: made once, read by any calendar program, closed; no name and no word about health."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import cancel_sequence, change_breaks, mark_missed, record_call_out
from scheduling.actions.feeds import feed_address, make_feed, revoke_feed
from scheduling.models import CalendarFeed, NurseShift, Sequence, SuiteDay, Visit
from scheduling.states import SequenceState
from tests.factories import people
from tests.factories.calendar_reader import Read, read_feed
from tests.factories.suite import MONDAY, before, booked_sequence, open_week, staffed, visits_of

AsUser = Callable[[StaffUser], Client]
pytestmark = pytest.mark.django_db


def fetch(token: str, *, monday: date = MONDAY) -> Any:
    with time_machine.travel(f"{monday.isoformat()}T12:00:00Z", tick=False):
        return Client().get(reverse("scheduling:feed", args=[token]))


def entries(token: str, *, monday: date = MONDAY) -> list[Read]:
    return read_feed(fetch(token, monday=monday).content.decode())


def patients(sequence: Sequence, by: StaffUser) -> str:
    return make_feed(patient=sequence.patient, by=by, at=before(sequence.site, MONDAY))[1]


def test_feed_01_a_patients_calendar_holds_five_visits_and_nothing_about_health(
    site: Site, scheduler: StaffUser
) -> None:
    Site.objects.filter(pk=site.pk).update(phone="216 555 0100")
    sequence = booked_sequence(site, start_minute=545)
    token = patients(sequence, scheduler)
    response = fetch(token)
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"
    assert not response.cookies
    found = read_feed(response.content.decode())
    assert [one.title for one in found] == [f"Visit {number} of 5" for number in range(1, 6)]
    assert found[0].starts == site.instant(MONDAY, 545)
    assert found[0].ends == site.instant(MONDAY, 625)
    assert {one.status for one in found} == {"CONFIRMED"}
    text, patient = response.content.decode().lower(), sequence.patient
    for secret in (patient.family_name, patient.given_name, patient.initials, patient.record_number):
        assert f":{secret.lower()}" not in text
        assert f" {secret.lower()}" not in text
    for word in ("ketamine", "infusion", "pain", "clinic", "juniper", "driver", "chair"):
        assert word not in text


def test_feed_01_a_change_keeps_the_uid_and_grows_the_number(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    token = patients(sequence, scheduler)
    first, *_ = visits_of(sequence)
    was = entries(token)[0]
    Visit.objects.filter(pk=first.pk).update(chair=7)
    assert entries(token)[0].sequence == was.sequence, "the chair is not in the calendar"
    Visit.objects.filter(pk=first.pk).update(start_minute=600)
    now = entries(token)[0]
    assert (now.uid, now.sequence, now.starts) == (was.uid, was.sequence + 1, site.instant(MONDAY, 600))
    row = Visit.objects.get(pk=first.pk)
    row.revision, row.start_minute = 0, 605
    row.save()
    assert entries(token)[0].sequence == was.sequence + 2, "nobody sets the number back"


def test_feed_01_released_visits_stay_as_cancelled(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    token = patients(sequence, scheduler)
    before_it = entries(token)
    mark_missed(visit=visits_of(sequence)[0], reason="illness", by=scheduler, at=before(site, MONDAY))
    missed = entries(token)
    assert [one.status for one in missed] == ["CANCELLED"] + ["CONFIRMED"] * 4
    cancel_sequence(sequence=sequence, reason="patient_choice", by=scheduler, at=before(site, MONDAY))
    after = entries(token)
    assert {one.status for one in after} == {"CANCELLED"}
    assert [one.uid for one in after] == [one.uid for one in before_it]
    assert all(new.sequence > old.sequence for new, old in zip(after, before_it, strict=True))


def test_feed_01_a_tentative_time_says_so_and_a_hold_is_left_out(site: Site, scheduler: StaffUser) -> None:
    sequence = booked_sequence(site)
    token = patients(sequence, scheduler)
    confirmed = entries(token)
    rows = Sequence.objects.filter(pk=sequence.pk)
    rows.update(state=SequenceState.TENTATIVE)
    tentative = entries(token)
    assert {one.status for one in tentative} == {"TENTATIVE"}
    assert tentative[0].sequence < confirmed[0].sequence
    rows.update(state=SequenceState.HELD, held_until=before(site, MONDAY))
    assert entries(token) == []


def test_a_nurses_calendar_holds_shifts_with_breaks_and_grows_with_the_day(
    site: Site, scheduler: StaffUser
) -> None:
    open_week(site, nurses=2)
    nurse, other = staffed(site, "nurse", 2)
    token = make_feed(by=nurse, at=before(site, MONDAY))[1]
    was = entries(token)
    assert [one.title for one in was] == ["Shift"] * 5
    shift = NurseShift.objects.get(suite_day__date=MONDAY, nurse=nurse)
    change_breaks(shift=shift, breaks=[(720, 750)], by=scheduler, at=before(site, MONDAY))
    now = entries(token)
    assert now[0].words == "Break 12:00 to 12:30."
    assert (now[0].uid, now[0].sequence > was[0].sequence) == (was[0].uid, True)
    day = SuiteDay.objects.get(date=MONDAY)
    record_call_out(
        suite_day=day, person=nurse, from_minute=450, to_minute=1050, by=scheduler, at=before(site, MONDAY)
    )
    assert entries(token)[0].status == "CANCELLED"
    theirs = make_feed(by=other, at=before(site, MONDAY))[1]
    assert {one.status for one in entries(theirs)} == {"CONFIRMED"}
    assert {one.uid for one in entries(theirs)}.isdisjoint({one.uid for one in now})


def test_a_providers_calendar_holds_the_times_on_site(site: Site) -> None:
    open_week(site)
    (provider,) = staffed(site, "physician", 1)
    found = entries(make_feed(by=provider, at=before(site, MONDAY))[1])
    assert (found[0].title, found[0].starts) == ("On site", site.instant(MONDAY, 450))


@pytest.mark.parametrize(
    "monday", [date(2026, 3, 2), date(2026, 3, 9), date(2026, 10, 26), date(2026, 11, 2), date(2025, 12, 29)]
)
def test_case_35_the_weeks_around_both_changes_of_the_clocks_and_the_years_end(
    site: Site, scheduler: StaffUser, monday: date
) -> None:
    """A client in another zone shows the same instants; five days on end at nine on the clinic's clock."""
    sequence = booked_sequence(site, monday, start_minute=540)
    token = make_feed(patient=sequence.patient, by=scheduler, at=before(site, monday))[1]
    found = entries(token, monday=monday)
    days = [monday + timedelta(days=number) for number in range(5)]
    assert [visit.date for visit in visits_of(sequence)] == days
    assert [one.starts for one in found] == [site.instant(day, 540) for day in days]
    assert [one.starts.astimezone(site.zone).strftime("%a %H:%M") for one in found] == [
        f"{name} 09:00" for name in ("Mon", "Tue", "Wed", "Thu", "Fri")
    ]


def test_case_35_the_change_of_the_clocks_moves_the_instant_and_not_the_clock(
    site: Site, scheduler: StaffUser
) -> None:
    open_week(site, date(2026, 3, 2))
    open_week(site, date(2026, 3, 9))
    nurse = staffed(site, "nurse", 1)[0]
    found = entries(make_feed(by=nurse, at=before(site, date(2026, 3, 2)))[1], monday=date(2026, 3, 2))
    friday, monday = found[4].starts, found[5].starts
    assert (friday.isoformat(), monday.isoformat()) == ("2026-03-06T12:30:00+00:00", "2026-03-09T11:30:00+00:00")


def test_feed_02_only_the_digest_is_stored_and_a_new_address_closes_the_one_before(
    site: Site, nurse: StaffUser
) -> None:
    at = before(site, MONDAY)
    first, token = make_feed(by=nurse, at=at)
    assert token not in {str(value) for value in CalendarFeed.objects.values().get().values()}
    assert feed_address(token).endswith(f"/calendar/{token}.ics")
    _, second = make_feed(by=nurse, at=at)
    assert (fetch(token).status_code, fetch(second).status_code) == (404, 200)
    first.refresh_from_db()
    assert (first.revoked_at, first.revoked_by) == (at, nurse)
    assert AuditEvent.objects.filter(event="calendar feed made").count() == 2


def test_feed_02_a_closed_or_unknown_address_and_one_of_somebody_who_left_answer_404(
    site: Site, nurse: StaffUser
) -> None:
    at = before(site, MONDAY)
    made, token = make_feed(by=nurse, at=at)
    assert fetch("x" * 43).status_code == 404
    nurse.is_active = False
    nurse.save()
    assert fetch(token).status_code == 404
    nurse.is_active = True
    nurse.save()
    revoke_feed(feed=made, by=nurse, at=at)
    revoke_feed(feed=made, by=nurse, at=at)
    assert fetch(token).status_code == 404
    assert AuditEvent.objects.filter(event="calendar feed closed").count() == 1


def test_a_calendar_is_only_read(site: Site, nurse: StaffUser) -> None:
    _, token = make_feed(by=nurse, at=before(site, MONDAY))
    assert Client().post(reverse("scheduling:feed", args=[token])).status_code == 405
    assert Client().head(reverse("scheduling:feed", args=[token])).status_code == 200


def test_feed_03_a_nurse_makes_the_own_address_and_sees_it_once(nurse: StaffUser, as_user: AsUser) -> None:
    client, page = as_user(nurse), reverse("scheduling:feeds")
    assert "Make an address" in client.get(page).content.decode()
    shown = client.post(page).content.decode()
    assert "/calendar/" in shown
    assert "/calendar/" not in client.get(page).content.decode()
    made = CalendarFeed.objects.get()
    assert (made.kind, made.person, made.patient) == ("nurse", nurse, None)
    client.post(reverse("scheduling:feed_revoke", args=[made.pk]))
    made.refresh_from_db()
    assert made.revoked_by == nurse


def test_feed_03_who_is_never_on_the_roster_has_no_calendar(scheduler: StaffUser, as_user: AsUser) -> None:
    page = reverse("scheduling:feeds")
    assert "You are not on the roster" in as_user(scheduler).get(page).content.decode()
    assert as_user(scheduler).post(page).status_code == 422
    with pytest.raises(Refused, match="no calendar of yours"):
        make_feed(by=scheduler, at=before(scheduler.site, MONDAY))


def test_feed_03_a_scheduler_makes_a_patients_address(
    site: Site, scheduler: StaffUser, nurse: StaffUser, as_user: AsUser
) -> None:
    patient = booked_sequence(site).patient
    page = reverse("scheduling:patient_feed", args=[patient.pk])
    assert "/calendar/" in as_user(scheduler).post(page).content.decode()
    assert as_user(nurse).post(page).status_code == 403
    made = CalendarFeed.objects.get()
    close = reverse("scheduling:feed_revoke", args=[made.pk])
    assert as_user(nurse).post(close).status_code == 404, "not one's own"
    assert as_user(scheduler).post(close).status_code == 302


def test_nobody_closes_the_calendar_of_a_colleague_or_of_another_clinic(
    site: Site, other_site: Site, nurse: StaffUser, scheduler: StaffUser, as_user: AsUser
) -> None:
    made, _ = make_feed(by=nurse, at=before(site, MONDAY))
    close = reverse("scheduling:feed_revoke", args=[made.pk])
    stranger = people.staff("scheduler", site=other_site)
    for user in (scheduler, stranger):
        assert as_user(user).post(close).status_code == 404
    patient = booked_sequence(site).patient
    assert as_user(stranger).get(reverse("scheduling:patient_feed", args=[patient.pk])).status_code == 404
    assert CalendarFeed.objects.get().revoked_at is None
