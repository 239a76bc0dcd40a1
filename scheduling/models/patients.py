"""The patient registry."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from kitclinic.models import SiteOwned
from scheduling.states import ENROLMENT_TRANSITIONS, EnrolmentState


class Patient(SiteOwned):
    """One person of this clinic. Downstream rows hold the key and never copy name or birth date."""

    class Sex(models.TextChoices):
        FEMALE = "female", "Female"
        MALE = "male", "Male"
        NONBINARY = "nonbinary", "Nonbinary"

    class EthnicGroup(models.TextChoices):
        WHITE = "White", "White"
        BLACK = "Black", "Black"
        OTHER = "Other/unknown", "Other or unknown"

    class Marital(models.TextChoices):
        MARRIED = "Married", "Married"
        SINGLE = "Single", "Single"
        DIVORCED = "Divorced", "Divorced"
        OTHER = "Other/unknown", "Other or unknown"

    record_number = models.CharField(max_length=20)
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    birth_date = models.DateField(null=True)  # null only for a registry import, which gives the age
    age_at_first_infusion = models.PositiveSmallIntegerField(null=True)  # registry imports only, years
    sex = models.CharField(max_length=10, choices=Sex.choices)
    ethnic_group = models.CharField(max_length=20, choices=EthnicGroup.choices, default=EthnicGroup.OTHER)
    marital_status = models.CharField(max_length=20, choices=Marital.choices, default=Marital.OTHER)
    height_cm = models.PositiveSmallIntegerField(null=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=40, default="English")
    diagnosis = models.CharField(max_length=80, blank=True)  # the paper's pain category
    body_mass_index = models.DecimalField(max_digits=4, decimal_places=1, null=True)  # registry imports only
    charlson_index = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=20, choices=EnrolmentState.choices, default=EnrolmentState.REFERRED)
    is_registry = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    TRANSITIONS: ClassVar = ENROLMENT_TRANSITIONS

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "record_number"],
                name="patient_record_number_once",
                violation_error_message="Another patient already has this record number.",
            ),
            models.CheckConstraint(
                condition=Q(birth_date__isnull=False) | Q(is_registry=True),
                name="patient_has_birth_date",
                violation_error_message="Enter the patient's birth date.",
            ),
        ]
        indexes = [
            models.Index("site", Lower("family_name"), name="patient_by_family_name"),
            models.Index(fields=["site", "birth_date"], name="patient_by_birth_date"),
        ]

    def __str__(self) -> str:
        return self.record_number

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def list_name(self) -> str:
        """Family name first, for lists: "Marrin, Delphine"."""
        return f"{self.family_name}, {self.given_name}" if self.given_name else self.family_name

    @property
    def board_name(self) -> str:
        """For a block on the board: "Marrin, D."."""
        return f"{self.family_name}, {self.given_name[0]}." if self.given_name else self.family_name

    @property
    def initials(self) -> str:
        return "".join(f"{part[0]}." for part in (self.given_name, self.family_name) if part)

    @property
    def record_tail(self) -> str:
        return self.record_number[-4:]

    def age_on(self, day: date) -> int | None:
        """Whole years on a calendar day; None where only a registry's age is known."""
        born = self.birth_date
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
