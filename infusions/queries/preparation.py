"""The preparation card: what to draw from which vial, what is in hand, what comes next."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from infusions.models import Infusion, Movement, Order, Vial
from infusions.queries.chart import Chart
from infusions.queries.ledger import Hand, VialLine, hand_of, usable_vials
from infusions.queries.readiness import order_of
from infusions.queries.words import weight_words
from infusions.rules.dosing import Preparation
from infusions.rules.drawing import Part, choice_of, parts_from, read_choice
from infusions.states import InfusionState, MovementKind, OrderState
from kitclinic.display import show_percent_from
from scheduling.queries.patients import latest_weight

SHOWN = 5  # choices that stand open; the others fold away


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to draw the dose: from one vial, or from several where one does not hold enough."""

    value: str
    parts: tuple[tuple[VialLine, Decimal], ...]

    @property
    def combined(self) -> bool:
        return len(self.parts) > 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """So much of one vial, drawn for this infusion. lot, expires_on: off the delivery."""

    vial: Vial
    lot: str
    expires_on: date
    ml: Decimal
    mg: Decimal
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Card:
    """Everything on the card. made: None without an order. weight_now: another weight than the order's, or ""."""

    infusion: Infusion
    order: Order | None
    made: Preparation | None
    weight_words: str
    weight_now: str
    choices: tuple[Choice, ...]
    vials: int
    stock_ml: Decimal
    hand: Hand
    drawn: tuple[Drawn, ...]

    @property
    def in_hand(self) -> bool:
        return self.hand.left_mg > 0

    @property
    def fits(self) -> bool:
        """Whether what is in hand is what the order says."""
        return self.order is not None and self.hand.left_mg == self.order.draw_ml * self.order.strength_mg_per_ml

    @property
    def waits(self) -> bool:
        """Whether the patient sits here and nothing runs yet."""
        return self.infusion.state == InfusionState.ARRIVED

    @property
    def may_draw(self) -> bool:
        signed = self.order is not None and self.order.state == OrderState.SIGNED
        return signed and self.waits and not self.in_hand

    @property
    def first(self) -> tuple[Choice, ...]:
        return self.choices[:SHOWN]

    @property
    def more(self) -> tuple[Choice, ...]:
        return self.choices[SHOWN:]


def preparation_card(chart: Chart) -> Card:
    """The card of a chart whose patient has arrived. Raises ValueError before that."""
    infusion, order, site = chart.infusion, chart.order, chart.site
    if infusion is None:
        raise ValueError("nobody is seated: there is nothing to prepare")
    lines = usable_vials(site, order.strength_mg_per_ml, site.today(chart.at)) if order else []
    now = _weight_now(chart, order) if order else ""
    return Card(
        infusion=infusion,
        order=order,
        made=order.preparation if order else None,
        weight_words=weight_words(order.weight, site=site, at=chart.at, carried=not now) if order else "",
        weight_now=now,
        choices=choices(lines, order.draw_ml) if order else (),
        vials=len(lines),
        stock_ml=sum((line.ml for line in lines), Decimal(0)),
        hand=hand_of(infusion),
        drawn=drawn_for(infusion),
    )


def choices(lines: list[VialLine], draw_ml: Decimal) -> tuple[Choice, ...]:
    """One way to draw for each vial that can begin it, in the order in which vials are used."""
    stock, by_pk = [Part(line.vial.pk, line.ml) for line in lines], {line.vial.pk: line for line in lines}
    found = {}
    for line in lines:
        parts = parts_from(line.vial.pk, stock, draw_ml)
        if parts:
            choice = Choice(choice_of(parts), tuple((by_pk[part.vial], part.ml) for part in parts))
            found[choice.value] = choice
    return tuple(found.values())


def drawn_for(infusion: Infusion) -> tuple[Drawn, ...]:
    """What was drawn for this infusion and is in hand or was given, oldest first."""
    rows = Movement.objects.filter(site_id=infusion.site_id, infusion=infusion, kind=MovementKind.WITHDRAWN)
    held = [draw.movement.pk for draw in hand_of(infusion).draws if draw.left_mg > 0]
    given = rows.filter(moved__kind=MovementKind.ADMINISTERED).values("pk")
    standing = rows.filter(Q(pk__in=held) | Q(pk__in=given)).select_related("vial__receipt", "by")
    return tuple(
        Drawn(
            vial=row.vial,
            lot=row.vial.receipt.lot,
            expires_on=row.vial.receipt.expires_on,
            ml=row.ml,
            mg=row.mg,
            by=row.by.name,
            at=row.occurred_at,
        )
        for row in standing.order_by("pk")
    )


def chosen(infusion: Infusion, value: str, *, at: datetime, key: UUID) -> list[tuple[Vial, Decimal]]:
    """The vials and mL of a choice; [] when it does not stand on the card any more.

    What this key has drawn already is found again, for the action to recognise.
    """
    site, order = infusion.site, order_of(infusion.visit)
    lines = usable_vials(site, order.strength_mg_per_ml, site.today(at)) if order else []
    offered = {choice.value for choice in choices(lines, order.draw_ml)} if order else set()
    if value not in offered and not Movement.objects.filter(site=site, key=key, infusion=infusion).exists():
        return []
    parts = read_choice(value)
    vials = Vial.objects.filter(site=site).in_bulk([part.vial for part in parts])
    return [(vials[part.vial], part.ml) for part in parts if part.vial in vials]


def _weight_now(chart: Chart, order: Order) -> str:
    """The patient's newest weight, where the order was written for another one."""
    newest = latest_weight(chart.visit.patient)
    if newest is None or newest.pk == order.weight_id:
        return ""
    words = weight_words(newest, site=chart.site, at=chart.at)
    return f"{words}; {show_percent_from(newest.weight_kg, order.weight_kg)} from the order's"
