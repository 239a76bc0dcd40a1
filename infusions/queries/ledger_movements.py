"""Movements of the ledger as people read them: filtered, newest first; one vial's with its running balance."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from infusions.models import Movement, Product, Vial
from infusions.queries.ledger_reports import span
from infusions.rules.ledger_reports import ZERO, vault_change
from kitclinic.models import Site, StaffUser


@dataclass(frozen=True)
class Asked:
    """What the list is narrowed to; days are those on which movements were entered, both included."""

    kind: str = ""
    product: Product | None = None
    vial: int | None = None  # the number on it
    person: StaffUser | None = None  # who did it or watched
    first: date | None = None
    last: date | None = None


def movements(site: Site, asked: Asked | None = None) -> QuerySet[Movement]:
    """Newest first."""
    asked = asked or Asked()
    rows = Movement.objects.filter(site=site)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.product:
        rows = rows.filter(vial__product=asked.product)
    if asked.vial:
        rows = rows.filter(vial__number=asked.vial)
    if asked.person:
        rows = rows.filter(Q(by=asked.person) | Q(witness=asked.person))
    if asked.first:
        rows = rows.filter(received_at__gte=span(site, asked.first, asked.first)[0])
    if asked.last:
        rows = rows.filter(received_at__lt=span(site, asked.last, asked.last)[1])
    related = ("vial__product", "vial__receipt", "infusion__patient", "infusion__visit", "by", "witness", "vault")
    return rows.select_related(*related, "discrepancy").order_by("-received_at", "-pk")


@dataclass(frozen=True)
class Step:
    """One movement of a vial, or of a dose out of it. left_mg: what the vial holds after it."""

    movement: Movement
    change_mg: Decimal  # of the vial; zero where only the drawn dose changed
    left_mg: Decimal

    @property
    def left_ml(self) -> Decimal:
        return self.left_mg / self.movement.vial.product.strength_mg_per_ml


@dataclass(frozen=True)
class VialPage:
    """One vial from its delivery to its last drop."""

    vial: Vial
    steps: tuple[Step, ...]

    @property
    def left_mg(self) -> Decimal:
        return self.steps[-1].left_mg if self.steps else ZERO

    @property
    def left_ml(self) -> Decimal:
        return self.left_mg / self.vial.product.strength_mg_per_ml


def vials(site: Site) -> QuerySet[Vial]:
    return Vial.objects.filter(site=site).select_related("product", "receipt", "vault")


def vial_page(vial: Vial) -> VialPage:
    steps, left = [], ZERO
    for movement in reversed(movements(vial.site).filter(vial=vial)):
        change = vault_change(movement.kind, movement.draw_id is not None, movement.mg)
        left += change
        steps.append(Step(movement, change, left))
    return VialPage(vial, tuple(steps))
