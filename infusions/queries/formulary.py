"""The formulary and the settings of orders, with who changed them."""

from collections import defaultdict
from dataclasses import dataclass

from infusions.models import Formulary, OrderSettings, Product
from infusions.queries.orders import formulary_of
from kitclinic.models import AuditEvent, Site

CHANGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A vial and what happened to it, oldest first. is_usual: of the usual strength."""

    product: Product
    is_usual: bool
    story: tuple[AuditEvent, ...]


@dataclass(frozen=True, slots=True)
class FormularyPage:
    """vials in use first. changes: of the usual preparation, the newest first."""

    formulary: Formulary
    in_use: tuple[ProductLine, ...]
    retired: tuple[ProductLine, ...]
    changes: tuple[AuditEvent, ...]


def products_in_use(site: Site) -> list[Product]:
    """The vials that can be received and ordered from, weakest first."""
    rows = Product.objects.filter(site=site, in_use=True)
    return list(rows.order_by("strength_mg_per_ml", "vial_ml", "maker", "code"))


def strengths_in_use(site: Site) -> list[int]:
    """The strengths an order may choose, in mg/mL."""
    rows = Product.objects.filter(site=site, in_use=True).order_by("strength_mg_per_ml")
    return list(rows.values_list("strength_mg_per_ml", flat=True).distinct())


def order_settings_of(site: Site) -> OrderSettings:
    """How long this clinic's orders hold; the defaults where nobody has set it yet (not stored)."""
    return OrderSettings.objects.filter(site=site).first() or OrderSettings(site=site)


def formulary_page(site: Site) -> FormularyPage:
    """Everything the page shows. Four queries."""
    formulary = formulary_of(site)
    told: dict[int, list[AuditEvent]] = defaultdict(list)
    events = AuditEvent.objects.filter(site=site, subject=Product._meta.db_table)
    for event in events.order_by("at", "pk"):
        told[event.subject_id].append(event)
    rows = Product.objects.filter(site=site).order_by("strength_mg_per_ml", "vial_ml", "maker", "code")
    lines = [
        ProductLine(row, row.strength_mg_per_ml == formulary.strength_mg_per_ml, tuple(told[row.pk]))
        for row in rows
    ]
    return FormularyPage(
        formulary,
        tuple(line for line in lines if line.product.in_use),
        tuple(line for line in lines if not line.product.in_use),
        tuple(changes_of(formulary)),
    )


def changes_of(row: Formulary | OrderSettings) -> list[AuditEvent]:
    """Who set these, the newest first; none while nobody has."""
    if row.pk is None:
        return []
    events = AuditEvent.objects.filter(site=row.site, subject=row._meta.db_table, subject_id=row.pk)
    return list(events.order_by("-at", "-pk")[:CHANGES_SHOWN])
