"""Infusions in every phase, reached through the real actions, on real sequences with signed orders.

Everything happens on the clinic day of ``at``; ``Chair`` keeps the clock and the people of one visit.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from infusions import actions
from infusions.models import Infusion, InfusionEvent, Order, VitalSet
from infusions.queries.chairside import chairside_settings
from infusions.queries.orders import affirmation_of, text_of
from infusions.rules.before_start import Answers
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm
from kitclinic.models import Site, StaffUser
from kitclinic.signing import Proof, digest
from scheduling.actions import book_sequence, name_driver, record_call_out
from scheduling.models import Patient, ProviderPresence, Sequence, SuiteDay, Visit
from scheduling.queries.patients import latest_eligibility, latest_weight
from scheduling.rules.drivers import Driver
from tests.factories import ledger, opening, scheduling, suite
from tests.factories.orders import READ

Kind = InfusionEvent.Kind
MONDAY = suite.MONDAY
START = 540  # local minute at which the patient is seated
CALM = Vitals(128, 78, 70, 98, Rhythm.SINUS)
ANSWERS = Answers(6, 5, 8, "some_help", "gabapentin 300 mg, last night")
ALL_CHECKS = frozenset({"alert_and_steady", "nausea_controlled", "iv_out", "instructions_given"})
_numbers = count(1)


def signed_order(sequence: Sequence, *, by: StaffUser, at: datetime, **choices: Any) -> Order:
    order = actions.draft_order(sequence=sequence, by=by, at=at, **READ | choices)
    text = text_of(order, eligibility=latest_eligibility(sequence.patient), at=at)
    proof = Proof(user_id=by.pk, at=at, method="password")
    return actions.sign_order(order=order, proof=proof, by=by, at=at, shown_digest=digest(text))


def visit(
    *,
    site: Site,
    monday: date = MONDAY,
    day: int = 1,
    minute: int = START,
    signed: bool = True,
    driver: bool = True,
    chair: int | None = None,
    protocol: str | None = None,
    **fields: Any,
) -> Visit:
    """A booked visit, by default of day 1 of the standard, with its order signed and its driver named."""
    if not SuiteDay.objects.filter(site=site, date=monday).exists():
        suite.open_week(site, monday)
    before = site.instant(monday - timedelta(days=7), 600)
    patient = fields.pop("patient", None) or cleared(site=site, monday=monday, **fields)
    clerk, doctor = scheduling.actor("scheduler", site), scheduling.actor("physician", site)
    sequence = book_sequence(
        patient=patient,
        first_day=monday,
        start_minute=minute,
        chair_wish=chair,
        protocol=protocol,
        by=clerk,
        at=before + timedelta(hours=8),
    )
    if driver:
        name_driver(
            visits=list(sequence.visits.all()),
            name="Robin Quist",
            relationship="sister",
            phone="216 555 0142",
            transport="family",
            by=clerk,
            at=before + timedelta(hours=8),
        )
    if signed:
        signed_order(sequence, by=doctor, at=before + timedelta(hours=9))
    return sequence.visits.select_related("site", "patient", "sequence").get(day_index=day)


def provider_leaves(*, site: Site, at: datetime) -> None:
    """Everybody who is on site on this day leaves now: a fact, whoever is in the chairs."""
    day, by = SuiteDay.objects.get(site=site, date=site.today(at)), scheduling.actor("scheduler", site)
    for presence in ProviderPresence.objects.filter(suite_day=day).select_related("provider"):
        record_call_out(suite_day=day, person=presence.provider, from_minute=site.minute(at), by=by, at=at)


def cleared(*, site: Site, monday: date = MONDAY, **fields: Any) -> Patient:
    day = monday - timedelta(days=7)
    return scheduling.cleared_patient(site=site, group_day=day, at=site.instant(day, 8 * 60), **fields)


@dataclass
class Chair:
    """One visit as a nurse works through it: each act moves the infusion, ``at`` is the clock."""

    visit: Visit
    nurse: StaffUser
    at: datetime
    infusion: Infusion = field(init=False)

    def _do(self, act: Any, **arguments: Any) -> Any:
        given = {"infusion": self.infusion, "by": self.nurse, "at": self.at, "key": uuid4()} | arguments
        made = act(**given)
        self.infusion = Infusion.objects.select_related("site", "visit", "patient", "order", "nurse").get(
            pk=self.infusion.pk
        )
        return made

    def later(self, **delta: float) -> "Chair":
        self.at += timedelta(**delta)
        return self

    def arrive(self, chair: int | None = None, *, opens: bool = True, asks: bool = True) -> "Chair":
        """Seated. opens: the suite's list is gone through first, where nobody has; asks: the intake too."""
        if opens:
            opening.suite_open(self.visit.site, at=self.at)
        first = not Infusion.objects.filter(visit__sequence=self.visit.sequence).exclude(started_at=None).exists()
        self.infusion = actions.arrive(
            visit=self.visit,
            chair=chair or self.visit.chair,
            nurse=self.nurse,
            by=self.nurse,
            at=self.at,
            key=uuid4(),
        )
        return self.ask() if asks and first else self

    def weigh(self, weight_kg: str = "82.5", **answers: Any) -> "Chair":
        self.infusion = actions.weigh(
            infusion=self.infusion, weight_kg=Decimal(weight_kg), by=self.nurse, at=self.at, **answers
        )
        return self

    def event(self, kind: str, *, note: str = "", **detail: Any) -> InfusionEvent:
        return self._do(actions.record_event, kind=kind, detail=detail, note=note)

    def identify(self) -> "Chair":
        self.event(Kind.IDENTITY_CHECKED, identifiers=["name", "birth_date"])
        return self

    def premed(self) -> "Chair":
        self.event(Kind.PREMEDICATION)
        return self

    def draw(self) -> "Chair":
        """The dose, out of the clinic's vault; it is stocked when it holds too little."""
        ledger.withdrawn(self.infusion, by=self.nurse, at=self.at)
        return self

    def waste_rest(self) -> "Chair":
        """What is left of the dose, before a witness."""
        ledger.rest_wasted(self.infusion, by=self.nurse, at=self.at)
        return self

    def pump(self) -> "Chair":
        order = Order.objects.get(sequence=self.visit.sequence, state="signed")
        numbers = {"rate_ml_per_h": order.rate_ml_per_h, "volume_ml": order.total_ml}
        self._do(actions.check_pump, **numbers)
        return self.pump_again() if chairside_settings(self.visit.site).second_pump_check else self

    def pump_again(self, reader: StaffUser | None = None, **numbers: Any) -> "Chair":
        """The second person's own reading; by default it matches the order."""
        order = Order.objects.get(sequence=self.visit.sequence, state="signed")
        second = reader or ledger.other(self.nurse)
        given = {"rate_ml_per_h": order.rate_ml_per_h, "volume_ml": order.total_ml} | numbers
        self._do(actions.check_pump_again, reader=second, proof=ledger.proof_of(second, self.at), **given)
        return self

    def ask(self, **answers: Any) -> "Chair":
        """What the patient says before the first infusion of the sequence."""
        self._do(actions.record_intake, answers=replace(ANSWERS, **answers))
        return self

    def vitals(self, reading: Vitals = CALM, **more: Any) -> VitalSet:
        return self._do(actions.record_vitals, reading=reading, occurred_at=self.at, **more)

    def ready(self) -> "Chair":
        """Everything before the start, in the order in which it is usually done."""
        self.arrive().weigh().identify()
        self.event(Kind.IV_PLACED)
        self.premed().draw().pump().vitals()
        return self

    def start(self) -> "Chair":
        self._do(actions.start_infusion)
        return self

    def run(self) -> "Chair":
        """The sets at 15 and 30 min, then the end at 40 min with its set; what the pump left is wasted."""
        self.later(minutes=15).vitals()
        self.later(minutes=15).vitals()
        self.later(minutes=10)
        self._do(actions.complete_infusion, delivered_mg=Decimal("41.25"))
        self.vitals()
        return self.waste_rest()

    def observe(self) -> "Chair":
        self.later(minutes=15).vitals()
        self.later(minutes=15).vitals()
        return self

    def discharge(self, **arguments: Any) -> "Chair":
        self._do(
            actions.discharge,
            **({"checks": ALL_CHECKS, "driver": seen_driver(), "language": "English"} | arguments),
        )
        return self


