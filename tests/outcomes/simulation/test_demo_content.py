"""The demonstration contains every path through enrolment and a scheduler's work, by the real actions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from kitclinic.models import OutboxMessage, Site
from outcomes.simulation import chairside, planning, staffing
from outcomes.simulation import today as module
from outcomes.simulation.cases import SMALL_ROOM
from outcomes.simulation.clinic import cast_of, ensure_days, found_clinic
from outcomes.simulation.script import Habits
from scheduling.actions import open_weeks, take_cover
from scheduling.models import (
    Biometrics,
    CallOut,
    Consent,
    CoverNeeded,
    EducationGiven,
    Eligibility,
    GroupSeat,
    GroupSeries,
    GroupVisit,
    GroupWait,
    Leave,
    Letter,
    NurseShift,
    Patient,
    PatientMerge,
    PlaceWait,
    Proposal,
    Referral,
    Sequence,
    SuiteDay,
    TeamNote,
    Visit,
    WeekPolicy,
)
from scheduling.queries.clearance import clearance_of
from scheduling.queries.cover import open_cover
from scheduling.queries.funnel import Funnel, funnel
from scheduling.queries.offers import offers_page
from scheduling.queries.patients import people_like, person_of
from scheduling.queries.utilisation import utilisation_page
from scheduling.queries.wishes import wish_of
from scheduling.rules.funnel import Leaving, Step, Waiting
from tests.outcomes.simulation.conftest import NOW, all_of


@pytest.fixture(scope="module")
def clinic(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """One simulated clinic with three visits a day for all claims, which only read; taken back at the end."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        for place in (module, chairside):
            patch.setattr(place, "usual_habits", lambda seed, *, day_index: Habits())
        patch.setattr(module, "VISITS_A_DAY", 3)
        patch.setattr(module, "TEMPLATE", (0, 170, 340))
        patch.setattr(module, "LATER_WEEKS", (2,))
        patch.setattr(module, "FORGOTTEN", 1)
        patch.setattr(planning, "UNCONFIRMED", 1)
        patch.setattr(module, "ensure_days", lambda *given, **more: ensure_days(*given, **more, nurses=2))
        patch.setattr(module, "open_weeks", lambda **given: open_weeks(**(given | {"weeks": 8})))
        cast = found_clinic(now=NOW)
        module.make_today(cast, now=NOW, seed=1, step=all_of)
        yield cast.site
        transaction.set_rollback(True)


@pytest.fixture
def roster(clinic: Site) -> list[GroupSeat]:
    """The seats of the small group that is under way."""
    group = GroupVisit.objects.get(site=clinic, date=clinic.today(NOW), room=SMALL_ROOM)
    return list(group.seats.select_related("patient").order_by("pk"))


def shown(clinic: Site) -> Funnel:
    today = clinic.today(NOW)
    return funnel(clinic, first=today - timedelta(days=335), last=today, at=NOW)


def days_open(referral: Referral) -> int:
    return (referral.site.today(NOW) - referral.received_on).days


# -- referrals ----------------------------------------------------------------------------------------


def test_several_referrals_of_this_week_wait_for_a_decision(clinic: Site) -> None:
    waiting = Referral.objects.filter(site=clinic, state="received")
    assert waiting.count() == 5
    assert all(days_open(referral) < 7 for referral in waiting)
    assert any(days_open(referral) == 0 for referral in waiting)


def test_one_referral_needs_information_for_nine_days(clinic: Site) -> None:
    referral = Referral.objects.get(site=clinic, state="needs_information")
    assert (clinic.today(NOW) - clinic.today(referral.state_since)).days == 9
    assert "Imaging" in referral.asked_for


@pytest.mark.parametrize("state", ["declined", "withdrawn"])
def test_a_referral_of_this_week_was_closed_with_its_reason(clinic: Site, state: str) -> None:
    closed = Referral.objects.filter(site=clinic, state=state)
    assert any(days_open(referral) < 7 for referral in closed)
    assert all(referral.decision_note for referral in closed)


def test_everybody_was_referred_before_they_were_taken_in(clinic: Site) -> None:
    for patient in Patient.objects.filter(site=clinic):
        assert patient.referrals.filter(received_on__lt=clinic.today(patient.created_at)).count() == 1


