"""Planned assessments on the database: they follow real courses, merges, answers from anywhere."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.models import Assessment, PlannedAssessment, Score
from outcomes.queries.asking import asks_of
from outcomes.states import LinkChannel
from scheduling.actions import book_sequence, cancel_sequence, merge_patients
from scheduling.models import Patient
from scheduling.states import EnrolmentState, MissedReason
from tests.factories import asking as make
from tests.factories import outcomes as forms
from tests.factories import scheduling

MONDAY = make.MONDAY


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def windows(site: Site, today: int) -> dict[str, tuple[object, ...]]:
    rows = make.planned(site, day(today))
    return {
        row.occasion: (row.state, *((one - MONDAY).days for one in (row.opens_on, row.ask_on, row.closes_on)))
        for row in rows
    }


def scored(patient: Patient, measure: str, on: date, *, site: Site) -> None:
    Score.objects.create(
        site=site,
        patient=patient,
        measure=measure,
        value=Decimal(9),
        date=on,
        source="elsewhere",
        origin="EHR",
        entered_by=scheduling.actor("nurse", site),
        recorded_at=make.noon(site, on),
    )


def test_pro_81_a_booked_course_plans_its_baseline_from_the_group_visit(site: Site) -> None:
    make.booked(site)
    assert windows(site, -8) == {"baseline": ("planned", -100, -7, 0)}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert actions.plan_asks(site=site, at=make.noon(site, day(-8))) == 0
    assert not [one for one in queries if one["sql"].startswith(("INSERT", "UPDATE"))]


def test_pro_82_a_treated_patient_has_three_follow_ups_and_the_unanswered_baseline_was_missed(site: Site) -> None:
    make.treated(site)
    assert windows(site, 1) == {
        "baseline": ("missed", -100, -7, 0),
        "last": ("planned", 1, 1, 30),
        "3m": ("planned", 31, 87, 135),
        "6m": ("planned", 136, 177, 240),
    }


def test_pro_83_a_cancelled_course_drops_its_baseline_and_closes_the_questions(site: Site) -> None:
    visit = make.booked(site)
    make.stepped(site, day(-7), minute=18 * 60)
    form = Assessment.objects.get()
    by = scheduling.actor("scheduler", site)
    cancel_sequence(
        sequence=visit.sequence, reason=MissedReason.PATIENT_CHOICE, by=by, at=make.noon(site, day(-5))
    )
    (ask,) = make.planned(site, day(-5))
    assert (ask.state, ask.ended_because) == ("dropped", "The course was cancelled.")
    form.refresh_from_db()
    assert form.state == "expired"


def test_pro_83_a_course_booked_anew_takes_its_own_baseline(site: Site) -> None:
    visit = make.booked(site)
    make.planned(site, day(-8))
    by, at = scheduling.actor("scheduler", site), make.noon(site, day(-7), 19 * 60)
    cancel_sequence(sequence=visit.sequence, reason=MissedReason.PATIENT_CHOICE, by=by, at=at)
    again = book_sequence(patient=visit.patient, first_day=day(0), start_minute=600, by=by, at=at)
    rows = [(row.state, row.anchor, row.sequence) for row in make.planned(site, day(-6))]
    assert rows == [("dropped", day(0), visit.sequence), ("planned", day(0), again)]


def test_pro_84_a_patient_who_withdraws_is_not_asked(site: Site) -> None:
    patient = make.treated(site)
    make.planned(site, day(2))
    Patient.objects.filter(pk=patient.pk).update(state=EnrolmentState.WITHDRAWN)
    live = [row for row in make.planned(site, day(3)) if row.state != "missed"]
    assert {(row.state, row.ended_because) for row in live} == {("dropped", "The patient has withdrawn.")}


def test_pro_84_after_a_merge_the_kept_record_is_asked(site: Site) -> None:
    folded = make.treated(site)
    make.planned(site, day(2))
    kept = scheduling.patient(site=site, at=make.noon(site, day(2)))
    by = scheduling.actor("scheduler", site)
    merge_patients(kept=kept, folded=folded, reason="One passport.", by=by, at=make.noon(site, day(3)))
    rows = make.planned(site, day(3))
    assert {(row.patient_id, row.state) for row in rows if row.occasion == "last"} == {
        (folded.pk, "dropped"),
        (kept.pk, "planned"),
    }
    assert actions.plan_asks(site=site, at=make.noon(site, day(3), 13 * 60)) == 0


def test_pro_85_a_form_sent_by_hand_counts_and_only_the_rest_is_asked(site: Site, nurse: StaffUser) -> None:
    patient = make.treated(site)
    make.planned(site, day(1))
    made = forms.opened(site=site, patient=patient, instruments=("PHQ-9",), by=nurse, at=make.noon(site, day(1)))
    made.answers(forms.PHQ_14)
    lines = {line.ask.occasion: line for line in asks_of(patient, at=make.noon(site, day(2)))}
    assert (lines["last"].done, lines["last"].partly, "PHQ-9" in lines["last"].missing) == (1, True, False)
    assert make.stepped(site, day(2)) == 1
    form = Assessment.objects.get(ask__occasion="last")
    assert list(form.parts.order_by("position").values_list("instrument", flat=True)) == ["PGIC", "GAD-7"]


def test_pro_85_scores_from_elsewhere_inside_the_window_are_the_answer(site: Site) -> None:
    patient = make.treated(site)
    make.planned(site, day(1))
    for measure in ("PHQ-9", "GAD-7", "PGIC"):
        scored(patient, measure, day(30), site=site)
    found = windows(site, 30)
    assert found["last"][0] == "done"
    assert found["3m"][0] == "planned"


def test_pro_85_a_score_of_the_day_after_the_window_is_no_answer(site: Site) -> None:
    patient = make.treated(site)
    make.planned(site, day(1))
    for measure in ("PHQ-9", "GAD-7", "PGIC"):
        scored(patient, measure, day(31), site=site)
    found = windows(site, 31)
    assert found["last"][0] == "missed"
    assert found["3m"][0] == "done"


def test_a_finished_questionnaire_finishes_its_window(site: Site) -> None:
    ask = make.asked_after_treatment(site)
    form = Assessment.objects.get(ask=ask)
    at = make.noon(site, day(2))
    token = actions.issue_link(assessment=form, channel=LinkChannel.HAND, at=at)
    sent = forms.Sent(form, token, ask.patient, at)
    sent.open().answers((*forms.PHQ_14, 3, *forms.GAD_6))
    ask.refresh_from_db()
    assert (ask.state, ask.ended_at) == ("done", at)


def test_where_each_window_stands_takes_the_same_queries_for_one_and_for_many(site: Site) -> None:
    patients = [make.treated(site), make.treated(site, monday=day(7))]
    make.planned(site, day(9))
    counts = []
    for patient in patients:
        with CaptureQueriesContext(connection) as queries:
            lines = asks_of(patient, at=make.noon(site, day(9)))
        counts.append(len(queries))
        assert [line.state for line in lines][-2:] == ["upcoming", "upcoming"]
    assert counts[0] == counts[1] <= 14
    assert PlannedAssessment.objects.filter(state="missed").count() == 2
