"""Orders: exact, signed, never edited afterwards."""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from infusions.rules.dosing import Preparation
from infusions.rules.order_set import STANDARD, OrderSet
from infusions.states import ORDER_TRANSITIONS, FillMode, OndansetronContraindication, OrderState
from kitclinic.append_only import AppendOnly
from kitclinic.models import Signature, SiteOwned
from scheduling.models import ProtocolVersion, Sequence, Weight


def order_set_of(version: ProtocolVersion | None) -> OrderSet:
    """What this protocol version orders; the standard one where the clinic has none."""
    if version is None:
        return STANDARD
    return OrderSet(
        mg_per_kg=version.mg_per_kg,
        minutes=version.infusion_minutes,
        days=version.days,
        vitals_minutes=version.vitals_minutes,
        change_percent=version.change_percent,
        observation_minutes=version.observation_minutes,
    )


class Order(SiteOwned):
    """One version of the order for one sequence. A trigger refuses any change but of the state once signed."""

    sequence = models.ForeignKey(Sequence, on_delete=models.PROTECT, related_name="orders")
    protocol = models.ForeignKey(ProtocolVersion, null=True, on_delete=models.PROTECT, related_name="+")
    infusions_ordered = models.PositiveSmallIntegerField(default=5)  # one authorisation a day
    version = models.PositiveSmallIntegerField(default=1)
    weight = models.ForeignKey(Weight, on_delete=models.PROTECT, related_name="+")
    weight_kg = models.DecimalField(max_digits=4, decimal_places=1)
    mg_per_kg = models.DecimalField(max_digits=4, decimal_places=3)
    dose_mg = models.DecimalField(max_digits=8, decimal_places=3)  # exact; rounded only where it is shown
    infusion_minutes = models.PositiveSmallIntegerField(default=40)
    strength_mg_per_ml = models.PositiveSmallIntegerField()
    bag_ml = models.PositiveSmallIntegerField()
    fill = models.CharField(max_length=20, choices=FillMode.choices)
    draw_ml = models.DecimalField(max_digits=6, decimal_places=2)
    total_ml = models.DecimalField(max_digits=7, decimal_places=2)  # volume in the bag, to be infused
    rate_ml_per_h = models.DecimalField(max_digits=6, decimal_places=1)
    # 8 mg before the start and 8 mg once more as needed, unless something speaks against it
    no_ondansetron = models.CharField(
        max_length=20,
        choices=OndansetronContraindication.choices,
        default=OndansetronContraindication.NONE,
    )
    no_ondansetron_note = models.CharField(max_length=120, blank=True)
    note = models.CharField(max_length=300, blank=True)
    # what the prescriber saw and decided; the assessment holds the other decisions
    psychotropics = models.TextField(max_length=1000, blank=True)  # one a line, as known when it was written
    antihypertensives = models.TextField(max_length=1000, blank=True)  # one a line
    medication_noted = models.BooleanField(default=False)  # the prescriber has read both lists, empty ones too
    driver_plan = models.CharField(max_length=200, blank=True)  # who drives home, or how that will be settled
    # the prescriber's reasons; all of them stand in the signed text
    weight_reason = models.CharField(max_length=200, blank=True)  # for a weight that was not measured
    preparation_reason = models.CharField(max_length=200, blank=True)  # for a volume or rate that is off
    allergy_reason = models.CharField(max_length=200, blank=True)  # for an allergy to a drug of the order
    supersedes_reason = models.CharField(max_length=300, blank=True)  # why there is a version after the first
    state = models.CharField(max_length=20, choices=OrderState.choices, default=OrderState.DRAFT)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    signature = models.OneToOneField(Signature, null=True, on_delete=models.PROTECT, related_name="order")
    signed_at = models.DateTimeField(null=True)
    held_because = models.CharField(max_length=200, blank=True)
    first_use_days = models.PositiveSmallIntegerField(default=30)  # as the settings were when it was written
    after_first_days = models.PositiveSmallIntegerField(default=14)

    TRANSITIONS: ClassVar = ORDER_TRANSITIONS

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "sequence", "version"],
                name="order_version_once",
                violation_error_message="Somebody has just written an order for this sequence. Reload to see it.",
            ),
            models.UniqueConstraint(
                fields=["site", "sequence"],
                condition=Q(state__in=["draft", "signed", "held"]),
                name="order_one_current",
                violation_error_message="This sequence already has an order.",
            ),
            models.CheckConstraint(
                condition=Q(dose_mg=F("mg_per_kg") * F("weight_kg")),
                name="order_dose_is_exact",
                violation_error_message="The dose must be the ordered mg/kg times the weight, exactly.",
            ),
            models.CheckConstraint(
                condition=Q(signature__isnull=True, signed_at__isnull=True)
                | Q(signature__isnull=False, signed_at__isnull=False),
                name="order_signed_all_or_nothing",
                violation_error_message="An order is signed completely or not at all.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "discontinued"]) | Q(signature__isnull=False),
                name="order_state_needs_signature",
                violation_error_message="Only a draft goes without a signature.",
            ),
            models.CheckConstraint(
                condition=~Q(no_ondansetron="other") | ~Q(no_ondansetron_note=""),
                name="order_no_ondansetron_has_reason",
                violation_error_message="Leaving out ondansetron for another reason needs that reason in words.",
            ),
        ]

    def __str__(self) -> str:
        return f"Order version {self.version}"

    @property
    def number(self) -> str:
        """What people call the order, in all its versions. Needs ``sequence.patient`` loaded."""
        return f"{self.sequence.patient.record_number}/{self.sequence.number}"

    @property
    def preparation(self) -> Preparation:
        """How it is made up, as stored: volumes in mL, doses in mg."""
        strength, draw = Decimal(self.strength_mg_per_ml), self.draw_ml
        return Preparation(
            dose_mg=self.dose_mg,
            strength_mg_per_ml=strength,
            bag_ml=Decimal(self.bag_ml),
            fill=FillMode(self.fill),
            draw_exact_ml=self.dose_mg / strength,
            draw_ml=draw,
            delivered_mg=draw * strength,
            final_volume_ml=self.total_ml,
            rate_ml_per_h=self.rate_ml_per_h,
            ordered_minutes=self.infusion_minutes,
        )

    @property
    def order_set(self) -> OrderSet:
        """What the protocol of this order says. Needs ``protocol`` loaded."""
        return order_set_of(self.protocol)

    @property
    def ondansetron(self) -> bool:
        """Whether ondansetron is ordered."""
        return self.no_ondansetron == OndansetronContraindication.NONE


class Affirmation(AppendOnly, SiteOwned):
    """A prescriber's signature that a signed order stands, for the weight that was known then."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="affirmations")
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="affirmation")
    weight = models.ForeignKey(Weight, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="affirmation_has_reason",
                violation_error_message="Affirming a held order needs a reason.",
            )
        ]

    def __str__(self) -> str:
        return self.reason
