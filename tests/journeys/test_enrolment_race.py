"""Eight seats are four patients: the fifth would sit on the ninth and tenth."""

from collections.abc import Callable

from scheduling.models import GroupSeat, Patient
from tests.factories import scheduling as make
from tests.journeys import steps
from tests.journeys.person import Staff
from tests.journeys.reading import Page
from tests.journeys.steps import GROUP_DAY, REFERRED
from tests.races import race


def test_two_schedulers_ask_for_the_last_two_of_eight_seats_at_once(committed_db: str) -> None:
    with steps.a_clinic() as clinic:
        at = clinic.site.instant(REFERRED, 540)
        group = make.group_visit(site=clinic.site, day=GROUP_DAY, at=at, capacity=8)
        for _ in range(3):
            make.booked_patient(site=clinic.site, group=group, at=at)
        desks = [clinic.sign_in("scheduler") for _ in range(2)]
        for desk in desks:
            desk.at("scheduling:seat_new", make.eligible_patient(site=clinic.site, at=at).pk)
            assert "2 of 8 seats left" in desk.words
        answers, lost = race(*(take_a_seat(desk, group.pk) for desk in desks))
        assert lost == []
        assert sorted(status for status, _ in answers) == [200, 422]
        words = dict(answers)[422]
        assert "This group visit is full: 8 of 8 seats are taken" in words
        assert "put the patient on the waiting list" in words
        assert GroupSeat.objects.filter(group=group, state="booked").count() == 4
        assert Patient.objects.filter(state="group_booked").count() == 4
        assert Patient.objects.filter(state="eligible").count() == 1


def take_a_seat(desk: Staff, group: int) -> Callable[[], tuple[int, str]]:
    """Press "Book both seats" on the page that is open; what is answered."""
    form, _ = desk.page.forms_with("Book both seats")[0]
    data = {name: list(control.chosen) for name, control in form.controls.items()}
    data |= {"group": [str(group)], "support_person": ["Paul Marrin"]}

    def act() -> tuple[int, str]:
        answer = desk.client.post(desk.address, data, follow=True)
        return answer.status_code, Page(answer.content.decode()).words

    return act
