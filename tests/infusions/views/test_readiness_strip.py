"""One strip everywhere: the same markup on list, roster, board and chart, nothing clinical for who only books."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from kitclinic.roles import Role
from scheduling.models import GroupSeat
from scheduling.rules.readiness import KEYS
from scheduling.states import Caution
from tests.factories import infusions, people, suite
from tests.factories import scheduling as make

COMPACT = re.compile(r'<div class="gates-c">.*?</span></div>', re.S)
CLINICAL = ("regnan", " mg", " kg", "liver", "Liver", "negative", "infusions/", "Signed,")


@pytest.fixture
def visit(site, clock):
    """A patient who is expected in the next hour, order signed and driver named."""
    found = infusions.visit(site=site)
    clock(found.starts_at - timedelta(minutes=50))
    return found


def page(client, name, *args, **query):
    address = reverse(name, args=args)
    answer = client.post(address, query, follow=True) if query else client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_compact_strip_is_the_same_wherever_the_patient_appears(as_user, nurse, visit):
    client, patient = as_user(nurse), visit.patient
    seat = GroupSeat.objects.get(patient=patient)
    shown = {
        name: COMPACT.findall(html)
        for name, html in {
            "list": page(client, "scheduling:patients", q=patient.record_number),
            "roster": page(client, "scheduling:seat", seat.pk),
            "board": page(client, "infusions:board"),
            "chart": page(client, "infusions:chart", visit.pk),
        }.items()
    }
    assert {name: len(found) for name, found in shown.items()} == dict.fromkeys(shown, 1)
    assert len({found[0] for found in shown.values()}) == 1
    (strip,) = shown["board"]
    assert strip.count("<use ") == len(KEYS)
    assert "Driver named: done" in strip


def test_the_strip_leaves_board_and_chart_when_the_patient_is_seated(as_user, nurse, site, clock):
    chair = infusions.infusion(site=site, at_state="arrived")
    clock(chair.at)
    client = as_user(nurse)
    assert not COMPACT.findall(page(client, "infusions:board"))
    assert not COMPACT.findall(page(client, "infusions:chart", chair.visit.pk))


def test_the_full_strip_links_a_gate_only_for_who_may_act_there(as_user, site, visit):
    for role, linked in ((Role.NURSE, False), (Role.SCHEDULER, True)):
        html = page(as_user(people.staff(role, site=site)), "scheduling:patient", visit.patient_id)
        drivers = reverse("scheduling:drivers", args=[visit.sequence_id])
        ready = html[html.index('class="ready"') : html.index("patient-grid")]
        assert ready.count("<li ") == len(KEYS)
        assert (drivers in ready) is linked


def test_enr_81_who_only_books_reads_no_clinical_word_in_strip_next_and_timeline(as_user, scheduler, visit, site):
    cautions = frozenset({Caution.LIVER_FAILURE})
    make.assess(visit.patient, at=visit.starts_at - timedelta(hours=2), cautions=cautions, acknowledged=cautions)
    client = as_user(scheduler)
    html = page(client, "scheduling:patient", visit.patient_id)
    main = html[html.index('id="kc-main"') : html.index('id="kc-contact"')]
    events = page(client, "scheduling:patient_events", visit.patient_id)
    listed = events[events.index('id="kc-events"') :]
    for word in CLINICAL:
        assert word not in main, word
        assert word not in listed, word
    assert "Medical check" in main


def test_the_list_of_requests_shows_the_strip_to_who_may_find_patients(as_user, site, clock):
    suite.open_week(site)
    waiting = suite.patient_for(site, suite.MONDAY)
    clock(suite.before(site, suite.MONDAY))
    for role, number in ((Role.SCHEDULER, 1), (Role.ADMINISTRATOR, 0)):
        html = page(as_user(people.staff(role, site=site)), "scheduling:week")
        assert len(COMPACT.findall(html)) == number
    assert waiting.state == "cleared"


def test_the_timeline_is_filtered_in_place_and_as_a_page(as_user, nurse, visit):
    client, address = as_user(nurse), reverse("scheduling:patient_events", args=[visit.patient_id])
    part = client.get(address, {"kind": "order"}, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="kc-events"')
    assert "Order signed" in part
    assert "Referral received" not in part
    assert part.strip() in client.get(address, {"kind": "order"}).content.decode()
    assert "Referral received" in client.get(address, {"kind": "nonsense"}).content.decode()


def test_the_timeline_of_another_clinic_is_not_there(as_user, nurse, other_site):
    stranger = make.patient(site=other_site)
    assert as_user(nurse).get(reverse("scheduling:patient_events", args=[stranger.pk])).status_code == 404


def test_a_patient_without_history_has_a_page_of_gates_and_one_entry(as_user, scheduler, site):
    html = page(as_user(scheduler), "scheduling:patient", make.patient(site=site).pk)
    assert "No infusions booked: 1 due" in html
    assert "Record eligibility" in html
    assert html.count("Referral received") >= 1


def test_the_banner_says_how_the_patient_is_called_and_who_interprets(as_user, nurse, site):
    patient = make.patient(site=site, preferred_name="Dee", language="Spanish", needs_interpreter=True)
    html = page(as_user(nurse), "scheduling:patient", patient.pk)
    assert "called Dee" in html
    assert re.search(r"<dt>Interpreter</dt><dd>Spanish</dd>", html)
