"""Two nurses, one due time, fifty times: both readings are kept, the second is marked, both names stand there."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import VitalSet
from infusions.queries.course import course_of
from infusions.queries.flowsheet import rows_of
from tests.factories import infusions, people, suite
from tests.races import race

RACES = 50


@pytest.fixture
def paused(committed_db, settings):
    """An infusion whose lasting pause moves its end, so that a due time comes every 15 min."""
    settings.READINESS_CHECKS = []
    chair = infusions.infusion(site=people.site(), at_state="infusing").later(minutes=1)
    chair._do(actions.pause_infusion)
    return chair


def test_due_04_fifty_races_for_one_due_time_keep_both_readings(paused):
    site, infusion = paused.infusion.site, paused.infusion
    nurses = suite.staffed(site, "nurse", 2)
    for number in range(1, RACES + 1):
        at = infusion.started_at + timedelta(minutes=15 * number)

        def take(nurse, sbp, at=at):
            return actions.record_vitals(
                infusion=infusion,
                reading=replace(infusions.CALM, sbp=sbp),
                key=uuid4(),
                by=nurse,
                at=at,
                occurred_at=at,
            )

        done, lost = race(
            lambda take=take, n=number: take(nurses[0], 100 + n % 20),
            lambda take=take, n=number: take(nurses[1], 121 + n % 20),
        )
        assert (len(done), lost) == (2, [])
        assert sorted(row.slot for row in done) == ["extra", f"start+{15 * number}"]
    course = course_of(infusion)
    assert VitalSet.objects.filter(infusion=infusion).count() == 2 * RACES + 1
    assert len(course.also_taken) == RACES
    names = {nurse.name for nurse in nurses}
    marked = [row for row in rows_of(course, site=site, at=at) if any("also taken" in one for one in row.more)]
    assert len(marked) == RACES
    assert all(all(name in " ".join(row.more) for name in names) for row in marked)


def test_two_corrections_of_one_set_are_one_correction_and_a_sentence(paused):
    wrong = paused.later(minutes=14).vitals()
    for number in range(10):
        given = {"vital_set": wrong, "by": paused.nurse, "at": paused.at, "reason": "misread"}

        def fix(sbp, given=given):
            return actions.correct_vitals(reading=replace(infusions.CALM, sbp=sbp), key=uuid4(), **given)

        done, lost = race(lambda fix=fix, n=number: fix(101 + n), lambda fix=fix, n=number: fix(131 + n))
        assert (len(done), len(lost)) == (1, 1)
        wrong = done[0]
    assert VitalSet.objects.filter(corrects__isnull=False).count() == 10
