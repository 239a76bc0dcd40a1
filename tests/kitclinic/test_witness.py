"""The second person on the same screen."""

from datetime import timedelta

import pytest

from kitclinic import signing
from kitclinic.problems import Refused
from tests.factories import people
from tests.factories.scheduling import NOW


def problem(**given):
    with pytest.raises(Refused) as refused:
        signing.witness(**given)
    (one,) = refused.value.problems
    return one


@pytest.fixture
def colleague(site):
    return people.staff("nurse", site=site, name="Tomas Reyes")


@pytest.fixture
def asked(site, nurse, colleague):
    return {
        "site": site,
        "username": colleague.username,
        "password": people.PASSWORD,
        "besides": nurse,
        "at": NOW,
    }


def test_sig_03_a_colleague_who_handles_drugs_proves_who_they_are(asked, colleague):
    person, proof = signing.witness(**asked)
    assert (person, proof.user_id, proof.at) == (colleague, colleague.pk, NOW)
    assert timedelta(0) <= NOW - proof.at <= signing.PROOF_LASTS


def test_sig_03_a_wrong_name_and_a_wrong_password_get_one_and_the_same_sentence(asked, other_site, site):
    away = people.staff("nurse", site=other_site)
    left = people.staff("nurse", site=site, is_active=False)
    said = [
        problem(**asked | change)
        for change in (
            {"password": "wrong"},
            {"password": ""},
            {"username": "nobody"},
            {"username": away.username},
            {"username": left.username},
        )
    ]
    assert {(one.rule, one.field) for one in said} == {("SIG-03", "witness_password")}
    assert len({one.sentence for one in said}) == 1


def test_sig_03_the_witness_is_another_person_who_may_handle_drugs(asked, nurse, site):
    same = problem(**asked | {"username": nurse.username})
    assert (same.rule, same.field) == ("SIG-03", "witness_username")
    for role in ("scheduler", "psychologist", "clinic_lead", "administrator"):
        person = people.staff(role, site=site)
        assert problem(**asked | {"username": person.username}).field == "witness_username"
