"""From referral to five booked days with a signed order and a driver, in one go, at times in the past."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from infusions.actions import draft_order, sign_order
from infusions.models import Order
from infusions.queries import orders as order_queries
from kitclinic import signing
from outcomes.simulation.clinic import Cast
from outcomes.simulation.people import Person, person
from scheduling.actions import (
    Assessment,
    NewPatient,
    assess_eligibility,
    begin_with_consent_text,
    book_seat,
    book_sequence,
    check_in_seat,
    clear_seat,
    name_driver,
    plan_group_visit,
    register_patient,
    screen_health,
    sign_consent,
    teach_seat,
    weigh_seat,
)
from scheduling.models import GroupSeat, GroupVisit, Patient, Sequence
from scheduling.queries.patients import latest_eligibility
from scheduling.rules.eligibility import EligibilityFacts
from scheduling.states import (
    EducationItem,
    GroupVisitState,
    HealthQuestion,
    PainCategory,
    PregnancyState,
    TransportKind,
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


@dataclass(frozen=True, slots=True)
class Enrolled:
    patient: Patient
    person: Person


def refer(cast: Cast, random: Random, *, number: int, at: datetime) -> Enrolled:
    """Register one invented person and find them eligible, two hours apart."""
    site = cast.site
    someone = person(random, today=site.today(at))
    patient = register_patient(
        site=site,
        new=NewPatient(
            record_number=f"KC-{number}",
            family_name=someone.family_name,
            given_name=someone.given_name,
            birth_date=someone.birth_date,
            sex=someone.sex,
            height_cm=someone.height_cm,
            ethnic_group=someone.ethnic_group,
            marital_status=someone.marital_status,
            phone=someone.phone,
            email=someone.email,
            diagnosis=someone.diagnosis,
        ),
        by=cast.scheduler,
        at=at,
        confirmed=dict.fromkeys((f"ENR-{n:02d}" for n in range(1, 10)), "another person, asked by phone"),
    )
    assess_eligibility(
        patient=patient,
        assessment=Assessment(facts=facts_of(someone, today=site.today(at)), allergies=_allergies(random)),
        by=cast.physician,
        at=at + timedelta(hours=2),
    )
    return Enrolled(patient, someone)


def facts_of(someone: Person, *, today: date) -> EligibilityFacts:
    """What this person answers; nobody invented is pregnant or has misused ketamine."""
    fertile = someone.sex != "male" and (today - someone.birth_date).days < 50 * 365
    return EligibilityFacts(
        pain_months=someone.pain_months,
        inadequate_by_referrer=True,
        inadequate_by_patient=True,
        inadequate_by_pain_provider=True,
        childbearing_potential=fertile,
        pregnancy=PregnancyState.NEGATIVE if fertile else PregnancyState.NOT_APPLICABLE,
        pregnancy_tested_on=today if fertile else None,
        pregnancy_reason="" if fertile else "no childbearing potential",
        pregnancy_decided_by="" if fertile else "asked at the evaluation",
        pain_categories=frozenset(CATEGORIES.get(someone.diagnosis, (PainCategory.OTHER,))),
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
    groups = GroupVisit.objects.filter(site=cast.site, date=day).order_by("start_minute")
    planned = [group for group in groups if group.state == GroupVisitState.PLANNED]
    group = next((group for group in planned if group.seats.count() * 2 + 2 <= group.capacity), None)
    if group is None:
        group = plan_group_visit(
            site=cast.site,
            day=day,
            start_minute=GROUP_STARTS[len(groups)],
            capacity=GROUP_CAPACITY,
            physician=cast.physician,
            psychologist=cast.psychologist,
            by=cast.scheduler,
            at=at,
            confirmed={"ENR-64": "a colleague covers the suite", "ENR-65": "the clinic is open on this day"},
        )
    return book_seat(
        group=group,
        patient=enrolled.patient,
        support_person=enrolled.person.support_person,
        support_relationship=enrolled.person.support_relationship,
        by=cast.scheduler,
        at=at,
    )


def attend_group(cast: Cast, seat: GroupSeat, *, weight_kg: Decimal) -> None:
    """Check in, weigh, screen, teach, sign and clear, as the group visit goes along."""
    begins = cast.site.instant(seat.group.date, seat.group.start_minute)
    check_in_seat(seat=seat, support_attended=True, by=cast.psychologist, at=begins)
    at = begins + timedelta(minutes=6)
    nurse = cast.nurses[0]
    weigh_seat(seat=seat, weight_kg=weight_kg, again_kg=weight_kg, reason="read twice", by=nurse, at=at)
    no = {str(question): False for question in HealthQuestion}
    screen_health(patient=seat.patient, answers=no, note="", by=nurse, at=at + timedelta(minutes=4), seat=seat)
    for item in EducationItem:
        teach_seat(seat=seat, item=item, by=cast.psychologist, at=begins + timedelta(minutes=50))
    sign_consent(
        patient=seat.patient,
        text=begin_with_consent_text(site=cast.site, at=begins),
        signed_name=seat.patient.name,
        signature=drawn_signature(seat.patient.name),
        method="tablet",
        by=nurse,
        at=begins + timedelta(minutes=60),
        seat=seat,
    )
    clear_seat(seat=seat, by=cast.physician, at=begins + timedelta(minutes=80))


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
        preparation_reason="nearest mark of the syringe",
        confirmed=frozenset({"DOS-06", "DOS-07", "DOS-08"}),
    )


def signed(cast: Cast, order: Order, *, at: datetime) -> Order:
    """Sign exactly the text that is shown at this moment."""
    proof = signing.simulated_proof(user=cast.physician, at=at)
    eligibility = latest_eligibility(order.sequence.patient)
    shown = signing.digest(order_queries.text_of(order, eligibility=eligibility, at=at))
    return sign_order(order=order, proof=proof, by=cast.physician, at=at, shown_digest=shown)


def book(cast: Cast, enrolled: Enrolled, *, first_day: date, start_minute: int, at: datetime) -> Sequence:
    """Five days at one clock time."""
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
