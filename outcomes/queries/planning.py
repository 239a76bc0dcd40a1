"""What planning sees of several people at once: what should be asked, what is, and what is answered."""

from collections.abc import Collection
from datetime import datetime

from kitclinic.models import Site
from outcomes.models import PlannedAssessment
from outcomes.queries.asking import (
    LIVE_ASK,
    Plans,
    answers_of_people,
    ask_facts,
    asks,
    asks_by_person,
    counts_from,
    person_of,
    row_of,
    treated_before,
)
from outcomes.rules.asking import AskFacts, Changes, Desired, desired_asks, missing, reconcile
from outcomes.states import AskState

ANSWERED = "Everything was answered in another way."
CLOSED = "The window closed before everything was answered."


class Picture:
    """Courses, asks and answers of some people, read once. Eight queries, however many people."""

    def __init__(
        self, site: Site, *, at: datetime, people: Collection[int] | None, plans: Plans | None = None
    ) -> None:
        self.site, self.today = site, site.today(at)
        self.plans = plans or Plans(site, today=self.today)
        self.facts = ask_facts(site, at=at, people=people)
        if people is None:
            live = asks(site).filter(state__in=LIVE_ASK)
            people = set(self.facts) | {person_of(ask) for ask in live}
        self.asks = asks_by_person(site, people)
        self.people = sorted(set(people) | set(self.asks))
        self.answers = answers_of_people(site, self.people, at=at)

    def facts_of(self, person: int) -> AskFacts:
        return self.facts.get(person, AskFacts(()))

    def changes(self, person: int) -> Changes:
        """Return what makes this person's rows agree with the courses."""
        facts = self.facts_of(person)
        rows = [row_of(ask, own=ask.patient_id == person) for ask in self.asks.get(person, ())]
        answered = [one for one in desired_asks(facts, self.today) if self._is_answered(person, one)]
        return reconcile(facts, rows, self.today, answered=answered)

    def _is_answered(self, person: int, wanted: Desired) -> bool:
        battery = self.plans.now(wanted.protocol)[1].battery(wanted.occasion, self.plans.askable())
        found = self.answers.between(person, battery, wanted.counts_from, wanted.closes_on)
        return bool(battery) and not missing(battery, found)

    def left(self, person: int, ask: PlannedAssessment) -> tuple[str, ...]:
        """Return what of an ask is not answered yet, in order."""
        battery = self.plans.battery(ask)
        first = counts_from(ask, treated_before(self.facts.get(person), ask.anchor))
        return missing(battery, self.answers.between(person, battery, first, ask.closes_on))

    def end_of(self, person: int, ask: PlannedAssessment) -> tuple[AskState, str] | None:
        """Return the state in which a live ask ends now, with the reason; None while it goes on."""
        if ask.state not in LIVE_ASK:
            return None
        if self.plans.battery(ask) and not self.left(person, ask):
            return AskState.DONE, ANSWERED
        return (AskState.MISSED, CLOSED) if ask.closes_on < self.today else None

    def ends(self, person: int) -> list[tuple[PlannedAssessment, AskState, str]]:
        """Return the asks of a person that end now."""
        found = [(ask, self.end_of(person, ask)) for ask in self.asks.get(person, ())]
        return [(ask, *end) for ask, end in found if end]
