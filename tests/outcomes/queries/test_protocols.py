"""Outcomes keep protocols apart: nobody is pooled, and the page says whom it does not count."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from kitclinic.models import Site, StaffUser
from outcomes.queries.cohorts import protocols_used, sources
from outcomes.rules.completion import completion
from outcomes.rules.definitions import Definitions
from outcomes.rules.protocols import apart
from outcomes.rules.windows import Infusion, Score
from scheduling.actions import write_protocol
from scheduling.rules.capacity import Lengths
from scheduling.rules.protocols import Ordered
from tests.factories import infusions, suite
from tests.outcomes.rules.columns_of import infusions_of
from tests.outcomes.studied import cohort, dashboard

DAY = date(2026, 9, 14)
FOUR = "four-days"


def given(slug: str, *days: int) -> list[tuple[str, Infusion]]:
    return [(slug, Infusion(DAY + timedelta(days=day), None, True)) for day in days]


def scored(*days: int) -> list[Score]:
    return [Score("PHQ-9", DAY + timedelta(days=day), None, 100, number) for number, day in enumerate(days, 1)]


def test_ord_47_one_protocol_keeps_everything() -> None:
    kept = apart(given("standard", 0, 1, 2), scored(-3, 40, 100))
    assert kept is not None
    assert (kept.protocol, len(kept.infusions), len(kept.scores), kept.switched) == ("standard", 3, 3, False)
    assert apart([], scored(1)) is None


def test_ord_47_a_patient_counts_under_the_first_until_the_day_before_another_begins() -> None:
    both = [*given(FOUR, 90, 91), *given("standard", 0, 1, 2), *given("standard", 200)]
    kept = apart(both, scored(-3, 89, 90, 100))
    assert kept is not None
    assert (kept.protocol, kept.switched) == ("standard", True)
    assert [infusion.date for infusion in kept.infusions] == [DAY + timedelta(days=day) for day in (0, 1, 2)]
    assert [score.date for score in kept.scores] == [DAY - timedelta(days=3), DAY + timedelta(days=89)]


def test_completion_counts_the_days_of_the_protocol() -> None:
    days = [[infusion for _, infusion in given(FOUR, *range(many))] for many in (4, 3, 1)]
    given_days = infusions_of([(one, []) for one in days])
    everybody = np.ones(len(days), dtype=bool)
    found = completion(given_days, everybody, DAY + timedelta(days=60), complete=4)
    assert (found.completed, found.counts) == (1, {4: 1, 3: 1, 2: 0, 1: 1, 0: 0})
    assert completion(given_days, everybody, DAY + timedelta(days=60)).completed == 0


@pytest.fixture
def both(site: Site, lead: StaffUser) -> Site:
    """One patient treated under the standard, one under four days."""
    write_protocol(
        site=site,
        name="Four days",
        protocol=None,
        ordered=Ordered(days=4),
        lengths=Lengths(),
        valid_from=suite.MONDAY,
        because="asked for",
        by=lead,
        at=suite.before(site, suite.MONDAY, days=20),
    )
    infusions.infusion(site=site, at_state="observing")
    infusions.infusion(site=site, at_state="observing", minute=660, chair=2, protocol=FOUR)
    return site


@pytest.mark.django_db
def test_ord_47_each_protocol_has_its_own_patients_and_the_page_says_who_is_left_out(
    both: Site, as_user: Any, lead: StaffUser
) -> None:
    source = sources(both)[0]
    assert [one.slug for one in protocols_used(source)] == ["standard", FOUR]
    choice = protocols_used(source)[1]
    standard = cohort(source, as_of=infusions.MONDAY)
    four = cohort(source, as_of=infusions.MONDAY, protocol=choice)
    assert (len(standard.patients), standard.others, standard.switched) == (1, 1, 0)
    assert (len(four.patients), four.others) == (1, 1)
    assert {one.pk for one in standard.patients}.isdisjoint(one.pk for one in four.patients)
    assert cohort(source, as_of=infusions.MONDAY - timedelta(days=1)).others == 0
    shown = dashboard(source, as_of=infusions.MONDAY, definitions=Definitions(), protocol=choice)
    assert (shown.patients, shown.levels[0].label, shown.levels[0].published) == (1, "Four or more", None)
    assert "“Four days” alone" in shown.apart
    assert dashboard(source, as_of=infusions.MONDAY, definitions=Definitions()).apart == (
        "1 patient was treated under other protocols and not counted here."
    )
    address = f"/outcomes/?source={source.slug}&as_of={infusions.MONDAY}"
    html = as_user(lead).get(address).content.decode()
    assert "1 patient was treated under other protocols" in html
    assert 'name="protocol"' in html
    html = as_user(lead).get(f"{address}&protocol={FOUR}").content.decode()
    assert "“Four days” alone" in html


@pytest.mark.django_db
def test_the_choice_hides_where_only_the_standard_was_used(site: Site, as_user: Any, lead: StaffUser) -> None:
    infusions.infusion(site=site, at_state="infusing")
    assert protocols_used(sources(site)[0]) == ()
    assert 'name="protocol"' not in as_user(lead).get("/outcomes/").content.decode()
