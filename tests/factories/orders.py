"""Orders in each state, reached through the real actions."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from infusions import actions
from infusions.models import Order
from infusions.queries.orders import affirmation_of, orders, text_of
from kitclinic import signing
from kitclinic.models import Site, StaffUser
from scheduling.actions import Assessment, assess_eligibility, cancel_sequence
from scheduling.models import Eligibility, Sequence, Weight
from scheduling.queries.patients import latest_eligibility, latest_weight
from scheduling.states import Verdict
from tests.factories import people
from tests.factories.scheduling import actor, cleared_patient, facts
from tests.factories.suite import MONDAY, booked_sequence


def moment(site: Site, monday: date = MONDAY) -> datetime:
    """The Wednesday before a Monday at 11:18 on the clinic's clock: orders are written then."""
    return site.instant(monday - timedelta(days=5), 11 * 60 + 18)


def sequence(site: Site, monday: date = MONDAY, *, start_minute: int = 540, **fields: Any) -> Sequence:
    """Five booked visits of a patient cleared a week before. fields: of the patient, and weight_kg."""
    group_day = monday - timedelta(days=7)
    patient = cleared_patient(site=site, group_day=group_day, at=site.instant(group_day, 600), **fields)
    return booked_sequence(
        site, monday, start_minute=start_minute, patient=patient, at=site.instant(group_day, 960)
    )


def weighed(of: Sequence, weight_kg: str, *, at: datetime | None = None, **fields: Any) -> Weight:
    """Another reading of the scale, as a row: the questions about odd weights are not what is tested."""
    when = at or moment(of.site)
    return Weight.objects.create(
        **{
            "site": of.site,
            "patient": of.patient,
            "weight_kg": Decimal(weight_kg),
            "measured_at": when,
            "measured_by": actor("nurse", of.site),
            "received_at": when,
        }
        | fields
    )


READ: dict[str, Any] = {"medication_noted": True, "driver_plan": "The sister drives, to be called."}


def draft(of: Sequence, *, by: StaffUser | None = None, at: datetime | None = None, **choices: Any) -> Order:
    """A draft that can be signed: medication noted, the way home planned. choices: of ``draft_order``."""
    by, at = by or actor("physician", of.site), at or moment(of.site)
    return actions.draft_order(sequence=of, by=by, at=at, **READ | choices)


def supersede(order: Order, *, by: StaffUser | None = None, at: datetime | None = None, **choices: Any) -> Order:
    """The next version as a draft that can be signed. choices: of ``supersede_order``."""
    by, at = by or actor("physician", order.site), at or moment(order.site)
    return actions.supersede_order(
        **{"order": order, "by": by, "at": at, "reason": "The bag is another one."} | READ | choices
    )


def shown_digest(order: Order, *, at: datetime) -> str:
    """The digest of the text that the page would show now."""
    fresh = orders(order.site).get(pk=order.pk)
    return signing.digest(text_of(fresh, eligibility=latest_eligibility(fresh.sequence.patient), at=at))


def sign(order: Order, *, by: StaffUser | None = None, at: datetime | None = None) -> Order:
    """Sign a draft as the clinic's physician, with the password."""
    by, at = by or actor("physician", order.site), at or moment(order.site)
    proof = signing.reauthenticate(user=by, password=people.PASSWORD, at=at)
    return actions.sign_order(order=order, proof=proof, by=by, at=at, shown_digest=shown_digest(order, at=at))


def signed(site: Site, **fields: Any) -> Order:
    """A signed order of a new sequence. fields: of ``sequence``."""
    return sign(draft(sequence(site, **fields)))


def held(site: Site, *, weight_kg: str = "88.4", now_kg: str = "83.3", **fields: Any) -> Order:
    """A signed order held because the patient weighs something else now."""
    order = signed(site, weight_kg=weight_kg, **fields)
    weighed(order.sequence, now_kg, at=moment(site) + timedelta(hours=1))
    reason = f"{now_kg} kg is not the {weight_kg} kg of the order."
    return actions.hold_order(
        order=order, reason=reason, by=actor("nurse", site), at=moment(site) + timedelta(hours=1)
    )


def release(order: Order, *, by: StaffUser | None = None, at: datetime | None = None, reason: str = "") -> Order:
    by, at = by or actor("physician", order.site), at or moment(order.site) + timedelta(hours=2)
    weight = latest_weight(order.sequence.patient)
    assert weight is not None
    shown = affirmation_of(orders(order.site).get(pk=order.pk), weight)
    return actions.release_order(
        order=order,
        reason=reason or "5% less is within what was intended.",
        proof=signing.reauthenticate(user=by, password=people.PASSWORD, at=at),
        by=by,
        at=at,
        shown_digest=signing.digest(shown),
    )


def next_assessment(of: Sequence, *, at: datetime | None = None, **answers: Any) -> Eligibility:
    """The patient's next assessment, kept as it is, nothing decided. answers: of ``EligibilityFacts``."""
    return assess_eligibility(
        patient=of.patient,
        assessment=Assessment(facts=facts(**answers), allergies="None known"),
        by=actor("physician", of.site),
        at=at or moment(of.site),
        verdict=Verdict.OPEN,
    )


def next_sequence(order: Order, *, weight_kg: str) -> Sequence:
    """The patient's next course: the first was cancelled, the next is in the same week; weighed again."""
    first, site = order.sequence, order.site
    at = moment(site) + timedelta(hours=1)
    cancel_sequence(sequence=first, reason="patient_choice", by=actor("scheduler", site), at=at)
    weighed(first, weight_kg, at=at)
    first.patient.refresh_from_db()
    return booked_sequence(site, first.first_day, start_minute=700, patient=first.patient, at=at)
