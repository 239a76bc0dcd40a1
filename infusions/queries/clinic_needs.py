"""What a new clinic needs before its first infusion."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from infusions.models import Product, Receipt
from kitclinic.clinic_needs import Need
from kitclinic.models import Site


def needs(site: Site, at: datetime) -> Iterator[Need]:
    """Two queries."""
    vials = Product.objects.filter(site=site).exists()
    yield Need(
        "Vials in the formulary",
        vials,
        "The usual vial is in it." if vials else "Add one.",
        reverse("infusions:formulary"),
    )
    stock = Receipt.objects.filter(site=site).exists()
    says = "A delivery is in the ledger." if stock else "Receive the first delivery into the ledger."
    yield Need("Ketamine in the vault", stock, says, reverse("infusions:ledger"))
