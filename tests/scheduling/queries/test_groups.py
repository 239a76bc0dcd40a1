"""Group visits with their places, and the roster."""

from datetime import date, timedelta
from decimal import Decimal

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from scheduling import actions
from scheduling.models import GroupSeat
from scheduling.queries.groups import coming_groups, leads, past_groups
from scheduling.queries.roster import roster
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

TUESDAY = date(2026, 9, 8)


def test_groups_to_come_count_their_seats(site: Site, other_site: Site, nurse: StaffUser) -> None:
    group = make.group_visit(site=site, day=TUESDAY, capacity=7)
    make.group_visit(site=other_site)
    for _ in range(2):
        make.booked_patient(site=site, group=group)
    gone = make.seat(make.eligible_patient(site=site), group=group)
    actions.mark_seat_absent(seat=gone, by=nurse, at=site.instant(TUESDAY, 800))
    (row,) = coming_groups(site=site, today=site.today(NOW))
    assert (row.seats, row.taken, row.left) == (3, 2, 1)
    assert row.first_day == date(2026, 9, 14)


def test_a_group_visit_that_was_held_or_passed_is_past(site: Site, nurse: StaffUser) -> None:
    held = make.group_visit(site=site)
    actions.mark_group_held(group=held, by=nurse, at=NOW)
    forgotten = make.group_visit(site=site, start_minute=900)
    tomorrow = site.today(NOW) + timedelta(days=1)
    assert [row.group for row in past_groups(site=site, today=tomorrow)] == [forgotten, held]
    assert coming_groups(site=site, today=tomorrow) == []


def test_the_roster_says_what_each_one_lacks(site: Site, nurse: StaffUser) -> None:
    group = make.group_visit(site=site)
    make.booked_patient(site=site, group=group, family_name="Ashdown")
    mother = make.patient(site=site, family_name="Brandt")
    make.assess(mother, childbearing_potential=True)
    make.seat(mother, group=group)
    alone = make.seat(make.eligible_patient(site=site, family_name="Quist"), group=group)
    actions.check_in_seat(seat=alone, support_attended=False, by=nurse, at=NOW)
    make.cleared_patient(site=site, group=group, family_name="Venn")
    found = roster(group=group, site=site, at=NOW)
    assert [row.seat.patient.family_name for row in found.seats] == ["Ashdown", "Brandt", "Quist", "Venn"]
    assert [[one.problem.rule for one in row.missing] for row in found.seats] == [
        [],
        ["ENR-13"],
        ["ENR-23", "ENR-23", "ENR-71", "ENR-73"],
        [],
    ]
    assert (found.expected, found.here, found.decided, found.can_close) == (4, 2, 1, False)


def test_the_roster_can_be_closed_when_everybody_is_decided(site: Site) -> None:
    patient = make.cleared_patient(site=site)
    group = GroupSeat.objects.get(patient=patient).group
    assert roster(group=group, site=site, at=NOW).can_close
    assert not roster(group=group, site=site, at=NOW - timedelta(days=1)).open_for_attendance
    seat = GroupSeat.objects.select_related("weight").get(patient=patient)
    assert seat.weight is not None
    assert seat.weight.weight_kg == Decimal("82.5")


def test_only_active_people_of_the_profession_lead(site: Site, other_site: Site, physician: StaffUser) -> None:
    people.staff("physician", site=site, is_active=False)
    people.staff("physician", site=other_site)
    assert list(leads(site=site, role=Role.PHYSICIAN)) == [physician]
