"""What the pages of outcomes share: their tabs, and the fields that narrow them."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from kitclinic.roles import Permission
from outcomes.rules.filters import AGE_WORDS, WHICH
from outcomes.views.selection import Selection
from scheduling.models import Patient
from scheduling.rules.pain import diagnosis_words

register = template.Library()

TABS = (
    ("outcomes:home", "Overview"),
    ("outcomes:dashboard", "Improvement"),
    ("outcomes:table_1", "Table 1"),
    ("outcomes:models", "Models"),
    ("outcomes:completion", "Completion"),
    ("outcomes:who_answered", "Who answered"),
    ("outcomes:safety_figures", "Safety"),
    ("outcomes:utilisation", "Utilisation"),
    ("outcomes:open_questions", "Open questions"),
    ("outcomes:compare", "Compare"),
    ("outcomes:discrepancies", "Ledger"),
    ("outcomes:saved_views", "Views"),
    ("outcomes:research", "Research"),
)
MAY_OPEN = {  # besides the pages whose figures lead to patients
    "outcomes:research": (Permission.EXPORT_RESEARCH,),
    "outcomes:saved_views": (Permission.SEE_OUTCOMES, Permission.SEE_SHARED_FIGURES),
}
EVERYBODY = ("", "All")


@dataclass(frozen=True, slots=True)
class Field:
    """One choice of a filter. options: (value, words)."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]


@register.simple_tag
def filter_fields(asked: Selection) -> tuple[Field, ...]:
    """Return the choices that narrow a page (OUT-25)."""
    sexes = tuple((str(value), str(label)) for value, label in Patient.Sex.choices)
    categories = tuple((name, diagnosis_words(name)) for name in asked.levels.diagnosis)
    chosen = asked.filters
    return (
        Field("age", "Age", chosen.age, (EVERYBODY, *AGE_WORDS.items())),
        Field("sex", "Sex", chosen.sex, (EVERYBODY, *sexes)),
        Field("category", "Pain category", chosen.category, (EVERYBODY, *categories)),
        Field("which", "Courses", chosen.which, (("", "First and returning"), *WHICH.items())),
    )


@register.inclusion_tag("components/_tabs.html", takes_context=True)
def outcome_tabs(context: Any) -> dict[str, Any]:
    """The pages of outcomes, each asking for the same study."""
    request, asked = context["request"], context.get("asked")
    query = f"?{urlencode(asked.asked.as_query())}" if asked else ""
    tabs = []
    for name, label in TABS:
        if not any(map(request.user.may, MAY_OPEN.get(name, (Permission.SEE_OUTCOMES,)))):
            continue
        url = reverse(name)
        tabs.append({"url": f"{url}{query}", "label": label, "current": request.path == url})
    return {"tabs": tabs, "label": "Pages of outcomes"}
