"""The patient's own scores: only after the last answer, only where the plan says so, in words."""

import re
from datetime import timedelta

from kitclinic.models import Site
from tests.factories import infusions as chairs
from tests.factories import outcomes as factory
from tests.outcomes.stories import plan, put
from tests.outcomes.views.patient_browser import Phone, opened

BETTER = (0,) * 16


def words(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def finished(site: Site, values: tuple[int, ...] = BETTER) -> Phone:
    """A phone after the last answer, three days after an infusion, with scores from before it."""
    chair = chairs.infusion(site=site, at_state="discharged")
    patient, day = chair.visit.patient, chair.visit.date
    put(patient, "PHQ-9", day - timedelta(days=4), "14")
    put(patient, "GAD-7", day - timedelta(days=4), "2")
    made = factory.sent(site=site, patient=patient, at=chair.at + timedelta(days=3))
    phone = Phone(made, at=made.at)
    assert phone.open().status_code == 302
    for number, value in enumerate(values, 1):
        phone.answer(number, value)
    return phone


def test_pro_147_without_a_plan_or_when_it_says_no_there_is_a_sentence_and_no_link(site: Site) -> None:
    phone = finished(site)
    for allowed in (None, False):
        if allowed is not None:
            plan(site, patients_see_scores=allowed)
        answer = phone.get("/q/scores/")
        assert answer.status_code == 422
        assert "talks with you about your scores in person" in words(answer)
        assert "/q/scores/" not in words(phone.get("/q/thanks/"))


def test_pro_147_where_the_plan_says_so_the_end_leads_to_words_without_numbers_or_names(site: Site) -> None:
    phone = finished(site)
    plan(site, patients_see_scores=False)
    plan(site, patients_see_scores=True, number=2)
    assert 'href="/q/scores/"' in words(phone.get("/q/thanks/"))
    answer = phone.get("/q/scores/")
    page = words(answer)
    assert answer.status_code == 200
    assert "These got better" in page
    assert "Your mood" in page
    assert "These are about the same" in page
    assert "Most people do not see a big change" in page
    main = re.sub(
        r"<[^>]+>", " ", page[page.index('<div class="thanks own">') : page.index('<div class="q-foot">')]
    )
    patient = phone.made.patient
    for told in (patient.family_name, patient.given_name, patient.record_number, "PHQ", "GAD"):
        assert told not in main
    assert not re.search(r"\d", main.replace(site.phone, "") if site.phone else main)


def test_before_the_last_answer_it_leads_back_and_without_the_cookie_to_the_link(site: Site) -> None:
    plan(site, patients_see_scores=True)
    answer = opened(factory.opened(site=site).answers((0,) * 4)).get("/q/scores/")
    assert (answer.status_code, answer["Location"]) == (302, "/q/thanks/")
    stranger = Phone(factory.completed(site=site)).get("/q/scores/")
    assert (stranger.status_code, stranger["Location"]) == (302, "/q/")


def test_in_spanish_the_page_is_spanish(site: Site) -> None:
    plan(site, patients_see_scores=True)
    phone = finished(site)
    type(phone.made.assessment).objects.filter(pk=phone.made.assessment.pk).update(language="es")
    page = words(phone.get("/q/scores/"))
    assert '<html lang="es"' in page
    assert "Su ánimo" in page
    assert "Cómo se ha sentido" in page
