"""The sheets of the chart: which form each shows, what it says, and who may open it."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.forms import Form
from django.urls import reverse

from infusions.forms import chart as forms
from infusions.forms import facts as fact_forms
from infusions.forms import preparation as dose_forms
from infusions.forms import vitals as vital_forms
from infusions.forms.before_start import IntakeCorrectForm, IntakeForm, SecondPumpForm
from infusions.forms.going_home import DischargeForm, LateSetForm, LeaveForm
from infusions.forms.verbal import VerbalForm
from infusions.models import VitalSet
from infusions.queries.calls import strikable
from infusions.queries.chart import Chart
from infusions.queries.discharge import Leaving, leaving, way_home
from infusions.queries.event_words import event_words
from infusions.queries.in_hand import Left, left_of
from infusions.queries.intake import intake_before, intake_words
from infusions.queries.nurses import nurse_choices
from infusions.queries.pump import Reading, mismatch_now, readings
from infusions.queries.verbal import sayers
from infusions.queries.weighing import weighed_lines
from infusions.rules.drawing import BAG, SYRINGE
from infusions.rules.order_set import STANDARD
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
    "intake": SheetKind(
        "Before the infusion",
        "Ask the patient; nothing is filled in from before.",
        IntakeForm,
        "chart_intake",
        "Save answers",
    ),
    "intake_correct": SheetKind(
        "Correct the answers",
        "All of them are asked anew; the old ones stay on the chart, struck through.",
        IntakeCorrectForm,
        "chart_intake_correct",
        "Save correction",
    ),
    "iv": SheetKind("IV line", "Attempts that placed no line are recorded too.", forms.IvForm, "chart_iv", "Save"),
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
    "pump_second": SheetKind(
        "Second reading of the pump",
        "Somebody else reads both numbers off the pump and types them here, without the first reading.",
        SecondPumpForm,
        "chart_pump_second",
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
        fact_forms.StopReasonForm,
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
    "side_effect": SheetKind("Side effect", "", fact_forms.SideEffectForm, "chart_side_effect", "Save"),
    "intervention": SheetKind("Intervention", "", fact_forms.InterventionForm, "chart_intervention", "Save"),
    "call": SheetKind("Call provider", "", fact_forms.CallForm, "chart_call", "Called"),
    "answered": SheetKind("The provider's answer", "", fact_forms.AnsweredForm, "chart_answered", "Save"),
    "team": SheetKind(
        "The emergency team is here", "", fact_forms.TeamForm, "chart_emergency_here", "They are here", "stop"
    ),
    "missed": SheetKind(
        "Something was not charted",
        "It is stored with the time it happened, and a colleague looks at it.",
        fact_forms.MissedForm,
        "chart_missed",
        "Save",
    ),
    "strike": SheetKind(
        "Strike out",
        "It stays on the chart, struck through, and counts no more.",
        fact_forms.StrikeForm,
        "chart_strike",
        "Strike it out",
    ),
    "acknowledge": SheetKind(
        "Answer the flag", "", vital_forms.AcknowledgeForm, "chart_acknowledge", "Save answer"
    ),
    "driver": SheetKind(
        "Driver is here",
        "Somebody the patient knows, who drives; seen by you.",
        forms.DriverForm,
        "chart_driver",
        "I have seen this driver",
    ),
    "waste": SheetKind(
        "Waste the rest",
        "Measure what is thrown away and type it; the witness watches it and signs here.",
        dose_forms.WasteRestForm,
        "waste",
        "Wasted, and witnessed",
        permission=P.HANDLE_DRUGS,
    ),
    "return": SheetKind(
        "Put the dose back",
        "The whole dose, before the start, into the vial it came from.",
        dose_forms.ReturnDrawnForm,
        "chart_return",
        "Put it back",
        permission=P.HANDLE_DRUGS,
    ),
    "missing": SheetKind(
        "Less is there than the ledger has",
        "What is missing stays open in the ledger until it is answered under a signature.",
        dose_forms.MissingForm,
        "chart_missing",
        "Write it down",
        "stop",
        permission=P.HANDLE_DRUGS,
    ),
    "late_set": SheetKind(
        "A set that was not charted",
        "As it was read; it is kept with its time and marked as late.",
        LateSetForm,
        "late_set",
        "Save the late set",
    ),
    "discharge": SheetKind("Discharge", "", DischargeForm, "chart_discharge", "Discharge"),
    "leave": SheetKind(
        "Leaves against advice",
        "Tell a provider first; then record why, who was told and when.",
        LeaveForm,
        "chart_leave",
        "Left against advice",
        "stop",
    ),
    "verbal": SheetKind(
        "Verbal order",
        "Never a start, never ketamine. A stop is recorded as soon as you save, whatever else is missing.",
        VerbalForm,
        "chart_verbal",
        "Save what was said",
    ),
    "hand_over": SheetKind(
        "Hand over",
        "Who knows the patient from this course stands first.",
        forms.HandOverForm,
        "chart_hand_over",
        "Hand over",
    ),
    "correct": SheetKind(
        "Correct a set",
        "The old numbers stay on the chart, struck through.",
        vital_forms.CorrectForm,
        "chart_correct",
        "Save correction",
        permission=P.SEE_CHARTS,
    ),
}


OF_A_DOSE = frozenset({"waste", "return", "missing"})


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
    left: tuple[Left, ...] = ()  # of the drawn dose: in the bag, or before the start in the syringe as well
    beside: tuple[str, ...] = ()  # what is known of the weight, or was said before; never filled in
    leaving: Leaving | None = None  # what the chart knows of a discharge


@dataclass
class _About:
    """What a sheet is about: arguments of its address, the sentence, what is filled in, the row it corrects."""

    arguments: list[Any]
    intro: str
    initial: dict[str, Any]
    target: VitalSet | None = None


def sheet_of(name: str, chart: Chart, request: StaffRequest) -> Sheet | None:
    """The sheet with an empty form; None where there is nothing it could be about."""
    kind = SHEETS[name]
    if chart.infusion is None or chart.course is None:
        return None
    about = _About([chart.visit.pk], kind.intro, {"key": uuid4()})
    left = _left(chart) if name in OF_A_DOSE else ()
    if not _found(name, about, chart, request) or (name in OF_A_DOSE and not left):
        return None
    _say_more(name, about, chart)
    return Sheet(
        name=name,
        kind=kind,
        form=_form(name, kind, chart, about.initial),
        url=reverse(f"infusions:{kind.act}", args=about.arguments),
        intro=about.intro,
        target=about.target,
        readings=tuple(readings(chart.course)) if name == "pump" and mismatch_now(chart.course) else (),
        left=left,
        beside=_beside(name, chart),
        leaving=_leaving(chart) if name == "discharge" else None,
    )


def _found(name: str, about: _About, chart: Chart, request: StaffRequest) -> bool:
    """Find the flag or the set that the sheet is about; whether it is there."""
    if name == "acknowledge":
        wanted = request.GET.get("flag", "")
        waiting = next((item for item in chart.open_flags if str(item.flag.pk) == wanted), None)
        if waiting is None:
            return False
        about.arguments.append(waiting.flag.pk)
        about.intro = waiting.words
        about.initial |= {"symptomatic": request.GET.get("symptoms", "")}
        about.initial |= {"provider_told_at": chart.site.local(chart.at).time()}
    if name == "intake_correct":
        if chart.intake is None:
            return False
        about.arguments.append(chart.intake.pk)
    if name == "strike" and chart.course is not None:
        event = strikable(chart.course, request.GET.get("event", ""))
        if event is None:
            return False
        about.intro = f"{event_words(event)}. {about.intro}"
        about.initial |= {"event": event.pk}
    if name == "correct" and chart.course is not None:
        wanted = request.GET.get("set", "")
        rows = [row for row in reversed(chart.course.current) if str(row.pk) == wanted or not wanted]
        if not rows:
            return False
        about.target = rows[0]
        about.initial |= {"vital_set": rows[0].pk}
    return True


def _say_more(name: str, about: _About, chart: Chart) -> None:
    """Beside the form: what it is compared with, what is known."""
    if name == "identity":
        facts = dict(chart.facts)
        about.intro = f"Born {facts['Born']}, record {facts['Record']}. {about.intro}"
    if name in ("driver", "discharge"):
        about.initial |= _driver(chart)
    if name == "discharge" and chart.leave_at is not None:
        minutes = chart.course.order_set.observation_minutes if chart.course else STANDARD.observation_minutes
        about.intro = f"{minutes} min of observation end at {chart.site.clock(chart.leave_at)}."
    if name == "answered" and chart.calls.provider is not None:
        about.intro = f"{event_words(chart.calls.provider)}, {chart.site.clock(chart.calls.provider.occurred_at)}."
    if name in ("complete", "stop_reason") and chart.order is not None:
        about.intro += f" The bag holds {show(chart.order.total_ml, 'mL')}."


def _form(name: str, kind: SheetKind, chart: Chart, initial: dict[str, Any]) -> Form:
    form = kind.form(initial=initial, site=chart.site)
    if chart.phase != "over":
        form.fields.pop("happened_on", None)  # while the patient is here it happened today
    if isinstance(form, VerbalForm):
        form.offer([(one.person.pk, one.label) for one in sayers(chart.site, chart.at)], kinds=chart.verbal_kinds)
    if isinstance(form, forms.HandOverForm) and chart.infusion is not None:
        choices = nurse_choices([chart.infusion], site=chart.site, at=chart.at)[chart.infusion.pk]
        form.offer([(one.nurse.pk, one.label) for one in choices])
    if name in OF_A_DOSE and chart.infusion is not None and chart.infusion.started_at is not None:
        form.fields.pop("place", None)  # after the start the dose is in the bag
    return form


def _beside(name: str, chart: Chart) -> tuple[str, ...]:
    if name == "weigh":
        return tuple(weighed_lines(chart))
    if name == "intake_correct" and chart.intake is not None:
        return (f"As it stands: {intake_words(chart.intake)}.",)
    if name != "intake" or chart.infusion is None:
        return ()
    before, listed = intake_before(chart.infusion), chart.assessment.analgesics if chart.assessment else ""
    said = (f"Asked {chart.site.local(before.at):%-d %b %Y}: {intake_words(before)}.",) if before else ()
    lines = ", ".join(line.strip() for line in listed.splitlines() if line.strip())
    return (*said, f"Analgesics at the last assessment: {lines or 'none listed'}.")


def _left(chart: Chart) -> tuple[Left, ...]:
    assert chart.infusion is not None
    places = (BAG,) if chart.infusion.started_at else (SYRINGE, BAG)
    assert chart.hand is not None
    found = [left_of(infusion=chart.infusion, order=chart.order, hand=chart.hand, place=one) for one in places]
    return tuple(left for left in found if left is not None)


def _leaving(chart: Chart) -> Leaving | None:
    return leaving(chart.course, chart.hand, at=chart.at) if chart.course and chart.hand else None


def _driver(chart: Chart) -> dict[str, Any]:
    """The driver seen, else the one named at booking; whether seen is never filled in."""
    assert chart.course is not None
    one = way_home(chart.course, chart.visit).driver
    return {"name": one.full_name, "relationship": one.relationship, "phone": one.phone, "transport": one.kind}
