"""Ketamine in the simulated clinic: deliveries, doses drawn and wasted, the evening count, a discrepancy."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import Q

from infusions import actions
from infusions.models import Count, Discrepancy, Infusion, Movement, Order, Product, Receipt, Vial
from infusions.queries.ledger import VialLine, hand_of, open_discrepancies, usable_vials, vial_lines
from infusions.rules.dosing import MG_STEP
from infusions.rules.ledger import share
from infusions.states import InfusionState, OrderState
from kitclinic.display import half_up
from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from kitclinic.signing import simulated_proof
from outcomes.simulation.clinic import Cast

SUPPLIER = "Harbor Row Medical Supply"
DELIVERY = 6  # vials
KEEPS = timedelta(days=540)  # a new lot
LEAVES_A_REST = 0.25  # of the infusions: the line still holds a little when the pump says done
REST = Decimal("0.03")  # of the dose
SPILLED_ML = Decimal("0.4")  # found missing in the evening count, once


def _key(site: Site, name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"kitclinic:ledger:{site.slug}:{name}")


def draw(infusion: Infusion, *, order: Order | None, at: datetime) -> None:
    """Draw the dose unless it is in hand; the vault is restocked first when no vial will do."""
    hand = hand_of(infusion)
    if order is None or order.state != OrderState.SIGNED or infusion.state != InfusionState.ARRIVED:
        return
    if hand.left_mg == order.draw_ml * order.strength_mg_per_ml:
        return
    waste_rest(infusion, at=at)
    site = infusion.site
    parts = _parts(site, order, at) or _restock(site, order, at)
    key = _key(site, f"draw {infusion.pk} {len(hand.draws)}")
    actions.withdraw(infusion=infusion, parts=parts, by=infusion.nurse, at=at, key=key)


def _parts(site: Site, order: Order, at: datetime) -> list[tuple[Vial, Decimal]]:
    lines = _not_from_later(site, usable_vials(site, order.strength_mg_per_ml, site.today(at)), at)
    vials = {line.vial.pk: line.vial for line in lines}
    return [(vials[pk], ml) for pk, ml in share(((line.vial.pk, line.ml) for line in lines), order.draw_ml)]


def _not_from_later(site: Site, lines: Sequence[VialLine], at: datetime) -> list[VialLine]:
    """Weeks of the past are made after today: a vial is only used where nothing has happened to it later."""
    later = Q(received_at__gt=at) | Q(occurred_at__gt=at)
    moved = Movement.objects.filter(later, site=site, vial__in=[line.vial.pk for line in lines])
    touched = set(moved.values_list("vial_id", flat=True))
    return [line for line in lines if line.vial.pk not in touched]


def _restock(site: Site, order: Order, at: datetime) -> list[tuple[Vial, Decimal]]:
    """A delivery that came in the morning of this day."""
    day = site.today(at)
    came = min(at, site.instant(day, site.opens_minute - 20))
    number = Receipt.objects.filter(site=site).count() + 1
    receive(site, came, strength=order.strength_mg_per_ml, vials=DELIVERY, number=number)
    return _parts(site, order, at)


def receive(site: Site, at: datetime, *, strength: int, vials: int, number: int) -> Receipt:
    by = site.staff.filter(role=Role.NURSE).order_by("pk")[0]
    product = Product.objects.filter(site=site, strength_mg_per_ml=strength, in_use=True).order_by("pk")[0]
    random, day = Random(f"lot {site.today(at)} {strength}"), site.today(at)
    return actions.receive_vials(
        vault=actions.ensure_vault(site=site, by=by, at=at),
        product=product,
        lot=f"{random.choice('BCDHKM')}{day:%y}{random.randrange(100, 999)}",
        expires_on=_last_of_month(day + KEEPS),
        vials=vials,
        supplier=SUPPLIER,
        invoice=f"{day:%y%m}-{4000 + number}",
        by=by,
        at=at,
        key=_key(site, f"delivery {number} {day} {strength}"),
    )


def begin(cast: Cast, *, now: datetime) -> None:
    """The vault as it stood on the morning of the clinic day before this one."""
    site = cast.site
    if not Receipt.objects.filter(site=site).exists():
        came = site.instant(day_before(site, site.today(now)), site.opens_minute - 20)
        receive(site, came, strength=50, vials=2 * DELIVERY, number=1)


def day_before(site: Site, day: date) -> date:
    """The clinic day before this one."""
    earlier = [one for one in site.week_of(day) if one < day]
    return earlier[-1] if earlier else site.week_of(day - timedelta(days=7))[-1]


def _last_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def delivered_by_pump(order: Order | None, *, seed: str, runs: timedelta | None = None) -> Decimal:
    """mg that reached the patient: mostly all of it; of a stop, the share of the time that it ran.

    seed: the visit's.
    """
    bag = order.draw_ml * order.strength_mg_per_ml if order else Decimal(0)
    if runs is not None and order is not None:
        share_given = Decimal(int(runs.total_seconds())) / (order.infusion_minutes * 60)
        return half_up(bag * min(Decimal(1), share_given), MG_STEP)
    leaves = Random(f"{seed}:rest").random() < LEAVES_A_REST
    return half_up(bag * (1 - REST), MG_STEP) if leaves else bag


def waste_rest(infusion: Infusion, *, at: datetime) -> None:
    """Waste whatever is in hand, before a colleague."""
    infusion.refresh_from_db(fields=["state", "delivered_mg"])
    witness = colleague(infusion.site, infusion.nurse)
    for drawn in hand_of(infusion).draws:
        if drawn.left_mg > 0:
            actions.waste(
                draw=drawn.movement,
                ml=drawn.left_ml,
                reason="rest in bag and line" if infusion.started_at else "drawn anew",
                by=infusion.nurse,
                witness=witness,
                proof=simulated_proof(user=witness, at=at),
                at=at,
                key=_key(infusion.site, f"waste {drawn.movement.pk} {drawn.left_mg}"),
            )


def take_back(infusion: Infusion, *, at: datetime) -> None:
    """The dose of a patient who is not infused today goes back whole, or what is left of it is wasted."""
    for drawn in hand_of(infusion).draws:
        if drawn.left_mg > 0 and drawn.untouched:
            key = _key(infusion.site, f"return {drawn.movement.pk}")
            reason = "The infusion does not start today; the syringe was not used."
            actions.return_dose(draw=drawn.movement, reason=reason, by=infusion.nurse, at=at, key=key)
    waste_rest(infusion, at=at)


def colleague(site: Site, by: StaffUser) -> StaffUser:
    """Somebody else who may watch and read along."""
    return site.staff.filter(role=Role.NURSE, is_active=True).exclude(pk=by.pk).order_by("pk")[0]


def count_in_the_evening(cast: Cast, day: date) -> Count | None:
    """Count the vault after a day that is over; the first of an opened vial finds a little missing."""
    site = cast.site
    at, key = site.instant(day, site.closes_minute + 10), _key(cast.site, f"count {day}")
    vault = actions.ensure_vault(site=site, by=cast.nurses[0], at=at)
    known = Count.objects.filter(site=site, key=key).first()
    lines = vial_lines(site, vault=vault)
    if known is not None or not lines:
        return known
    counted = {line.vial.pk: line.ml for line in lines}
    opened = [line for line in lines if line.opened and line.ml > SPILLED_ML]
    if opened and not Discrepancy.objects.filter(site=site).exists():
        counted[opened[0].vial.pk] -= SPILLED_ML
    return actions.count_vault(
        vault=vault, counted=counted, by=cast.nurses[0], at=at, key=key, note="End of the day"
    )


def answer_old_discrepancies(cast: Cast, *, at: datetime) -> None:
    """The physician looks into what was found on an earlier evening, the next morning."""
    site = cast.site
    for row in open_discrepancies(site):
        morning = site.instant(site.today(row.found_at) + timedelta(days=1), site.opens_minute + 15)
        if morning > at or row.found_by_id == cast.physician.pk:
            continue
        actions.answer_discrepancy(
            discrepancy=row,
            words="Spilled when the vial was opened; two nurses saw it and did not write it down. Told again how.",
            reported_to="pharmacist on call",
            proof=simulated_proof(user=cast.physician, at=morning),
            by=cast.physician,
            at=morning,
        )
