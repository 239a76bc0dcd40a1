"""From referral to five booked days with a signed order and a driver, in one go, at times in the past."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from infusions.actions import draft_order, sign_order
from infusions.models import Order
from infusions.queries import orders as order_queries
from kitclinic import signing
from kitclinic.models import StaffUser
from outcomes.simulation.clinic import Cast
from outcomes.simulation.people import Person, person
from scheduling.actions import (
    Assessment,
    NewPatient,
    NewReferral,
    accept_referral,
    assess_eligibility,
    begin_with_consent_text,
    book_seat,
    book_sequence,
    check_in_seat,
    clear_seat,
    name_driver,
    plan_group_visit,
    receive_referral,
    request_sequence,
    screen_health,
    sign_consent,
    teach_seat,
    weigh_seat,
)
from scheduling.models import Eligibility, GroupSeat, GroupVisit, Patient, Sequence
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.eligibility import EligibilityFacts
from scheduling.rules.wishes import Wish
from scheduling.states import (
    EducationItem,
    GroupVisitState,
    HealthQuestion,
    PainCategory,
    PregnancyState,
    TransportKind,
    Verdict,
)

GROUP_STARTS = range(540, 1200, 105)  # local minutes: 09:00, 10:45, 12:30 …
CATEGORIES: dict[str, tuple[PainCategory, ...]] = {
    "Chronic primary widespread pain": (PainCategory.WIDESPREAD,),
    "Complex regional pain syndrome": (PainCategory.CRPS,),
    "Chronic primary headache or orofacial pain": (PainCategory.PRIMARY_HEADACHE,),
    "Chronic primary visceral pain": (PainCategory.PRIMARY_VISCERAL,),
    "Chronic primary musculoskeletal pain": (PainCategory.PRIMARY_MUSCULOSKELETAL,),
    "Chronic neuropathic pain": (PainCategory.NEUROPATHIC,),
    "Chronic post-traumatic or postsurgical pain": (PainCategory.POSTSURGICAL,),
    "Chronic secondary musculoskeletal pain": (PainCategory.SECONDARY_MUSCULOSKELETAL,),
    "Multiple pain categories": (PainCategory.NEUROPATHIC, PainCategory.SECONDARY_MUSCULOSKELETAL),
}
GROUP_CAPACITY = 30  # people: patients and support persons
ROOM = "Maple room"
ANOTHER = {f"ENR-{number:02d}": "another person, asked by phone" for number in (*range(1, 10), 38, 41, 42)}
COVERED = {"ENR-64": "a colleague covers the suite", "ENR-65": "the clinic is open on this day"}
REFERRERS = (
    "Dr. Aino Halvorsen, Lakeside Family Medicine",
    "Dr. Bao Tran, Riverbend Neurology",
    "Dr. Carmen Ibarra, Northgate Rheumatology",
    "Dr. Dmitri Petrov, Summit Spine Center",
    "Pain clinic of St. Alban's Hospital",
    "Self",
)
TREATMENTS = (
    "Gabapentin, 12 months, little effect",
    "Duloxetine 60 mg, stopped: nausea",
    "Physical therapy, 24 sessions",
    "Cognitive behavioral therapy, 10 sessions",
    "Nerve block, relief for two weeks",
    "Amitriptyline, stopped: sedation",
    "Trigger point injections, three times",
    "Spinal cord stimulator trial, no benefit",
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    patient: Patient
    person: Person


def refer(cast: Cast, random: Random, *, number: int, at: datetime, days: int = 0) -> Enrolled:
    """Take in one invented person and find them eligible, ``days`` and two hours after the acceptance."""
    enrolled = take_in(cast, random, someone(cast, random, at=at), number=number, at=at)
    assess(cast, enrolled, at=at + timedelta(days=days, hours=2), allergies=_allergies(random))
    return enrolled


def someone(cast: Cast, random: Random, *, at: datetime) -> Person:
    """Somebody who is referred at this time."""
    return person(random, today=cast.site.today(at))


def referral_of(random: Random, who: Person, *, received_on: date) -> NewReferral:
    """What the referring provider writes about this person."""
    return NewReferral(
        received_on=received_on,
        source=random.choice(REFERRERS),
        source_phone=f"555-01{random.randrange(100):02d}",
        reason=who.diagnosis,
        pain_months=who.pain_months,
        treatments_tried="\n".join(random.sample(TREATMENTS, k=random.randrange(3, 6))),
        family_name=who.family_name,
        given_name=who.given_name,
        birth_date=who.birth_date,
        sex=who.sex,
        phone=who.phone,
        email=who.email,
    )


def take_in(cast: Cast, random: Random, who: Person, *, number: int, at: datetime) -> Enrolled:
    """A referral that arrived some days before ``at`` and is accepted then."""
    site = cast.site
    received = at - timedelta(days=random.choices(range(1, 8), [5, 8, 6, 4, 2, 1, 1])[0])
    referral = receive_referral(
        site=site,
        new=referral_of(random, who, received_on=site.today(received)),
        by=cast.scheduler,
        at=received,
        confirmed=ANOTHER,
    )
    patient = accept_referral(
        referral=referral, new=new_patient(random, who, number=number), by=cast.physician, at=at, confirmed=ANOTHER
    )
    return Enrolled(patient, who)


def new_patient(random: Random, who: Person, *, number: int) -> NewPatient:
    """What the scheduler asks on the phone. Nearly everybody agrees to e-mail."""
    genders = {"female": Patient.Gender.WOMAN, "male": Patient.Gender.MAN}
    short = len(who.given_name) > 6 and random.random() < 0.3
    return NewPatient(
        record_number=f"KC-{number}",
        family_name=who.family_name,
        given_name=who.given_name,
        preferred_name=who.given_name[:4] if short else "",
        birth_date=who.birth_date,
        sex=who.sex,
        gender=genders.get(who.sex, Patient.Gender.NONBINARY),
        height_cm=who.height_cm,
        ethnic_group=who.ethnic_group,
        marital_status=who.marital_status,
        phone=who.phone,
        email=who.email,
        diagnosis=who.diagnosis,
        consent_email=bool(who.email) and random.random() < 0.85,
        consent_sms=random.random() < 0.6,
        consent_phone=True,
    )


def assess(
    cast: Cast,
    enrolled: Enrolled,
    *,
    at: datetime,
    by: StaffUser | None = None,
    verdict: Verdict | None = Verdict.ELIGIBLE,
    allergies: str = "none",
    note: str = "",
    **answers: Any,
) -> Eligibility:
    """An assessment. answers: of ``EligibilityFacts``, where this person's differ from the usual ones."""
    who = enrolled.person
    facts = replace(facts_of(who, today=cast.site.today(at)), **answers)
    return assess_eligibility(
        patient=enrolled.patient,
        assessment=Assessment(
            facts=facts,
            allergies=allergies,
            note=note,
            charlson_imported=who.charlson_index,
            charlson_imported_from="the referring provider's letter",
            height_cm=who.height_cm,
        ),
        by=by or cast.physician,
        at=at,
        verdict=verdict,
    )


