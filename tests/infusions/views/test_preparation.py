"""The preparation card, the withdrawal by one tap, the labels."""

import io
from datetime import timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from infusions.models import Infusion, Movement, Vial
from infusions.queries.ledger import hand_of
from infusions.rules.labels import BAG_MM, SYRINGE_MM
from tests.factories import infusions, ledger, people

HX = {"HX-Request": "true"}


@pytest.fixture
def seated(site, clock, as_user, nurse):
    """A patient in the chair, three vials of 10 mL in the vault, the clock at that moment."""
    ledger.stocked(site, vials=3, lot="6J0417")
    chair = infusions.infusion(site=site, nurse=nurse, at_state="arrived")
    clock(chair.at)
    chair.client = as_user(nurse)
    return chair


def url(name, chair):
    return reverse(f"infusions:{name}", args=[chair.visit.pk])


def page(chair):
    return unescape(chair.client.get(url("preparation", chair)).content.decode())


def offered(chair):
    """The values of the choices on the card, in order."""
    return [part.split('"')[0] for part in page(chair).split('name="parts" value="')[1:]]


def draw(chair, parts=None, **more):
    body = {"key": str(uuid4()), "parts": offered(chair)[0] if parts is None else parts} | more
    return chair.client.post(url("withdraw", chair), body)


def left_in(number, ml, *, by, at):
    """Waste out of a vial until so much is left in it."""
    vial = Vial.objects.get(number=number)
    return ledger.wasted(by=by, at=at, vial=vial, ml=Decimal(10) - Decimal(ml), reason="spilt")


def test_everything_to_read_while_drawing_stands_together(seated):
    html, patient = page(seated), seated.visit.patient
    for words in (
        patient.name,
        patient.record_number,
        f"{patient.birth_date:%Y}",
        "82.5 kg",
        "0.5 mg/kg",
        "41.25 mg",
        "<b>0.83</b>",
        "50 mg/mL",
        "41.5 mg",
        "+0.6%",
        "made up to",
        "0.83 mg/mL",
        "75 mL/h",
        "Volume to be infused",
        "40 min",
        "Withdraw 0.83 mL",
    ):
        assert words in html, words


def test_a_vial_of_100_mg_per_ml_says_dilute_before_use(site, clock, as_user, nurse):
    visit = infusions.visit(site=site, signed=False)
    ledger.product(site, 100)
    infusions.signed_order(
        visit.sequence,
        by=infusions.scheduling.actor("physician", site),
        at=visit.starts_at - timedelta(days=3),
        strength=100,
        preparation_reason="the vial the pharmacy has",
    )
    chair = infusions.Chair(visit, nurse, visit.starts_at).arrive()
    clock(chair.at)
    chair.client = as_user(nurse)
    assert "Dilute before use." in page(chair)


def test_there_is_no_field_for_the_volume(seated):
    html = page(seated)
    form = html[html.index(url("withdraw", seated)) : html.index("Withdraw 0.83 mL")]
    assert {part.split('"')[0] for part in form.split(' name="')[1:]} == {"csrfmiddlewaretoken", "key", "parts"}
    assert " checked" not in form  # nothing is chosen before a tap


def test_one_tap_and_the_dose_is_in_hand(seated, site):
    answer = draw(seated)
    assert answer.status_code == 302
    (drawn,) = Movement.objects.filter(kind="withdrawn")
    assert (drawn.ml, drawn.mg, drawn.by, drawn.infusion) == (
        Decimal("0.83"),
        Decimal("41.5"),
        seated.nurse,
        seated.infusion,
    )
    html = page(seated)
    for words in ("In hand: 41.5 mg", f"Vial {drawn.vial.number}", "6J0417", "Print labels", "Check the pump"):
        assert words in html, words
    assert "Draw from" not in html
    assert f"0.83 mL of vial {drawn.vial.number}, {seated.nurse.name}" in unescape(
        seated.client.get(url("chart", seated)).content.decode()
    )


def test_dos_20_opened_vials_come_first_and_one_that_holds_too_little_is_joined_by_the_next(seated, nurse):
    first, second, third = Vial.objects.order_by("number")
    left_in(first.number, "0.04", by=nurse, at=seated.at)
    choices = offered(seated)
    assert choices[0] == f"{first.pk}:0.04,{second.pk}:0.79"
    assert f"{third.pk}:0.83" in choices
    assert draw(seated).status_code == 302
    assert [(row.vial_id, row.ml) for row in Movement.objects.filter(kind="withdrawn").order_by("pk")] == [
        (first.pk, Decimal("0.04")),
        (second.pk, Decimal("0.79")),
    ]


@pytest.mark.parametrize(
    "parts", ["", "nonsense", "1:0.83,1:0.83", "{pk}:0.82", "{pk}:8.3", "{pk}:-0.83", "{pk}:NaN"]
)
def test_what_the_card_does_not_offer_is_not_withdrawn(seated, parts):
    answer = draw(seated, parts.format(pk=Vial.objects.first().pk))
    assert answer.status_code == 422
    assert "Nothing was withdrawn" in answer.content.decode()
    assert not Movement.objects.filter(kind="withdrawn").exists()


def test_a_vial_that_was_emptied_meanwhile_is_not_drawn_from(seated, nurse):
    chosen = offered(seated)[0]
    left_in(Vial.objects.get(pk=chosen.split(":")[0]).number, "0.5", by=nurse, at=seated.at)
    assert draw(seated, chosen).status_code == 422
    assert not Movement.objects.filter(kind="withdrawn").exists()


