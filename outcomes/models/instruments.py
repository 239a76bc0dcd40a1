"""What a clinic installs for licensed instruments: wording, item banks and score tables, each written once."""

from django.conf import settings
from django.db import models

from kitclinic.append_only import AppendOnly
from kitclinic.history import Kind, keep_history
from kitclinic.models import SiteOwned
from outcomes.states import PieceDecisionKind, PieceKind


class InstrumentLicence(AppendOnly, SiteOwned):
    """The permission under which a clinic uses licensed content, as somebody confirmed it."""

    holder = models.CharField(max_length=120)  # who gave it: "HealthMeasures", "Mapi Research Trust"
    identifier = models.CharField(max_length=120)  # number or date of the letter
    scope = models.CharField(max_length=400)  # instruments, languages, electronic use
    valid_from = models.DateField()
    expires_on = models.DateField(null=True)  # last day; null: without end
    renews = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="renewals")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        verbose_name = "licence"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "holder", "identifier"],
                name="licence_once",
                violation_error_message="This licence is on record already.",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_on__isnull=True) | models.Q(expires_on__gte=models.F("valid_from")),
                name="licence_ends_after_it_begins",
                violation_error_message="A licence ends on or after the day it begins.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder}, {self.identifier}"


class InstrumentPiece(AppendOnly, SiteOwned):
    """One installed version of wording (in one language), item bank or score table of one instrument.

    content: wording {"stem", "items": [{"code", "text", "options": [{"value", "text"}]}]};
    bank {"items": [{"id", "a", "thresholds"}]}; table {"rows": [{"raw", "t", "se"}]} (t and se as text).
    """

    instrument = models.CharField(max_length=40)  # name of the definition: "PROMIS-Fatigue-CAT"
    kind = models.CharField(max_length=10, choices=PieceKind.choices)
    language = models.CharField(max_length=10, blank=True)  # of wording; "" otherwise
    version = models.CharField(max_length=80)
    content = models.JSONField()
    content_sha256 = models.CharField(max_length=64)
    source_name = models.CharField(max_length=200)  # name of the uploaded file
    source_sha256 = models.CharField(max_length=64)
    translation_source = models.CharField(max_length=200, blank=True)  # of an official translation
    report = models.JSONField(default=dict)  # dry run and authenticity, as they came out at the import
    licence = models.ForeignKey(InstrumentLicence, on_delete=models.PROTECT, related_name="pieces")
    imported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField()

    class Meta:
        verbose_name = "installed piece"
        constraints = [
            models.UniqueConstraint(
                fields=["site", "instrument", "kind", "language", "version"],
                name="piece_version_once",
                violation_error_message="This version is installed already. A change needs its own version name.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.kind} {self.version}"


class PieceUpload(SiteOwned):
    """An uploaded file of licensed content that was looked through. It goes once it is imported or thrown away."""

    instrument = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=PieceKind.choices)
    language = models.CharField(max_length=10, blank=True)
    version = models.CharField(max_length=80)
    translation_source = models.CharField(max_length=200, blank=True)
    licence = models.ForeignKey(InstrumentLicence, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    data = models.BinaryField()  # the file as it came, at most 2 MB
    report = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = "uploaded content"

    def __str__(self) -> str:
        return f"{self.instrument} {self.kind} {self.version}"


class PieceDecision(AppendOnly, SiteOwned):
    """Somebody activated or retired a piece; the newest decision of a piece counts."""

    piece = models.ForeignKey(InstrumentPiece, on_delete=models.PROTECT, related_name="decisions")
    decision = models.CharField(max_length=10, choices=PieceDecisionKind.choices)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["site", "piece", "at"], name="piece_decision_newest")]

    def __str__(self) -> str:
        return f"{self.piece_id} {self.decision}"


@keep_history(Kind.SETTINGS)
class RemoteEngine(SiteOwned):
    """An adaptive test that another server runs for a clinic licensed that way (SDC $next-question).

    credential: name of the environment variable that holds the bearer token; the token is never stored.
    """

    instrument = models.CharField(max_length=40)  # the name under which the clinic asks it
    measure = models.CharField(max_length=60)
    title = models.CharField(max_length=80)
    address = models.URLField(max_length=300)  # base of the FHIR server, without /Questionnaire
    questionnaire = models.CharField(max_length=300)  # canonical url|version
    credential = models.CharField(max_length=60, blank=True)
    licence = models.ForeignKey(InstrumentLicence, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "instrument"],
                condition=models.Q(ended_at__isnull=True),
                name="remote_engine_once",
                violation_error_message="This instrument already has a remote engine.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} at {self.address}"


@keep_history(Kind.SETTINGS)
class EngineClient(SiteOwned):
    """Another system that may ask our engine for the next question. Only its token's digest is kept."""

    name = models.CharField(max_length=80)
    token_digest = models.CharField(max_length=64, db_index=True)  # SHA-256, hex
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "token_digest"],
                name="engine_client_token_once",
                violation_error_message="This token was given out before.",
            )
        ]

    def __str__(self) -> str:
        return self.name
