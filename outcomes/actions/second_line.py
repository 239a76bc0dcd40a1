"""Alerts that a score raises against the one before."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from outcomes.actions.safety import raise_score_task
from outcomes.models import SafetyTask, Score
from outcomes.rules.second_line import COMPARED_DAYS, Point, before, is_compared, is_fresh, score_alert
from scheduling.models import Patient
from scheduling.queries.patients import family_keys


@transaction.atomic
def compare_with_before(*, score: Score, at: datetime) -> SafetyTask | None:
    """Raise a second-line task when this score is much worse than the one before; None when it is not.

    A score that is entered late is also what a later one is compared with, so those after it are looked at again.
    Called twice for one score it raises one task, and none where the score it corrects has raised one.
    """
    site = score.site
    if not is_compared(score.measure, demo_site=site.is_demo):
        return None
    Patient.objects.select_for_update(no_key=True, of=("self",)).get(
        pk=score.patient_id
    )  # one comparison at a time
    rows = _rows_near(score)
    if score.pk not in {row.pk for row in rows}:
        return None  # corrected meanwhile: the correction was compared
    for row in rows:
        if row.pk != score.pk and before(_point(row), _points(rows, without=row)) == _point(score):
            _compare(row, rows, at=at)
    return _compare(score, rows, at=at)


def _rows_near(score: Score) -> list[Score]:
    """The patient's standing scores of this measure that may be compared with this one, this one among them."""
    reach = timedelta(days=COMPARED_DAYS)
    rows = Score.objects.current().select_related("site", "entered_by")
    rows = rows.filter(site=score.site_id, patient__in=family_keys(score.patient), measure=score.measure)
    return list(rows.filter(date__range=(score.date - reach, score.date + reach)).order_by("date", "pk"))


def _compare(score: Score, rows: list[Score], *, at: datetime) -> SafetyTask | None:
    raised = SafetyTask.objects.filter(site=score.site_id, score__in=_chain(score)).first()
    earlier = before(_point(score), _points(rows, without=score))
    if raised is not None or earlier is None or not is_fresh(_point(score), today=score.site.today(at)):
        return raised
    alert = score_alert(score.measure, _point(score), earlier, demo_site=score.site.is_demo)
    return raise_score_task(score=score, alert=alert, at=at) if alert else None


def _chain(score: Score) -> list[int]:
    """The score and those it corrects, one after the other."""
    keys, row = [], score
    while True:
        keys.append(row.pk)
        if row.corrects is None:
            return keys
        row = row.corrects


def _points(rows: Iterable[Score], *, without: Score) -> list[Point]:
    return [_point(row) for row in rows if row.pk != without.pk]


def _point(score: Score) -> Point:
    return Point(int(score.value * 10), score.date, score.minute)