def facts_of(who: Person, *, today: date) -> EligibilityFacts:
    """What this person answers; nobody invented is pregnant or has misused ketamine."""
    fertile = who.sex != "male" and (today - who.birth_date).days < 50 * 365
    return EligibilityFacts(
        pain_months=who.pain_months,
        inadequate_by_referrer=True,
        inadequate_by_patient=True,
        inadequate_by_pain_provider=True,
        childbearing_potential=fertile,
        pregnancy=PregnancyState.NEGATIVE if fertile else PregnancyState.NOT_APPLICABLE,
        pregnancy_tested_on=today if fertile else None,
        pregnancy_reason="" if fertile else "no childbearing potential",
        pregnancy_decided_by="" if fertile else "asked at the evaluation",
        pain_categories=frozenset(CATEGORIES.get(who.diagnosis, (PainCategory.OTHER,))),
        ketamine_misuse=False,
        substance_misuse=False,
        cautions_reviewed=True,
        allergies_reviewed=True,
    )


def _allergies(random: Random) -> str:
    return random.choices(["none", "penicillin (rash)", "sulfonamides", "latex"], [70, 14, 10, 6])[0]


def seat_in_group(cast: Cast, enrolled: Enrolled, *, first_day: date, at: datetime) -> GroupSeat:
    """A seat for patient and support person a week before the first infusion, in a group made if needed."""
    day = first_day - timedelta(days=7)
    groups = GroupVisit.objects.filter(site=cast.site, date=day, capacity=GROUP_CAPACITY)
    taken = ("booked", "attended", "review", "cleared", "not_cleared")
    counted = groups.annotate(taken=Count("seats", filter=Q(seats__state__in=taken))).order_by("start_minute")
    open_groups = [one for one in counted if one.state == GroupVisitState.PLANNED]
    with_room: list[GroupVisit] = [one for one in open_groups if one.taken * 2 + 2 <= one.capacity]
    group = (
        with_room[0]
        if with_room
        else plan_group_visit(
            site=cast.site,
            day=day,
            start_minute=GROUP_STARTS[len(counted)],
            capacity=GROUP_CAPACITY,
            physician=cast.physician,
            psychologist=cast.psychologists[-1],
            room=ROOM,
            by=cast.scheduler,
            at=at,
            confirmed=COVERED,
        )
    )
    return seat(cast, enrolled, group, at=at)


def seat(cast: Cast, enrolled: Enrolled, group: GroupVisit, *, at: datetime) -> GroupSeat:
    """A seat in this group visit."""
    return book_seat(
        group=group,
        patient=enrolled.patient,
        support_person=enrolled.person.support_person,
        support_relationship=enrolled.person.support_relationship,
        by=cast.scheduler,
        at=at,
    )