def test_the_funnel_has_a_past_and_every_way_to_leave(clinic: Site) -> None:
    found = shown(clinic)
    assert sum(line.counts[0].n > 0 for line in found.months) >= 11
    assert {one.word for one in found.left} >= {
        Leaving.REFERRAL_DECLINED,
        Leaving.REFERRAL_WITHDRAWN,
        Leaving.NOT_ELIGIBLE,
        Leaving.ABSENT,
        Leaving.NOT_SUITABLE,
    }
    assert {one.word for one in found.waits} >= {Waiting.INFORMATION, Waiting.WAITING_LIST, Waiting.SEAT_BOOKED}
    assert found.steps[Step.INFUSED].count.n >= 3


# -- the registry -------------------------------------------------------------------------------------


def test_two_records_may_be_the_same_person(clinic: Site) -> None:
    known = Patient.objects.filter(site=clinic).exclude(state="merged")
    alike = [patient for patient in known if people_like(site=clinic, person=person_of(patient))]
    assert len(alike) >= 2


def test_one_record_was_merged(clinic: Site) -> None:
    merge = PatientMerge.objects.get(site=clinic, undone_at=None)
    assert merge.folded.state == "merged"
    assert merge.reason


def test_everybody_was_asked_how_to_be_reached(clinic: Site) -> None:
    assert not Patient.objects.filter(site=clinic, consent_email=None).exists()
    assert {*Patient.objects.filter(site=clinic).values_list("consent_sms", flat=True)} == {True, False}


# -- eligibility --------------------------------------------------------------------------------------


def test_a_pregnant_patient_is_stopped(clinic: Site) -> None:
    row = Eligibility.objects.get(site=clinic, pregnancy="positive")
    assert (row.result, row.eligible, row.patient.state) == ("decline", False, "referred")


def test_a_patient_with_ketamine_misuse_waits_for_the_physicians_decision(clinic: Site) -> None:
    row = Eligibility.objects.get(site=clinic, misuse_history=True, misuse_decision="")
    assert (row.result, row.patient.state) == ("pending", "group_booked")


def test_a_patient_with_ketamine_misuse_was_accepted_by_a_physician(clinic: Site) -> None:
    row = Eligibility.objects.get(site=clinic, misuse_decision="accept")
    assert row.misuse_decided_by is not None
    assert row.misuse_decided_by.role == "physician"
    assert row.misuse_rationale


def test_a_patient_with_active_substance_misuse_was_decided_on(clinic: Site) -> None:
    row = Eligibility.objects.get(site=clinic, substance_misuse=True)
    assert (row.result, bool(row.substance_rationale)) == ("eligible", True)


# -- group visits -------------------------------------------------------------------------------------


def test_two_weekly_series_are_planned_ahead(clinic: Site) -> None:
    for series in GroupSeries.objects.filter(site=clinic):
        assert series.visits.filter(date__gt=clinic.today(NOW), state="planned").count() >= 10
    assert GroupSeries.objects.filter(site=clinic).count() == 2


def test_the_group_of_today_is_partly_checked_in(roster: list[GroupSeat]) -> None:
    assert [seat.state for seat in roster] == ["cleared", "cleared", "review", "attended", "attended", "booked"]
    assert roster[4].support_attended is False
    assert all(seat.group.starts_at < NOW for seat in roster)


def test_a_patient_was_cleared_with_conditions(roster: list[GroupSeat]) -> None:
    assert [bool(seat.conditions) for seat in roster[:2]] == [False, True]


def test_a_patient_needs_review_and_it_says_what_for(roster: list[GroupSeat]) -> None:
    assert "Liver" in roster[2].decision_note


def test_who_is_here_has_measurements_and_some_have_signed_and_learned(roster: list[GroupSeat]) -> None:
    here = roster[:5]
    assert Biometrics.objects.filter(seat__in=here).count() == 5
    assert Consent.objects.filter(seat__in=here).count() == 3
    assert EducationGiven.objects.filter(seat=roster[0]).count() == 4
    assert EducationGiven.objects.filter(seat=roster[3], for_the_room=True).count() == 2
    assert roster[3].questions


def test_the_psychologist_has_written_notes_with_goals(roster: list[GroupSeat]) -> None:
    notes = TeamNote.objects.filter(seat__in=roster)
    assert notes.count() == 3
    assert all(note.note and note.goals for note in notes)


