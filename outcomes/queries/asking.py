"""What is asked of whom, and what of it is answered: plans, windows and where each stands."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from infusions.models import Infusion
from infusions.states import InfusionOutcome
from kitclinic.models import Site
from outcomes.models import Assessment, AssessmentPart, AssessmentPlan, PlannedAssessment, ReminderChoice, Score
from outcomes.queries.instruments import askable
from outcomes.queries.questionnaires import LIVE
from outcomes.rules.asking import AskFacts, Course, Row, missing, standing
from outcomes.rules.instruments import definitions
from outcomes.rules.plans import Plan, default_batteries, ladder_of
from outcomes.rules.windows import BASELINE, BASELINE_DAYS, FOLLOW_UP_ENDS, WINDOW_NAMES
from outcomes.states import AskState
from scheduling.models import Patient, Visit
from scheduling.models import Sequence as SequenceRecord
from scheduling.queries.patients import family_keys
from scheduling.rules.protocols import STANDARD
from scheduling.rules.visits import FINISHED, OPEN_SEQUENCE, TO_COME
from scheduling.states import EnrolmentState, SeatState

PERSON = Coalesce("patient__merged_into", "patient")
LIVE_ASK = (AskState.PLANNED, AskState.ASKED)
LOOK_BACK = timedelta(days=FOLLOW_UP_ENDS + 60)  # courses older than this ask nothing any more
UNWILLING = {
    EnrolmentState.DECLINED: "The patient was declined.",
    EnrolmentState.WITHDRAWN: "The patient has withdrawn.",
}
NO_SEAT = (SeatState.ABSENT, SeatState.CANCELLED)
LANGUAGES = {"Spanish": "es"}
TONES = {
    "upcoming": "held",
    "due": "due",
    "open": "info",
    "late": "overdue",
    "done": "ok",
    "missed": "held",
    "dropped": "held",
}


@dataclass(frozen=True, slots=True)
class AskLine:
    """One window of one patient. state: upcoming, due, open, late, done, missed or dropped (PRO-93).

    done, total: instruments answered, of those the window asks. missing: the others, in order.
    asked_on: None while nothing is out.
    """

    ask: PlannedAssessment
    state: str
    done: int
    total: int
    missing: tuple[str, ...]
    asked_on: date | None

    @property
    def label(self) -> str:
        """Return "3 months"."""
        return WINDOW_NAMES[self.ask.occasion].capitalize()

    @property
    def missing_words(self) -> str:
        return ", ".join(definitions()[name].title for name in self.missing)

    @property
    def tone(self) -> str:
        """Of its chip."""
        return TONES[self.state]

    @property
    def partly(self) -> bool:
        return 0 < self.done < self.total


def clinics() -> QuerySet[Site]:
    """Return the clinics that ask patients; a registry asks nobody."""
    return Site.objects.filter(registry_of=None).order_by("pk")


def newest_plan(site: Site, protocol: str) -> AssessmentPlan | None:
    """Return the plan in force; None where the clinic works by the default."""
    return AssessmentPlan.objects.filter(site=site, protocol=protocol).order_by("-number").first()


def plan_from(row: AssessmentPlan) -> Plan:
    """Return a stored plan as the rules take it."""
    return Plan(
        protocol=row.protocol,
        number=row.number,
        batteries={occasion: tuple(names) for occasion, names in row.batteries.items()},
        ladder=ladder_of(row.ladder),
        stop_rule=row.stop_rule,
        screen_first=row.screen_first,
        patients_see_scores=row.patients_see_scores,
    )


def default_plan(site: Site, protocol: str, *, today: date | None = None) -> Plan:
    """Return what a clinic asks that has written no plan: everything it can ask (PRO-80).

    today: leaves out what a licence no longer covers; None: takes it in.
    """
    return _default_of(protocol, tuple(askable(site, today=today or date.min)))


def _default_of(protocol: str, names: tuple[str, ...]) -> Plan:
    batteries = {occasion: tuple(found) for occasion, found in default_batteries(names).items()}
    return Plan(protocol, 0, batteries)


def plan_of(site: Site, protocol: str = STANDARD, *, today: date | None = None) -> Plan:
    """Return the plan of a protocol in force, the default where no row is."""
    row = newest_plan(site, protocol)
    return plan_from(row) if row else default_plan(site, protocol, today=today)


class Plans:
    """The plans of a clinic and what it can ask, each read once."""

    def __init__(self, site: Site, *, today: date) -> None:
        self.site, self.today = site, today
        self._rows: dict[str, tuple[AssessmentPlan | None, Plan]] = {}
        self._by_row: dict[int, Plan] = {}
        self._askable: dict[str, tuple[str, ...]] = {}

    def now(self, protocol: str) -> tuple[AssessmentPlan | None, Plan]:
        """Return the row in force and the plan; no row for the default."""
        if protocol not in self._rows:
            row = newest_plan(self.site, protocol)
            plan = plan_from(row) if row else _default_of(protocol, self._names("en"))
            self._rows[protocol] = (row, plan)
        return self._rows[protocol]

    def of(self, ask: PlannedAssessment) -> Plan:
        """Return the plan an ask was asked by, or will be. Needs ``plan`` and ``sequence__protocol`` loaded."""
        if ask.plan is None:
            return self.now(protocol_of(ask))[1]
        if ask.plan.pk not in self._by_row:
            self._by_row[ask.plan.pk] = plan_from(ask.plan)
        return self._by_row[ask.plan.pk]

    def askable(self, language: str = "en") -> frozenset[str]:
        return frozenset(self._names(language))

    def _names(self, language: str) -> tuple[str, ...]:
        if language not in self._askable:
            self._askable[language] = tuple(askable(self.site, today=self.today, language=language))
        return self._askable[language]

    def battery(self, ask: PlannedAssessment) -> tuple[str, ...]:
        """Return what an ask asks, of what can be asked now."""
        return self.of(ask).battery(ask.occasion, self.askable())


def protocol_of(ask: PlannedAssessment) -> str:
    """Return the protocol of an ask's course. Needs ``sequence__protocol`` loaded."""
    version = ask.sequence.protocol if ask.sequence else None
    return version.protocol if version else STANDARD


