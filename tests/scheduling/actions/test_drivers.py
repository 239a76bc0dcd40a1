"""A driver is named, and confirmed apart; by staff, or by the patient's own link."""

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling.actions import answer_by_link, confirm_driver, mark_missed, name_driver, open_driver_link
from scheduling.models import DriverLink, Visit
from scheduling.rules.drivers import Driver
from scheduling.states import DriverSource
from tests.factories.driver_links import DRIVER, linked
from tests.factories.suite import MONDAY, before, booked_sequence, visits_of

pytestmark = pytest.mark.django_db
SISTER = Driver("family", "Marta Quist", "sister", "555-010-7788")


def standing(visit: Visit) -> tuple[str, bool, str, int | None]:
    visit.refresh_from_db()
    return visit.driver_name, visit.driver_confirmed, visit.driver_confirmed_via, visit.driver_confirmed_by_id


def test_drv_04_naming_a_driver_does_not_confirm_that_the_driver_comes(site: Site, scheduler: StaffUser) -> None:
    visits = visits_of(booked_sequence(site))
    name_driver(visits=visits, by=scheduler, at=before(site, MONDAY), **DRIVER)
    assert standing(visits[0]) == ("Marta Quist", False, "", None)


def test_drv_04_staff_confirm_single_days_or_all(site: Site, scheduler: StaffUser) -> None:
    visits = visits_of(booked_sequence(site))
    at = before(site, MONDAY)
    name_driver(visits=visits, by=scheduler, at=at, **DRIVER)
    confirm_driver(visits=visits[:2], by=scheduler, at=at)
    assert [standing(visit)[1] for visit in visits] == [True, True, False, False, False]
    assert standing(visits[0]) == ("Marta Quist", True, DriverSource.STAFF, scheduler.pk)
    events = AuditEvent.objects.filter(event="driver_confirmed", by=scheduler)
    assert [event.detail["day"] for event in events.order_by("pk")] == [1, 2]


def test_drv_04_another_driver_takes_the_confirmation_back_the_same_one_keeps_it(
    site: Site, scheduler: StaffUser
) -> None:
    visits = visits_of(booked_sequence(site))
    at = before(site, MONDAY)
    name_driver(visits=visits, by=scheduler, at=at, **DRIVER)
    confirm_driver(visits=visits, by=scheduler, at=at)
    name_driver(visits=visits[:1], by=scheduler, at=at, **DRIVER | {"phone": "(555) 010 7788"})
    assert standing(visits[0])[1] is True, "the same number, written another way"
    name_driver(visits=visits[1:2], by=scheduler, at=at, **DRIVER | {"name": "Robin Quist"})
    assert standing(visits[1]) == ("Robin Quist", False, "", None)
    name_driver(visits=visits[2:3], by=scheduler, at=at, **DRIVER | {"phone": "555-010-7789"})
    assert standing(visits[2])[1] is False


def test_drv_04_nobody_can_be_confirmed_on_a_day_without_a_name(site: Site, scheduler: StaffUser) -> None:
    visits = visits_of(booked_sequence(site))
    at = before(site, MONDAY)
    name_driver(visits=visits[:1], by=scheduler, at=at, **DRIVER)
    with pytest.raises(Refused, match="nobody is named yet"):
        confirm_driver(visits=visits[:2], by=scheduler, at=at)
    assert standing(visits[0])[1] is False, "all or nothing"
    with pytest.raises(Refused, match="at least one day"):
        confirm_driver(visits=[], by=scheduler, at=at)


def test_drv_04_a_released_day_cannot_be_confirmed(site: Site, scheduler: StaffUser) -> None:
    visits = visits_of(booked_sequence(site))
    at = before(site, MONDAY)
    name_driver(visits=visits, by=scheduler, at=at, **DRIVER)
    mark_missed(visit=visits[0], reason="illness", by=scheduler, at=at)
    with pytest.raises(Refused, match="over or released"):
        confirm_driver(visits=visits, by=scheduler, at=at)


def test_drv_04_the_patients_answer_names_and_confirms_at_once(site: Site) -> None:
    visits = visits_of(booked_sequence(site))
    answer_by_link(visits=visits[:3], driver=SISTER, at=before(site, MONDAY))
    assert standing(visits[0]) == ("Marta Quist", True, DriverSource.LINK, None)
    assert standing(visits[3]) == ("", False, "", None)
    actors = set(AuditEvent.objects.filter(event="driver_confirmed").values_list("actor", "by"))
    assert actors == {("patient", None)}


def test_drv_01_a_taxi_is_refused_from_the_link_too(site: Site) -> None:
    visits = visits_of(booked_sequence(site))
    with pytest.raises(Refused, match="A taxi is not a known driver"):
        answer_by_link(
            visits=visits, driver=Driver("taxi", "Yellow Cab", "taxi", "555 010 7788"), at=before(site, MONDAY)
        )
    assert standing(visits[0]) == ("", False, "", None)


def test_drv_05_the_right_year_opens_and_the_fifth_wrong_one_closes(site: Site) -> None:
    made, at = linked(site), before(site, MONDAY)
    for left in (4, 3, 2, 1):
        opening = open_driver_link(token=made.token, birth_year=1900, at=at)
        assert opening.link is None
        assert str(left) in opening.problems[0].sentence
    other = linked(site)
    assert open_driver_link(token=other.token, birth_year=other.year, at=at).link is not None
    assert "closed" in open_driver_link(token=made.token, birth_year=1900, at=at).problems[0].sentence
    assert open_driver_link(token=made.token, birth_year=made.year, at=at).link is None
    assert DriverLink.objects.get(pk=made.link.pk).revoked_at == at
    assert AuditEvent.objects.filter(event="wrong year of birth", actor="patient").count() == 5


def test_drv_05_a_link_ends_with_its_last_day(site: Site) -> None:
    made = linked(site)
    friday = visits_of(made.sequence)[-1].date
    assert open_driver_link(token=made.token, birth_year=made.year, at=site.instant(friday, 1439)).link is not None
    over = open_driver_link(token=made.token, birth_year=made.year, at=site.instant(friday, 1440))
    assert "This link is over" in over.problems[0].sentence


def test_drv_05_an_unknown_code_opens_nothing(site: Site) -> None:
    opening = open_driver_link(token="x" * 43, birth_year=1974, at=before(site, MONDAY))
    assert (opening.link, opening.problems[0].field) == (None, "token")


def test_only_the_digest_of_a_code_is_stored(site: Site) -> None:
    made = linked(site)
    row = DriverLink.objects.get(pk=made.link.pk)
    assert made.token not in {str(getattr(row, field.attname)) for field in row._meta.concrete_fields}
    assert len(row.token_digest) == 64
