"""Patients, assessments and group visits, reached through the real actions.

Times default to plausible instants around ``NOW``; pass ``at`` or dates where they matter.
Actors are found or made at the site, so ``patient(site=site)`` is enough.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from kitclinic.models import Site, StaffUser
from scheduling import actions
from scheduling.actions import Assessment, NewPatient, NewReferral
from scheduling.models import (
    Consent,
    Eligibility,
    GroupSeat,
    GroupVisit,
    HealthScreen,
    Patient,
    Referral,
)
from scheduling.queries.records import current_consent_text
from scheduling.rules.eligibility import EligibilityFacts
from scheduling.states import EnrolmentState, HealthQuestion, PainCategory
from tests.factories import people

NOW = datetime(2026, 9, 7, 15, 0, tzinfo=UTC)  # a Monday, 11:00 in New York
SIGNATURE = "M60 140 L90 60 L110 140 L130 80 L150 140 L180 90 L210 130 L240 110 L300 120 L420 100"
NAMES = (
    ("Delphine", "Marrin"),
    ("Osric", "Tolland"),
    ("Ingrid", "Paulsen"),
    ("Casimir", "Brandt"),
    ("Yolanda", "Quist"),
    ("Tobiah", "Venn"),
    ("Perpetua", "Ashdown"),
    ("Lucian", "Haddad"),
)
_numbers = count(1)


def actor(role: str, site: Site) -> StaffUser:
    """The first member of staff of this role at the site; made when there is none."""
    return StaffUser.objects.filter(site=site, role=role).order_by("pk").first() or people.staff(role, site=site)


def new_patient(**fields: Any) -> NewPatient:
    """What a referral says; each call somebody else, born on a day of their own."""
    number = next(_numbers)
    given, family = NAMES[number % len(NAMES)]
    return NewPatient(
        **{
            "record_number": f"KT-{20_000 + number}",
            "given_name": given,
            "family_name": f"{family}{'abcdefghij'[number // 10 % 10]}",
            "birth_date": date(1948, 1, 1) + timedelta(days=37 * (number % 500)),
            "sex": Patient.Sex.FEMALE,
            "height_cm": 170,
            "phone": f"216 555 {number:04d}",
            "diagnosis": "Complex regional pain syndrome",
        }
        | fields
    )


def patient(*, site: Site, by: StaffUser | None = None, at: datetime = NOW, **fields: Any) -> Patient:
    """A referred patient. fields: of ``NewPatient``."""
    return actions.register_patient(site=site, new=new_patient(**fields), by=by or actor("scheduler", site), at=at)


def new_referral(**fields: Any) -> NewReferral:
    """What a letter says; each call somebody else, received on the day of ``NOW``."""
    said = new_patient()
    return NewReferral(
        **{
            "received_on": date(2026, 9, 7),
            "source": "Dr. H. Amsel, Lakeside Pain Center",
            "family_name": said.family_name,
            "given_name": said.given_name,
            "birth_date": said.birth_date,
            "sex": said.sex,
            "phone": said.phone,
            "reason": "Complex regional pain syndrome of the left arm",
            "pain_months": 40,
            "treatments_tried": "Gabapentin, duloxetine, physical therapy",
        }
        | fields
    )


def referral(*, site: Site, by: StaffUser | None = None, at: datetime = NOW, **fields: Any) -> Referral:
    """A referral received on the day of ``at``. fields: of ``NewReferral``."""
    said = new_referral(**{"received_on": site.today(at)} | fields)
    return actions.receive_referral(site=site, new=said, by=by or actor("scheduler", site), at=at)


def facts(**answers: Any) -> EligibilityFacts:
    """Answers with nothing in the way: a patient who cannot become pregnant, no misuse, no cautions."""
    return EligibilityFacts(
        **{
            "pain_months": 40,
            "inadequate_by_referrer": True,
            "inadequate_by_patient": True,
            "inadequate_by_pain_provider": True,
            "childbearing_potential": False,
            "pain_categories": frozenset({PainCategory.CRPS}),
            "ketamine_misuse": False,
            "substance_misuse": False,
            "cautions_reviewed": True,
            "allergies_reviewed": True,
        }
        | answers
    )


def assess(patient: Patient, *, by: StaffUser | None = None, at: datetime = NOW, **answers: Any) -> Eligibility:
    """An assessment that finds the patient eligible. answers: of ``EligibilityFacts``.

    Where something is decided or acknowledged, a physician assesses.
    """
    decided = any(answers.get(name) for name in ("acknowledged", "misuse_decision", "substance_decision"))
    row = actions.assess_eligibility(
        patient=patient,
        assessment=Assessment(facts=facts(**answers), allergies="None known"),
        by=by or actor("physician" if decided else "scheduler", patient.site),
        at=at,
    )
    patient.refresh_from_db()
    return row


def eligible_patient(*, site: Site, at: datetime = NOW, **fields: Any) -> Patient:
    made = patient(site=site, at=at, **fields)
    assess(made, at=at)
    return made


def group_visit(*, site: Site, day: date | None = None, at: datetime = NOW, **fields: Any) -> GroupVisit:
    """A group visit at 13:00 with room for 12 people; by default on the day of ``at``."""
    given = {
        "site": site,
        "day": day or site.today(at),
        "start_minute": 13 * 60,
        "capacity": 12,
        "by": actor("scheduler", site),
        "at": at,
        "confirmed": {"ENR-64": "a colleague covers the suite", "ENR-65": "open on this day"},
    } | fields
    given.setdefault("physician", None)
    given.setdefault("psychologist", None)
    if given["day"] == site.today(given["at"]):  # planned before it begins, whatever the time of day is now
        given["at"] = min(given["at"], site.instant(given["day"], given["start_minute"]))
    given["physician"] = given["physician"] or actor("physician", site)
    given["psychologist"] = given["psychologist"] or actor("psychologist", site)
    return actions.plan_group_visit(**given)


def group_on(*, site: Site, day: date, at: datetime = NOW) -> GroupVisit:
    """The group visit of that day; planned when there is none."""
    return GroupVisit.objects.filter(site=site, date=day).first() or group_visit(site=site, day=day, at=at)


def seat(
    patient: Patient, *, group: GroupVisit | None = None, by: StaffUser | None = None, at: datetime = NOW
) -> GroupSeat:
    """A booked seat for an eligible patient, by default in the group visit of the day of ``at``."""
    site = patient.site
    booked = actions.book_seat(
        group=group or group_on(site=site, day=site.today(at), at=at),
        patient=patient,
        support_person="Paul Marrin",
        support_relationship="husband",
        by=by or actor("scheduler", site),
        at=at,
    )
    patient.refresh_from_db()
    return booked


def booked_patient(*, site: Site, group: GroupVisit | None = None, at: datetime = NOW, **fields: Any) -> Patient:
    """An eligible patient with a seat in a group visit."""
    made = eligible_patient(site=site, at=at, **fields)
    seat(made, group=group, at=at)
    return made


def cleared_patient(
    *,
    site: Site,
    group: GroupVisit | None = None,
    group_day: date | None = None,
    weight_kg: str = "82.5",
    at: datetime = NOW,
    **fields: Any,
) -> Patient:
    """A patient who attended with the support person, was weighed and cleared, on ``group_day``.

    group_day: by default the day of ``at``; with an earlier or later one everything at the visit happens then.
    """
    if group is None:
        group = group_on(site=site, day=group_day or site.today(at), at=min(at, _noon(site, group_day, at)))
    then = site.instant(group.date, group.start_minute)
    made = eligible_patient(site=site, at=min(at, then), **fields)
    booked = seat(made, group=group, at=min(at, then))
    nurse = actor("nurse", site)
    actions.check_in_seat(seat=booked, support_attended=True, by=nurse, at=then)
    actions.weigh_seat(seat=booked, weight_kg=Decimal(weight_kg), by=nurse, at=then)
    screen(made, seat=booked, at=then)
    consent(made, seat=booked, at=then)
    actions.clear_seat(seat=booked, by=actor("physician", site), at=then)
    made.refresh_from_db()
    if made.state != EnrolmentState.CLEARED:
        raise AssertionError(f"the patient is {made.state}")
    return made


def screen(patient: Patient, *, seat: GroupSeat | None = None, at: datetime = NOW, **yes: bool) -> HealthScreen:
    """A health screen with no to everything, besides what is given."""
    answers = {str(question): False for question in HealthQuestion} | yes
    by = actor("nurse", patient.site)
    return actions.screen_health(patient=patient, answers=answers, note="", by=by, at=at, seat=seat)


def consent(patient: Patient, *, seat: GroupSeat | None = None, at: datetime = NOW) -> Consent:
    """A consent drawn on the tablet under the clinic's current text."""
    text = current_consent_text(site_id=patient.site_id)
    if text is None:
        raise AssertionError("the clinic has no consent text")
    return actions.sign_consent(
        patient=patient,
        text=text,
        signed_name=patient.name,
        signature=SIGNATURE,
        method=Consent.Method.TABLET,
        by=actor("nurse", patient.site),
        at=at,
        seat=seat,
    )


def ready_seat(seat: GroupSeat, *, at: datetime = NOW, weight_kg: str = "82.5") -> GroupSeat:
    """A seat with everything the physician's decision needs."""
    nurse = actor("nurse", seat.site)
    came = actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=at)
    actions.weigh_seat(seat=came, weight_kg=Decimal(weight_kg), by=nurse, at=at)
    screen(came.patient, seat=came, at=at)
    consent(came.patient, seat=came, at=at)
    came.refresh_from_db()
    return came


def _noon(site: Site, day: date | None, at: datetime) -> datetime:
    return site.instant(day, 12 * 60) if day else at
