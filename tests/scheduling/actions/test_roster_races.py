"""Two tablets on one roster: nothing is lost, nothing stands twice."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connections

from kitclinic.models import Site, StaffUser
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.models import Consent, EducationGiven, GroupSeat, HealthScreen, Weight
from scheduling.queries.records import current_consent_text
from scheduling.states import HealthQuestion, SeatState
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW, SIGNATURE
from tests.races import race

D = Decimal
NO = {str(question): False for question in HealthQuestion}


@pytest.fixture
def clinic(committed_db: str) -> Iterator[Site]:
    yield people.site()
    connections.close_all()


@pytest.fixture
def booked(clinic: Site) -> GroupSeat:
    return make.seat(make.eligible_patient(site=clinic))


@pytest.fixture
def nurses(clinic: Site) -> tuple[StaffUser, StaffUser]:
    return people.staff("nurse", site=clinic), people.staff("nurse", site=clinic)


@pytest.fixture
def came(booked: GroupSeat, nurses: tuple[StaffUser, StaffUser]) -> GroupSeat:
    return actions.check_in_seat(seat=booked, support_attended=True, by=nurses[0], at=NOW)


def test_weight_and_screen_of_one_seat_at_once_both_stand(
    came: GroupSeat, nurses: tuple[StaffUser, StaffUser]
) -> None:
    one, other = nurses
    done, lost = race(
        lambda: actions.weigh_seat(seat=came, weight_kg=D("82.5"), by=one, at=NOW),
        lambda: actions.screen_health(
            patient=came.patient, seat=came, answers=NO, note="", by=other, at=NOW, seen=0
        ),
        lambda: actions.measure_seat(seat=came, hr=70, by=other, at=NOW, seen=0),
        lambda: actions.name_support(seat=came, support={"support_phone": "1"}, by=other, at=NOW),
    )
    assert (len(done), lost) == (4, [])
    came.refresh_from_db()
    assert (came.weight, came.support_phone) == (Weight.objects.get(), "1")
    assert HealthScreen.objects.count() == 1


def test_enr_77_two_weights_at_once_one_stands(came: GroupSeat, nurses: tuple[StaffUser, StaffUser]) -> None:
    done, lost = race(
        lambda: actions.weigh_seat(seat=came, weight_kg=D("82.5"), by=nurses[0], at=NOW),
        lambda: actions.weigh_seat(seat=came, weight_kg=D("84.0"), by=nurses[1], at=NOW),
    )
    assert len(done) == 1
    assert isinstance(lost[0], Refused)
    assert f"{done[0].weight_kg} kg" in str(lost[0])
    assert Weight.objects.count() == 1


def test_enr_76_the_same_tick_twice_stands_once(came: GroupSeat, nurses: tuple[StaffUser, StaffUser]) -> None:
    one, other = nurses
    done, lost = race(
        lambda: actions.teach_seat(seat=came, item="ketamine", by=one, at=NOW),
        lambda: actions.teach_seat(seat=came, item="ketamine", by=other, at=NOW),
        lambda: actions.teach_room(group=came.group, item="ketamine", by=other, at=NOW),
    )
    assert (len(done), lost) == (3, [])
    assert EducationGiven.objects.count() == 1


def test_checked_in_by_two_is_checked_in_once(booked: GroupSeat, nurses: tuple[StaffUser, StaffUser]) -> None:
    one, other = nurses
    done, lost = race(
        lambda: actions.check_in_seat(seat=booked, support_attended=True, first=True, by=one, at=NOW),
        lambda: actions.check_in_seat(seat=booked, support_attended=True, first=True, by=other, at=NOW),
    )
    assert (len(done), lost) == (2, [])
    booked.refresh_from_db()
    assert (booked.state, booked.support_attended) == (SeatState.ATTENDED, True)


def test_enr_77_checked_in_differently_by_two_the_second_is_told(
    booked: GroupSeat, nurses: tuple[StaffUser, StaffUser]
) -> None:
    one, other = nurses
    done, lost = race(
        lambda: actions.check_in_seat(seat=booked, support_attended=True, first=True, by=one, at=NOW),
        lambda: actions.check_in_seat(seat=booked, support_attended=False, first=True, by=other, at=NOW),
    )
    assert (len(done), len(lost)) == (1, 1)
    booked.refresh_from_db()
    assert booked.support_attended is done[0].support_attended


def test_one_consent_signed_on_two_tablets_stands_once(
    came: GroupSeat, nurses: tuple[StaffUser, StaffUser]
) -> None:
    text = current_consent_text(site_id=came.site_id)
    assert text is not None

    def sign(by: StaffUser) -> Consent:
        return actions.sign_consent(
            patient=came.patient,
            text=text,
            signed_name=came.patient.name,
            signature=SIGNATURE,
            method="tablet",
            by=by,
            at=NOW,
            seat=came,
        )

    done, lost = race(lambda: sign(nurses[0]), lambda: sign(nurses[1]))
    assert (len(done), len(lost)) == (1, 1)
    assert Consent.objects.count() == 1


def test_two_physicians_decide_one_seat_and_one_decision_stands(came: GroupSeat) -> None:
    make.ready_seat(came)
    one, other = people.staff("physician", site=came.site), people.staff("physician", site=came.site)
    done, lost = race(
        lambda: actions.clear_seat(seat=came, by=one, at=NOW),
        lambda: actions.decline_seat(seat=came, note="Unsafe.", final=True, by=other, at=NOW),
    )
    assert (len(done), len(lost)) == (1, 1)


def test_two_absent_patients_want_the_last_place(clinic: Site, nurses: tuple[StaffUser, StaffUser]) -> None:
    group = make.group_visit(site=clinic)
    seats = [make.seat(make.eligible_patient(site=clinic), group=group) for _ in range(2)]
    last = make.group_visit(site=clinic, day=group.date.replace(day=group.date.day + 7), capacity=2)
    done, lost = race(
        lambda: actions.rebook_seat(seat=seats[0], group=last, by=nurses[0], at=NOW),
        lambda: actions.rebook_seat(seat=seats[1], group=last, by=nurses[1], at=NOW),
    )
    assert (len(done), len(lost)) == (1, 1)
    states = sorted(GroupSeat.objects.filter(group=group).values_list("state", flat=True))
    assert states == [SeatState.ABSENT, SeatState.BOOKED], "the one who found no place is not marked absent"
