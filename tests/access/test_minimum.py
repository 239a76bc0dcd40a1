"""Minimum necessary: whoever may open a page reads no more on it than the work needs."""

import html

import pytest

from kitclinic.models import OutboxMessage
from tests.access import canaries
from tests.access.actors import Tried
from tests.access.matrix import matrix
from tests.access.rows import address

NEVER = {  # role -> what it reads nowhere
    "scheduler": canaries.CLINICAL,
    "psychologist": (*canaries.DOSES, *canaries.VITALS),
    "administrator": (*canaries.CLINICAL, *canaries.PERSON),
    "analyst": (*canaries.CLINICAL, *canaries.PERSON),
}
SMA = "weighs and screens at the shared medical appointment"
EVENTS = "reads adverse events: what happened, with the readings beside it"
AUDIT = "finds the lines about a record by its number, without the name"
EXCEPT = {  # role -> page -> words that stand there for a reason
    "scheduler": {"scheduling:eligibility": {"Xylocarpine": "writes down what the referral says of allergies"}},
    "psychologist": {
        "scheduling:patient": {"83.7": SMA},
        "scheduling:patient_events": {"83.7": SMA},
        "scheduling:seat": {"83.7": SMA},
        "infusions:adverse_event": {"170/78": EVENTS, "128/78": EVENTS},
        "infusions:adverse_event_pdf": {"170/78": EVENTS, "128/78": EVENTS, "41.85 mg": EVENTS},
    },
    "administrator": {
        "audit": {"KT-77713": AUDIT},
        "audit_csv": {"KT-77713": AUDIT},
        "scheduling:who_looked": {"KT-77713": AUDIT},
    },
}
KIND = ("Infusion", "infusion", "ketamine", "Ketamine")  # of clinic


@pytest.mark.parametrize("role", sorted(NEVER))
def test_no_page_file_or_fragment_holds_more_than_the_role_may_read(tried: Tried, role: str) -> None:
    found = found_on_pages(tried, role, NEVER[role])
    reasons = EXCEPT.get(role, {})
    assert {
        name: said for name, words in found.items() if (said := set(words) - reasons.get(name, {}).keys())
    } == {}


def test_each_of_these_words_stands_on_a_page_of_who_may_read_it(tried: Tried) -> None:
    """Else the others could not fail."""
    words = (*canaries.CLINICAL, *canaries.PERSON)
    found = found_on_pages(tried, "physician", words)
    assert set().union(*found.values()) == set(words)


def found_on_pages(tried: Tried, who: str, words: tuple[str, ...]) -> dict[str, list[str]]:
    """By route, which of these words stand on what it answers: as a page and as a fragment."""
    found: dict[str, list[str]] = {}
    with tried.at_work():
        for line in matrix().values():
            if line.expected(who, "GET") != "ok":
                continue
            where = address(line.name, tried.here)
            answers = [tried.ask(who, "GET", where), tried.ask(who, "GET", where, headers={"HX-Request": "true"})]
            text = html.unescape(" ".join(answer.body.decode(errors="replace") for answer in answers))
            if said := [word for word in words if word in text]:
                found[line.name] = said
    return found


@pytest.mark.parametrize("link", ["link of A", "link of B"])
def test_a_patients_form_is_blank(tried: Tried, link: str) -> None:
    """No name, no kind of clinic, no answer given before: neither of this patient nor of another."""
    words = (*canaries.CLINICAL, *canaries.PERSON, "FormA", "FormB", *KIND)
    found = found_on_pages(tried, link, words)
    assert {name: said for name, said in found.items() if name.startswith("outcomes:")} == {}


def test_a_superuser_sees_no_page_about_anybody(tried: Tried) -> None:
    assert found_on_pages(tried, "superuser", (*canaries.CLINICAL, *canaries.PERSON)) == {}


def test_nobody_elsewhere_reads_a_word_of_this_clinic(tried: Tried) -> None:
    for role in ("physician", "clinic_lead", "scheduler"):
        assert found_on_pages(tried, f"{role} elsewhere", (*canaries.CLINICAL, *canaries.PERSON)) == {}


def test_no_message_that_leaves_holds_anything_clinical(tried: Tried) -> None:
    rows = OutboxMessage.objects.filter(site=tried.here.site)
    texts = [f"{row.subject} {row.text} {row.attachments}" for row in rows]
    assert texts
    assert [(word, text) for text in texts for word in canaries.CLINICAL if word in text] == []