def test_the_same_tap_twice_draws_once(seated):
    key, parts = str(uuid4()), offered(seated)[0]
    assert draw(seated, parts, key=key).status_code == 302
    assert draw(seated, parts, key=key).status_code == 302
    assert Movement.objects.filter(kind="withdrawn").count() == 1


def test_the_same_key_for_another_vial_is_a_conflict(seated):
    key, choices = str(uuid4()), offered(seated)
    draw(seated, choices[0], key=key)
    assert draw(seated, choices[1], key=key).status_code == 409


def test_an_empty_vault_says_what_it_holds_and_where_vials_come_from(site, clock, as_user, nurse):
    chair = infusions.infusion(site=site, nurse=nurse, at_state="arrived")
    clock(chair.at)
    chair.client = as_user(nurse)
    html = page(chair)
    assert "The vault holds too little" in html
    assert reverse("infusions:ledger_receive") in html
    assert "Withdraw" not in html


def test_a_held_order_is_not_drawn(seated):
    seated.weigh("90", again_kg=Decimal("90"), reason="read twice")
    html = page(seated)
    assert "Held." in html
    assert "Withdraw 0.83 mL" not in html
    assert draw(seated, f"{Vial.objects.first().pk}:0.83").status_code == 422


def test_a_dose_that_is_not_what_a_new_version_says_is_not_hung(seated, site, physician):
    draw(seated)
    seated.weigh("90", again_kg=Decimal("90"), reason="read twice")
    infusions.actions.supersede_order(
        order=infusions.Order.objects.get(sequence=seated.visit.sequence, state="held"),
        reason="weighs more",
        by=physician,
        at=seated.at,
    )
    html = page(seated)
    assert "Not what the order says now." in html
    assert "Print labels" not in html
    assert seated.client.get(url("label_pdf", seated)).status_code == 404


def test_who_reads_charts_reads_the_card_and_only_who_handles_drugs_draws(seated, site, as_user):
    seated.client = as_user(people.staff("clinic_lead", site=site))
    html = page(seated)
    assert "a nurse or a physician withdraws" in html
    assert draw(seated).status_code == 403
    seated.client = as_user(people.staff("scheduler", site=site))
    assert seated.client.get(url("preparation", seated)).status_code == 403


def test_another_clinic_finds_no_card_no_label_and_draws_nothing(seated, other_site, as_user):
    parts = offered(seated)[0]
    seated.client = as_user(people.staff("nurse", site=other_site))
    for name in ("preparation", "label_pdf"):
        assert seated.client.get(url(name, seated)).status_code == 404
    assert draw(seated, parts).status_code == 404


def test_before_the_patient_is_seated_there_is_only_the_chart(site, clock, as_user, nurse):
    chair = infusions.chair(site=site, nurse=nurse)
    clock(chair.at)
    chair.client = as_user(nurse)
    assert chair.client.get(url("preparation", chair)).url == url("chart", chair)
    assert chair.client.get(url("label_pdf", chair)).status_code == 404


def labels(chair):
    answer = chair.client.get(url("label_pdf", chair))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.content)).pages


def test_dos_23_two_labels_of_their_real_size_carry_everything(seated):
    draw(seated)
    seated.infusion = Infusion.objects.get()
    pages = labels(seated)
    assert len(pages) == 2
    for sheet, size in zip(pages, (SYRINGE_MM, BAG_MM), strict=True):
        box = sheet.mediabox
        assert [round(float(side) / 72 * 25.4) for side in (box.width, box.height)] == list(size)
    drawn, patient = Movement.objects.get(kind="withdrawn"), seated.visit.patient
    for sheet in pages:
        text = " ".join(sheet.extract_text().split())
        for words in (
            patient.name,
            patient.record_number,
            f"{patient.birth_date:%b %Y}",
            "ketamine 41.5 mg",
            "50 mg/mL",
            f"Vial {drawn.vial.number}",
            "lot 6J0417",
            "expires 31 Dec 2029",
            seated.nurse.name,
            "Use before",
            f"{patient.record_number}/{seated.infusion.pk}",
        ):
            assert words in text, (words, text)
    bag = " ".join(pages[1].extract_text().split())
    assert "in 50 mL 0.83 mg/mL" in bag
    assert "75 mL/h, volume to be infused 50 mL, 40 min" in bag


def test_dos_23_several_vials_stand_on_the_label_each_with_its_share(seated, nurse):
    first = Vial.objects.order_by("number").first()
    left_in(first.number, "0.04", by=nurse, at=seated.at)
    draw(seated)
    pages = labels(seated)
    assert len(pages) == 2
    text = " ".join(pages[0].extract_text().split())
    assert f"Vial {first.number} 0.04 mL, lot 6J0417" in text
    assert f"Vial {first.number + 1} 0.79 mL" in text


def test_labels_are_printed_again_after_the_start_and_not_after_the_dose_went_back(seated):
    draw(seated)
    seated.weigh().identify().premed().pump().vitals()
    seated.start()
    assert len(labels(seated)) == 2
    seated.run()
    assert len(labels(seated)) == 2
    assert hand_of(seated.infusion).left_mg == 0
    assert "The dose is accounted for" in page(seated)


def test_what_went_back_has_no_label(seated):
    draw(seated)
    infusions.actions.return_drawn(
        infusion=seated.infusion, reason="the patient goes home", by=seated.nurse, at=seated.at, key=uuid4()
    )
    assert seated.client.get(url("label_pdf", seated)).status_code == 404
    assert "Draw from" in page(seated)
