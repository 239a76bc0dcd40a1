"""The list of the day after, and each answer to it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from infusions import actions
from infusions.models import Infusion, NextDayCall
from infusions.queries.next_day import next_day, number_to_call, to_ask
from kitclinic.problems import Conflict, Refused
from scheduling.models import Visit
from tests.factories import infusions, people, scheduling

LIST = "infusions:next_day"


def texts(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def it(site):
    """Somebody infused on Monday who sits here again on Tuesday; ``it.at`` is Tuesday, 08:00."""
    chair = infusions.infusion(site=site, at_state="discharged", family_name="Wrenfield")
    return chair.later(hours=20)


@pytest.fixture
def gone(it, site):
    """The same, and Tuesday was cancelled: to be called."""
    Visit.objects.filter(site=site, patient=it.visit.patient, date=site.today(it.at)).update(
        state="missed", missed_reason="illness"
    )
    return it


def post(client, chair, **fields):
    return client.post(
        reverse("infusions:next_day_call", args=[chair.visit.pk]), {"key": str(uuid4())} | fields, follow=True
    )


def record(chair, **fields):
    given = {"infusion": chair.infusion, "by": chair.nurse, "at": chair.at, "key": uuid4(), "reached": True}
    return actions.record_next_day_call(**given | fields)


def test_dis_20_who_sits_here_again_is_asked_at_the_chair_and_is_no_call(it, site):
    found = next_day(site, at=it.at)
    assert ([line.patient for line in found.at_chair], found.calls) == ([it.visit.patient], ())
    assert number_to_call(site, at=it.at) == 0
    tuesday = it.visit.sequence.visits.select_related("site", "patient").get(day_index=2)
    (line,) = to_ask(tuesday, at=it.at)
    assert line.happened == "Completed, 41.25 mg; no side effects"
    assert (line.driver, line.driver_phone) == ("Robin Quist", "216 555 0142")


def test_dis_20_who_does_not_is_called_with_phone_driver_day_and_what_happened(gone, site, as_user, clock):
    clock(gone.at)
    assert number_to_call(site, at=gone.at) == 1
    page = texts(as_user(gone.nurse).get(reverse(LIST)))
    for words in (
        "Wrenfield",
        gone.visit.patient.phone,
        "day 1 of 5",
        "41.25 mg",
        "Driver Robin Quist, 216 555 0142",
    ):
        assert words in page
    assert '1<span class="vh"> to be called' in page


def test_several_tries_stand_until_somebody_is_reached(gone, site, as_user, clock):
    clock(gone.at)
    client = as_user(gone.nurse)
    assert "not reached; still on the list" in texts(post(client, gone, said="not_reached"))
    clock(gone.later(hours=2).at)
    client = as_user(gone.nurse)  # the session of the morning is over
    page = texts(post(client, gone, said="not_reached"))
    assert page.count("<b>Not reached</b>") == 2
    page = texts(post(client, gone, said="well"))
    assert "Answered today" in page
    assert number_to_call(site, at=gone.at) == 0
    assert next_day(site, at=gone.later(days=1).at).done == ()  # tomorrow nobody asks any more


def test_dis_22_not_well_without_words_or_provider_is_refused_with_both_sentences(gone, as_user, clock, physician):
    clock(gone.at)
    client = as_user(gone.nurse)
    refused = texts(post(client, gone, said="not_well"))
    assert "Write down what the patient says." in refused
    assert "Tell a provider, then record who was told." in refused
    assert not NextDayCall.objects.exists()
    page = texts(post(client, gone, said="not_well", words="dizzy all night", provider=physician.pk))
    assert "dizzy all night" in page
    assert f"{physician.name} was told" in page


def test_dis_21_the_seventh_day_is_the_last_one(gone, site):
    gone.at = site.instant(gone.infusion.date + timedelta(days=7), 600)
    (line,) = next_day(site, at=gone.at).calls
    assert line.last_day
    gone.later(days=1)
    assert next_day(site, at=gone.at).due == 0


def test_dis_23_the_second_well_is_refused_and_a_bad_turn_is_taken(gone):
    record(gone, well=True)
    with pytest.raises(Refused, match="has recorded an answer already"):
        record(gone, well=True)
    record(gone, well=False, words="dizzy", provider_told="Dr Ferrol")
    assert NextDayCall.objects.count() == 2


def test_the_same_call_sent_twice_is_one_and_another_under_its_key_is_refused(gone):
    key = uuid4()
    assert record(gone, well=True, key=key) == record(gone, well=True, key=key)
    with pytest.raises(Conflict):
        record(gone, reached=False, key=key)
    assert NextDayCall.objects.count() == 1


def test_dis_20_nobody_is_asked_before_the_next_day_or_without_an_infusion(site):
    chair = infusions.infusion(site=site, at_state="discharged")
    with pytest.raises(Refused, match="This infusion was today"):
        record(chair, well=True)
    other = infusions.infusion(site=site, at_state="arrived", minute=600)
    with pytest.raises(Refused, match="Nothing was infused"):
        record(other.later(days=1), well=True)


def test_one_tap_at_the_chair_answers_and_a_bad_answer_stays_in_sight(it, site, as_user, clock):
    tuesday = it.visit.sequence.visits.select_related("site", "patient", "sequence").get(day_index=2)
    again = infusions.chair(site=site, visit=tuesday)
    again.arrive()
    clock(again.at)
    client = as_user(again.nurse)
    page = texts(client.get(reverse("infusions:chart", args=[tuesday.pk])))
    assert "How was it after Mon 14 Sep?" in page
    answer = post(client, it, said="well", at_chair=tuesday.pk)
    assert answer.redirect_chain[-1][0] == reverse("infusions:chart", args=[tuesday.pk])
    assert "How was it after" not in texts(answer)
    given = {"words": "dizzy all night", "provider_told": "Dr Ferrol", "at": again.at}
    record(it, well=False, **given)
    page = texts(client.get(reverse("infusions:chart", args=[tuesday.pk])))
    assert "Not well after Mon 14 Sep" in page
    assert "dizzy all night" in page


def test_what_speaks_against_the_phone_is_said(gone, site):
    patient = gone.visit.patient
    notes = {True: "", False: "did not agree to be called", None: "never asked about calls"}
    for consent, note in notes.items():
        patient.consent_phone, patient.phone = consent, "216 555 0199"
        patient.save()
        assert next_day(site, at=gone.at).calls[0].phone_note == note
    patient.phone = ""
    patient.save()
    assert next_day(site, at=gone.at).calls[0].phone_note == "no number recorded"


@pytest.mark.parametrize("role", ["scheduler", "physician", "psychologist", "clinic_lead", "administrator"])
def test_only_who_charts_sees_the_list_and_records(gone, site, as_user, role, clock):
    clock(gone.at)
    client = as_user(people.staff(role, site=site))
    assert client.get(reverse(LIST)).status_code == 403
    assert post(client, gone, said="well").status_code == 403
    assert not NextDayCall.objects.exists()


def test_another_clinic_finds_nobody(gone, other_site, as_user, clock):
    clock(gone.at)
    client = as_user(people.staff("nurse", site=other_site))
    assert "Wrenfield" not in texts(client.get(reverse(LIST)))
    assert post(client, gone, said="well").status_code == 404


def test_the_list_asks_the_same_number_of_questions_for_one_patient_and_for_three(
    gone, site, django_assert_num_queries
):
    next_day(site, at=gone.at)  # what a clinic is asked once
    with django_assert_num_queries(7):
        assert next_day(site, at=gone.at).due == 1
    for minute in (600, 690):
        other = infusions.infusion(site=site, at_state="discharged", minute=minute)
        Visit.objects.filter(patient=other.visit.patient, day_index=2).update(
            state="missed", missed_reason="illness"
        )
    assert Infusion.objects.count() == 3
    with django_assert_num_queries(7):
        assert next_day(site, at=gone.at).due == 3


def test_the_nurse_of_the_clinic_records_and_the_audit_says_who(gone):
    call = record(gone, well=True)
    assert (call.by, str(call)) == (gone.nurse, "well")
    assert scheduling.actor("nurse", gone.infusion.site) == gone.nurse
