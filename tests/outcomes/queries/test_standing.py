"""The gate of the baseline questionnaires for many patients: each by the plan of the protocol that is booked."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.queries.standing import asked, events, gates
from outcomes.rules.plans import DEFAULT_LADDER, OCCASIONS
from scheduling.actions import write_protocol
from scheduling.models import Patient
from scheduling.queries.enrolment import enrolment_facts
from scheduling.rules.capacity import Lengths
from scheduling.rules.protocols import STANDARD
from tests.factories import infusions, scheduling

MONDAY = infusions.MONDAY


@pytest.fixture
def lead_asks_less(site: Site, lead: StaffUser) -> str:
    """A second protocol whose baseline is PHQ-9 alone; returns its slug."""
    at = site.instant(MONDAY - timedelta(days=20), 600)
    other = write_protocol(
        site=site,
        name="Second course",
        lengths=Lengths(),
        valid_from=MONDAY - timedelta(days=14),
        because="a second course is asked less",
        by=lead,
        at=at,
        protocol=None,
    )
    actions.set_plan(
        site=site,
        protocol=other.protocol,
        batteries={occasion: ["PHQ-9"] for occasion in OCCASIONS},
        ladder=DEFAULT_LADDER,
        because="asked less",
        after=0,
        by=lead,
        at=at,
    )
    return other.protocol


def details(patients: list[Patient], site: Site) -> list[str]:
    at = site.instant(MONDAY - timedelta(days=1), 600)
    found = gates(patients, site=site, at=at, known=enrolment_facts(patients, site=site))
    return [found[patient.pk][0].detail for patient in patients]


def test_enr_86_each_patient_is_asked_by_the_plan_of_the_protocol_that_is_booked(
    site: Site, lead_asks_less: str
) -> None:
    usual = infusions.visit(site=site, monday=MONDAY, minute=540, signed=False).patient
    less = infusions.visit(site=site, monday=MONDAY, minute=660, signed=False, protocol=lead_asks_less).patient
    nowhere = scheduling.patient(site=site)
    number = len(asked(site, site.instant(MONDAY, 600), [STANDARD])[STANDARD])
    assert number > 1
    words = details([usual, less, nowhere], site)
    assert words[:2] == [f"0 of {number} answered", "0 of 1 answered"]
    assert words[2].startswith(f"0 of {number} answered")


def test_two_protocols_cost_no_more_queries_than_one(site: Site, lead_asks_less: str) -> None:
    usual = infusions.visit(site=site, monday=MONDAY, minute=540, signed=False).patient
    less = infusions.visit(site=site, monday=MONDAY, minute=660, signed=False, protocol=lead_asks_less).patient
    counts = []
    for patients in ([usual], [usual, less]):
        with CaptureQueriesContext(connection) as seen:
            details(patients, site)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_timeline_counts_by_the_plan_of_the_protocol_that_is_booked(
    site: Site, lead_asks_less: str, nurse: StaffUser
) -> None:
    visit = infusions.visit(site=site, monday=MONDAY, signed=False, protocol=lead_asks_less)
    found: list[Any] = events(
        [visit.patient_id], site=site, reader=nurse, at=site.instant(MONDAY - timedelta(days=1), 600)
    )
    assert [one.detail for one in found if one.title == "baseline"] == ["0/1"]
