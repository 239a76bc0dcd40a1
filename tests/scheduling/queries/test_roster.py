"""The roster: counts, what is missing for each, and how many questions it asks the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitclinic.models import Site, StaffUser
from scheduling import actions
from scheduling.models import GroupVisit
from scheduling.queries.roster import Roster, booked_sequence, next_groups, roster
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW


def look(group: GroupVisit) -> Roster:
    return roster(group=GroupVisit.objects.select_related("site").get(pk=group.pk), site=group.site, at=NOW)


@pytest.fixture
def group(site: Site) -> GroupVisit:
    return make.group_visit(site=site, capacity=64)


def test_counts_go_from_expected_to_cleared(group: GroupVisit, nurse: StaffUser, physician: StaffUser) -> None:
    seats = [make.seat(make.eligible_patient(site=group.site), group=group) for _ in range(4)]
    make.ready_seat(seats[0])
    make.ready_seat(seats[1])
    actions.check_in_seat(seat=seats[2], support_attended=False, by=nurse, at=NOW)
    actions.clear_seat(seat=seats[0], by=physician, at=NOW)
    for item in ("ketamine", "neuroscience", "relaxation", "infusion_days"):
        actions.teach_room(group=group, item=item, by=nurse, at=NOW)
    shown = look(group)
    assert (shown.expected, shown.here, shown.complete, shown.cleared, shown.decided) == (4, 3, 2, 1, 1)
    assert not shown.can_close
    words = {row.seat.pk: row.standing[2] for row in shown.seats}
    assert [words[seat.pk] for seat in seats] == ["Cleared", "Complete, to decide", "Here, 4 open", "Expected"]


def test_what_is_missing_leads_to_where_it_is_done(group: GroupVisit, nurse: StaffUser) -> None:
    seat = make.seat(make.eligible_patient(site=group.site), group=group)
    actions.check_in_seat(seat=seat, support_attended=False, by=nurse, at=NOW)
    (row,) = look(group).seats
    assert [one.section for one in row.missing] == ["support", "weight", "screen", "consent"]


def test_a_late_comer_is_named_as_missing(group: GroupVisit, nurse: StaffUser) -> None:
    early, late = (make.seat(make.eligible_patient(site=group.site), group=group) for _ in range(2))
    actions.check_in_seat(seat=early, support_attended=True, by=nurse, at=NOW)
    actions.teach_room(group=group, item="ketamine", by=nurse, at=NOW)
    actions.check_in_seat(seat=late, support_attended=True, by=nurse, at=NOW)
    first = look(group).taught[0]
    assert (first.given, first.present, [row.seat for row in first.missing]) == (1, 2, [late])


def test_a_screen_of_an_earlier_course_does_not_count(group: GroupVisit) -> None:
    seat = make.seat(make.eligible_patient(site=group.site), group=group)
    make.screen(seat.patient, at=NOW - timedelta(days=40))
    (row,) = look(group).seats
    assert row.screen is None


def test_the_version_changes_with_every_act_and_not_without(group: GroupVisit, nurse: StaffUser) -> None:
    seat = make.seat(make.eligible_patient(site=group.site), group=group)
    seen = [look(group).version]
    assert look(group).version == seen[0]
    actions.check_in_seat(seat=seat, support_attended=True, by=nurse, at=NOW)
    seen.append(look(group).version)
    actions.measure_seat(seat=seat, hr=70, by=nurse, at=NOW)
    seen.append(look(group).version)
    actions.teach_seat(seat=seat, item="ketamine", by=nurse, at=NOW)
    seen.append(look(group).version)
    actions.note_questions(seat=seat, questions="How long?", by=nurse, at=NOW)
    seen.append(look(group).version)
    actions.name_support(seat=seat, support={"support_drives": True}, by=nurse, at=NOW)
    seen.append(look(group).version)
    assert len(set(seen)) == 6


def test_thirty_patients_take_as_many_queries_as_one(group: GroupVisit, nurse: StaffUser) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            shown = look(group)
            assert [row.standing for row in shown.seats]
            assert shown.taught
            assert shown.version
        return len(caught)

    make.ready_seat(make.seat(make.eligible_patient(site=group.site), group=group))
    one = queries()
    for _ in range(29):
        make.ready_seat(make.seat(make.eligible_patient(site=group.site), group=group))
    actions.teach_room(group=group, item="ketamine", by=nurse, at=NOW)
    assert queries() == one


def test_the_next_group_visit_has_a_place_and_the_patients_language_first(group: GroupVisit) -> None:
    site, day = group.site, group.date
    seat = make.seat(make.eligible_patient(site=site), group=group)
    spanish = make.group_visit(site=site, day=day + timedelta(days=2))
    spanish.language = "Spanish"
    spanish.save(update_fields=["language"])
    full = make.group_visit(site=site, day=day + timedelta(days=4), capacity=2)
    make.booked_patient(site=site, group=full)
    english = make.group_visit(site=site, day=day + timedelta(days=7))
    assert [row.group.pk for row in next_groups(seat=seat, at=NOW)] == [english.pk, spanish.pk]
    assert booked_sequence(seat) is None
