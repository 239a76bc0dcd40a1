"""The way from the chairside chart to the patient's questions: who has it, where it leads, what it says."""

from typing import Any

import pytest
from django.urls import reverse

from kitclinic.models import Site, StaffUser
from kitclinic.roles import Role
from tests.factories import infusions as chairs
from tests.factories import outcomes as factory
from tests.factories import people


def entry(client: Any, patient_pk: int) -> str:
    response = client.get(reverse("outcomes:chart_entry", args=[patient_pk]), headers={"HX-Request": "true"})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def chart(site: Site, time_machine: Any, as_user: Any, role: Role, state: str) -> tuple[str, int]:
    """The chart of a visit at this step as somebody sees it, and the key of its patient."""
    chair = chairs.chair(site=site) if state == "booked" else chairs.infusion(site=site, at_state=state)
    time_machine.move_to(chair.at, tick=False)
    page = as_user(people.staff(role, site=site)).get(reverse("infusions:chart", args=[chair.visit.pk]))
    assert page.status_code == 200
    return page.content.decode(), chair.visit.patient_id


@pytest.mark.parametrize(
    ("role", "sends"), [(Role.NURSE, True), (Role.PHYSICIAN, True), (Role.CLINIC_LEAD, False)]
)
@pytest.mark.parametrize(
    ("state", "shown"),
    [("booked", True), ("arrived", True), ("infusing", False), ("observing", False), ("discharged", True)],
)
def test_the_chart_leads_to_the_questions_for_whoever_sends_them(
    site: Site, time_machine: Any, as_user: Any, role: Role, sends: bool, state: str, shown: bool
) -> None:
    page, key = chart(site, time_machine, as_user, role, state)
    assert (f'href="{reverse("outcomes:send", args=[key])}"' in page) is (sends and shown)
    assert (f'hx-get="{reverse("outcomes:chart_entry", args=[key])}"' in page) is (sends and shown)


def test_the_drug_card_has_no_way_out_to_questions(
    site: Site, time_machine: Any, as_user: Any, nurse: StaffUser
) -> None:
    chair = chairs.infusion(site=site)
    time_machine.move_to(chair.at, tick=False)
    page = as_user(nurse).get(reverse("infusions:preparation", args=[chair.visit.pk])).content.decode()
    assert reverse("outcomes:send", args=[chair.visit.patient_id]) not in page


def test_it_says_how_far_what_is_out_has_come(
    site: Site, time_machine: Any, as_user: Any, nurse: StaffUser
) -> None:
    made = factory.opened(site=site).answers((1, 1, 0))
    time_machine.move_to(made.at, tick=False)
    page = entry(as_user(nurse), made.patient.pk)
    assert f'href="{reverse("outcomes:send", args=[made.patient.pk])}"' in page
    assert ">Questions, 3 of 16 answered</a>" in page


def test_pro_11_it_says_that_today_is_locked_once_an_infusion_began(
    site: Site, time_machine: Any, as_user: Any, nurse: StaffUser
) -> None:
    for state, locked in (("arrived", False), ("infusing", True)):
        chair = chairs.infusion(site=site, nurse=nurse, at_state=state, family_name=state.capitalize())
        time_machine.move_to(chair.at, tick=False)
        assert (">Questions, locked today</a>" in entry(as_user(nurse), chair.visit.patient_id)) is locked


def test_it_is_for_the_clinic_s_own_patients_and_those_who_send(
    site: Site, other_site: Site, time_machine: Any, as_user: Any, nurse: StaffUser
) -> None:
    made = factory.sent(site=site)
    time_machine.move_to(made.at, tick=False)
    address = reverse("outcomes:chart_entry", args=[made.patient.pk])
    assert as_user(people.staff(Role.CLINIC_LEAD, site=site)).get(address).status_code == 403
    assert as_user(people.staff(Role.NURSE, site=other_site)).get(address).status_code == 404
    assert as_user(nurse).get(address).status_code == 200
