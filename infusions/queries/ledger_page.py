"""The ledger page: does the vault agree, what is in it, what is still in somebody's hand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from django.db.models import Count as Number
from django.db.models import Q, QuerySet

from infusions.models import Count, Discrepancy, Movement, Product, Vault
from infusions.queries.ledger import VialLine, vial_lines
from infusions.queries.ledger_movements import movements
from infusions.queries.signing import ago
from infusions.rules.ledger_reports import ZERO, expires_soon, is_counted
from kitclinic.models import Site

LATEST = 6


def is_sealed(line: VialLine) -> bool:
    """Nobody drew from it, and it is as full as it came."""
    return not line.opened and line.mg == line.label_mg


def in_runs(numbers: Sequence[int]) -> str:
    """Rising numbers as people read them: "4 to 15, 18"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [", ".join(map(str, run)) if len(run) < 3 else f"{run[0]} to {run[-1]}" for run in runs]
    return ", ".join(parts)


@dataclass(frozen=True)
class Standing:
    """Whether the vault agrees: tone and shape of the line that is read first, and its words."""

    tone: str
    shape: str
    title: str


@dataclass(frozen=True)
class LotLine:
    """The vials of one lot and expiry date that hold something."""

    lot: str
    expires_on: date
    sealed: tuple[VialLine, ...]
    opened: tuple[VialLine, ...]
    is_expired: bool
    is_soon: bool

    @property
    def mg(self) -> Decimal:
        return sum((line.mg for line in (*self.sealed, *self.opened)), ZERO)

    @property
    def numbers(self) -> str:
        """The sealed vials' numbers: "4 to 15, 18"."""
        return in_runs([line.vial.number for line in self.sealed])


@dataclass(frozen=True)
class ProductLine:
    product: Product
    lots: tuple[LotLine, ...]

    @property
    def sealed(self) -> int:
        return sum(len(lot.sealed) for lot in self.lots)

    @property
    def opened(self) -> int:
        return sum(len(lot.opened) for lot in self.lots)

    @property
    def mg(self) -> Decimal:
        return sum((lot.mg for lot in self.lots), ZERO)


@dataclass(frozen=True)
class VaultLine:
    """One vault. last_count carries ``differences``, the number of its lines that differed."""

    vault: Vault
    products: tuple[ProductLine, ...]
    last_count: Count | None
    age: str  # of the last count, "3 h 05 min"
    is_counted: bool  # today

    @property
    def mg(self) -> Decimal:
        return sum((line.mg for line in self.products), ZERO)

    @property
    def called_out(self) -> list[LotLine]:
        """Lots that are expired or expire soon."""
        return [lot for line in self.products for lot in line.lots if lot.is_expired or lot.is_soon]


def vaults(site: Site) -> QuerySet[Vault]:
    """Vaults in use, and those out of use that still hold vials stay to be seen elsewhere."""
    return Vault.objects.filter(site=site).order_by("-in_use", "name", "pk")


def vault_lines(site: Site, *, at: datetime) -> list[VaultLine]:
    today, found = site.today(at), vial_lines(site)
    last = _last_counts(site)
    lines = []
    for vault in vaults(site):
        mine = [line for line in found if line.vial.vault_id == vault.pk]
        if not (vault.in_use or mine):
            continue
        count = last.get(vault.pk)
        counted_on = site.today(count.at) if count else None
        age = ago(count.at, at) if count else ""
        lines.append(VaultLine(vault, _products(mine, today), count, age, is_counted(counted_on, today)))
    return lines


def _products(lines: Iterable[VialLine], today: date) -> tuple[ProductLine, ...]:
    def by_product(line: VialLine) -> tuple[int, Decimal, int]:
        return line.product.strength_mg_per_ml, line.product.vial_ml, line.product.pk

    grouped = groupby(sorted(lines, key=by_product), key=by_product)
    products = []
    for _, group in grouped:
        mine = list(group)
        products.append(ProductLine(mine[0].product, _lots(mine, today)))
    return tuple(products)


def _lots(lines: Iterable[VialLine], today: date) -> tuple[LotLine, ...]:
    def by_lot(line: VialLine) -> tuple[date, str]:
        return line.expires_on, line.lot

    ordered = sorted(lines, key=lambda line: (*by_lot(line), line.vial.number))
    lots = []
    for (expires_on, lot), group in groupby(ordered, key=by_lot):
        mine = tuple(group)
        sealed = tuple(line for line in mine if is_sealed(line))
        opened = tuple(line for line in mine if not is_sealed(line))
        expired = expires_on < today
        soon = not expired and expires_soon(expires_on, today)
        lots.append(LotLine(lot, expires_on, sealed, opened, expired, soon))
    return tuple(lots)


def counts(site: Site) -> QuerySet[Count]:
    """Counts with ``vials`` and ``differences``, the newest first."""
    differs = Q(lines__discrepancy__isnull=False)
    rows = Count.objects.filter(site=site).select_related("by", "vault")
    return rows.annotate(
        vials=Number("lines", distinct=True), differences=Number("lines", filter=differs, distinct=True)
    ).order_by("-at", "-pk")


def standing(vaults: Sequence[VaultLine], gaps: int) -> Standing:
    """The worst comes first: a difference nobody has explained, then a count that is missing."""
    if gaps:
        what = "1 discrepancy is open" if gaps == 1 else f"{gaps} discrepancies are open"
        return Standing("flag", "flag", f"The vault does not agree: {what}")
    stocked = [line for line in vaults if line.products]
    if not stocked:
        return Standing("info", "info", "The vault is empty")
    if any(line.last_count is None for line in stocked):
        return Standing("due", "soon", "The vault has never been counted")
    if not all(line.is_counted for line in stocked):
        return Standing("due", "soon", "The vault is not counted today")
    return Standing("ok", "ready", "The vault agrees")


def _last_counts(site: Site) -> dict[int, Count]:
    newest = Count.objects.filter(site=site).order_by("vault_id", "-at", "-pk").distinct("vault_id").values("pk")
    return {count.vault_id: count for count in counts(site).filter(pk__in=newest)}


def latest(site: Site) -> list[Movement]:
    return list(movements(site)[:LATEST])


def discrepancies(site: Site) -> QuerySet[Discrepancy]:
    related = ("movement__vial__product", "movement__infusion__patient", "found_by", "count_line__count")
    answer = ("answer__by", "answer__signature")
    return Discrepancy.objects.filter(site=site).select_related(*related, *answer).order_by("-found_at", "-pk")
