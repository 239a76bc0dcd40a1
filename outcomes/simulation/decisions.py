"""Orders about which somebody decided otherwise: one held, one amended, one held by word of mouth.

They are of weeks to come, so that no chair of today waits for a decision; the day before, the physician settles
what is still held.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from infusions.actions import give_verbal_order, hold_order, supersede_order
from infusions.models import Order, VerbalOrder
from infusions.states import OrderState, VerbalKind
from kitclinic.display import half_up
from kitclinic.models import Transition
from outcomes.simulation import enrolment
from outcomes.simulation.clinic import Cast
from scheduling.actions import record_weight
from scheduling.rules.weights import hold_problems

HEAVIER, TENTH = Decimal("1.06"), Decimal("0.1")  # 5% hold an order (WGT-07)
BEGAN = "Sertraline 50 mg"
WHY_ANEW = "Sertraline began after the group visit; the list of medication was read again."
SAID = "Hold the order until I have read the ECG. I decide tomorrow."
AGO = timedelta(hours=3)  # the co-signature of what was said is due tomorrow


def decide_otherwise(cast: Cast, *, now: datetime) -> None:
    """Of the signed orders of weeks to come one is held, one amended, one held by word of mouth; once."""
    site = cast.site
    signed = Order.objects.filter(site=site, state=OrderState.SIGNED)
    to_come = signed.filter(sequence__first_day__gt=site.week_of(site.today(now))[-1])
    orders = list(
        to_come.select_related("site", "weight", "signature", "sequence__patient__site").order_by(
            "sequence__first_day", "pk"
        )[:3]
    )
    if len(orders) < 3 or VerbalOrder.objects.filter(site=site).exists():
        return
    for order, act in zip(orders, (_hold_for_weight, _amend, _say_hold), strict=True):
        act(cast, order, at=max(order.signed_at or now, now - AGO))


def _hold_for_weight(cast: Cast, order: Order, *, at: datetime) -> None:
    """Weighed again at the clinic: 6% more than the order was written for."""
    kg, by = half_up(order.weight_kg * HEAVIER, TENTH), cast.nurses[0]
    record_weight(
        patient=order.sequence.patient, weight_kg=kg, again_kg=kg, reason="scale read twice", by=by, at=at
    )
    (problem,) = hold_problems(ordered_kg=order.weight_kg, weight_kg=kg)
    hold_order(order=order, reason=problem.sentence.split(" The order is held")[0], by=by, at=at)


def _amend(cast: Cast, order: Order, *, at: datetime) -> None:
    """A new version for medication that changed, signed at once."""
    takes = "\n".join(filter(None, (order.psychotropics, BEGAN)))
    enrolment.signed(cast, _anew(cast, order, WHY_ANEW, psychotropics=takes, at=at), at=at)


def _say_hold(cast: Cast, order: Order, *, at: datetime) -> None:
    """On the phone, to a nurse who reads it back; the co-signature waits."""
    give_verbal_order(
        order=order,
        kind=VerbalKind.HOLD,
        words=SAID,
        prescriber=cast.physician,
        read_back=True,
        by=cast.nurses[0],
        at=at,
        key=uuid5(NAMESPACE_URL, f"kitclinic:verbal:{cast.site.slug}:{order.number}"),
    )


def settle_held(cast: Cast, *, at: datetime) -> None:
    """What is held since an earlier day and begins tomorrow is written anew from the last weight and signed.

    What a visitor of the demonstration holds today stays held.
    """
    site = cast.site
    today, table = site.today(at), Order._meta.db_table
    since = Transition.objects.filter(site=site, subject=table, to_state="held", at__lt=site.instant(today, 0))
    held = Order.objects.filter(
        site=site,
        pk__in=since.values("subject_id"),
        state=OrderState.HELD,
        sequence__first_day=today + timedelta(days=1),
    )
    for order in held.select_related("site", "sequence__patient", "sequence__site"):
        new = _anew(cast, order, "Weight and findings read again; ordered anew.", at=at)
        enrolment.signed(cast, new, at=at)


def _anew(cast: Cast, order: Order, reason: str, *, at: datetime, psychotropics: str | None = None) -> Order:
    return supersede_order(
        order=order,
        by=cast.physician,
        at=at,
        reason=reason,
        psychotropics=psychotropics,
        medication_noted=True,
        driver_plan="As on the days before; asked again on the phone.",
        preparation_reason="nearest mark of the syringe",
        confirmed=frozenset({"DOS-06", "DOS-07", "DOS-08"}),
    )
