"""The clinic's vials, its usual preparation and how long its orders hold. No written order is ever touched."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from infusions.models import Formulary, OrderSettings, Product
from infusions.queries.formulary import strengths_in_use
from infusions.rules.formulary import (
    ORD_40,
    order_settings_problems,
    preparation_problems,
    product_problems,
    retire_problems,
)
from infusions.states import FillMode
from kitclinic import audit
from kitclinic.actions import keep_changes
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if

# What a new clinic begins with: one strength only, so that there is nothing to mix up.
FIRST_STRENGTH, FIRST_VIAL_ML = 50, Decimal("10")


def begin_with_products(*, site: Site, at: datetime, by: StaffUser | None = None) -> Product:
    """Give a new clinic the usual vial, 50 mg/mL in 10 mL; a clinic that has vials keeps its own."""
    known = Product.objects.filter(site=site).order_by("pk").first()
    return known or _put_in(site, FIRST_STRENGTH, FIRST_VIAL_ML, "", "", True, by, at)


@transaction.atomic
def add_product(
    *,
    site: Site,
    strength_mg_per_ml: int,
    vial_ml: Decimal,
    by: StaffUser,
    at: datetime,
    maker: str = "",
    code: str = "",
    is_multi_dose: bool = True,
) -> Product:
    """Put a vial into the formulary. Raises Refused for a strength or volume that does not exist."""
    locked = _lock(site)
    maker, code = maker.strip(), code.strip()
    same = Product.objects.filter(
        site=locked, strength_mg_per_ml=strength_mg_per_ml, vial_ml=vial_ml, maker=maker, code=code
    ).first()
    refuse_if(
        product_problems(
            strength_mg_per_ml, vial_ml, is_known=same is not None, is_in_use=bool(same and same.in_use)
        )
    )
    return _put_in(locked, strength_mg_per_ml, vial_ml, maker, code, is_multi_dose, by, at)


@transaction.atomic
def retire_product(*, product: Product, by: StaffUser, at: datetime) -> Product:
    """Take a vial out of use: none is received any more; what is in the vault stays in the ledger."""
    site = _lock(product.site)
    row = _row(product)
    if not row.in_use:
        raise Conflict([Blocker(ORD_40.id, "This vial is out of use already. Reload to see by whom.")])
    others = Product.objects.filter(site=site, in_use=True).exclude(pk=row.pk)
    usual = _formulary(site).strength_mg_per_ml
    refuse_if(
        retire_problems(
            row.strength_mg_per_ml,
            usual=usual,
            others=frozenset(others.values_list("strength_mg_per_ml", flat=True)),
        )
    )
    return _use(row, False, "product taken out of use", by, at)


@transaction.atomic
def put_back_product(*, product: Product, by: StaffUser, at: datetime) -> Product:
    """Put a vial back into use."""
    _lock(product.site)
    row = _row(product)
    if row.in_use:
        raise Conflict([Blocker(ORD_40.id, "This vial is in use already. Reload to see it.")])
    return _use(row, True, "product put back into use", by, at)


@transaction.atomic
def set_preparation(
    *,
    site: Site,
    strength_mg_per_ml: int,
    bag_ml: int,
    fill: FillMode,
    bags_ml: Sequence[int],
    by: StaffUser,
    at: datetime,
) -> Formulary:
    """Set how ketamine is usually made up and which bags an order may choose; written orders stay."""
    locked = _lock(site)
    refuse_if(preparation_problems(strength_mg_per_ml, bag_ml, bags_ml, in_use=strengths_in_use(locked)))
    row, _ = Formulary.objects.get_or_create(site=locked)
    new = {
        "strength_mg_per_ml": strength_mg_per_ml,
        "bag_ml": bag_ml,
        "fill": str(fill),
        "bags_ml": sorted(set(bags_ml)),
    }
    _change(row, new, "formulary changed", by, at)
    return row


@transaction.atomic
def change_order_settings(
    *,
    site: Site,
    first_use_days: int,
    after_first_days: int,
    escalate_minute: int,
    by: StaffUser,
    at: datetime,
    reason: str = "",
) -> OrderSettings:
    """Set how long orders written from now on hold, and when unsigned ones are called out."""
    locked = _lock(site)
    refuse_if(order_settings_problems(first_use_days, after_first_days, escalate_minute))
    row, _ = OrderSettings.objects.get_or_create(site=locked)
    new = {
        "first_use_days": first_use_days,
        "after_first_days": after_first_days,
        "escalate_minute": escalate_minute,
    }
    changed = {name: [getattr(row, name), value] for name, value in new.items()}
    keep_changes(site=locked, changed=changed, by=by, at=at, reason=reason)
    _change(row, new, "order settings changed", by, at)
    return row


def _lock(site: Site) -> Site:
    return Site.objects.select_for_update(no_key=True).get(pk=site.pk)


def _row(product: Product) -> Product:
    return Product.objects.select_for_update(no_key=True).get(site=product.site_id, pk=product.pk)


def _formulary(site: Site) -> Formulary:
    return Formulary.objects.filter(site=site).first() or Formulary(site=site)


def _put_in(
    site: Site,
    strength: int,
    vial_ml: Decimal,
    maker: str,
    code: str,
    is_multi_dose: bool,
    by: StaffUser | None,
    at: datetime,
) -> Product:
    row = Product.objects.create(
        site=site,
        strength_mg_per_ml=strength,
        vial_ml=vial_ml,
        maker=maker,
        code=code,
        is_multi_dose=is_multi_dose,
    )
    detail = {"strength_mg_per_ml": strength, "vial_ml": str(vial_ml)}
    actor = "" if by else "command line"
    audit.record(event="product added", by=by, actor=actor, at=at, site=site, subject=row, detail=detail)
    return row


def _use(row: Product, in_use: bool, event: str, by: StaffUser, at: datetime) -> Product:
    row.in_use = in_use
    row.save(update_fields=["in_use"])
    audit.record(event=event, by=by, at=at, site=row.site, subject=row)
    return row


def _change(
    row: Formulary | OrderSettings, new: Mapping[str, object], event: str, by: StaffUser, at: datetime
) -> None:
    """Store what is new and keep what it was in the audit trail."""
    changed = {name: [getattr(row, name), value] for name, value in new.items() if getattr(row, name) != value}
    for name, value in new.items():
        setattr(row, name, value)
    row.save(update_fields=list(new))
    audit.record(event=event, by=by, at=at, site=row.site, subject=row, detail=changed)
