"""Verbal orders and their co-signatures; orders that were called out because nobody had signed them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusions.models.infusions import Infusion
from infusions.models.orders import Order
from infusions.states import VerbalKind
from kitclinic.append_only import AppendOnly
from kitclinic.models import Signature, SiteOwned
from scheduling.models import Visit


class VerbalOrder(AppendOnly, SiteOwned):
    """What a prescriber said and a nurse read back: to hold, to stop, or the as-needed dose. Never a start."""

    key = models.UUIDField()
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="verbal_orders")
    infusion = models.ForeignKey(Infusion, null=True, on_delete=models.PROTECT, related_name="verbal_orders")
    kind = models.CharField(max_length=20, choices=VerbalKind.choices)
    words = models.CharField(max_length=300)
    read_back = models.BooleanField()
    prescriber = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    heard_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="verbal_order_once",
                violation_error_message="This verbal order has already been saved.",
            ),
            models.UniqueConstraint(
                fields=["site", "infusion"],
                condition=Q(kind="as_needed"),
                name="verbal_as_needed_once",
                violation_error_message="One further dose is ordered already; there is no third.",
            ),
            models.CheckConstraint(
                condition=Q(read_back=True) & ~Q(words="") & ~Q(prescriber=F("heard_by")),
                name="verbal_order_is_read_back",
                violation_error_message="A verbal order is heard by another person and read back.",
            ),
            models.CheckConstraint(
                condition=Q(kind="hold") | Q(infusion__isnull=False),
                name="verbal_order_has_infusion",
                violation_error_message="To stop, or to give a dose, is said about an infusion.",
            ),
        ]

    def __str__(self) -> str:
        return f"Verbal: {self.get_kind_display()}"


class CoSignature(AppendOnly, SiteOwned):
    """The prescriber's own signature under what he or she is recorded to have said, or what was said instead."""

    verbal = models.OneToOneField(VerbalOrder, on_delete=models.PROTECT, related_name="cosignature")
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")
    disputes = models.CharField(max_length=300, blank=True)  # "" agrees
    at = models.DateTimeField()

    def __str__(self) -> str:
        return "disputed" if self.disputes else "agreed"


class Escalation(AppendOnly, SiteOwned):
    """A visit of the next clinic day without a signed order, called out to the prescribers once."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    date = models.DateField()  # the visit's day when it was called out; a moved visit is called out anew
    because = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "visit", "date"],
                name="escalation_once",
                violation_error_message="This visit was called out already.",
            )
        ]

    def __str__(self) -> str:
        return self.because
