"""What people type when they record a licence, import content, or decide about it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from outcomes.models import InstrumentLicence
from outcomes.rules.importing import Label, kinds_of, known_versions
from outcomes.rules.licences import Standing
from outcomes.rules.structure import Definition
from outcomes.rules.wording_text import MOST_BYTES, size_problems
from outcomes.states import PieceKind

LANGUAGES = [("en", "English"), ("es", "Spanish")]


def _date(**options: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class LicenceForm(forms.Form):
    """A permission, as it stands on the letter."""

    holder = forms.CharField(label="Given by", max_length=120, help_text="For example HealthMeasures.")
    identifier = forms.CharField(label="Number, or date of the letter", max_length=120)
    scope = forms.CharField(
        label="What it allows",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Instruments, languages, electronic use.",
    )
    valid_from = _date(label="Valid from")
    expires_on = _date(label="Last day", required=False, help_text="Empty: without end.")
    renews = forms.TypedChoiceField(
        label="Renews", required=False, coerce=int, empty_value=None, help_text="What is installed under it stays."
    )
    confirmed = forms.BooleanField(
        label="I have the letter or contract in hand and compared these lines with it",
        error_messages={"required": "Compare the lines with the letter first, then tick."},
    )

    def __init__(self, *args: Any, earlier: Sequence[InstrumentLicence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [("", "No other licence"), *((one.pk, str(one)) for one in earlier)]
        self.fields["renews"].choices = chosen  # type: ignore[attr-defined]


class ImportForm(forms.Form):
    """A file, what it is, and under which licence."""

    kind = forms.ChoiceField(label="The file holds", widget=forms.RadioSelect)
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        max_length=200,
        error_messages={"required": "Choose a file.", "max_length": "The name of the file is too long."},
    )
    version = forms.CharField(
        label="Version",
        max_length=80,
        error_messages={"required": "Write the version as it stands on the document."},
    )
    language = forms.ChoiceField(label="Language of wording", choices=LANGUAGES)
    is_official = forms.BooleanField(label="This is the official translation", required=False)
    translation_source = forms.CharField(
        label="Source of the translation",
        max_length=200,
        required=False,
        help_text="Only for wording that is not in English.",
    )
    licence = forms.TypedChoiceField(label="Licence", coerce=int)

    def __init__(
        self,
        *args: Any,
        definition: Definition,
        licences: Sequence[tuple[InstrumentLicence, Standing]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        kinds = kinds_of(definition)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        said = [(held.pk, f"{held}, {_until(stands)}") for held, stands in licences]
        self.fields["licence"].choices = said  # type: ignore[attr-defined]
        versions = known_versions(definition)
        self.fields["version"].initial = f"v{versions[0]}" if versions else ""
        self.fields["kind"].initial = kinds[0].value if kinds else ""
        self.fields["language"].initial = "es" if "en" in definition.wordings else "en"

    def clean_file(self) -> UploadedFile:
        """Refuse a large file by its size, before anything of it is read."""
        file = self.cleaned_data["file"]
        assert isinstance(file, UploadedFile)
        for problem in size_problems(file.size or 0):
            raise forms.ValidationError(problem.sentence)
        return file

    def label(self) -> Label:
        data = self.cleaned_data
        kind = PieceKind(data["kind"])
        is_wording = kind == PieceKind.WORDING
        source = data["translation_source"].strip() if data["is_official"] else ""
        return Label(
            kind, data["version"].strip(), data["language"] if is_wording else "", source if is_wording else ""
        )

    def bytes(self) -> bytes:
        """The file, with at most one byte more than is taken."""
        read: bytes = self.cleaned_data["file"].read(MOST_BYTES + 1)
        return read


class RetireForm(forms.Form):
    """Why a version goes out of use."""

    reason = forms.CharField(
        label="Why it goes out of use",
        max_length=200,
        error_messages={"required": "Say why it goes out of use, for those who read this later."},
    )


def _until(stands: Standing) -> str:
    return f"to {stands.ends:%d %b %Y}" if stands.ends else "without end"