def test_an_absent_patient_waits_to_be_booked_again(clinic: Site) -> None:
    seat = GroupSeat.objects.get(site=clinic, state="absent")
    assert seat.patient.state == "eligible"
    assert not seat.patient.seats.filter(state="booked").exists()


def test_a_group_is_full_and_two_patients_wait_for_a_seat(clinic: Site) -> None:
    waiting = GroupWait.objects.filter(site=clinic, ended_at=None)
    assert waiting.count() == 2
    day = clinic.today(NOW) + timedelta(days=7)
    group = GroupVisit.objects.get(series=waiting[0].series, date=day)
    assert group.seats.filter(state="booked").count() * 2 == group.capacity


def test_a_patient_who_is_back_needs_a_health_screen_and_no_group_visit(clinic: Site) -> None:
    done = Patient.objects.filter(site=clinic, sequences__state="completed").distinct()
    clearances = [clearance for patient in done if (clearance := clearance_of(patient)) is not None]
    assert len(clearances) == 1
    assert (clinic.today(NOW) - clearances[0].cleared_on).days < 180
    assert clearances[0].screen_due


def test_everybody_who_was_cleared_has_signed(clinic: Site) -> None:
    cleared = GroupSeat.objects.filter(site=clinic, state="cleared")
    assert cleared.count() >= 6
    for seat in cleared:
        assert Consent.objects.filter(patient=seat.patient, withdrawal=None).exists()


def test_invitations_went_out_and_those_of_today_are_in_the_outbox(clinic: Site) -> None:
    assert {*Letter.objects.filter(site=clinic).values_list("channel", flat=True)} >= {"email"}
    letters = OutboxMessage.objects.filter(site=clinic, key__startswith="seat-")
    midnight = clinic.instant(clinic.today(NOW), 0)
    assert not letters.filter(due_at__lt=midnight, sent_at=None).exists()
    assert letters.exclude(sent_at=None).exists()
    assert letters.filter(sent_at=None, due_at__gte=midnight).exists()


# -- wishes, promises, places -------------------------------------------------------------------------


def test_several_patients_wait_with_a_written_wish(clinic: Site) -> None:
    asked = Sequence.objects.filter(site=clinic, state="requested").exclude(wish_note="")
    wishes = [wish_of(row) for row in asked]
    assert len(wishes) == 5
    assert any(wish.from_minute is not None and wish.to_minute == 12 * 60 for wish in wishes), "mornings"
    assert any(wish.to_minute == 12 * 60 + 30 for wish in wishes), "out by 12:30"
    assert [day.weekday() for wish in wishes for day in wish.avoids] == [4], "not on a Friday"
    assert all(row.requested_at and row.requested_at <= NOW for row in asked)


def test_somebody_who_comes_back_asks_for_a_second_course(clinic: Site) -> None:
    again = Sequence.objects.get(site=clinic, state="requested", number=2)
    assert again.patient.sequences.get(number=1).state == "completed"


def test_who_waits_is_offered_places_and_who_is_back_needs_the_health_screen_first(clinic: Site) -> None:
    for row in Sequence.objects.filter(site=clinic, state="requested").select_related("patient__site"):
        assert bool(offers_page(row.patient, wish=wish_of(row), at=NOW).lines) == (row.number == 1)


def test_bookings_began_on_the_wished_day_or_some_days_late(clinic: Site) -> None:
    today = clinic.today(NOW)
    late = utilisation_page(clinic, first=today - timedelta(weeks=9), last=today, today=today).late
    assert late.n >= 2
    assert Sequence.objects.filter(site=clinic, state="confirmed").exclude(wish_from_day=None).exists()


def test_places_are_held_until_the_hold_runs_out(clinic: Site) -> None:
    held = Sequence.objects.get(site=clinic, state="held")
    assert held.held_until == NOW + timedelta(minutes=clinic.hold_minutes)
    assert held.visits.count() == 5


