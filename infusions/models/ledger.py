"""The controlled-substance ledger (Schedule III): every vial, every movement, written once.

Nothing here stores a balance: a balance is the sum of the movements. A trigger sums them under the
vial's lock before it lets another one in, so that no vial and no drawn dose ever falls below zero.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusions.models.formulary import Product
from infusions.models.infusions import Infusion
from infusions.states import MovementKind
from kitclinic.append_only import AppendOnly
from kitclinic.history import Kind, keep_history
from kitclinic.models import Signature, SiteOwned


@keep_history(Kind.FORMULARY)
class Vault(SiteOwned):
    """A locked place for controlled substances."""

    name = models.CharField(max_length=60)
    in_use = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name"],
                name="vault_name_once",
                violation_error_message="There is a vault of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Receipt(AppendOnly, SiteOwned):
    """A delivery of vials of one lot into one vault."""

    key = models.UUIDField()  # made by the client: the same delivery is stored once
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="receipts")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="receipts")
    lot = models.CharField(max_length=40)
    expires_on = models.DateField()  # the last day of use
    vials = models.PositiveSmallIntegerField()
    supplier = models.CharField(max_length=120)
    invoice = models.CharField(max_length=60, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="receipt_once",
                violation_error_message="This delivery has already been saved.",
            ),
            models.CheckConstraint(
                condition=Q(vials__gte=1) & ~Q(lot=""),
                name="receipt_has_vials_and_lot",
                violation_error_message="A delivery has at least one vial and a lot number.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vials} × {self.product}, lot {self.lot}"


class Vial(AppendOnly, SiteOwned):
    """One vial, with the number the clinic writes on it."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="contents")
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="contents")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "number"],
                name="vial_number_once",
                violation_error_message="Somebody has just taken these vial numbers. Save once more.",
            )
        ]

    def __str__(self) -> str:
        return f"Vial {self.number}"


class Count(AppendOnly, SiteOwned):
    """A count of a vault by one person: every vial of it, in mg."""

    key = models.UUIDField()
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="counts")
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="count_once",
                violation_error_message="This count has already been saved.",
            )
        ]
        indexes = [models.Index(fields=["site", "vault", "-at"], name="count_latest")]

    def __str__(self) -> str:
        return f"Count of {self.vault_id}"


class CountLine(AppendOnly, SiteOwned):
    """What the ledger expected of one vial, and what was there, in mg."""

    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="lines")
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="count_lines")
    expected_mg = models.DecimalField(max_digits=12, decimal_places=3)
    counted_mg = models.DecimalField(max_digits=12, decimal_places=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "count", "vial"],
                name="count_line_once",
                violation_error_message="This vial is counted already.",
            ),
            models.CheckConstraint(
                condition=Q(counted_mg__gte=0),
                name="count_line_not_below_zero",
                violation_error_message="No vial holds less than nothing.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.counted_mg} of {self.expected_mg} mg"


class Movement(AppendOnly, SiteOwned):
    """One movement of ketamine. mg and mL are above zero, but for a discrepancy: what is missing is below.

    draw: null where the vial itself moves (received, withdrawn, wasted from the vial, discrepancy of the
    vial); else the withdrawal out of which it moves (administered, wasted, returned, discrepancy of a dose).
    """

    key = models.UUIDField()
    kind = models.CharField(max_length=20, choices=MovementKind.choices)
    vault = models.ForeignKey(Vault, on_delete=models.PROTECT, related_name="movements")
    vial = models.ForeignKey(Vial, on_delete=models.PROTECT, related_name="movements")
    infusion = models.ForeignKey(Infusion, null=True, on_delete=models.PROTECT, related_name="movements")
    draw = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="moved")
    mg = models.DecimalField(max_digits=12, decimal_places=3)
    ml = models.DecimalField(max_digits=14, decimal_places=5)  # mg over the strength, exact
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signature = models.OneToOneField(Signature, null=True, on_delete=models.PROTECT, related_name="movement")
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "key"],
                name="movement_once",
                violation_error_message="This movement has already been saved.",
            ),
            models.CheckConstraint(
                condition=Q(mg__gt=0, ml__gt=0)
                | Q(kind="discrepancy", mg__lt=0, ml__lt=0)
                | Q(kind="discrepancy", mg__gt=0, ml__gt=0),
                name="movement_moves_something",
                violation_error_message="A movement is more than nothing.",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["received", "withdrawn"], draw__isnull=True)
                | Q(kind__in=["administered", "returned"], draw__isnull=False)
                | Q(kind__in=["wasted", "discrepancy"]),
                name="movement_draw_agrees_with_kind",
                violation_error_message="Only a drawn dose is administered or returned.",
            ),
            models.CheckConstraint(
                condition=Q(infusion__isnull=False, kind="withdrawn")
                | Q(infusion__isnull=False, draw__isnull=False)
                | Q(infusion__isnull=True, draw__isnull=True) & ~Q(kind="withdrawn"),
                name="movement_dose_belongs_to_an_infusion",
                violation_error_message="A dose is drawn for one infusion.",
            ),
            models.CheckConstraint(
                condition=~Q(kind="wasted")
                | Q(witness__isnull=False, signature__isnull=False) & ~Q(witness=F("by")),
                name="movement_waste_is_witnessed",
                violation_error_message="Waste needs a second person who watched it and signs.",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["discrepancy", "returned"]) | ~Q(reason=""),
                name="movement_has_reason",
                violation_error_message="A return and a discrepancy need their reason.",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "vial"], name="movement_by_vial"),
            models.Index(fields=["site", "infusion"], name="movement_by_infusion"),
            models.Index(fields=["site", "vault", "-received_at", "-id"], name="movement_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.mg} mg"


class Discrepancy(AppendOnly, SiteOwned):
    """A difference between ledger and world. Its movement is posted at once; it stays open till answered."""

    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="discrepancy")
    count_line = models.OneToOneField(CountLine, null=True, on_delete=models.PROTECT, related_name="discrepancy")
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Discrepancy {self.pk}"


class DiscrepancyAnswer(AppendOnly, SiteOwned):
    """What became of a discrepancy, in words and under a signature."""

    discrepancy = models.OneToOneField(Discrepancy, on_delete=models.PROTECT, related_name="answer")
    words = models.CharField(max_length=500)
    reported_to = models.CharField(max_length=200, blank=True)  # an authority or the pharmacist, as told
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(words=""),
                name="discrepancy_answer_has_words",
                violation_error_message="Say what became of it.",
            )
        ]

    def __str__(self) -> str:
        return self.words
