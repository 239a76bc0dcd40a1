"""Sending, opening, answering, scoring."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.conf import settings

from kitclinic.models import AuditEvent, OutboxMessage, Site, StaffUser, Transition
from kitclinic.problems import Refused
from kitclinic.tokens import token_digest
from outcomes import actions
from outcomes.models import Assessment, ItemResponse, SafetyTask, Score
from outcomes.rules.instruments import instruments
from outcomes.states import AssessmentState as State
from tests.factories import infusions as chairs
from tests.factories import outcomes as factory
from tests.factories import scheduling

NOW = factory.NOW


def events() -> list[str]:
    names = AuditEvent.objects.filter(subject="outcomes_assessment").order_by("pk")
    return list(names.values_list("event", flat=True))


def test_only_the_digest_of_a_256_bit_token_is_stored(site: Site) -> None:
    made = factory.sent(site=site)
    assert len(made.token) == 43
    assert made.assessment.links.get().token_digest == token_digest(made.token)
    assert made.token not in str(Assessment.objects.values().get())
    assert made.assessment.expires_at == NOW + timedelta(days=7)
    assert events() == ["questionnaire sent"]


def test_the_message_is_neutral_and_carries_the_code_behind_the_hash_sign(site: Site) -> None:
    made = factory.sent(site=site, phone="216 555 0199")
    message = OutboxMessage.objects.get()
    assert (message.channel, message.to, message.key) == (
        "sms",
        "216 555 0199",
        f"questionnaire-{made.assessment.pk}",
    )
    assert f"{settings.BASE_URL}/q/#{made.token}" in message.text
    for word in (made.patient.given_name, made.patient.family_name, site.name, "pain", "ketamine", "PHQ"):
        assert word not in message.text


def test_without_a_phone_an_email_is_used_and_without_both_nothing_leaves(site: Site) -> None:
    factory.sent(site=site, phone="", email="d.marrin@example.org")
    assert OutboxMessage.objects.get().channel == "email"
    factory.sent(site=site, phone="", email="")
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("consent", [None, False])
def test_enr_48_nothing_is_sent_where_the_patient_did_not_say_yes(site: Site, consent: bool | None) -> None:
    address = {"phone": "216 555 0199", "email": "d.marrin@example.org"}
    factory.sent(site=site, **address, consent_sms=consent, consent_email=True)
    assert OutboxMessage.objects.get().channel == "email"
    factory.sent(site=site, **address, consent_sms=consent, consent_email=consent)
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize(("instruments_", "occasion"), [((), "last"), (("PCS",), "last"), (("PHQ-9",), "later")])
def test_pro_17_what_cannot_be_asked_is_not_sent(site: Site, instruments_: tuple[str, ...], occasion: str) -> None:
    with pytest.raises(Refused):
        factory.sent(site=site, instruments=instruments_, occasion=occasion)
    assert not Assessment.objects.exists()


def test_pro_16_sending_again_withdraws_the_earlier_link(site: Site) -> None:
    first = factory.opened(site=site).answers((1, 1))
    second = factory.sent(site=site, patient=first.patient, at=NOW + timedelta(days=1))
    assert first.refresh().assessment.state == State.WITHDRAWN
    assert second.assessment.state == State.OPEN
    assert first.assessment.responses.count() == 2
    opening = actions.open_questionnaire(token=first.token, birth_year=first.year, at=NOW + timedelta(days=1))
    assert [problem.rule for problem in opening.problems] == ["PRO-16"]


def test_opening_starts_the_questionnaire_once(site: Site) -> None:
    made = factory.opened(site=site).open()
    assert (made.assessment.state, made.assessment.started_at) == (State.STARTED, NOW)
    moves = Transition.objects.filter(subject="outcomes_assessment").order_by("pk")
    assert list(moves.values_list("to_state", flat=True)) == ["open", "started"]


def test_an_unknown_token_opens_nothing(site: Site) -> None:
    opening = actions.open_questionnaire(token="x" * 43, birth_year=1974, at=NOW)
    assert opening.assessment is None
    assert opening.problems[0].field == "token"


def test_pro_13_five_wrong_years_close_the_link_even_for_the_right_one(site: Site) -> None:
    made = factory.sent(site=site)
    for tries in range(1, 6):
        opening = actions.open_questionnaire(token=made.token, birth_year=made.year + 1, at=NOW)
        assert opening.assessment is None
        assert made.refresh().assessment.wrong_birth_years == tries
    assert made.assessment.state == State.WITHDRAWN
    opening = actions.open_questionnaire(token=made.token, birth_year=made.year, at=NOW)
    assert [problem.rule for problem in opening.problems] == ["PRO-13"]


def test_pro_12_an_expired_link_does_not_open_before_the_scheduler_has_seen_it(site: Site) -> None:
    made = factory.sent(site=site)
    opening = actions.open_questionnaire(token=made.token, birth_year=made.year, at=NOW + timedelta(days=7))
    assert [problem.rule for problem in opening.problems] == ["PRO-12"]


def test_pro_12_links_expire_after_seven_days_and_keep_their_answers(site: Site) -> None:
    made = factory.opened(site=site).answers((1, 2, 3))
    assert actions.expire_questionnaires(at=NOW + timedelta(days=7) - timedelta(seconds=1)) == 0
    assert actions.expire_questionnaires(at=NOW + timedelta(days=7)) == 1
    assert actions.expire_questionnaires(at=NOW + timedelta(days=7)) == 0
    assert made.refresh().assessment.state == State.EXPIRED
    assert made.assessment.responses.count() == 3


def test_the_last_answer_scores_every_instrument(site: Site) -> None:
    made = factory.completed(site=site)
    assert (made.assessment.state, made.assessment.completed_at) == (State.COMPLETED, NOW)
    phq, gad = Score.objects.order_by("pk")
    assert (phq.measure, phq.value, gad.measure, gad.value) == ("PHQ-9", Decimal(14), "GAD-7", Decimal(6))
    assert (phq.date, phq.minute, phq.source) == (site.today(NOW), 11 * 60, "browser")
    asked = instruments()["PHQ-9"]
    assert phq.rule_set == f"{asked.version}, {asked.content_sha256[:16]}"
    assert events()[-1] == "questionnaire completed"


def test_completing_again_returns_the_same_scores(site: Site) -> None:
    made = factory.completed(site=site)
    assert actions.complete_questionnaire(assessment=made.assessment, at=NOW) == list(Score.objects.order_by("pk"))
    assert Score.objects.count() == 2


def test_pro_04_completing_early_names_every_open_question(site: Site) -> None:
    made = factory.opened(site=site, instruments=("PHQ-9",)).answers((0,) * 7)
    with pytest.raises(Refused) as refused:
        actions.complete_questionnaire(assessment=made.assessment, at=NOW)
    assert [problem.field for problem in refused.value.problems] == ["item_8", "item_9"]


def test_pro_04_a_declined_question_gives_no_total_of_its_instrument_only(site: Site) -> None:
    made = factory.completed(site=site, values=(None, *factory.PHQ_14[1:], *factory.GAD_6))
    assert made.assessment.state == State.COMPLETED
    assert [score.measure for score in Score.objects.all()] == ["GAD-7"]


def test_a_changed_answer_is_a_new_row_and_the_newest_counts(site: Site) -> None:
    made = factory.opened(site=site).answers((3,))
    made.answer("PHQ-9", 1, 0)
    made.answer("PHQ-9", 1, 0)  # pressed Next again with nothing changed
    assert list(made.assessment.responses.order_by("pk").values_list("value", flat=True)) == [3, 0]
    made.answers((0, *factory.PHQ_14[1:], *factory.GAD_6))
    assert Score.objects.get(measure="PHQ-9").value == 12


def test_pro_19_the_same_key_with_the_same_answer_returns_the_first_row(site: Site) -> None:
    made, key = factory.opened(site=site), uuid4()
    first = made.answer("PHQ-9", 9, 2, key=key)
    again = made.answer("PHQ-9", 9, 2, key=key)
    assert (again.response, again.task) == (first.response, first.task)
    assert (ItemResponse.objects.count(), SafetyTask.objects.count()) == (1, 1)


@pytest.mark.parametrize("other", [("PHQ-9", 9, 0), ("PHQ-9", 8, 2), ("GAD-7", 2, 2), ("PHQ-9", 9, None)])
def test_pro_19_the_same_key_with_another_answer_is_refused(
    site: Site, other: tuple[str, int, int | None]
) -> None:
    made, key = factory.opened(site=site), uuid4()
    made.answer("PHQ-9", 9, 2, key=key)
    with pytest.raises(actions.KeyReused):
        made.answer(*other, key=key)
    assert ItemResponse.objects.count() == 1


def test_nobody_answers_before_the_year_of_birth_was_right(site: Site) -> None:
    with pytest.raises(ValueError, match="is open"):
        factory.sent(site=site).answer("PHQ-9", 1, 1)


@pytest.mark.parametrize(("instrument", "item", "value"), [("PHQ-9", 1, 4), ("GAD-7", 1, 1)])
def test_an_answer_that_the_form_does_not_offer_is_nonsense(
    site: Site, instrument: str, item: int, value: int
) -> None:
    with pytest.raises(ValueError):
        factory.opened(site=site, instruments=("PHQ-9",)).answer(instrument, item, value)


def test_a_finished_questionnaire_takes_no_more_answers(site: Site) -> None:
    made = factory.completed(site=site)
    with pytest.raises(Refused, match="answered and saved"):
        made.answer("PHQ-9", 1, 3)


def test_pro_11_from_the_start_of_an_infusion_until_the_next_day_nothing_is_answered(site: Site) -> None:
    visit = chairs.visit(site=site)
    seated = visit.starts_at
    made = factory.opened(site=site, patient=visit.patient, at=seated - timedelta(minutes=5)).answers((1,))
    chair = chairs.chair(site=site, visit=visit).ready()
    made.answer("PHQ-9", 2, 1, at=chair.at - timedelta(seconds=1))  # waiting in the chair is fine
    started = chair.start().at
    for later in (started, started + timedelta(hours=9)):
        with pytest.raises(Refused) as refused:
            made.answer("PHQ-9", 3, 1, at=later)
        assert [problem.rule for problem in refused.value.problems] == ["PRO-11"]
    opening = actions.open_questionnaire(token=made.token, birth_year=made.year, at=started)
    assert [problem.rule for problem in opening.problems] == ["PRO-11"]
    tomorrow = site.instant(site.today(started) + timedelta(days=1), 0)
    assert made.answer("PHQ-9", 3, 1, at=tomorrow).response.value == 1


def test_pro_15_one_reminder_two_days_after_sending(site: Site) -> None:
    made = factory.sent(site=site)
    assert actions.remind_of_questionnaires(at=NOW + timedelta(days=2) - timedelta(seconds=1)) == 0
    assert actions.remind_of_questionnaires(at=NOW + timedelta(days=2)) == 1
    assert actions.remind_of_questionnaires(at=NOW + timedelta(days=3)) == 0
    reminder = OutboxMessage.objects.get(key=f"questionnaire-{made.assessment.pk}-reminder")
    assert reminder.due_at == NOW + timedelta(days=2)
    assert made.token not in reminder.text


def test_pro_15_a_reminder_waits_for_the_end_of_the_quiet_hours(site: Site) -> None:
    evening = site.instant(site.today(NOW), 21 * 60 + 30)
    made = factory.sent(site=site, at=evening)
    assert actions.remind_of_questionnaires(at=evening + timedelta(days=2)) == 1
    reminder = OutboxMessage.objects.get(key=f"questionnaire-{made.assessment.pk}-reminder")
    assert site.local(reminder.due_at).strftime("%a %H:%M") == "Thu 08:00"


def test_pro_15_a_finished_questionnaire_is_not_brought_to_mind(site: Site) -> None:
    factory.completed(site=site)
    assert actions.remind_of_questionnaires(at=NOW + timedelta(days=2)) == 0


def test_pro_15_no_reminder_on_the_day_of_an_infusion(site: Site) -> None:
    chair = chairs.infusion(site=site, at_state="infusing", consent_sms=True)
    factory.sent(site=site, patient=chair.visit.patient, at=chair.at - timedelta(days=2))
    assert actions.remind_of_questionnaires(at=chair.at) == 0
    assert actions.remind_of_questionnaires(at=chair.at + timedelta(days=1)) == 1


def test_another_site_cannot_send_to_this_patient(site: Site, other_site: Site) -> None:
    patient = scheduling.patient(site=site)
    stranger: StaffUser = scheduling.actor("nurse", other_site)
    with pytest.raises(type(patient).DoesNotExist):
        factory.sent(site=other_site, patient=patient, by=stranger)
