"""Calls, delivery, who answers, the plan: what the staff see and do there."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitclinic.models import OutboxMessage, Site, StaffUser
from outcomes.models import AskCall, Assessment, AssessmentPlan, PlannedAssessment, ReminderChoice
from scheduling.models import Patient
from tests.factories import asking as make
from tests.factories import people

MONDAY = make.MONDAY


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def at(site: Site, number: int) -> datetime:
    return make.noon(site, day(number), 14 * 60)


def words(client: Client, name: str, when: datetime, query: str = "") -> str:
    with time_machine.travel(when, tick=False):
        answer = client.get(reverse(name) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, name: str, key: int, when: datetime, **data: Any) -> int:
    with time_machine.travel(when, tick=False):
        return client.post(reverse(name, args=[key]), {"key": uuid4()} | data).status_code


@pytest.fixture
def late(site: Site) -> PlannedAssessment:
    """Reminded, and on the call list since day 4."""
    ask = make.asked_after_treatment(site)
    for number in (3, 4):
        make.stepped(site, day(number), minute=13 * 60)
    ask.refresh_from_db()
    return ask


def test_pro_89_who_waits_for_a_call_stands_with_number_and_what_is_missing(
    site: Site, nurse: StaffUser, late: PlannedAssessment, as_user: Any
) -> None:
    page = words(as_user(nurse), "outcomes:calls", at(site, 4))
    assert late.patient.list_name in page
    assert late.patient.phone in page
    assert reverse("outcomes:interview", args=[Assessment.objects.get(ask=late).pk]) in page
    assert late.patient.list_name not in words(
        as_user(people.staff("nurse", site=people.site(slug="x"))), "outcomes:calls", at(site, 4)
    )


def test_pro_89_a_promise_takes_a_patient_off_the_list_for_two_days(
    site: Site, nurse: StaffUser, late: PlannedAssessment, as_user: Any
) -> None:
    client = as_user(nurse)
    assert post(client, "outcomes:call", late.pk, at(site, 4), result="will_answer", note="tonight") == 302
    assert "Nobody to call" in words(client, "outcomes:calls", at(site, 5))
    assert late.patient.list_name in words(client, "outcomes:calls", at(site, 6))
    assert post(client, "outcomes:call", late.pk, at(site, 6), result="") == 422
    assert AskCall.objects.count() == 1


def test_pro_89_who_wants_no_messages_is_not_called(
    site: Site, nurse: StaffUser, late: PlannedAssessment, as_user: Any
) -> None:
    client = as_user(nurse)
    assert post(client, "outcomes:reminders", late.patient_id, at(site, 4), wanted="no") == 302
    assert "Nobody to call" in words(client, "outcomes:calls", at(site, 4))
    assert post(client, "outcomes:reminders", late.patient_id, at(site, 4), wanted="yes") == 302
    assert [one.wanted for one in ReminderChoice.objects.order_by("pk")] == [False, True]


def test_pro_90_a_message_that_failed_stands_with_its_reason_until_another_one_left(
    site: Site, nurse: StaffUser, late: PlannedAssessment, as_user: Any
) -> None:
    client = as_user(nurse)
    assert "Everything arrived" in words(client, "outcomes:delivery", at(site, 4))
    failed = OutboxMessage.objects.get(key=f"ask:{late.pk}:1")
    failed.problem = "The number does not exist."
    failed.save()
    page = words(client, "outcomes:delivery", at(site, 4))
    assert "The number does not exist." in page
    assert "send again" in page
    Patient.objects.filter(pk=late.patient_id).update(phone="216 555 0199")
    assert post(client, "outcomes:ask_again", late.pk, at(site, 4), channel="sms") == 302
    assert OutboxMessage.objects.get(key__startswith=f"ask:{late.pk}:again").to == "216 555 0199"
    assert "Everything arrived" in words(client, "outcomes:delivery", at(site, 4))
    assert post(client, "outcomes:ask_again", late.pk, at(site, 4), channel="post") == 422


def test_pro_90_who_could_not_be_told_is_shown_and_called(site: Site, nurse: StaffUser, as_user: Any) -> None:
    ask = make.asked_after_treatment(site, consent_sms=False, consent_email=False)
    client = as_user(nurse)
    assert "agreed neither to text messages nor to e-mail" in words(client, "outcomes:delivery", at(site, 1))
    assert ask.patient.list_name in words(client, "outcomes:calls", at(site, 1))


def test_pro_93_the_lead_sees_where_every_window_stands(
    site: Site, lead: StaffUser, late: PlannedAssessment, as_user: Any
) -> None:
    client = as_user(lead)
    page = words(client, "outcomes:asking", at(site, 4))
    assert "Late: 1" in page
    assert late.patient.list_name in page
    assert "upcoming" in words(client, "outcomes:asking", at(site, 4), "?state=upcoming&window=3m").lower()
    assert "Late: 1" in words(client, "outcomes:asking", at(site, 4), "?state=odd&window=odd&days=x")


def test_pro_91_the_rates_are_a_file_too(
    site: Site, lead: StaffUser, late: PlannedAssessment, as_user: Any
) -> None:
    page = words(as_user(lead), "outcomes:asking", at(site, 40))
    assert "0% of 1 closed windows were answered" in page
    rows = words(as_user(lead), "outcomes:asking_csv", at(site, 40))
    assert "any answer,Last infusion,0,1,0.0,0.0,97.5" in rows


def test_the_page_takes_the_same_queries_for_one_and_for_many(
    site: Site, lead: StaffUser, late: PlannedAssessment, as_user: Any
) -> None:
    client, counts = as_user(lead), []
    for number in (4, 12):
        with CaptureQueriesContext(connection) as queries:
            words(client, "outcomes:asking", at(site, number))
        counts.append(len(queries))
        make.treated(site, monday=day(7))
        make.planned(site, day(9))
    assert counts[1] <= counts[0] + 1


def test_pages_are_for_those_whose_work_it_is(site: Site, late: PlannedAssessment, as_user: Any) -> None:
    may = {
        "outcomes:calls": {"nurse", "physician", "psychologist", "scheduler"},
        "outcomes:delivery": {"nurse", "physician", "psychologist", "scheduler"},
        "outcomes:asking": {"physician", "psychologist", "clinic_lead", "administrator"},
        "outcomes:plan": {"clinic_lead", "administrator"},
    }
    for role in ("nurse", "physician", "psychologist", "scheduler", "clinic_lead", "administrator"):
        client = as_user(people.staff(role, site=site))
        for name, roles in may.items():
            assert client.get(reverse(name)).status_code == (200 if role in roles else 403), (role, name)


def filled(client: Client, **changed: Any) -> dict[str, Any]:
    page = client.get(reverse("outcomes:plan"))
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {
        name: value for name, value in values.items() if value not in (None, "") and value is not False
    } | changed


def test_pro_92_the_lead_writes_a_plan_with_a_reason(site: Site, lead: StaffUser, as_user: Any) -> None:
    client = as_user(lead)
    sent = filled(client, because="Fewer questions", battery_6m=["GAD-7", "PHQ-9"], way_2="", last_way="")
    assert client.post(reverse("outcomes:plan"), sent).status_code == 302
    row = AssessmentPlan.objects.get()
    assert (row.number, row.batteries["6m"], row.because) == (1, ["PHQ-9", "GAD-7"], "Fewer questions")
    assert row.ladder == [
        {"after_days": 0, "channel": "best"},
        {"after_days": 2, "channel": "best"},
        {"after_days": 7, "channel": "other"},
    ]
    page = client.get(reverse("outcomes:plan")).content.decode()
    assert "Plan 1 is in force" in page
    assert "Fewer questions" in page
    stale = client.post(reverse("outcomes:plan"), sent)
    assert stale.status_code == 422
    assert "since you opened it" in stale.content.decode()


def test_pro_92_a_plan_without_a_reason_or_an_occasion_is_refused(
    site: Site, lead: StaffUser, as_user: Any
) -> None:
    client = as_user(lead)
    refused = client.post(reverse("outcomes:plan"), filled(client, because="", battery_3m=[]))
    assert refused.status_code == 422
    assert not AssessmentPlan.objects.exists()


def test_pro_91_the_rates_are_printed_with_their_intervals_beside_the_published_ones(
    site: Site, late: PlannedAssessment, capsys: pytest.CaptureFixture[str]
) -> None:
    with time_machine.travel(at(site, 40), tick=False):
        call_command("response_rates", site.slug)
    printed = capsys.readouterr().out
    assert "Last infusion                       0.0%  0 of 1, 95% interval 0.0 to 97.5" in printed
    assert "below 50%" in printed
    with pytest.raises(CommandError, match="no clinic"):
        call_command("response_rates", "nowhere")
