"""Help, at once, without the answer."""

from datetime import timedelta

from kitclinic.models import Site
from tests.factories import outcomes as factory
from tests.factories import suite
from tests.outcomes.views.patient_browser import Phone, opened


def words(response: object) -> str:
    return " ".join(response.content.decode().split())  # type: ignore[attr-defined]


def alerted(site: Site) -> Phone:
    phone = opened(factory.opened(site=site).answers((0,) * 8))
    phone.answer(9, 3)
    return phone


def test_the_page_has_the_crisis_lines_and_what_happens_next(site: Site) -> None:
    Site.objects.update(phone="216 555 0100")
    page = words(alerted(site).get("/q/support/9/"))
    for link in ('href="tel:988"', 'href="sms:988"', 'href="tel:911"', 'href="tel:2165550100"'):
        assert link in page
    assert "A nurse will call you within 30 minutes" in page
    assert "Nobody watches this page day and night" in page


def test_the_page_never_repeats_the_answer_or_the_question(site: Site) -> None:
    page = words(alerted(site).get("/q/support/9/")).lower()
    for told in ("nearly every day", "better off dead", "hurting yourself", "phq"):
        assert told not in page


def test_the_patient_may_go_on_or_stop(site: Site) -> None:
    phone = alerted(site)
    page = words(phone.get("/q/support/9/"))
    assert "About 2 minutes left" in page
    assert 'href="/q/questions/10/">Continue' in page
    assert 'href="/q/thanks/">Stop for now' in page
    assert "9 of 16 answers are saved" in words(phone.get("/q/thanks/"))


def test_at_night_the_page_says_when_somebody_will_call(site: Site) -> None:
    evening = site.instant(suite.MONDAY, 20 * 60)
    phone = Phone(factory.opened(site=site, at=evening).answers((0,) * 8), at=evening + timedelta(minutes=1))
    phone.open()
    phone.answer(9, 2)
    page = words(phone.get("/q/support/9/"))
    assert (
        "We are closed now. A nurse will call you on Tuesday, September 15, soon after we open at 7:30 am." in page
    )


def test_before_opening_somebody_calls_today(site: Site) -> None:
    early = site.instant(suite.MONDAY, 6 * 60)
    phone = Phone(factory.opened(site=site, at=early).answers((0,) * 8), at=early)
    phone.open()
    phone.answer(9, 2)
    assert "A nurse will call you today, soon after we open at 7:30 am." in words(phone.get("/q/support/9/"))


def test_support_after_a_question_that_does_not_exist_is_not_found(site: Site) -> None:
    assert alerted(site).get("/q/support/40/").status_code == 404
