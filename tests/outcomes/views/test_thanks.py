"""The end of a questionnaire, or a pause in it."""

from kitclinic.models import Site, StaffUser
from outcomes.actions import acknowledge_safety_task
from outcomes.models import SafetyTask
from tests.factories import outcomes as factory
from tests.outcomes.views.patient_browser import opened


def test_the_end_says_who_reads_the_answers_and_when(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 15))
    phone.answer(16, 0)
    page = phone.get("/q/thanks/").content.decode()
    assert "Your care team" in page
    assert "next working day" in page
    assert 'href="tel:988"' in page


def test_after_an_answer_that_worries_the_end_says_again_that_a_nurse_calls(site: Site) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 8))
    assert "A nurse will call" not in phone.get("/q/thanks/").content.decode()
    phone.answer(9, 1)
    assert "A nurse will call you within 1 hour." in phone.get("/q/thanks/").content.decode()


def test_once_somebody_has_taken_it_up_the_end_promises_no_call(site: Site, nurse: StaffUser) -> None:
    phone = opened(factory.opened(site=site).answers((0,) * 8))
    phone.answer(9, 1)
    acknowledge_safety_task(task=SafetyTask.objects.get(), action="Called, is safe.", by=nurse, at=factory.NOW)
    assert "A nurse will call" not in phone.get("/q/thanks/").content.decode()


def test_a_pause_says_how_to_go_on(site: Site) -> None:
    page = opened(factory.opened(site=site).answers((0,) * 4)).get("/q/thanks/").content.decode()
    assert "4 of 16 answers are saved" in page
    assert 'href="/q/questions/5/"' in page
    assert "Monday, September 14" in page
