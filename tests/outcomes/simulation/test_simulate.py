"""``simulate`` belongs in a demonstration, and the living clinic goes on from day to day."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from infusions.models import Order
from kitclinic.models import Site, StaffUser
from outcomes.simulation import enrolment
from outcomes.simulation import live as module
from outcomes.simulation.clinic import Cast, found_clinic
from outcomes.simulation.live import live
from outcomes.simulation.today import sign_what_starts_soon
from tests.factories import infusions as factory
from tests.factories import orders
from tests.factories.scheduling import actor
from tests.factories.suite import MONDAY
from tests.outcomes.simulation.conftest import NOW


@pytest.mark.parametrize("what", ["today", "history", "live"])
def test_a_real_clinic_refuses_to_be_simulated(db: None, settings: Any, what: str) -> None:
    settings.DEMO, settings.DEBUG = False, False
    with pytest.raises(CommandError, match="belong in a demonstration only"):
        call_command("simulate", what)
    assert not Site.objects.exists()
    assert not StaffUser.objects.exists()


class Closed(Exception):
    """The test ends the living clinic."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Callable[[], datetime]]:
    """``clock(a, b, c)`` shows these instants, one after the other, and then the clinic is closed."""
    monkeypatch.setattr(module.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(module, "close_old_connections", lambda: None)

    def of(*instants: datetime) -> Callable[[], datetime]:
        left: Iterator[datetime] = iter(instants)

        def now() -> datetime:
            for at in left:
                return at
            raise Closed

        return now

    return of


def never(at: datetime) -> Cast:
    raise AssertionError("the day has not changed")


def test_the_living_clinic_charts_what_is_due_at_each_look(cast: Cast, usual: None, clock: Any) -> None:
    visit = factory.visit(site=cast.site)
    instants = [visit.starts_at + timedelta(minutes=n) for n in (0, 12, 24, 36, 60, 90, 120)]
    with pytest.raises(Closed):
        live(cast, clock=clock(*instants), new_day=never)
    visit.refresh_from_db()
    assert visit.state == "attended"
    assert visit.infusion.state == "discharged"


def test_at_midnight_a_new_day_is_made_and_charted(cast: Cast, usual: None, clock: Any) -> None:
    visit = factory.visit(site=cast.site, day=2)
    made: list[datetime] = []

    def new_day(at: datetime) -> Cast:
        made.append(at)
        return cast

    evening = visit.starts_at - timedelta(hours=12)
    morning = [visit.starts_at - timedelta(hours=3), visit.starts_at + timedelta(minutes=30)]
    with pytest.raises(Closed):
        live(cast, clock=clock(evening, evening, *morning), new_day=new_day)
    assert made == [morning[0]], "once"
    visit.refresh_from_db()
    assert (visit.state, visit.missed_reason) == ("arrived", "")
    assert visit.infusion.state == "infusing"


def test_a_clinic_that_moved_at_midnight_is_followed(cast: Cast, clock: Any) -> None:
    """Its day ends by its new clock, so the next morning's patients are not left sitting."""
    days: list[tuple[str, datetime]] = []

    def new_day(at: datetime) -> Cast:
        moved = found_clinic(now=at)
        days.append((moved.site.time_zone, at))
        return moved

    local_midnight = NOW.replace(hour=4, minute=1) + timedelta(days=1)  # Thursday 00:01 in New York
    hours = [local_midnight + timedelta(hours=n) for n in range(25)]
    with pytest.raises(Closed):
        live(cast, clock=clock(NOW, NOW, *hours), new_day=new_day)
    (first_zone, first), (_, second) = days
    assert first == local_midnight
    assert first_zone != "America/New_York"
    assert (second - first) < timedelta(hours=23), "midnight comes earlier where it was mid-morning already"
    assert Site(slug="x", time_zone=first_zone).local(second).hour == 0


def test_the_simulated_physician_signs_what_starts_tomorrow_and_nothing_later(cast: Cast) -> None:
    order = orders.draft(orders.sequence(cast.site))
    days_before = orders.moment(cast.site)
    sign_what_starts_soon(cast, now=days_before)
    assert Order.objects.get(pk=order.pk).state == "draft"
    sign_what_starts_soon(cast, now=cast.site.instant(MONDAY - timedelta(days=1), 600))
    signed = Order.objects.get(pk=order.pk)
    assert signed.state == "signed"
    assert signed.signature is not None
    assert signed.signature.signer == cast.physician == actor("physician", cast.site)
    assert signed.signature.method != "password", "nobody typed one"


def test_an_order_signed_by_a_person_at_the_same_moment_does_not_stop_the_clinic(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, other = (orders.draft(orders.sequence(cast.site)) for _ in range(2))
    really = enrolment.signed

    def meanwhile(cast: Cast, order: Order, *, at: datetime) -> Order:
        if order.pk == taken.pk:
            really(cast, Order.objects.select_related("site", "sequence__patient").get(pk=taken.pk), at=at)
        return really(cast, order, at=at)

    monkeypatch.setattr(enrolment, "signed", meanwhile)
    sign_what_starts_soon(cast, now=cast.site.instant(MONDAY - timedelta(days=1), 600))
    states = Order.objects.filter(pk__in=[taken.pk, other.pk]).values_list("state", flat=True)
    assert list(states) == ["signed", "signed"]
