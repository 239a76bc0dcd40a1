"""The ledger as it stands: what each vial holds, what of each drawn dose is still in hand.

Nothing is stored but movements; everything here is their sum.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from infusions.models import Discrepancy, Infusion, Movement, Product, Vault, Vial
from infusions.rules.ledger import ml_of, share
from infusions.states import InfusionState, MovementKind
from kitclinic.models import Site

K = MovementKind
NOTHING = Decimal(0)
OVER = (InfusionState.DISCHARGED, InfusionState.NOT_STARTED)
# What a movement does to the vial it names; a drawn dose has left it.
OF_A_VIAL = Case(
    When(kind__in=(K.RECEIVED, K.RETURNED), then=F("mg")),
    When(kind=K.WITHDRAWN, then=-F("mg")),
    When(kind=K.WASTED, draw__isnull=True, then=-F("mg")),
    When(kind=K.DISCREPANCY, draw__isnull=True, then=F("mg")),
    default=Value(NOTHING),
)
# What a movement does to the dose in hand.
_DOSE = Case(
    When(Q(kind=K.WITHDRAWN) | Q(kind=K.DISCREPANCY, draw__isnull=False), then=F("mg")),
    When(draw__isnull=False, then=-F("mg")),
    default=Value(NOTHING),
)


@dataclass(frozen=True)
class VialLine:
    """One vial and what the ledger says is in it. to_waste: an opened single-dose vial with a rest."""

    vial: Vial
    product: Product
    vault: Vault
    lot: str
    expires_on: date
    mg: Decimal
    ml: Decimal
    opened: bool
    to_waste: bool = False

    @property
    def label_mg(self) -> Decimal:
        """What it held when it was received."""
        return self.product.vial_ml * self.product.strength_mg_per_ml


@dataclass(frozen=True)
class Draw:
    """One withdrawal and what is left of it; a dose out of two vials has two."""

    movement: Movement
    left_mg: Decimal
    left_ml: Decimal
    untouched: bool  # nothing of it was given, wasted, returned or declared


@dataclass(frozen=True)
class Hand:
    """What was drawn for one infusion and where it went, in mg. discrepancy_mg is below zero for what is missing.

    left_ml: in mL of the vials it was drawn from.
    """

    infusion: Infusion
    withdrawn_mg: Decimal
    administered_mg: Decimal
    wasted_mg: Decimal
    returned_mg: Decimal
    discrepancy_mg: Decimal
    left_mg: Decimal
    left_ml: Decimal
    draws: tuple[Draw, ...]

    @property
    def strengths(self) -> frozenset[int]:
        """Of the vials out of which something is in hand, in mg/mL."""
        return frozenset(draw.movement.vial.product.strength_mg_per_ml for draw in self.draws if draw.left_mg > 0)


def vial_lines(
    site: Site, *, vault: Vault | None = None, with_empty: bool = False, only: Iterable[int] | None = None
) -> list[VialLine]:
    """The vials of a site, by number: two queries, however many. Empty ones only when asked for.

    only: ids of the vials that are asked for, empty or not.
    """
    vials = Vial.objects.filter(site=site).select_related("product", "vault", "receipt").order_by("number")
    moved = Movement.objects.filter(site=site)
    if vault is not None:
        vials, moved = vials.filter(vault=vault), moved.filter(vault=vault)
    if only is not None:
        vials, moved, with_empty = vials.filter(pk__in=only), moved.filter(vial__in=only), True
    holds = (
        moved.order_by()
        .values("vial_id")
        .annotate(holds=Sum(OF_A_VIAL), drawn=Coalesce(Sum("mg", filter=Q(kind=K.WITHDRAWN)), NOTHING))
    )
    if not with_empty:
        holds = holds.filter(holds__gt=0)
    found = {row["vial_id"]: row for row in holds}
    if not with_empty:
        vials = vials.filter(pk__in=found)
    return [_line(vial, found.get(vial.pk)) for vial in vials]


def _line(vial: Vial, row: Mapping[str, Any] | None) -> VialLine:
    mg, opened = (row["holds"], row["drawn"] > 0) if row else (NOTHING, False)
    product, receipt = vial.product, vial.receipt
    return VialLine(
        vial=vial,
        product=product,
        vault=vial.vault,
        lot=receipt.lot,
        expires_on=receipt.expires_on,
        mg=mg,
        ml=ml_of(mg, product.strength_mg_per_ml),
        opened=opened,
        to_waste=opened and mg > 0 and not product.is_multi_dose,
    )


def usable_vials(site: Site, strength: int, today: date) -> list[VialLine]:
    """The vials a dose of this strength may be drawn from: opened ones first, then the first to expire."""
    lines = [
        line
        for line in vial_lines(site)
        if line.product.strength_mg_per_ml == strength
        and line.expires_on >= today
        and line.vault.in_use
        and not line.to_waste
    ]
    return sorted(lines, key=lambda line: (not line.opened, line.expires_on, line.vial.number))


def suggested_parts(site: Site, *, strength: int, ml: Decimal, today: date) -> list[tuple[Vial, Decimal]]:
    """Vials and mL that make up a dose, in the order of ``usable_vials``; [] when the vault holds too little."""
    lines = {line.vial.pk: line for line in usable_vials(site, strength, today)}
    return [(lines[pk].vial, part) for pk, part in share(((pk, line.ml) for pk, line in lines.items()), ml)]


def hand_of(infusion: Infusion) -> Hand:
    return hands_of([infusion])[infusion.pk]


def hands_of(infusions: Iterable[Infusion]) -> dict[int, Hand]:
    """What is in hand of several infusions by their ids, those without a dose included: one query."""
    rows = {infusion.pk: infusion for infusion in infusions}
    found: dict[int, list[Movement]] = defaultdict(list)
    moved = Movement.objects.filter(infusion__in=rows).select_related(
        "vial__product", "vial__receipt", "vault", "by"
    )
    for movement in moved.order_by("received_at", "pk"):
        assert movement.infusion_id is not None
        found[movement.infusion_id].append(movement)
    return {pk: _hand(infusion, found[pk]) for pk, infusion in rows.items()}


def _hand(infusion: Infusion, moved: list[Movement]) -> Hand:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    of_draw: dict[int, list[Movement]] = defaultdict(list)
    for movement in moved:
        sums[movement.kind] += movement.mg
        if movement.draw_id is not None:
            of_draw[movement.draw_id].append(movement)
    draws = tuple(_draw(movement, of_draw[movement.pk]) for movement in moved if movement.kind == K.WITHDRAWN)
    return Hand(
        infusion=infusion,
        withdrawn_mg=sums[K.WITHDRAWN],
        administered_mg=sums[K.ADMINISTERED],
        wasted_mg=sums[K.WASTED],
        returned_mg=sums[K.RETURNED],
        discrepancy_mg=sums[K.DISCREPANCY],
        left_mg=sum((draw.left_mg for draw in draws), NOTHING),
        left_ml=sum((draw.left_ml for draw in draws), NOTHING),
        draws=draws,
    )


def _draw(movement: Movement, moved: list[Movement]) -> Draw:
    left = movement.mg
    for later in moved:
        left += later.mg if later.kind == K.DISCREPANCY else -later.mg
    return Draw(movement, left, ml_of(left, movement.vial.product.strength_mg_per_ml), not moved)


def open_hands(site: Site) -> list[Hand]:
    """Doses in hand of infusions that are over, the oldest first: two queries."""
    left = (
        Movement.objects.filter(site=site, infusion__state__in=OVER)
        .order_by()
        .values("infusion_id")
        .annotate(left=Sum(_DOSE))
        .filter(left__gt=0)
    )
    over = Infusion.objects.filter(site=site, pk__in=left.values("infusion_id")).select_related("patient", "site")
    return list(hands_of(over.order_by("arrived_at", "pk")).values())


def open_discrepancies(site: Site) -> QuerySet[Discrepancy]:
    """Discrepancies nobody has answered, the oldest first."""
    waiting = Discrepancy.objects.filter(site=site, answer__isnull=True)
    return waiting.select_related(
        "site",
        "found_by",
        "count_line__count",
        "movement__vial__product",
        "movement__vault",
        "movement__infusion__patient",
    ).order_by("found_at", "pk")


def newest_movement(vault: Vault) -> int:
    """What a count compares itself with; 0 while nothing has moved."""
    newest = (
        Movement.objects.filter(site_id=vault.site_id, vault=vault).order_by("-pk").values_list("pk", flat=True)
    )
    return newest.first() or 0
