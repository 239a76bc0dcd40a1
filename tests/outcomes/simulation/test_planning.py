"""What the simulated scheduler leaves behind still works on the next day, whatever weekday a week begins on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from outcomes.simulation import staffing
from outcomes.simulation import today as module
from outcomes.simulation.clinic import Cast, ensure_days, found_clinic
from scheduling.actions import release_all_expired_holds
from scheduling.models import CallOut, Sequence, SuiteDay, Visit, WeekPolicy
from scheduling.queries.closures import closed_days
from scheduling.queries.cover import open_cover
from tests.outcomes.simulation.conftest import NOW


def test_a_kept_clinic_is_calm_on_the_day_of_the_call_out(
    cast: Cast, small: Callable[[Cast, datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody took the cover: the nurse comes after all, patients are charted, the hold is a request again."""
    monkeypatch.setattr(module, "ensure_days", lambda *given, **more: ensure_days(*given, **more, nurses=2))
    monkeypatch.setattr(module, "FORGOTTEN", 0)
    small(cast, NOW)
    site, morning = cast.site, NOW + timedelta(days=1)
    tomorrow = site.today(morning)
    assert open_cover(site, tomorrow)
    assert not open_cover(site, site.today(NOW))
    release_all_expired_holds(at=morning)
    small(found_clinic(now=morning), morning)
    assert not open_cover(site, tomorrow)
    assert CallOut.objects.get(site=site).taken_back_at == morning
    days = Visit.objects.filter(site=site, date=tomorrow).order_by("start_minute")
    assert list(days.values_list("state", flat=True)) == ["attended", "arrived", "booked"], "as on every day"
    yesterday = Visit.objects.filter(site=site, date=site.today(NOW))
    assert set(yesterday.values_list("state", flat=True)) == {"attended"}
    assert not Sequence.objects.filter(site=site, state="held").exists()
    assert Sequence.objects.filter(site=site, state="requested", wish_note__contains="on the phone").exists()


@pytest.mark.parametrize("first_weekday", range(7))
def test_the_day_after_the_fifth_opens_where_the_first_is_closed_whatever_weekday_that_is(
    cast: Cast, first_weekday: int
) -> None:
    site = cast.site
    site.first_weekday = first_weekday
    site.save(update_fields=["first_weekday"])
    staffing.decide_holidays(cast, now=NOW)
    decided = {row.rule: row.first_day for row in WeekPolicy.objects.filter(site=site)}
    assert set(decided) == {"saturday", "short"}
    week = site.week_of(decided["saturday"])
    assert list(closed_days(site, week[0], week[-1])) == [week[0]]
    sixth = SuiteDay.objects.get(site=site, date=week[0] + timedelta(days=5))
    assert (sixth.is_closed, sixth.shifts.count(), sixth.providers.count()) == (False, 5, 1)
    short = site.week_of(decided["short"])
    assert len(closed_days(site, short[0], short[-1])) == 1
