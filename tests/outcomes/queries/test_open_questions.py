"""Open questions of a study: protocols apart, impressions by window, first courses in either mode."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from kitclinic.models import Site, StaffUser
from outcomes.models import Score
from outcomes.queries import open_questions
from outcomes.queries.cohorts import sources
from outcomes.queries.impressions import impressions
from outcomes.queries.study import Asked, Study, study
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import measures
from scheduling.actions import write_protocol
from scheduling.models import Patient
from scheduling.rules.capacity import Lengths
from scheduling.rules.protocols import Ordered
from tests.factories import infusions, registry, suite
from tests.outcomes.stories import put
from tests.outcomes.views.test_open_questions import AT, MANY, made

FOUR = "four-days"
PHQ = measures()["PHQ-9"]


def of_registry(site: Site, folder: Path, *, course: bool = False) -> Study:
    home = made(site, folder)
    source = next(one for one in sources(site) if one.site == home)
    return study(Asked(source, registry.AS_OF, Definitions(reference="course" if course else "last")))


@pytest.fixture
def both(site: Site, lead: StaffUser) -> Site:
    """One patient treated under the standard who improved, one under four days who did not."""
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
    one = infusions.infusion(site=site, at_state="discharged").visit
    other = infusions.infusion(site=site, at_state="discharged", minute=660, chair=2, protocol=FOUR).visit
    for visit, after in ((one, "8"), (other, "16")):
        put(visit.patient, "PHQ-9", visit.date - timedelta(days=3), "15")
        put(visit.patient, "PHQ-9", visit.date + timedelta(days=5), after)
    return site


@pytest.mark.django_db
def test_out_68_each_protocol_has_its_own_column_whichever_is_asked_for(both: Site) -> None:
    source = sources(both)[0]
    asked = Asked(source, infusions.MONDAY + timedelta(days=60))
    for found in (study(asked), study(replace(asked, protocol=open_questions.protocols_used(source)[1]))):
        shown = open_questions.protocols(found, "last")
        assert shown.labels[1] == "Four days"
        row = shown.row(PHQ)
        assert [(arm.improved, arm.n) for _, arm in row.labelled] == [(1, 1), (0, 1)]
        assert [arm.mean for _, arm in row.labelled] == [Decimal("-7.0"), Decimal("1.0")]


def test_out_64_course_mode_compares_first_courses_alone(site: Site, tmp_path: Path) -> None:
    found = of_registry(site, tmp_path, course=True)
    row = open_questions.days(found, "last").rows[0]
    assert row.measure == PHQ
    assert (row.one.n, row.other.n) == (MANY // 2, MANY // 2)
    assert row.share is not None
    assert not row.share.by_patient


def test_out_64_paper_mode_says_that_follow_ups_are_after_the_last_infusion_ever(
    site: Site, tmp_path: Path
) -> None:
    found = of_registry(site, tmp_path)
    shown = open_questions.days(found, "last")
    assert (shown.rows[0].one.n, shown.rows[0].other.n) == (MANY // 2, MANY // 2)
    assert any("last infusion ever" in note for note in shown.notes)


def test_out_67_who_came_back_is_the_same_in_either_mode(site: Site, tmp_path: Path) -> None:
    found = of_registry(site, tmp_path)
    course = study(replace(found.asked, definitions=Definitions(reference="course")))
    for window in ("last", "3m", "6m"):
        assert open_questions.returning(found, window) == open_questions.returning(course, window)
    back = open_questions.returning(found, "last")[1].rows[0]
    assert (back.one.n, back.other.n) == (MANY // 3, MANY - MANY // 3)


def test_out_71_an_impression_counts_by_the_rules_of_every_score(site: Site, tmp_path: Path) -> None:
    found = of_registry(site, tmp_path)
    home = found.asked.source.site
    patient = Patient.objects.get(site=home, record_number="P001")  # four days, one course
    last = registry.FIRST + timedelta(days=3)
    for days, value in ((0, 7), (1, 2), (20, 6), (31, 3), (95, 1), (241, 5)):
        Score.objects.create(
            site=home,
            patient=patient,
            measure="PGIC",
            value=value,
            date=last + timedelta(days=days),
            source="registry",
            recorded_at=AT,
        )
    place = list(found.histories.people.key[found.counted.rows.of]).index(patient.pk)
    answers = {window: impressions(found, window) for window in ("last", "3m", "6m")}
    assert [int(answers[window][place]) for window in ("last", "3m", "6m")] == [2, 1, 0]
    assert int((answers["last"] > 0).sum()) == 1


def test_stat_48_nothing_is_tested_where_patients_repeat_and_the_page_says_so(site: Site, tmp_path: Path) -> None:
    paper = open_questions.categories(of_registry(site, tmp_path), "last")
    home = next(one for one in sources(site) if one.is_registry)
    course = study(Asked(home, registry.AS_OF, Definitions(reference="course")))
    again = open_questions.categories(course, "last")
    assert paper.row(PHQ).found.shares is not None
    assert paper.notes == ()
    assert again.notes == (open_questions.OF_REPEATS,)


def test_out_65_who_has_no_category_is_counted_not_pooled(site: Site, tmp_path: Path) -> None:
    found = of_registry(site, tmp_path)
    Patient.objects.filter(site=found.asked.source.site, record_number__in=["P001", "P002"]).update(diagnosis="")
    shown = open_questions.categories(study(found.asked), "last")
    assert shown.left_out == 2
    assert sum(arm.n for _, arm in shown.row(PHQ).labelled) == MANY - 2
