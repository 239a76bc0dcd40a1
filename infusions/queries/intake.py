"""What the patient said before the infusion, as the chart shows it."""

from collections.abc import Sequence

from infusions.models import Infusion, Intake
from infusions.states import Function


def intakes_of(infusion: Infusion) -> list[Intake]:
    """Every record of this visit, the oldest first; only the last one stands."""
    return list(
        Intake.objects.filter(site_id=infusion.site_id, infusion=infusion).select_related("by").order_by("pk")
    )


def standing(intakes: Sequence[Intake]) -> Intake | None:
    """The one that nothing corrects."""
    return intakes[-1] if intakes else None


def pain_words(intake: Intake) -> str:
    return f"Pain {intake.pain_now} now, {intake.pain_average} on average, {intake.pain_worst} at worst"


def intake_words(intake: Intake) -> str:
    """ "Pain 6 now, 5 on average, 8 at worst; needs some help; takes gabapentin 300 mg, naproxen"."""
    function = str(Function(intake.function).label).lower()
    note = f" ({intake.function_note})" if intake.function_note else ""
    taken = ", ".join(line.strip() for line in intake.analgesics.splitlines() if line.strip())
    takes = "takes no analgesics" if intake.no_analgesics else f"takes {taken}"
    return f"{pain_words(intake)}; {function}{note}; {takes}"


def intake_before(infusion: Infusion) -> Intake | None:
    """The newest that stands of an earlier visit of this patient, to be shown beside, never filled in."""
    rows = Intake.objects.filter(site_id=infusion.site_id, infusion__patient_id=infusion.patient_id)
    earlier = rows.exclude(infusion=infusion).filter(corrected_by=None).select_related("infusion__site")
    return earlier.order_by("-at", "-pk").first()
