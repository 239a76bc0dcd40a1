"""The vault: deliveries and counts."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from infusions.actions.ledger.posting import (
    lock_vaults,
    may_handle,
    next_key,
    note,
    post_discrepancy,
    same_or_conflict,
)
from infusions.models import Count, CountLine, Movement, Product, Receipt, Vault, Vial
from infusions.queries.ledger import VialLine, newest_movement, vial_lines
from infusions.rules.ledger import mg_of
from infusions.rules.ledger_reports import meanwhile_problems
from infusions.rules.vault import ReceiptFacts, count_problems, receipt_problems
from infusions.states import MovementKind
from kitclinic.display import show
from kitclinic.models import Site, StaffUser
from kitclinic.problems import refuse_if

FIRST_VAULT = "Main vault"


@transaction.atomic
def ensure_vault(*, site: Site, by: StaffUser, at: datetime) -> Vault:
    """The clinic's first vault in use; made the first time it is needed."""
    Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    known = Vault.objects.filter(site=site, in_use=True).order_by("pk").first()
    if known is not None:
        return known
    vault, _ = Vault.objects.update_or_create(site=site, name=FIRST_VAULT, defaults={"in_use": True})
    note("vault opened", vault, site=site, by=by, at=at)
    return vault


@transaction.atomic
def receive_vials(
    *,
    vault: Vault,
    product: Product,
    lot: str,
    expires_on: date,
    vials: int,
    supplier: str,
    by: StaffUser,
    at: datetime,
    key: UUID,
    invoice: str = "",
) -> Receipt:
    """Put a delivery into the vault: each vial gets the next number of the clinic and enters full.

    The numbers are to be written on the vials. Raises Refused, or Conflict for a key used otherwise.
    """
    site = Site.objects.select_for_update(no_key=True).get(pk=vault.site_id)
    (vault,) = lock_vaults(site.pk, [vault.pk])
    product = Product.objects.get(site=site, pk=product.pk)
    lot, supplier, invoice = lot.strip(), supplier.strip(), invoice.strip()
    first = Receipt.objects.filter(site=site, key=key).first()
    if first is not None:
        said = (first.vault_id, first.product_id, first.lot, first.expires_on, first.vials, first.supplier)
        same = said == (vault.pk, product.pk, lot, expires_on, vials, supplier) and first.invoice == invoice
        same_or_conflict(same, first)
        return first
    facts = ReceiptFacts(
        may=may_handle(by, site.pk),
        vials=vials,
        lot=lot,
        supplier=supplier,
        expires_on=expires_on,
        today=site.today(at),
        product_in_use=product.in_use,
        vault_in_use=vault.in_use,
    )
    refuse_if(receipt_problems(facts))
    receipt = Receipt.objects.create(
        site=site,
        key=key,
        vault=vault,
        product=product,
        lot=lot,
        expires_on=expires_on,
        vials=vials,
        supplier=supplier,
        invoice=invoice,
        by=by,
        at=at,
    )
    _put_in(receipt)
    note("ketamine received", receipt, site=site, by=by, at=at, vials=vials, lot=lot)
    return receipt


def _put_in(receipt: Receipt) -> None:
    """Number the vials of a delivery on, and let each enter with what its label says."""
    product, site = receipt.product, receipt.site
    last = Vial.objects.filter(site=site).aggregate(last=Max("number"))["last"] or 0
    made = Vial.objects.bulk_create(
        Vial(site=site, receipt=receipt, vault=receipt.vault, product=product, number=last + nth)
        for nth in range(1, receipt.vials + 1)
    )
    Movement.objects.bulk_create(
        Movement(
            site=site,
            key=next_key(receipt.key, vial.number),
            kind=MovementKind.RECEIVED,
            vault=receipt.vault,
            vial=vial,
            mg=mg_of(product.vial_ml, product.strength_mg_per_ml),
            ml=product.vial_ml,
            by=receipt.by,
            occurred_at=receipt.at,
            received_at=receipt.at,
        )
        for vial in made
    )


@transaction.atomic
def count_vault(
    *,
    vault: Vault,
    counted: Mapping[int, Decimal],
    by: StaffUser,
    at: datetime,
    key: UUID,
    note: str = "",
    seen: int | None = None,
) -> Count:
    """Compare what is in the vault with the ledger, vial by vial.

    counted: vial pk -> mL found; a vial that the ledger has and that is left out was not found. Each difference
    is posted at once as an open discrepancy. seen: ``newest_movement`` when the count began (LED-36), None for a
    count that nothing could come between. Raises Refused, or Conflict for a key used otherwise.
    """
    (vault,) = lock_vaults(vault.site_id, [vault.pk])
    note = note.strip()
    lines = [
        line for line in vial_lines(vault.site, vault=vault, with_empty=True) if line.mg or line.vial.pk in counted
    ]
    strangers = set(counted) - {line.vial.pk for line in lines}
    first = Count.objects.filter(site=vault.site_id, key=key).first()
    if first is not None:
        same_or_conflict(first.vault_id == vault.pk and first.note == note and _same_count(first, counted), first)
        return first
    refuse_if(meanwhile_problems(moved_meanwhile=seen is not None and seen != newest_movement(vault)))
    found = [
        (line, mg_of(counted.get(line.vial.pk, Decimal(0)), line.product.strength_mg_per_ml)) for line in lines
    ]
    refuse_if(
        count_problems(
            may=may_handle(by, vault.site_id),
            counted=[(line.vial.number, mg, line.label_mg) for line, mg in found],
            strangers=len(strangers),
        )
    )
    count = Count.objects.create(site=vault.site, key=key, vault=vault, note=note, by=by, at=at)
    for line, mg in found:
        _compare(count, line, mg)
    return _counted(count, len(found))


def _same_count(first: Count, counted: Mapping[int, Decimal]) -> bool:
    before = {line.vial_id: line for line in first.lines.select_related("vial__product")}
    return set(counted) <= set(before) and all(
        line.counted_mg == mg_of(counted.get(pk, Decimal(0)), line.vial.product.strength_mg_per_ml)
        for pk, line in before.items()
    )


def _compare(count: Count, line: VialLine, mg: Decimal) -> None:
    row = CountLine.objects.create(
        site=count.site, count=count, vial=line.vial, expected_mg=line.mg, counted_mg=mg
    )
    if mg == line.mg:
        return
    strength = line.product.strength_mg_per_ml
    expected, there = show(line.ml, "mL"), show(mg / strength, "mL")
    post_discrepancy(
        key=next_key(count.key, line.vial.number),
        vial=line.vial,
        mg=mg - line.mg,
        reason=f"Count: {expected} expected, {there} found.",
        by=count.by,
        at=count.at,
        count_line=row,
    )


def _counted(count: Count, vials: int) -> Count:
    different = count.lines.filter(discrepancy__isnull=False).count()
    note("vault counted", count, site=count.site, by=count.by, at=count.at, vials=vials, different=different)
    return count
