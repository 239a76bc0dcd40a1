"""The whole chart on paper: whatever was charted is found again in the PDF."""

import io
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from infusions import actions
from infusions.actions.charting import write_event
from infusions.models import Flag, InfusionEvent, VitalSet
from infusions.queries.course import course_of, reading_of
from infusions.queries.event_words import event_words
from infusions.rules.vitals import Vitals
from infusions.states import Rhythm, Sedation, Sign
from tests.factories import infusions, people
from tests.factories import scheduling as make

Kind = InfusionEvent.Kind
HIGH = Vitals(160, 91, 84, 96, Rhythm.SINUS, rr=14, sedation=Sedation.DROWSY, pain=4)
LOW = Vitals(97, 61, 66, 95, Rhythm.SINUS)
ONLY_HEART = Vitals(None, None, 73, 94, Rhythm.TACHYCARDIA)


def text_of(response):
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    pages = PdfReader(io.BytesIO(response.content)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def squeezed(text):
    """Without spaces: a line of a narrow column breaks where it likes."""
    return "".join(text.split())


def everything(site, nurse, physician):
    """A visit in which everything happened: every kind of event, corrections, gaps, flags of every standing."""
    it = infusions.infusion(site=site, at_state="infusing", given_name="Tobi", family_name="Wrenfield")
    it.later(minutes=15).vitals(HIGH)
    high = Flag.objects.get(vital_set__infusion=it.infusion, sign="sbp")
    told = {"provider_notified": "Dr Ferrol", "provider_reply": "raise the legs, go on"}
    actions.acknowledge_flag(
        flag=high, symptomatic=True, action="legs raised", by=it.nurse, at=it.at, provider_told_at=it.at, **told
    )
    it.later(minutes=15).vitals(LOW)
    unable = {Sign.SBP: "cuff or sensor failed", Sign.DBP: "patient moving"}
    it.later(minutes=2).vitals(ONLY_HEART, unable=unable, symptoms=("dizzy", "nausea"))
    wrong = it.later(minutes=1).vitals(Vitals(139, 83, 77, 99, Rhythm.SINUS))
    fixed = Vitals(129, 82, 77, 99, Rhythm.SINUS)
    given = {"by": it.nurse, "at": it.at + timedelta(minutes=1), "key": uuid4()}
    actions.correct_vitals(vital_set=wrong, reading=fixed, reason="read off the wrong line", **given)
    it.later(minutes=20)._do(
        actions.record_vitals,
        reading=Vitals(133, 79, 71, 97, Rhythm.SINUS),
        occurred_at=it.at - timedelta(minutes=18),
    )
    base = VitalSet.objects.get(pk=it.infusion.baseline_id)
    given = {"by": physician, "at": it.at, "key": uuid4()}
    better = Vitals(121, 77, 70, 98, Rhythm.SINUS)
    actions.correct_vitals(vital_set=base, reading=better, reason="cuff was too small", **given)
    breath = Flag.objects.get(vital_set__infusion=it.infusion, sign="spo2")
    actions.acknowledge_flag(flag=breath, symptomatic=False, action="breathes calmly", by=it.nurse, at=it.at)
    it._do(actions.complete_infusion, delivered_mg=Decimal("41.25"))
    it.vitals().infusion.refresh_from_db()
    it.waste_rest()
    left = {"reason": "the taxi waits", "provider_notified": "Dr Ferrol", "reply": "may go", "going": "by taxi"}
    it.later(minutes=8)._do(actions.leave_against_advice, told_at=it.at - timedelta(minutes=3), **left)
    for kind in Kind.values:  # whatever this visit did not have
        if not it.infusion.events.filter(kind=kind).exists():
            note, detail = f"a word on {kind.replace('_', ' ')}", {"marker": f"marked {kind}"}
            if kind == Kind.STRUCK:
                detail = {"event": it.infusion.events.get(kind=Kind.IDENTITY_CHECKED).pk}
            write_event(
                infusion=it.infusion, kind=kind, key=uuid4(), by=it.nurse, at=it.at, detail=detail, note=note
            )
    morning = site.instant(it.infusion.date + timedelta(days=1), 600)
    call = {"infusion": it.infusion, "by": it.nurse}
    actions.record_next_day_call(**call, reached=False, at=morning, key=uuid4())
    said = {"words": "still dizzy at breakfast", "provider_told": "Dr Ferrol"}
    actions.record_next_day_call(**call, reached=True, well=False, at=morning, key=uuid4(), **said)
    return it


@pytest.fixture
def printed(site, nurse, physician, as_user, clock):
    it = everything(site, nurse, physician)
    clock(it.at)
    return it, text_of(as_user(nurse).get(reverse("infusions:flowsheet_pdf", args=[it.visit.pk])))


def test_every_reading_and_every_correction_is_on_paper(printed):
    it, pages = printed
    text = squeezed(" ".join(pages))
    course = course_of(it.infusion)
    assert len(course.sets) == 9
    assert len(course.struck) == 2
    for row in course.sets:
        reading = reading_of(row)
        shown = ["–" if one is None else str(one) for one in (row.sbp, row.dbp, reading.map, row.hr, row.spo2)]
        line = f"{site_time(it, row.occurred_at)}"
        assert squeezed("".join(shown)) in text, shown
        assert line in text
        assert squeezed(row.correction_reason) in text
    for words in (
        "14",
        "Drowsy",
        "not obtained: SBP: cuff or sensor failed; DBP: patient moving",
        "dizzy, nausea",
    ):
        assert squeezed(words) in text
    assert squeezed("corrects the set before: read off the wrong line") in text
    assert squeezed("charted 10:") in text or squeezed("charted 09:") in text


def site_time(it, at):
    return f"{it.infusion.site.local(at):%H:%M}"


def test_every_flag_stands_with_its_answer_or_that_there_is_none(printed):
    it, pages = printed
    text = squeezed(" ".join(pages))
    course = course_of(it.infusion)
    standings = set()
    for flag in course.every_flag:
        assert squeezed(f"{flag.get_sign_display()} {flag.get_direction_display().lower()} {flag.change}") in text
        assert flag.rule in text
        standings.add(
            "withdrawn"
            if hasattr(flag, "withdrawal")
            else "answered"
            if hasattr(flag, "acknowledgement")
            else "open"
        )
    assert standings == {"withdrawn", "answered", "open"}
    for words in (
        "legs raised",
        "breathes calmly",
        "raise the legs, go on",
        "the baseline was corrected",
        "no answer",
        "withdrawn",
    ):
        assert squeezed(words) in text


def test_every_event_of_every_kind_is_on_paper_with_its_time_and_who(printed):
    it, pages = printed
    text = squeezed(" ".join(pages))
    events = course_of(it.infusion).events
    assert {event.kind for event in events} == set(Kind.values)
    for event in events:
        assert squeezed(event_words(event)) in text, event.kind
        assert site_time(it, event.occurred_at) in text
        assert squeezed(event.by.name) in text
        if "marker" in event.detail:
            assert squeezed(f"marker marked {event.kind}") in text
    for words in ("struck out by", "told at", "goes home by taxi", "the provider said may go", "left", "75"):
        assert squeezed(words) in text


def test_order_pump_ledger_and_the_day_after_are_on_paper(printed):
    it, pages = printed
    text = squeezed(" ".join(pages))
    order = it.infusion.order
    for words in ("41.25 mg IV", "pump rate 75 mL/h", "pump volume 50 mL"):
        assert squeezed(words) in text
    assert order.signature.digest in text
    for move in it.infusion.movements.all():
        assert squeezed(move.get_kind_display()) in text
        assert squeezed(move.vial.receipt.lot) in text
        assert move.witness is None or squeezed(move.witness.name) in text
    for words in ("Not reached", "Not well", "still dizzy at breakfast", "Dr Ferrol was told", "0 mg in hand"):
        assert squeezed(words) in text


def test_every_page_names_clinic_patient_page_and_hour(printed):
    it, pages = printed
    patient = it.visit.patient
    assert len(pages) > 1
    for number, text in enumerate(pages, 1):
        for words in (it.infusion.site.name, "Tobi Wrenfield", patient.record_number, "Generated "):
            assert words in text
        assert f"Page {number} of {len(pages)}" in text
        assert f"born {patient.birth_date.day} " in text


def test_the_print_page_has_the_same_and_strikes_out_what_was_corrected(printed, as_user, nurse):
    it, _ = printed
    html = as_user(nurse).get(reverse("infusions:chart_print", args=[it.visit.pk])).content.decode()
    assert "<s>139</s>" in html
    assert '<td class="n">129</td>' in html
    assert "still dizzy at breakfast" in html


def test_who_has_not_arrived_has_no_flowsheet_and_who_does_not_see_charts_gets_none(
    site, as_user, nurse, other_site
):
    visit = infusions.visit(site=site)
    address = reverse("infusions:flowsheet_pdf", args=[visit.pk])
    assert as_user(nurse).get(address).status_code == 404
    assert as_user(people.staff("scheduler", site=site)).get(address).status_code == 403
    assert as_user(people.staff("nurse", site=other_site)).get(address).status_code == 404


def test_a_chart_with_nothing_but_an_arrival_is_a_page(site, as_user, nurse, clock):
    it = infusions.infusion(site=site, at_state="arrived")
    clock(it.at)
    (page,) = text_of(as_user(nurse).get(reverse("infusions:flowsheet_pdf", args=[it.visit.pk])))
    for words in ("No set was taken.", "No flag was raised.", "Nothing was drawn for this visit.", "Arrived"):
        assert words in page
    assert make.actor("nurse", site).name in page