def language_of(patient: Patient) -> str:
    """Return the language of a patient's pages."""
    return LANGUAGES.get(patient.language, "en")


def ask_facts(site: Site, *, at: datetime, people: Collection[int] | None = None) -> dict[int, AskFacts]:
    """Return what planning knows of each person with a course, by key. Four queries.

    people: keys of patients, merged records left out; None: whoever was here in the time that counts.
    """
    today = site.today(at)
    states = (*OPEN_SEQUENCE, *FINISHED)
    rows = SequenceRecord.objects.filter(site=site, state__in=states).annotate(person=PERSON)
    if people is None:
        recent = Visit.objects.filter(site=site, sequence=OuterRef("pk"), date__gte=today - LOOK_BACK)
        rows = rows.filter(Exists(recent))
    else:
        rows = rows.filter(Q(patient__in=people) | Q(patient__merged_into__in=people))
    found = list(
        rows.order_by("pk").values_list(
            "pk", "person", "state", "protocol__protocol", "seat__group__date", "seat__state"
        )
    )
    keys = [row[0] for row in found]
    planned = _planned(site, keys, today)
    began, last = _infused(site, keys)
    courses: dict[int, list[Course]] = defaultdict(list)
    for key, person, state, protocol, seat_on, seat_state in found:
        courses[person].append(
            Course(
                key=key,
                protocol=protocol or STANDARD,
                planned=planned.get(key),
                seat_on=None if seat_state in NO_SEAT else seat_on,
                began=began.get(key),
                last=last.get(key),
                over=state in FINISHED or key not in planned,
            )
        )
    standings = dict(Patient.objects.filter(site=site, pk__in=list(courses)).values_list("pk", "state"))
    return {
        person: AskFacts(tuple(mine), UNWILLING.get(EnrolmentState(standings[person]), ""))
        for person, mine in courses.items()
    }


