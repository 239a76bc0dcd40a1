"""The ledger's reports: what a period did to each kind of vial, and an inventory as of a day. mg are exact."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from infusions.models import Count, Movement, Product, Vial
from infusions.rules.ledger_reports import ZERO, Holding, Moved, Usage, holding
from infusions.states import MovementKind
from kitclinic.models import Site, StaffUser

K = MovementKind


@dataclass(frozen=True)
class UsageLine:
    """One kind of vial over a period."""

    product: Product
    usage: Usage

    @property
    def columns(self) -> list[tuple[str, Decimal]]:
        """The whole account: opening, every kind of movement with its sign, closing."""
        use = self.usage
        return [
            ("Opening balance", use.opening.all),
            ("Received", use.of(K.RECEIVED)),
            ("Administered", -use.of(K.ADMINISTERED)),
            ("Wasted", -use.of(K.WASTED)),
            ("Discrepancy", use.of(K.DISCREPANCY)),
            ("Closing balance", use.closing.all),
        ]

    @property
    def within(self) -> list[tuple[str, Decimal]]:
        """What moved between vault and hand."""
        use = self.usage
        return [
            ("Withdrawn", use.of(K.WITHDRAWN)),
            ("Returned", use.of(K.RETURNED)),
            ("Closing, in the vault", use.closing.vault),
            ("Closing, drawn and in hand", use.closing.hand),
        ]


@dataclass(frozen=True)
class UsageReport:
    site: Site
    first: date
    last: date
    lines: tuple[UsageLine, ...]

    @property
    def closes(self) -> bool:
        return all(line.usage.closes for line in self.lines)


def span(site: Site, first: date, last: date) -> tuple[datetime, datetime]:
    """From the first midnight to the one after the last day, on the clinic's clock (LED-31)."""
    return site.instant(first, 0), site.instant(last + timedelta(days=1), 0)


def usage_report(site: Site, *, first: date, last: date) -> UsageReport:
    """Both days included. One statement counts opening, movements and closing, so that they belong together."""
    start, end = span(site, first, last)
    before, during, until = Q(received_at__lt=start), Q(received_at__gte=start), Q(received_at__lt=end)
    rows = (
        Movement.objects.filter(until, site=site)
        .values("vial__product_id", "kind", of_dose=_of_dose())
        .annotate(opening=_mg(before), during=_mg(during), closing=_mg(until))
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row["vial__product_id"]].append(row)
    products = _products(site, found)
    return UsageReport(site, first, last, tuple(UsageLine(one, _usage(found[one.pk])) for one in products))


def _usage(rows: list[Any]) -> Usage:
    def moved(column: str) -> tuple[Moved, ...]:
        return tuple(Moved(row["kind"], row["of_dose"], row[column]) for row in rows)

    return Usage(holding(moved("opening")), moved("during"), holding(moved("closing")))


def _of_dose() -> Case:
    return Case(When(draw__isnull=True, then=Value(False)), default=Value(True))


def _mg(which: Q) -> Coalesce:
    return Coalesce(Sum("mg", filter=which), ZERO)


def _products(site: Site, known: Any) -> QuerySet[Product]:
    order = ("strength_mg_per_ml", "vial_ml", "maker", "code")
    return Product.objects.filter(site=site, pk__in=list(known)).order_by(*order)


def movements_of(site: Site, *, first: date, last: date) -> QuerySet[Movement]:
    """Every movement that was entered in the period, oldest first."""
    start, end = span(site, first, last)
    rows = Movement.objects.filter(site=site, received_at__gte=start, received_at__lt=end)
    return rows.select_related("vial__product", "vial__receipt", "infusion__patient", "by", "witness").order_by(
        "received_at", "pk"
    )


@dataclass(frozen=True)
class Opened:
    """What is left in one opened vial."""

    vial: Vial
    mg: Decimal

    @property
    def ml(self) -> Decimal:
        return self.mg / self.vial.product.strength_mg_per_ml


@dataclass(frozen=True)
class InventoryLine:
    """One strength and vial as of the inventory. in_hand_mg: drawn, and neither given nor back."""

    product: Product
    sealed: int
    opened: tuple[Opened, ...]
    in_hand_mg: Decimal
    total: Holding

    @property
    def opened_mg(self) -> Decimal:
        return sum((one.mg for one in self.opened), ZERO)

    @property
    def sealed_mg(self) -> Decimal:
        return self.total.vault - self.opened_mg


@dataclass(frozen=True)
class Inventory:
    """What was there at opening or close of business of a day. counts: those taken that day, the last first."""

    site: Site
    day: date
    at_opening: bool
    lines: tuple[InventoryLine, ...]
    counts: tuple[Count, ...]

    @property
    def taken_by(self) -> StaffUser | None:
        return self.counts[0].by if self.counts else None

    @property
    def moment(self) -> str:
        return "opening of business" if self.at_opening else "close of business"


def inventory(site: Site, *, day: date, at_opening: bool) -> Inventory:
    """LED-32. Opening is before the day's first movement, close is after its last one."""
    end = site.instant(day if at_opening else day + timedelta(days=1), 0)
    rows = (
        Movement.objects.filter(site=site, received_at__lt=end)
        .values("vial_id", "vial__product_id", "kind", of_dose=_of_dose())
        .annotate(mg=Sum("mg"))
    )
    by_vial: dict[int, list[Moved]] = defaultdict(list)
    products: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        by_vial[row["vial_id"]].append(Moved(row["kind"], row["of_dose"], row["mg"]))
        products[row["vial__product_id"]].add(row["vial_id"])
    left = {pk: holding(moved) for pk, moved in by_vial.items()}
    opened = _opened(site, {pk: left[pk].vault for pk, moved in by_vial.items() if _is_opened(moved)})
    lines = []
    for product in _products(site, products):
        mine = [left[pk] for pk in products[product.pk]]
        total = Holding(sum((one.vault for one in mine), ZERO), sum((one.hand for one in mine), ZERO))
        there = opened[product.pk]
        full = sum(left[pk].vault > 0 for pk in products[product.pk]) - len(there)
        if total.vault or total.hand or product.in_use:
            lines.append(InventoryLine(product, full, tuple(there), total.hand, total))
    return Inventory(site, day, at_opening, tuple(lines), _counts(site, day))


def _is_opened(moved: list[Moved]) -> bool:
    """Somebody drew from this vial, or it is not as full as it came."""
    received = sum((one.mg for one in moved if one.kind == K.RECEIVED), ZERO)
    return any(one.kind == K.WITHDRAWN for one in moved) or holding(moved).vault != received


def _opened(site: Site, left_mg: dict[int, Decimal]) -> dict[int, list[Opened]]:
    """The opened vials that hold something, by product, by number."""
    found: dict[int, list[Opened]] = defaultdict(list)
    holding_some = [pk for pk, mg in left_mg.items() if mg > 0]
    vials = Vial.objects.filter(site=site, pk__in=holding_some).select_related("product", "receipt")
    for vial in vials.order_by("number"):
        found[vial.product_id].append(Opened(vial, left_mg[vial.pk]))
    return found


def _counts(site: Site, day: date) -> tuple[Count, ...]:
    start, end = span(site, day, day)
    counts = Count.objects.filter(site=site, at__gte=start, at__lt=end).select_related("by", "vault")
    return tuple(counts.order_by("-at", "-pk"))
