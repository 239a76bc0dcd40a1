"""The sheets of the chart: which form each shows, what it says, and who may open it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.forms import Form
from django.urls import reverse

from infusions.forms import chart as forms
from infusions.models import VitalSet
from infusions.queries.chart import Chart
from infusions.queries.course import Kind
from infusions.queries.pump import Reading, mismatch_now, readings
from infusions.rules.discharge import OBSERVATION
from kitclinic.access import StaffRequest
from kitclinic.display import show
from kitclinic.roles import Permission

P = Permission


@dataclass(frozen=True)
class SheetKind:
    """title; intro: one sentence; form; act: URL name that takes it; label: of the button; tone: of the button."""

    title: str
    intro: str
    form: type[forms.ActForm]
    act: str
    label: str
    tone: str = "go"
    permission: Permission = P.CHART


SHEETS: dict[str, SheetKind] = {
    "identity": SheetKind(
        "Check identity",
        "Ask the patient for two of the three; a chair or a room is no identifier.",
        forms.IdentityForm,
        "chart_identity",
        "Both agree with the chart",
    ),
    "weigh": SheetKind(
        "Weigh in kg", "Type the number on the scale, in kilograms.", forms.WeighForm, "chart_weigh", "Save weight"
    ),
    "iv": SheetKind("IV line", "Where it is, if you wish.", forms.NoteForm, "chart_iv", "IV line is in"),
    "pregnancy": SheetKind(
        "Pregnancy test",
        "A positive result stops the infusion; there is no override.",
        forms.PregnancyForm,
        "chart_pregnancy",
        "Save result",
    ),
    "premed": SheetKind("Ondansetron before the start", "", forms.PremedForm, "chart_premed", "Save"),
    "pump": SheetKind(
        "Check the pump",
        "Read both numbers off the pump and type them; they are compared with the order.",
        forms.PumpForm,
        "chart_pump",
        "Compare with the order",
    ),
    "clearance": SheetKind(
        "Clear for the start",
        "You have seen the patient and the baseline.",
        forms.NoteForm,
        "chart_clear",
        "Cleared for the start",
        permission=P.CLEAR_FOR_START,
    ),
    "not_started": SheetKind(
        "Do not start today",
        "The visit ends here.",
        forms.NotStartedForm,
        "chart_not_started",
        "Do not start",
        "stop",
    ),
    "resume": SheetKind(
        "Resume", "A set of the last 5 min is needed.", forms.ResumeForm, "chart_resume", "Resume the infusion"
    ),
    "stop_reason": SheetKind(
        "The stop is recorded. Why was it?",
        "A stop for a medical event or a side effect is an adverse event.",
        forms.StopReasonForm,
        "chart_stop_reason",
        "Save",
    ),
    "complete": SheetKind(
        "End of infusion",
        "The volume off the pump gives the dose that was delivered.",
        forms.DeliveredForm,
        "chart_complete",
        "The infusion has ended",
    ),
    "ondansetron": SheetKind(
        "Ondansetron 8 mg IV as needed",
        "One further dose for this infusion; this is it.",
        forms.AssessmentForm,
        "chart_ondansetron",
        "Given, 8 mg IV",
    ),
    "side_effect": SheetKind("Side effect", "", forms.SideEffectForm, "chart_side_effect", "Save"),
    "call": SheetKind("Call provider", "", forms.CallForm, "chart_call", "Called"),
    "acknowledge": SheetKind("Answer the flag", "", forms.AcknowledgeForm, "chart_acknowledge", "Save answer"),
    "driver": SheetKind(
        "Driver is here",
        "Somebody the patient knows, who drives; seen by you.",
        forms.DriverForm,
        "chart_driver",
        "I have seen this driver",
    ),
    "discharge": SheetKind("Discharge", "", forms.DischargeForm, "chart_discharge", "Discharge"),
    "leave": SheetKind(
        "Leaves against advice",
        "Tell a provider first.",
        forms.LeaveForm,
        "chart_leave",
        "Left against advice",
        "stop",
    ),
    "hand_over": SheetKind(
        "Hand over", "To a nurse with fewer than two patients.", forms.HandOverForm, "chart_hand_over", "Hand over"
    ),
    "correct": SheetKind(
        "Correct a set",
        "The old numbers stay on the chart, struck through.",
        forms.CorrectForm,
        "chart_correct",
        "Save correction",
        permission=P.SEE_CHARTS,
    ),
}


@dataclass(frozen=True)
class Sheet:
    """A sheet about to be shown."""

    name: str
    kind: SheetKind
    form: Form
    url: str
    intro: str
    target: VitalSet | None = None
    readings: tuple[Reading, ...] = ()  # of the pump, where the last one does not match


def sheet_of(name: str, chart: Chart, request: StaffRequest) -> Sheet | None:
    """The sheet with an empty form; None where there is nothing it could be about."""
    kind, intro, target = SHEETS[name], SHEETS[name].intro, None
    initial: dict[str, Any] = {"key": uuid4()}
    if chart.infusion is None or chart.course is None:
        return None
    arguments: list[Any] = [chart.visit.pk]
    if name == "acknowledge":
        wanted = request.GET.get("flag", "")
        waiting = next((item for item in chart.open_flags if str(item.flag.pk) == wanted), None)
        if waiting is None:
            return None
        arguments.append(waiting.flag.pk)
        intro = waiting.words
        initial |= {"symptomatic": request.GET.get("symptoms", "")}
    if name == "correct":
        wanted = request.GET.get("set", "")
        target = next((row for row in reversed(chart.course.current) if str(row.pk) == wanted or not wanted), None)
        if target is None:
            return None
        initial |= {"vital_set": target.pk}
    if name == "identity":
        facts = dict(chart.facts)
        intro = f"Born {facts['Born']}, record {facts['Record']}. {intro}"
    if name in ("driver", "discharge"):
        initial |= _driver(chart)
    if name == "discharge" and chart.leave_at is not None:
        minutes = int(OBSERVATION.total_seconds() // 60)
        intro = f"{minutes} min of observation end at {chart.site.local(chart.leave_at):%H:%M}."
    if name in ("complete", "stop_reason") and chart.order is not None:
        intro += f" The bag holds {show(chart.order.total_ml, 'mL')}."
    return Sheet(
        name=name,
        kind=kind,
        form=kind.form(initial=initial, site=chart.site),
        url=reverse(f"infusions:{kind.act}", args=arguments),
        intro=intro,
        target=target,
        readings=tuple(readings(chart.course)) if name == "pump" and mismatch_now(chart.course) else (),
    )


def _driver(chart: Chart) -> dict[str, Any]:
    """The driver seen, else the one named at booking; whether seen is never filled in."""
    assert chart.course is not None
    seen = chart.course.latest(Kind.DRIVER_SEEN)
    if seen is not None:
        return {key: seen.detail.get(key, "") for key in ("name", "relationship", "phone", "transport")}
    visit = chart.visit
    return {
        "name": visit.driver_name,
        "relationship": visit.driver_relationship,
        "phone": visit.driver_phone,
        "transport": visit.driver_transport,
    }