def _planned(site: Site, keys: Sequence[int], today: date) -> dict[int, date]:
    rows = Visit.objects.filter(site=site, sequence__in=keys, state__in=TO_COME, date__gte=today)
    return dict(rows.order_by().values_list("sequence").annotate(first=Min("date")))


def _infused(site: Site, keys: Sequence[int]) -> tuple[dict[int, date], dict[int, date]]:
    """Day of the first infusion that was started, and of the last completed one, by sequence."""
    rows = Infusion.objects.filter(site=site, visit__sequence__in=keys, started_at__isnull=False).order_by()
    completed = Max("date", filter=Q(outcome=InfusionOutcome.COMPLETED))
    began: dict[int, date] = {}
    last: dict[int, date] = {}
    for key, first, end in (
        rows.values("visit__sequence")
        .annotate(first=Min("date"), end=completed)
        .values_list("visit__sequence", "first", "end")
    ):
        began[key] = first
        if end is not None:
            last[key] = end
    return began, last


def asks_by_person(site: Site, people: Collection[int]) -> dict[int, list[PlannedAssessment]]:
    """Return every planned assessment of these people that was not dropped, by person. One query.

    An ask of a course is its patient's, whoever that is since records were merged or separated.
    """
    found: dict[int, list[PlannedAssessment]] = defaultdict(list)
    mine = Q(patient__in=people) | Q(patient__merged_into__in=people)
    rows = asks(site).filter(mine).exclude(state=AskState.DROPPED).annotate(person=_person_now())
    for key, ask in ((row.person, row) for row in rows.order_by("pk")):
        found[key].append(ask)
    return found


def _person_now() -> Coalesce:
    """Whose an ask is: of a course the patient who has it now, merged records followed."""
    return Coalesce("sequence__patient__merged_into", "sequence__patient", "patient")


def row_of(ask: PlannedAssessment, *, own: bool = True) -> Row:
    """Return an ask as the rules take it."""
    return Row(
        ask.pk,
        ask.sequence_id,
        ask.occasion,
        ask.anchor,
        ask.opens_on,
        ask.ask_on,
        ask.closes_on,
        ask.state,
        own,
    )


@dataclass(frozen=True, slots=True)
class Answers:
    """What people have answered: for each, measures and instruments with their days."""

    measures: Mapping[int, Sequence[tuple[str, date]]]
    instruments: Mapping[int, Sequence[tuple[str, date]]]

    def between(self, person: int, battery: Iterable[str], first: date, last: date) -> frozenset[str]:
        """Return what of a battery has an answer on one of these days (PRO-85)."""
        scored = {name for name, day in self.measures.get(person, ()) if first <= day <= last}
        closed = {name for name, day in self.instruments.get(person, ()) if first <= day <= last}
        return frozenset(
            name for name in battery if name in closed or scored.intersection(definitions()[name].measures)
        )


def answers_of_people(site: Site, people: Collection[int], *, at: datetime) -> Answers:
    """Return what these people have answered, whole instruments only. Two queries.

    An instrument that gave no score, because too much was declined, was answered all the same.
    """
    mine = Q(patient__in=people) | Q(patient__merged_into__in=people)
    measures: dict[int, list[tuple[str, date]]] = defaultdict(list)
    scores = Score.objects.current().filter(mine, site=site, recorded_at__lte=at).annotate(person=PERSON)
    for person, measure, day in scores.values_list("person", "measure", "date"):
        measures[person].append((measure, day))
    instruments: dict[int, list[tuple[str, date]]] = defaultdict(list)
    scored = Score.objects.filter(assessment=OuterRef("assessment"), instrument=OuterRef("instrument"))
    parts = AssessmentPart.objects.filter(
        Q(assessment__patient__in=people) | Q(assessment__patient__merged_into__in=people),
        ~Exists(scored),
        site=site,
        closed_at__isnull=False,
        closed_at__lte=at,
    ).annotate(person=Coalesce("assessment__patient__merged_into", "assessment__patient"))
    for person, name, closed in parts.values_list("person", "instrument", "closed_at"):
        if closed is not None:
            instruments[person].append((name, site.today(closed)))
    return Answers(measures, instruments)


