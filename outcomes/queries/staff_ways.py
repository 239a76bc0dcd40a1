"""What the staff see when they send questions, ask them by telephone, or enter them from paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from infusions.models import Infusion
from kitclinic.models import Site, StaffUser
from kitclinic.places import standing
from kitclinic.problems import Problem
from kitclinic.roles import ROLES, Permission
from outcomes.models import AnswerDayOverride, Assessment, ItemResponse, PlannedAssessment, Sitting
from outcomes.queries.asking import asks_of, plan_of, protocol_of
from outcomes.queries.instruments import Available, askable
from outcomes.queries.questionnaires import live, may_answer_today, parts_of_each
from outcomes.rules.flow import USUAL_ADAPTIVE
from outcomes.rules.links import OCCASIONS
from outcomes.rules.plans import Burden, Plan, burden
from outcomes.rules.staff_entry import same_call
from outcomes.rules.structure import Instrument
from outcomes.rules.timing import in_words
from outcomes.states import AskState, SittingMode
from scheduling.models import Patient
from scheduling.queries.floor import nurses_on_floor, providers_on_site
from scheduling.rules.protocols import STANDARD

LANGUAGES = {"en": "English", "es": "Spanish"}
UNPLANNED = "unplanned"


@dataclass(frozen=True, slots=True)
class Choice:
    """One instrument that can be sent. other_language: its wording is not installed in the language asked for."""

    instrument: Instrument
    questions: int
    chosen: bool
    other_language: bool

    @property
    def about(self) -> bool:
        """True where the number of questions is an estimate."""
        return self.instrument.is_adaptive


@dataclass(frozen=True, slots=True)
class LiveLine:
    """One questionnaire that is out, and how far it is."""

    assessment: Assessment
    names: str
    answered: int
    total: int


@dataclass(frozen=True, slots=True)
class Locked:
    """An infusion has started today. permitted: who let the patient answer all the same; None: nobody."""

    started_at: datetime
    again: str
    permitted: AnswerDayOverride | None


@dataclass(frozen=True, slots=True)
class SendFacts:
    """The send page of one patient for one occasion."""

    occasion: str
    language: str
    plan: Plan
    ask: PlannedAssessment | None
    choices: tuple[Choice, ...]
    burden: Burden
    live: tuple[LiveLine, ...]
    locked: Locked | None
    tells: str  # how a message would go: "sms", "email", "" not at all


def send_facts(patient: Patient, *, occasion: str, language: str, at: datetime) -> SendFacts:
    """Return what may be sent, with the plan's battery for the occasion chosen."""
    site, today = patient.site, patient.site.today(at)
    asks = {line.ask.occasion: line.ask for line in asks_of(patient, at=at) if _is_open(line.ask)}
    occasion = occasion if occasion in OCCASIONS else next(iter(asks), "baseline")
    ask = asks.get(occasion)
    plan = plan_of(site, protocol_of(ask) if ask else STANDARD, today=today)
    found = askable(site, today=today, language=language)
    battery = plan.battery(occasion, found)
    choices = [_choice(one, language, chosen=name in battery) for name, one in found.items()]
    choices.sort(key=lambda one: (not one.chosen, battery.index(one.instrument.name) if one.chosen else 0))
    within = ask if ask is not None and ask.opens_on <= today <= ask.closes_on else None
    return SendFacts(
        occasion=occasion,
        language=language,
        plan=plan,
        ask=within,
        choices=tuple(choices),
        burden=burden([one.instrument for one in choices if one.chosen]),
        live=live_lines(patient),
        locked=locked_today(patient, at=at),
        tells="sms" if patient.may_text else "email" if patient.may_email else "",
    )


def _is_open(ask: PlannedAssessment) -> bool:
    return ask.state in (AskState.PLANNED, AskState.ASKED)


def _choice(one: Available, language: str, *, chosen: bool) -> Choice:
    assert one.instrument is not None
    asked = one.instrument
    questions = min(USUAL_ADAPTIVE, len(asked.items)) if asked.is_adaptive else len(asked.items)
    return Choice(asked, questions, chosen, asked.language != language)


def live_lines(patient: Patient) -> tuple[LiveLine, ...]:
    """Return the questionnaires of this patient that are out, oldest first. Three queries."""
    rows = list(live(patient).select_related("site", "sent_by"))
    parts = parts_of_each(rows)
    return tuple(
        LiveLine(
            row,
            ", ".join(part.row.instrument for part in parts[row.pk]),
            sum(len(part.course.asked) for part in parts[row.pk]),
            sum(part.course.expected for part in parts[row.pk]),
        )
        for row in rows
    )


def locked_today(patient: Patient, *, at: datetime) -> Locked | None:
    """Return what stands in the way of answers today; None when no infusion has started. Two queries."""
    site = patient.site
    today = site.today(at)
    started = Infusion.objects.filter(site=site, patient=patient, started_at__lte=at, date=today)
    start = started.order_by("-started_at").values_list("started_at", flat=True).first()
    if start is None:
        return None
    rows = AnswerDayOverride.objects.select_related("by")
    permitted = rows.filter(site=site, patient=patient, day=today).first()
    return Locked(start, in_words(site.local(at).date()), permitted)


def paper_forms(patient: Patient, *, at: datetime, language: str = "en") -> list[Instrument]:
    """Return the instruments that can be entered from paper here, in burden order."""
    found = askable(patient.site, today=patient.site.today(at), language=language)
    return [one.instrument for one in found.values() if one.instrument and not one.instrument.is_adaptive]


def interview_sitting(site: Site, pk: int) -> Sitting | None:
    """Return an interview by telephone with its questionnaire and patient; None without one here."""
    rows = Sitting.objects.select_related("assessment__site", "assessment__patient__site", "by", "site")
    return rows.filter(site=site, pk=pk, mode=SittingMode.PHONE).first()


def may_go_on(sitting: Sitting, *, person: StaffUser, at: datetime) -> bool:
    """True while this person goes on with the same call (PRO-101). One query."""
    newest = ItemResponse.objects.filter(site_id=sitting.site_id, sitting=sitting).order_by("-pk")
    last = newest.values_list("answered_at", flat=True).first() or sitting.started_at
    return same_call(begun_by=sitting.by_id, asks=person.pk, last=last, at=at)


def answered_in(sitting: Sitting, instrument: str, item: int) -> bool:
    """True when this question was answered in this very call."""
    return sitting.responses.filter(instrument=instrument, item=item).exists()


def interview_problems(patient: Patient, *, at: datetime) -> list[Problem]:
    """Return why nobody is interviewed now."""
    return may_answer_today(patient, at=at)


@dataclass(frozen=True, slots=True)
class OnHand:
    """Who can take over a call at once. name, role: in words."""

    name: str
    role: str


def on_hand(site: Site, *, at: datetime, but: StaffUser) -> Sequence[OnHand]:
    """Return who is here now and answers safety tasks: providers first, then nurses. Two queries and more."""
    found: dict[int, OnHand] = {}
    people = [row.provider for row in providers_on_site(site, at)]
    people += [row.nurse for row in nurses_on_floor(site, at).select_related("nurse")]
    for person in (standing(one, site) for one in people):
        if person.pk != but.pk and Permission.ANSWER_SAFETY_TASKS in ROLES.get(person.role, ()):
            found[person.pk] = OnHand(person.name, person.get_role_display().lower())
    return list(found.values())