def attend_group(cast: Cast, seat: GroupSeat, *, weight_kg: Decimal, conditions: str = "") -> None:
    """Check in, weigh, screen, teach, sign and clear, as the group visit goes along."""
    begins = cast.site.instant(seat.group.date, seat.group.start_minute)
    arrive_at_group(cast, seat, weight_kg=weight_kg, at=begins)
    screen(cast, seat.patient, at=begins + timedelta(minutes=10), seat=seat)
    for item in EducationItem:
        teach_seat(seat=seat, item=item, by=cast.psychologist, at=begins + timedelta(minutes=50))
    sign(cast, seat, at=begins + timedelta(minutes=60))
    clear_seat(seat=seat, by=cast.physician, at=begins + timedelta(minutes=80), conditions=conditions)


def arrive_at_group(cast: Cast, seat: GroupSeat, *, weight_kg: Decimal, at: datetime, alone: bool = False) -> None:
    """Check in, with the support person unless ``alone``, and weigh some minutes later."""
    check_in_seat(seat=seat, support_attended=not alone, by=cast.psychologist, at=at)
    then = at + timedelta(minutes=6)
    by = cast.nurses[0]
    weigh_seat(seat=seat, weight_kg=weight_kg, again_kg=weight_kg, reason="read twice", by=by, at=then)


def screen(
    cast: Cast, patient: Patient, *, at: datetime, seat: GroupSeat | None = None, note: str = "", **yes: bool
) -> None:
    """The health screen: no to everything besides what is given. seat: None by phone."""
    answers = {str(question): False for question in HealthQuestion} | yes
    screen_health(patient=patient, answers=answers, note=note, by=cast.nurses[0], at=at, seat=seat)


def sign(cast: Cast, seat: GroupSeat, *, at: datetime) -> None:
    """Consent on the tablet, unless this version was signed before."""
    text = begin_with_consent_text(site=cast.site, at=at)
    if seat.patient.consents.filter(text=text, withdrawal=None).exists():
        return
    sign_consent(
        patient=seat.patient,
        text=text,
        signed_name=seat.patient.name,
        signature=drawn_signature(seat.patient.name),
        method="tablet",
        by=cast.nurses[0],
        at=at,
        seat=seat,
    )


def drawn_signature(name: str) -> str:
    """An invented scribble, one up-and-down a letter, as an SVG path in a box of 600 × 200."""
    letters = [ord(char) % 60 for char in name][:24]
    points = (f"L{40 + 20 * n} {130 - rise if n % 2 else 110 + rise // 2}" for n, rise in enumerate(letters))
    return " ".join(["M30 120", *points, "L540 118", "L560 104", "L570 120"])


def drafted(cast: Cast, sequence: Sequence, *, at: datetime) -> Order:
    """Draft the order from the weight of the group visit."""
    return draft_order(
        sequence=sequence,
        by=cast.physician,
        at=at,
        medication_noted=True,
        driver_plan="As on the days before; asked again on the phone.",
        preparation_reason="nearest mark of the syringe",
        confirmed=frozenset({"DOS-06", "DOS-07", "DOS-08"}),
    )


def signed(cast: Cast, order: Order, *, at: datetime) -> Order:
    """Sign exactly the text that is shown at this moment."""
    proof = signing.simulated_proof(user=cast.physician, at=at)
    eligibility = latest_eligibility(order.sequence.patient)
    shown = signing.digest(order_queries.text_of(order, eligibility=eligibility, at=at))
    return sign_order(order=order, proof=proof, by=cast.physician, at=at, shown_digest=shown)


@transaction.atomic
def book(
    cast: Cast, enrolled: Enrolled, *, first_day: date, start_minute: int, at: datetime, late: int | None = None
) -> Sequence:
    """Five days at one clock time. late: days after the day that the patient wished; None: no wish was said."""
    if late is not None:
        wish = Wish(from_day=first_day - timedelta(days=late))
        request_sequence(patient=enrolled.patient, wish=wish, by=cast.scheduler, at=at - timedelta(minutes=4))
    return book_sequence(
        patient=enrolled.patient, first_day=first_day, start_minute=start_minute, by=cast.scheduler, at=at
    )


def drive(cast: Cast, sequence: Sequence, someone: Person, *, at: datetime, days: int = 5) -> None:
    """The support person drives on the first ``days`` days."""
    family = someone.support_relationship not in {"friend", "neighbor"}
    name_driver(
        visits=list(sequence.visits.order_by("day_index")[:days]),
        name=someone.support_person,
        relationship=someone.support_relationship,
        phone=someone.support_phone,
        transport=TransportKind.FAMILY if family else TransportKind.FRIEND,
        confirmed=frozenset(f"DRV-{n:02d}" for n in range(1, 6)),
        by=cast.scheduler,
        at=at,
    )
