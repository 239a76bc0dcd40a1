"""The formulary and the settings of orders, with who changed them."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infusions.models import Formulary, OrderSettings, Product
from infusions.queries.orders import formulary_of
from infusions.states import FillMode
from kitclinic.models import AuditEvent, Site

CHANGES_SHOWN = 20
SETTINGS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "strength_mg_per_ml": ("usual strength", lambda value: f"{value} mg/mL"),
    "bag_ml": ("usual bag", lambda value: f"{value} mL"),
    "fill": ("final volume", lambda value: str(FillMode(value).label)),
    "bags_ml": ("bags", lambda value: ", ".join(map(str, value)) + " mL"),
    "first_use_days": ("until the first infusion", lambda value: f"{value} days"),
    "after_first_days": ("after the first infusion", lambda value: f"{value} days"),
    "escalate_minute": ("called out at", lambda value: f"{value // 60:02d}:{value % 60:02d}"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of settings. words: "usual bag 50 mL → 100 mL", one a setting that changed."""

    who: str
    at: datetime
    words: tuple[str, ...]


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
    changes: tuple[Change, ...]


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


def changes_of(row: Formulary | OrderSettings) -> list[Change]:
    """Who changed these, the newest first; none while nobody has."""
    if row.pk is None:
        return []
    events = AuditEvent.objects.filter(site=row.site, subject=row._meta.db_table, subject_id=row.pk)
    shown = events.exclude(detail={}).order_by("-at", "-pk")[:CHANGES_SHOWN]
    return [Change(event.actor, event.at, tuple(_words(event.detail))) for event in shown]


def _words(detail: dict[str, Any]) -> Iterator[str]:
    for name, (was, now) in detail.items():
        label, say = SETTINGS[name]
        yield f"{label} {say(was)} → {say(now)}"
