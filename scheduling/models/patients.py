"""The patient registry."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Collate, Lower

from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned
from scheduling.rules.pain import diagnosis_words
from scheduling.states import ENROLMENT_TRANSITIONS, EnrolmentState


class PhoneTail(Func):
    """The last seven digits of a phone number, by which duplicates are looked up."""

    template = r"right(regexp_replace(%(expressions)s, '\D', '', 'g'), 7)"
    output_field = models.TextField()


class SearchText(Func):
    """Names and record number as a search compares them: folded words, each after a space."""

    function = "kitclinic_search_text"
    output_field = models.TextField()


class SearchGrams(Func):
    """The pieces of a search text that the index holds: pairs and threes of letters, and first letters."""

    function = "kitclinic_search_grams"
    output_field = ArrayField(models.TextField())


@keep_history(Kind.PATIENT, besides=("search_text", "state"))
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
        DECLINED = "Declined", "Declined to say"

    class Marital(models.TextChoices):
        MARRIED = "Married", "Married"
        SINGLE = "Single", "Single"
        DIVORCED = "Divorced", "Divorced"
        OTHER = "Other/unknown", "Other or unknown"
        DECLINED = "Declined", "Declined to say"

    class Gender(models.TextChoices):
        WOMAN = "woman", "Woman"
        MAN = "man", "Man"
        NONBINARY = "nonbinary", "Nonbinary"
        OTHER = "other", "Another gender"
        DECLINED = "declined", "Declined to say"

    record_number = models.CharField(max_length=20)
    given_name = models.CharField(max_length=60)
    family_name = models.CharField(max_length=60)
    preferred_name = models.CharField(max_length=60, blank=True)  # how the patient wants to be called
    birth_date = models.DateField(null=True)  # null only for a registry import, which gives the age
    age_at_first_infusion = models.PositiveSmallIntegerField(null=True)  # registry imports only, years
    sex = models.CharField(max_length=10, choices=Sex.choices)
    gender = models.CharField(max_length=10, choices=Gender.choices, blank=True)  # "" was not asked
    ethnic_group = models.CharField(max_length=20, choices=EthnicGroup.choices, default=EthnicGroup.OTHER)
    marital_status = models.CharField(max_length=20, choices=Marital.choices, default=Marital.OTHER)
    height_cm = models.PositiveSmallIntegerField(null=True)
    phone = models.CharField(max_length=30, blank=True)
    email = models.EmailField(blank=True)
    address = models.TextField(max_length=300, blank=True)  # postal, as on an envelope, one line a line
    language = models.CharField(max_length=40, default="English")
    needs_interpreter = models.BooleanField(default=False)
    # May this channel be used? Null was not asked, and then it is not used.
    consent_email = models.BooleanField(null=True)
    consent_sms = models.BooleanField(null=True)
    consent_phone = models.BooleanField(null=True)
    diagnosis = models.CharField(max_length=80, blank=True)  # the paper's pain category
    body_mass_index = models.DecimalField(max_digits=4, decimal_places=1, null=True)  # registry imports only
    charlson_index = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=20, choices=EnrolmentState.choices, default=EnrolmentState.REFERRED)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="folded")
    is_registry = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    search_text = models.GeneratedField(
        expression=SearchText("family_name", "given_name", "preferred_name", "record_number"),
        output_field=models.TextField(),
        db_persist=True,
    )

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
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | ~Q(state="merged") & Q(merged_into__isnull=True),
                name="patient_merged_into_another",
                violation_error_message="A merged record names the record it was merged into.",
            ),
        ]
        indexes = [
            models.Index("site", Lower("family_name"), name="patient_by_family_name"),
            models.Index(fields=["site", "birth_date"], name="patient_by_birth_date"),
            models.Index("site", PhoneTail("phone"), name="patient_by_phone_tail"),
            models.Index(F("site"), F("created_at").desc(), F("id").desc(), name="patient_newest_first"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="patient_merged"),
            # Without the pending list: a search after a large import is as fast as any other.
            GinIndex(SearchGrams("search_text"), name="patient_search", fastupdate=False),
            # The family name stands first in the search text: names by their beginning, in order.
            models.Index("site", Collate("search_text", "C"), name="patient_by_search_text"),
        ]

    def __str__(self) -> str:
        return self.record_number

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def called(self) -> str:
        """What to say in the room: the preferred name, or else the given one."""
        return self.preferred_name or self.given_name or self.family_name

    @property
    def list_name(self) -> str:
        """Family name first, for lists: "Marrin, Delphine"."""
        return f"{self.family_name}, {self.given_name}" if self.given_name else self.family_name

    @property
    def board_name(self) -> str:
        """For a block on the board: "Marrin, D."."""
        return f"{self.family_name}, {self.given_name[0]}." if self.given_name else self.family_name

    @property
    def diagnosis_words(self) -> str:
        """The pain diagnosis for people: a category of Table 1 by its name, any other text as it is."""
        return diagnosis_words(self.diagnosis)

    @property
    def initials(self) -> str:
        return "".join(f"{part[0]}." for part in (self.given_name, self.family_name) if part)

    @property
    def may_text(self) -> bool:
        """Whether a text message may be sent: the patient said yes, and there is a number (ENR-48)."""
        return bool(self.phone and self.consent_sms)

    @property
    def may_email(self) -> bool:
        """Whether an e-mail may be sent: the patient said yes, and there is an address (ENR-48)."""
        return bool(self.email and self.consent_email)

    @property
    def address_lines(self) -> tuple[str, ...]:
        """The postal address, line by line."""
        return tuple(self.address.splitlines())

    @property
    def record_tail(self) -> str:
        return self.record_number[-4:]

    def age_on(self, day: date) -> int | None:
        """Whole years on a calendar day; None where only a registry's age is known."""
        born = self.birth_date
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class PatientMerge(SiteOwned):
    """Two records of one person: ``folded`` now leads to ``kept``. Both keep their rows; it can be undone."""

    kept = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    folded = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undo_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "merge"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "folded"],
                condition=Q(undone_at__isnull=True),
                name="patient_merged_once",
                violation_error_message="This record has already been merged into another one.",
            ),
            models.CheckConstraint(
                condition=~Q(kept=F("folded")),
                name="patient_merge_of_two",
                violation_error_message="A record cannot be merged into itself.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="patient_merge_undone_by_and_at",
                violation_error_message="Undoing a merge needs who did it and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"Merge of patient {self.folded_id} into {self.kept_id}"