def test_three_tentative_sequences_and_better_times_for_a_week_that_are_not_decided(clinic: Site) -> None:
    first = clinic.week_of(clinic.today(NOW))[0]
    tentative = Sequence.objects.filter(site=clinic, state="tentative")
    weeks = sorted((row.first_day - first).days // 7 for row in tentative if row.first_day)
    assert weeks == [2, 3, 3]
    assert tentative.filter(seat_came_along=True).count() == 2
    plan = Proposal.objects.get(site=clinic, kind="retime")
    assert (plan.state, plan.first_day) == ("open", first + timedelta(weeks=3))
    assert {(move["from_minute"], move["to_minute"]) for move in plan.moves} == {(570, 540), (750, 780)}


def test_three_patients_wait_for_an_earlier_place(clinic: Site) -> None:
    waits = PlaceWait.objects.filter(site=clinic, ended_at=None)
    assert waits.count() == 3
    assert waits.filter(patient__sequences__state="confirmed").count() == 1
    assert waits.filter(patient__sequences=None, notice_hours=24).count() == 1


def test_a_day_missed_last_week_is_made_up_this_week(clinic: Site) -> None:
    again = Visit.objects.get(site=clinic, makes_up_for__isnull=False)
    missed, today = again.makes_up_for, clinic.today(NOW)
    assert missed is not None
    assert (missed.state, missed.missed_reason, missed.day_index) == ("missed", "illness", 5)
    assert missed.date < clinic.week_of(today)[0] <= today <= again.date
    assert again.starts_at > NOW
    assert again.driver_named


def test_of_tomorrows_drivers_most_are_confirmed(clinic: Site) -> None:
    tomorrow = clinic.today(NOW) + timedelta(days=1)
    visits = Visit.objects.filter(site=clinic, date=tomorrow)
    assert visits.filter(driver_name="").count() == 1
    assert visits.exclude(driver_name="").filter(driver_confirmed_at=None).count() == 1
    assert visits.exclude(driver_confirmed_at=None).count() == 1


# -- staff and weeks ----------------------------------------------------------------------------------


def test_every_nurse_is_trained_for_ketamine(clinic: Site) -> None:
    assert all(nurse.is_ketamine_trained for nurse in cast_of(clinic).nurses)


def test_tomorrow_a_nurse_has_called_out_and_plans_wait_while_today_is_calm(clinic: Site) -> None:
    today = clinic.today(NOW)
    called = CallOut.objects.get(site=clinic, taken_back_at=None)
    assert called.suite_day.date == today + timedelta(days=1)
    assert open_cover(clinic, called.suite_day.date)
    assert not open_cover(clinic, today)
    assert Proposal.objects.filter(site=clinic, kind="repair", state="open", call_out=called).exists()


def test_a_call_out_whose_cover_was_taken_stays_a_call_out(clinic: Site) -> None:
    cast, tomorrow = cast_of(clinic), NOW + timedelta(days=1)
    with transaction.atomic():
        for row in CoverNeeded.objects.filter(site=clinic, closed_at=None).select_related("suite_day__site"):
            take_cover(cover=row, person=cast.physicians[-1], by=cast.scheduler, at=NOW)
        staffing.come_after_all(cast, now=tomorrow)
        assert CallOut.objects.get(site=clinic).taken_back_at is None
        transaction.set_rollback(True)


def test_a_nurse_is_on_leave_in_a_later_week(clinic: Site) -> None:
    leave = Leave.objects.get(site=clinic)
    assert leave.first_day > clinic.today(NOW) + timedelta(days=28)
    shifts = NurseShift.objects.filter(
        nurse=leave.person, suite_day__date__range=(leave.first_day, leave.last_day)
    )
    assert not shifts.exists()


def test_one_holiday_week_opens_the_saturday_with_its_roster_and_one_has_short_courses(clinic: Site) -> None:
    decided = {row.rule: row.first_day for row in WeekPolicy.objects.filter(site=clinic)}
    assert set(decided) == {"saturday", "short"}
    saturday = SuiteDay.objects.get(site=clinic, date=decided["saturday"] + timedelta(days=5))
    assert saturday.date.strftime("%A") == "Saturday"
    assert (saturday.is_closed, saturday.shifts.count(), saturday.providers.count()) == (False, 5, 1)
    assert SuiteDay.objects.get(site=clinic, date=decided["saturday"]).closed_because == "Columbus Day"
    closed = SuiteDay.objects.filter(
        site=clinic, date__range=(decided["short"], saturday.date + timedelta(weeks=9))
    )
    assert "Veterans Day" in closed.values_list("closed_because", flat=True)