def seen_driver(**fields: str) -> Driver:
    return Driver(
        **{
            "kind": "family",
            "full_name": "Robin Quist",
            "relationship": "sister",
            "phone": "216 555 0142",
            "seen_by": "Ines Varga",
        }
        | fields
    )


def chair(*, site: Site, nurse: StaffUser | None = None, at: datetime | None = None, **fields: Any) -> Chair:
    """A booked visit and the nurse beside it, at the minute of seating."""
    booked = fields.pop("visit", None) or visit(site=site, **fields)
    return Chair(booked, nurse or scheduling.actor("nurse", site), at or booked.starts_at)


STEPS = {
    "arrived": lambda it: it.arrive(),
    "ready": lambda it: it.ready(),
    "infusing": lambda it: it.ready().start(),
    "observing": lambda it: it.ready().start().run(),
    "observed": lambda it: it.ready().start().run().observe(),
    "discharged": lambda it: it.ready().start().run().observe().discharge(),
}


def infusion(*, site: Site, at_state: str = "arrived", **fields: Any) -> Chair:
    """A chair whose infusion stands at this step: a key of ``STEPS``."""
    made: Chair = STEPS[at_state](chair(site=site, **fields))
    return made


def affirmed(order: Order) -> str:
    """Digest of the text that affirms a held order for the newest weight."""
    weight = latest_weight(order.sequence.patient)
    if weight is None:
        raise AssertionError("nobody has been weighed")
    return digest(affirmation_of(order, weight))
