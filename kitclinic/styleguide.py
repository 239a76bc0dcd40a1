"""Invented examples for the style guide: every component in every state."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator

from kitclinic.problems import Blocker, NeedsConfirmation, Notice


class ExampleForm(forms.Form):
    """One field of each kind, with help."""

    name = forms.CharField(label="Name", help_text="As on the identity card.")
    weight = forms.DecimalField(label="Weight, kg", help_text="Off the scale, in kilograms only.")
    born = forms.DateField(label="Birth date", widget=forms.DateInput(attrs={"type": "date"}))
    language = forms.ChoiceField(label="Language", choices=[("en", "English"), ("es", "Spanish")])
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    consent = forms.BooleanField(label="Consent was signed in person")


TONES = (
    ("ok", "Ready to start"),
    ("due", "Vitals due soon"),
    ("overdue", "Vitals late"),
    ("flag", "Flag open"),
    ("urgent", "Stopped"),
    ("info", "First visit"),
    ("signed", "Signed"),
    ("held", "Order held"),
)
KEYPAD = (
    {"name": "sbp", "label": "SBP", "max": 300, "value": "", "last": 156, "baseline": 128, "error": ""},
    {"name": "dbp", "label": "DBP", "max": 200, "value": "", "last": 92, "baseline": 78, "error": ""},
    {"name": "hr", "label": "HR", "max": 300, "value": "", "last": 81, "baseline": 70, "error": ""},
    {"name": "spo2", "label": "SpO₂", "max": 100, "value": "", "last": 97, "baseline": 0, "error": ""},
)


@dataclass(frozen=True)
class ExampleGap:
    """A missing person, as scheduling.queries.cover_banner shows one."""

    ends: str
    times: str
    patients: int
    who: str = "1 nurse missing"
    kind: str = "nurse"
    begins: str = ""
    has_begun: bool = True
    taken_by: str = ""
    day: date | None = None


COVER = {
    "open": [ExampleGap("11:40", "10:35–11:40", 3)],
    "first": [ExampleGap("11:40", "10:35–11:40", 3)],
    "rest": [ExampleGap("15:10", "14:50–15:10", 1, "No provider on site", "provider", "14:50", has_begun=False)],
    "taken": [ExampleGap("13:15", "12:30–13:15", 2, taken_by="Ines Varga")],
    "may_name": True,
}


def examples(*, now: datetime) -> dict[str, Any]:
    """Context of the style guide. now: aware UTC."""
    return {
        "problems_example": [
            Blocker("INF-01", "No signed order for today. Ask the physician to sign it."),
            NeedsConfirmation("DOS-05", "82 kg after 28 kg last week: read the scale and type it again."),
            Notice("SCH-04", "This week has a holiday on Thursday."),
        ],
        "tones": TONES,
        "dues": [now + timedelta(minutes=minutes, seconds=20) for minutes in (11, 2, 0)]
        + [now - timedelta(minutes=7, seconds=20)],
        "form": ExampleForm(),
        "form_bad": ExampleForm({"name": "", "weight": "", "born": "", "language": "xx"}, auto_id="bad_%s"),
        "keypad": KEYPAD,
        "keypad_bad": (KEYPAD[0] | {"value": "92", "error": "below DBP"}, *KEYPAD[1:]),
        "rhythms": [("sinus", "Sinus"), ("brady", "Brady"), ("tachy", "Tachy"), ("af", "AF"), ("other", "Other")],
        "symptoms": [
            ("none", "None"),
            ("nausea", "Nausea"),
            ("dizzy", "Dizzy"),
            ("headache", "Headache"),
            ("dissociated", "Dissociated"),
            ("vision", "Vision"),
            ("anxious", "Anxious"),
            ("other", "Other"),
        ],
        "columns": [{"label": "Patient"}, {"label": "Day"}, {"label": "Dose", "number": True}],
        "rows": [["R.A. ·4417", "3 of 5", "42 mg"], ["T.K. ·1186", "3 of 5", "41.25 mg"]],
        "facts": [("Born", "14 Jul 1979, 46 y"), ("Record", "KC-204417"), ("Allergy", "Sulfonamides")],
        "chairs": range(1, 9),
        "tabs": [
            {"url": "#a", "label": "Open", "current": True, "count": 3},
            {"url": "#b", "label": "Closed", "current": False, "count": 0},
        ],
        "page": Paginator(range(95), 20).page(2),
        "loads": [1, 2, 2, 3],
        "cover": COVER,
        "dose": Decimal("41.250"),
        "missing": None,
        "tokens": (
            "canvas surface surface-2 border border-strong control text text-2 text-3 brand brand-soft "
            "focus ok due overdue flag urgent-bg info signed held d1 d2 d3 d4 d5 w1 w2 w3 "
            "phase-infusion phase-observe phase-done"
        ).split(),
    }
