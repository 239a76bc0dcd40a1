"""The plans of a clinic, as the lead reads and changes them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max

from kitclinic.models import Site
from outcomes.models import AssessmentPlan
from outcomes.queries.asking import default_plan, plan_from
from outcomes.queries.instruments import Available, available
from outcomes.rules.instruments import definitions
from outcomes.rules.links import OCCASIONS as OCCASION_NAMES
from outcomes.rules.plans import OCCASIONS, Burden, Plan, burden


@dataclass(frozen=True, slots=True)
class Asked:
    """One instrument of a battery. missing: what has to be installed before it can be asked, in words."""

    name: str
    title: str
    questions: str
    minutes: int
    missing: str


@dataclass(frozen=True, slots=True)
class Battery:
    """One occasion of a plan, with what it asks of a patient."""

    occasion: str
    label: str
    lines: tuple[Asked, ...]
    burden: Burden


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The plan of one protocol. rows: its history, newest first; none where the clinic works by the default."""

    plan: Plan
    batteries: tuple[Battery, ...]
    rows: tuple[AssessmentPlan, ...]
    choices: tuple[Asked, ...]


def known_instruments(site: Site) -> frozenset[str]:
    """Return every instrument a plan here may name, installed or not; demonstrations where they belong."""
    return frozenset(name for name, one in definitions().items() if site.is_demo or not one.is_demo)


def newest_number(site: Site, protocol: str) -> int:
    """Return the number of the plan in force, 0 for the default."""
    rows = AssessmentPlan.objects.filter(site=site, protocol=protocol)
    return int(rows.aggregate(newest=Max("number"))["newest"] or 0)


def plan_page(site: Site, protocol: str, *, today: date) -> PlanPage:
    """Return the plan of a protocol in words, its history, and what could be asked."""
    rows = tuple(
        AssessmentPlan.objects.filter(site=site, protocol=protocol)
        .select_related("written_by")
        .order_by("-number")
    )
    plan = plan_from(rows[0]) if rows else default_plan(site, protocol, today=today)
    known = available(site, today=today)
    batteries = tuple(_battery(plan, occasion, known) for occasion in OCCASIONS)
    return PlanPage(plan, batteries, rows, tuple(_asked(name, known) for name in known))


def _battery(plan: Plan, occasion: str, known: dict[str, Available]) -> Battery:
    names = [name for name in plan.batteries.get(occasion, ()) if name in known]
    asked = [one for name in names if (one := known[name].instrument) is not None]
    lines = tuple(_asked(name, known) for name in names)
    return Battery(occasion, OCCASION_NAMES[occasion], lines, burden(asked))


def _asked(name: str, known: dict[str, Available]) -> Asked:
    one = known[name]
    if one.instrument is None:
        missing = " and ".join(str(need) for need in one.missing)
        return Asked(name, one.definition.title, "", one.definition.minutes, f"{missing} not installed")
    counted = burden([one.instrument])
    questions = f"about {counted.questions}" if counted.about else str(counted.questions)
    return Asked(name, one.definition.title, questions, counted.minutes, "")