def counts_from(ask: PlannedAssessment, treated: date | None) -> date:
    """Return the first day whose answers count. treated: last infusion day before the anchor, None without one."""
    if ask.occasion != BASELINE:
        return ask.opens_on
    first = ask.anchor - timedelta(days=BASELINE_DAYS)
    return first if treated is None else min(ask.anchor, max(first, treated + timedelta(days=1)))


def treated_before(facts: AskFacts | None, anchor: date) -> date | None:
    """Return the last infusion day of the courses that began before a day."""
    days = [
        day for one in (facts.courses if facts else ()) for day in (one.last, one.began) if day and day < anchor
    ]
    return max(days, default=None)


def asks(site: Site) -> QuerySet[PlannedAssessment]:
    """Return the planned assessments of a clinic with what pages need of them."""
    return PlannedAssessment.objects.filter(site=site).select_related(
        "site", "patient__merged_into", "plan", "sequence__protocol"
    )


def asks_of(patient: Patient, *, at: datetime) -> list[AskLine]:
    """Return one line for each window of this patient, the oldest first; dropped ones are left out."""
    site = patient.site
    rows = asks(site).filter(patient__in=family_keys(patient)).exclude(state=AskState.DROPPED)
    return ask_lines(site, rows.order_by("ask_on", "pk"), at=at)


def ask_lines(site: Site, rows: Iterable[PlannedAssessment], *, at: datetime) -> list[AskLine]:
    """Return where each ask stands. rows: from ``asks``. Seven queries, however many rows."""
    found = list(rows)
    today, plans = site.today(at), Plans(site, today=site.today(at))
    people = {person_of(ask) for ask in found}
    facts = ask_facts(site, at=at, people=people) if found else {}
    answers = answers_of_people(site, people, at=at)
    lines = []
    for ask in found:
        battery = plans.battery(ask)
        person = person_of(ask)
        first = counts_from(ask, treated_before(facts.get(person), ask.anchor))
        left = missing(battery, answers.between(person, battery, first, ask.closes_on))
        asked_on = site.today(ask.asked_at) if ask.asked_at else None
        word = standing(ask.state, ask_on=ask.ask_on, asked_on=asked_on, today=today)
        lines.append(AskLine(ask, word, len(battery) - len(left), len(battery), left, asked_on))
    return lines


def person_of(ask: PlannedAssessment) -> int:
    """Return the key of the patient an ask is about, merged records followed."""
    return ask.patient.merged_into_id or ask.patient_id


def live_assessments(asks_: Iterable[PlannedAssessment]) -> dict[int, Assessment]:
    """Return the questionnaire that is out for each ask, by the ask's key."""
    rows = Assessment.objects.filter(ask__in=list(asks_), state__in=LIVE).order_by("pk")
    return {row.ask_id: row for row in rows if row.ask_id}


def wants_reminders(site: Site, people: Collection[int]) -> dict[int, bool]:
    """Return for those who have chosen: whether they want messages about questions. One query."""
    rows = ReminderChoice.objects.filter(site=site, patient__in=people).order_by("at", "pk")
    return dict(rows.values_list("patient_id", "wanted"))


def infusion_today(site: Site, people: Collection[int], *, at: datetime) -> frozenset[int]:
    """Return who is booked for an infusion today or has had one: nobody writes to them. Two queries."""
    today = site.today(at)
    booked = Visit.objects.filter(site=site, patient__in=people, date=today, state__in=TO_COME)
    infused = Infusion.objects.filter(site=site, patient__in=people, date=today, started_at__isnull=False)
    return frozenset(booked.values_list("patient_id", flat=True)) | frozenset(
        infused.values_list("patient_id", flat=True)
    )
