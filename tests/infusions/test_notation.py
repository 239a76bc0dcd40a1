"""DOS-03: nothing about a drug is written in a way that people are known to read wrongly (ISMP)."""

import io
import re
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from pypdf import PdfReader

from infusions.queries.orders import orders, text_of
from infusions.views.sheets import SHEETS
from scheduling.queries.patients import latest_eligibility
from tests.factories import infusions, ledger

UNITS = r"(?:mg/mL|mg/kg|mL/h|mg|mL|kg|min)"
ERROR_PRONE = {
    "U, IU for units": r"(?<![\w./-])(?:U|IU|u)(?![\w./-])",
    "QD, QOD for daily": r"(?i)\bq\.?\s?o?\.?d\.?\b",
    "QHS, HS for bedtime or half strength": r"(?i:\bqhs\b|\bh\.s\.)|\bHS\b",
    "cc for mL": r"(?i)\bcc\b",
    "µg, ug for mcg": r"[µμ]g\b|\bug\b|\bUG\b",
    "MS, MSO4 for morphine or magnesium": r"\bM(?:S|SO4|gSO4)\b",
    "SC, SQ, sub q for subcutaneous": r"\b(?:SC|SQ)\b|(?i:\bsub\s?q\b)",
    "other abbreviations": r"\b(?:AD|AS|AU|OD|OS|OU|BT|D/C|IJ|OJ|PO|SSI|TIW|UD|BIW|HCT|VTBI|KET)\b",
    "trailing zero": rf"(?<![\d.,])\d[\d,]*\.\d*0\s?{UNITS}\b",
    "naked decimal point": r"(?<![\d.])\.\d",
    "no space before the unit": rf"\d{UNITS}\b",
    "four digits without a comma": rf"(?<![\d.,])\d{{4,}}(?:\.\d+)?\s?{UNITS}\b",
    "ml for mL, MG for mg": r"\d\s?(?:ml|ML|Ml|MG|Mg|KG|Kg)\b",
}


def found(text: str) -> list[str]:
    return [
        f"{name}: …{text[max(0, hit.start() - 30) : hit.end() + 20]}…"
        for name, rule in ERROR_PRONE.items()
        for hit in re.finditer(rule, text)
    ]


def read(html: str) -> str:
    """What a person reads of a page: no tags, no drawings, no menus of choices hidden in attributes."""
    main = html.split('<main id="kc-main"')[-1]
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", main, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", bare)).split())


@pytest.mark.parametrize(
    "text",
    [
        *(
            "10 U",
            "5 IU",
            "8 mg QD",
            "q.o.d.",
            "10 cc",
            "50 µg",
            "50 ug",
            "MS 4 mg",
            "at HS",
            "given SC",
            "40.0 mg",
        ),
        *("41.250 mg", ".5 mg", "dose .83 mL", "41.25mg", "1250 mL", "50 ml", "75.0 mL/h"),
    ],
)
def test_the_list_finds_what_it_is_about(text):
    assert found(text)


@pytest.mark.parametrize(
    "text", ["0.5 mg", "40 mg", "1,250 mL", "100.5 kg", "10 mL", "at 10:00", "mcg", "0.83 mg/mL", "4.17"]
)
def test_the_list_leaves_alone_what_is_written_well(text):
    assert found(text) == []


CASES = {
    "82.5": {},
    "80.0": {"strength": 100},
    "140.0": {"strength": 10, "preparation_reason": "no other vial is here"},
}


@pytest.fixture(params=CASES)
def clinic(request, site, nurse, physician, as_user, settings):
    """A signed order of this weight, its patient seated, the vault full of its vials."""
    settings.READINESS_CHECKS = []
    visit = infusions.visit(site=site, signed=False, weight_kg=request.param)
    ledger.product(site, CASES[request.param].get("strength", 50))
    before = visit.starts_at.replace(hour=12) - infusions.timedelta(days=4)
    infusions.signed_order(visit.sequence, by=physician, at=before, **CASES[request.param])
    chair = infusions.Chair(visit, nurse, visit.starts_at)
    with time_machine.travel(chair.at, tick=False):
        read_twice = {"again_kg": infusions.Decimal(request.param), "reason": "read twice"}
        chair.arrive().weigh(request.param, **read_twice)
        ledger.stocked(site, CASES[request.param].get("strength", 50), vials=9, at=chair.at)
        chair.client = as_user(nurse)
        yield chair


def pdf(chair, name, *args):
    answer = chair.client.get(reverse(f"infusions:{name}", args=args))
    assert answer.status_code == 200
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


def test_dos_03_order_card_labels_chart_and_sheets_use_nothing_of_the_error_prone_list(clinic):
    visit, at = clinic.visit, clinic.at
    order = orders(visit.site).get(sequence=visit.sequence)
    texts = {"order": text_of(order, eligibility=latest_eligibility(visit.patient), at=at)}
    texts["order.pdf"] = pdf(clinic, "order_pdf", order.pk)

    def page(name, *more):
        answer = clinic.client.get(reverse(f"infusions:{name}", args=[visit.pk, *more]))
        if answer.status_code == 200:
            texts[f"{name} {more} {len(texts)}"] = read(answer.content.decode())

    page("chart")
    page("preparation")
    clinic.draw()
    page("preparation")
    texts["labels"] = pdf(clinic, "label_pdf", visit.pk)
    infusions.actions.check_pump(
        infusion=clinic.infusion,
        rate_ml_per_h=order.rate_ml_per_h * 10,
        volume_ml=order.total_ml,
        by=clinic.nurse,
        at=at,
        key=uuid4(),
    )
    for name in SHEETS:
        page("chart_sheet", name)
    page("chart")
    page("chart_print")
    assert len(texts) > 20
    assert {name: hits for name, text in texts.items() if (hits := found(text))} == {}
