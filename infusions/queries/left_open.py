"""What of orders, charts and the ledger waits for somebody who leaves; no names of patients."""

from datetime import datetime

from django.db.models import Q

from infusions.models import Discrepancy, Infusion, KeptAside, Order, VerbalOrder
from infusions.states import OPEN_INFUSION, OrderState
from kitclinic.models import StaffUser
from kitclinic.people import said_of


def sentences(person: StaffUser, at: datetime) -> list[str]:
    """Orders drafted and unsigned, verbal orders not co-signed, patients in the chairs, entries aside."""
    site = person.site
    drafts = Order.objects.filter(site=site, drafted_by=person, state=OrderState.DRAFT)
    verbal = VerbalOrder.objects.filter(site=site, prescriber=person, cosignature=None)
    patients = Infusion.objects.filter(site=site, nurse=person, state__in=OPEN_INFUSION)
    aside = KeptAside.objects.filter(site=site, by=person, answer=None)
    party = Q(movement__by=person) | Q(movement__witness=person)
    counts = Discrepancy.objects.filter(party, site=site, answer=None)
    return [
        *said_of(drafts.count(), "order drafted and not signed", "orders drafted and not signed"),
        *said_of(
            verbal.count(), "verbal order waits for the co-signature", "verbal orders wait for the co-signature"
        ),
        *said_of(patients.count(), "patient in a chair", "patients in chairs"),
        *said_of(
            counts.count(),
            "open discrepancy of the ledger, as the one who drew or witnessed",
            "open discrepancies of the ledger, as the one who drew or witnessed",
        ),
        *said_of(aside.count(), "entry kept aside", "entries kept aside"),
    ]
