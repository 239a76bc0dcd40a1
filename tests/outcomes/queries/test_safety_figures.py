"""Safety figures summed in SQL agree with the report of events, which reads row by row (OUT-87 to OUT-90)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusions import actions
from infusions.models import InfusionEvent
from infusions.queries.event_counts import event_report
from infusions.rules.adverse_events import Judgement
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm
from kitclinic.models import Site, StaffUser
from kitclinic.signing import Proof
from outcomes.queries.cohorts import sources
from outcomes.queries.safety_figures import SafetyFigures, safety_figures
from outcomes.queries.study import Asked, study
from outcomes.rules.filters import Filters
from outcomes.rules.safety_figures import Period
from scheduling.models import Patient
from tests.factories import infusions, people

Kind = InfusionEvent.Kind
HIGH = Vitals(170, 100, 70, 98, Rhythm.SINUS)
SAID = Judgement("hypotension", 2, "probable", "recovered", course_stopped=True, narrative="Pale, legs up.")
WEEK = infusions.MONDAY + timedelta(days=6)


def figures(site: Site, period: Period | None = None, filters: Filters | None = None) -> SafetyFigures:
    asked = Asked(sources(site)[0], WEEK, filters=filters or Filters())
    return safety_figures(study(asked), period or Period())


def at_chair(site: Site, nurse: StaffUser, number: int, **fields: object) -> infusions.Chair:
    minute = 540 if number == 1 else 660 if number == 2 else 780
    return infusions.infusion(site=site, nurse=nurse, minute=minute, chair=number, at_state="infusing", **fields)


def stop(chair: infusions.Chair, reason: str) -> None:
    actions.stop_infusion(infusion=chair.infusion, by=chair.nurse, at=chair.at, key=uuid4(), reason=reason)


@pytest.fixture
def three(site: Site, nurse: StaffUser, physician: StaffUser) -> tuple[infusions.Chair, ...]:
    """One stopped for a medical event and reviewed, one by the patient's wish, one that runs with flags."""
    first = at_chair(site, nurse, 1).later(minutes=12)
    first.event(Kind.SIDE_EFFECT, symptom="nausea", severity="moderate")
    first.event(Kind.SIDE_EFFECT, symptom="nausea", severity="mild")
    team = first.event(Kind.EMERGENCY_TEAM)
    stop(first, "medical_event")
    proof = Proof(user_id=physician.pk, at=first.at, method="password")
    actions.review_event(
        infusion=first.infusion, said=SAID, proof=proof, by=physician, at=first.at, key=uuid4(), replaces=None
    )
    second = at_chair(site, nurse, 2, family_name="Arden").later(minutes=5)
    wrong = second.event(Kind.SIDE_EFFECT, symptom="headache", severity="severe")
    struck = second.event(Kind.EMERGENCY_TEAM)
    for event in (wrong, struck):
        actions.strike_event(event=event, reason="wrong chart", by=nurse, at=second.at, key=uuid4())
    stop(second, "patient_choice")
    third = at_chair(site, people.staff("nurse", site=site), 3, family_name="Birch").later(minutes=15)
    third.vitals(HIGH, symptoms=("dizzy",))
    assert team.pk
    return first, second, third


def test_out_87_events_stops_and_calls_are_counted_apart(site: Site, three: tuple[infusions.Chair, ...]) -> None:
    shown = figures(site)
    assert (shown.infusions, shown.patients) == (3, 3)
    (line,) = shown.adverse
    assert line.infusion == three[0].infusion.pk
    assert line.why == "Stopped: medical event; emergency team"
    assert (line.kind, line.grade, line.cause) == ("Symptomatic hypotension", "2 Moderate", "Probable")
    assert [share.count for share in shown.shares] == [1, 1]
    assert [(one.label, one.infusions, one.note) for one in shown.stops] == [
        ("Medical event", 1, "adverse event"),
        ("Patient's choice", 1, ""),
    ]
    assert (shown.calls.events, shown.calls.infusions, shown.calls_before) == (1, 1, 0), "a struck call is none"


def test_out_89_what_nobody_reviewed_is_not_judged(site: Site, nurse: StaffUser) -> None:
    stop(at_chair(site, nurse, 1).later(minutes=3), "side_effect")
    shown = figures(site)
    assert shown.by("kind") == (("Not judged yet", 1),)
    assert [(one.label, one.infusions) for one in shown.effects] == [("Not named", 1)], "AEV-03"


def test_out_90_side_effects_and_flags_agree_with_the_report_of_events(
    site: Site, three: tuple[infusions.Chair, ...]
) -> None:
    shown, report = figures(site), event_report(site, at=three[2].at)
    assert [(one.label, one.infusions, one.patients) for one in shown.effects] == [
        (one.label, one.infusions, one.patients) for one in report.effects
    ]
    assert [one.by_severity for one in shown.effects] == [
        (one.not_graded, *one.by_severity) for one in report.effects
    ]
    assert {one.label for one in shown.effects} == {"Dizziness", "Nausea"}, "what was struck out is none"
    assert (shown.with_effects.infusions, shown.with_effects.patients) == report.with_effects
    assert shown.flagged == report.flagged == 1
    assert sum(one.events for one in shown.flags) == report.flag_number == 2
    assert all(one.note for one in shown.flags), "each rule says its sentence"


def test_a_period_and_a_filter_narrow_the_figures(site: Site, three: tuple[infusions.Chair, ...]) -> None:
    tomorrow = infusions.MONDAY + timedelta(days=1)
    assert figures(site, Period(first=tomorrow)).infusions == 0
    assert figures(site, Period(last=infusions.MONDAY)).infusions == 3
    nobody = figures(site, filters=Filters(since=tomorrow))
    assert (nobody.infusions, nobody.adverse, nobody.effects) == (0, (), ())


def test_one_person_under_two_records_counts_once(site: Site, three: tuple[infusions.Chair, ...]) -> None:
    folded, kept = three[0].visit.patient, three[1].visit.patient
    Patient.objects.filter(pk=folded.pk).update(state="merged", merged_into=kept)
    shown = figures(site)
    assert (shown.infusions, shown.patients) == (3, 2)
    assert shown.adverse[0].person == kept.pk


def test_another_clinic_counts_nothing_of_ours(
    site: Site, other_site: Site, three: tuple[infusions.Chair, ...]
) -> None:
    assert figures(other_site).infusions == 0


def test_one_query_a_figure_whatever_there_is(
    site: Site, nurse: StaffUser, three: tuple[infusions.Chair, ...]
) -> None:
    found = study(Asked(sources(site)[0], WEEK))
    with CaptureQueriesContext(connection) as queries:
        safety_figures(found, Period())
    assert len(queries) == 7
