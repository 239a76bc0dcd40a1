"""The answers behind a score."""

from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from tests.factories import outcomes as factory
from tests.factories import people


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_every_answer_with_its_points_the_total_and_the_band(as_user: Any, nurse: StaffUser, site: Site) -> None:
    made = factory.completed(site=site)
    page = text(as_user(nurse).get(f"/answers/{made.assessment.pk}/"))
    assert "<b>14</b> moderate" in page
    assert "<b>6</b> mild" in page
    assert "Feeling tired or having little energy" in page


def test_a_replaced_answer_is_struck_through(as_user: Any, nurse: StaffUser, site: Site) -> None:
    made = factory.opened(site=site).answers((3,))
    made.answer("PHQ-9", 1, None)
    page = text(as_user(nurse).get(f"/answers/{made.assessment.pk}/"))
    assert '<s class="faint">Nearly every day</s> Preferred not to answer' in page
    assert "not finished" in page


def test_a_declined_question_explains_the_missing_total(as_user: Any, nurse: StaffUser, site: Site) -> None:
    made = factory.completed(site=site, values=(None, *factory.PHQ_14[1:], *factory.GAD_6))
    assert "no total: a question was declined" in text(as_user(nurse).get(f"/answers/{made.assessment.pk}/"))


@pytest.mark.parametrize(
    ("role", "status"), [("nurse", 200), ("clinic_lead", 200), ("scheduler", 403), ("administrator", 403)]
)
def test_who_may_see_answers(as_user: Any, site: Site, role: str, status: int) -> None:
    made = factory.completed(site=site)
    assert as_user(people.staff(role, site=site)).get(f"/answers/{made.assessment.pk}/").status_code == status


def test_answers_of_another_site_are_not_found(as_user: Any, nurse: StaffUser, other_site: Site) -> None:
    made = factory.completed(site=other_site)
    assert as_user(nurse).get(f"/answers/{made.assessment.pk}/").status_code == 404
