"""Facts and drawings of one person's scores over time, in few queries."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitclinic.models import Site
from outcomes.queries.trajectory import alert_counts, trajectory
from outcomes.queries.trajectory_page import course_choices, one_measure
from outcomes.queries.trajectory_strips import strips
from scheduling.actions import merge_patients
from tests.factories import outcomes as questionnaires
from tests.factories import scheduling as make
from tests.outcomes.stories import CAT, put, treated


def test_four_queries_bring_everything_however_many_scores_there_are(
    site: Site, django_assert_num_queries: Any
) -> None:
    patient, day = treated(site)
    at = site.instant(day + timedelta(days=200), 600)
    with django_assert_num_queries(4):
        found = trajectory(patient, at=at)
        shown, side = one_measure(found), strips(found)
    assert shown is not None
    assert shown.finding == (
        "Pain interference was 7.1 better at 3 months, meaningful and reliable; "
        "now 3.5 better, below the 5.0 that counts"
    )
    assert len(side.rows) == 1
    for offset in range(30):
        put(patient, "PHQ-9", day + timedelta(days=offset + 2), "12", minute=600 + offset)
    with django_assert_num_queries(4):
        strips(trajectory(patient, at=at))


def test_the_table_has_the_very_points_of_the_chart(site: Site) -> None:
    patient, day = treated(site)
    shown = one_measure(trajectory(patient, at=site.instant(day + timedelta(days=200), 600)))
    assert shown is not None
    assert [row.key for row in reversed(shown.rows)] == [dot.key for dot in shown.chart.dots]
    assert [dot.sure for dot in shown.chart.dots] == [
        bool("reliable" in row.note and "not" not in row.note) for row in reversed(shown.rows)
    ]
    assert [dot.css == "dot-open" for dot in shown.chart.dots] == [
        row.counts == "extra" for row in reversed(shown.rows)
    ]
    heights = [float(dot.y) for dot in shown.chart.dots]
    by_score = sorted(zip((float(row.score) for row in reversed(shown.rows)), heights, strict=True))
    assert [height for _, height in by_score] == sorted(heights, reverse=True)
    assert [row.error for row in shown.rows] == ["±4.1"] * 5


def test_a_corrected_score_is_left_out_and_its_correction_stands(site: Site) -> None:
    patient, day = treated(site)
    wrong = put(patient, "PHQ-9", day + timedelta(days=3), "22")
    put(patient, "PHQ-9", day + timedelta(days=3), "12", minute=501, corrects=wrong, reason="Misread.")
    found = trajectory(patient, at=site.instant(day + timedelta(days=200), 600))
    track = found.track_of("PHQ-9")
    assert track is not None
    assert [one.tenths for one in track.points] == [120]


def test_a_demonstrations_scores_stand_on_demonstration_sites_only(site: Site) -> None:
    patient, day = treated(site, with_pain=False)
    put(patient, "Demo fatigue", day + timedelta(days=3), "61.5", is_demo=True)
    at = site.instant(day + timedelta(days=200), 600)
    site.is_demo = patient.site.is_demo = True
    assert [one.measure.name for one in trajectory(patient, at=at).tracks] == ["Demo fatigue"]
    patient.site.is_demo = False
    assert trajectory(patient, at=at).tracks == ()


def test_a_score_from_after_the_as_of_day_is_not_there_yet(site: Site) -> None:
    patient, day = treated(site)
    at = site.instant(day + timedelta(days=200), 600)
    found = trajectory(patient, at=at, as_of=day + timedelta(days=93))
    assert [len(one.points) for one in found.tracks] == [3]
    assert trajectory(patient, at=at, as_of=day + timedelta(days=900)).as_of == found.today


def test_a_merged_record_brings_its_scores_along(site: Site) -> None:
    kept, day = treated(site)
    folded, at = make.patient(site=site), site.instant(day + timedelta(days=200), 600)
    put(folded, "PROMIS Pain Interference", day + timedelta(days=190), "60.0", **CAT)
    by = make.actor("scheduler", site)
    merge_patients(kept=kept, folded=folded, reason="The same.", by=by, at=at)
    found = trajectory(kept, at=at)
    assert [one.tenths for one in found.tracks[0].points] == [689, 642, 630, 618, 654, 600]


def test_another_form_breaks_the_line_where_it_begins(site: Site) -> None:
    patient, day = treated(site)
    short = CAT | {"theta": None, "standard_error": 2.7, "instrument": "PROMIS-PainInterference-4a"}
    put(patient, "PROMIS Pain Interference", day + timedelta(days=190), "60.1", **short)
    shown = one_measure(trajectory(patient, at=site.instant(day + timedelta(days=200), 600)))
    assert shown is not None
    assert len(shown.chart.breaks) == 1
    assert len(shown.chart.lines) == 1
    assert len(shown.chart.whiskers) == 1
    assert shown.rows[0].starts == "short form 4a"
    assert any("2.46" in note for note in shown.notes)


def test_one_course_alone_gives_nothing_to_choose(site: Site) -> None:
    patient, day = treated(site)
    found = trajectory(patient, at=site.instant(day + timedelta(days=200), 600), course=7)
    assert (course_choices(found), found.course, found.only) == ([], 1, False)


def test_alerts_are_counted_and_not_told(site: Site) -> None:
    task = questionnaires.safety_task(site=site)
    patient = type(task.patient).objects.select_related("site").get(pk=task.patient_id)
    with CaptureQueriesContext(connection) as queries:
        assert alert_counts(patient, at=questionnaires.NOW) == (1, 0)
    assert len(queries) == 2
