"""The ledger's reports: on screen, as PDF and as CSV. Every number is checked against plain sums of the rows."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse
from pypdf import PdfReader

from infusions import actions
from infusions.models import Count
from infusions.queries.ledger import vial_lines
from infusions.queries.ledger_reports import inventory, usage_report
from tests.factories import infusions, ledger, people

BALANCE = """SELECT coalesce(sum(CASE
    WHEN kind = 'received' THEN mg WHEN kind IN ('administered', 'wasted') THEN -mg
    WHEN kind = 'discrepancy' THEN mg ELSE 0 END), 0)
    FROM infusions_movement WHERE site_id = %s AND received_at < %s"""


@pytest.fixture
def day(site, nurse, clock):
    """A day with every kind of movement; the vials came four days before. Returns the chair that is over."""
    chair = infusions.chair(site=site, nurse=nurse)
    ledger.stocked(site, vials=4, at=chair.at - timedelta(days=4), lot="=1+1")
    chair.ready().start().run().observe().discharge()
    second = infusions.chair(site=site, nurse=nurse, at=chair.at + timedelta(minutes=5), minute=700).arrive()
    (draw,) = ledger.withdrawn(second.infusion, by=nurse, at=second.at)
    actions.return_dose(draw=draw, reason="Patient ill", by=nurse, at=second.at, key=uuid4())
    ledger.withdrawn(second.infusion, by=nurse, at=second.at)
    vial = vial_lines(site)[-1].vial
    ledger.wasted(by=nurse, at=second.at, vial=vial, ml=Decimal("10"), reason="Broken")
    lines = {line.vial.pk: line.ml for line in vial_lines(site)}
    lines[vial_lines(site)[-1].vial.pk] -= Decimal("0.25")
    counted = actions.count_vault(
        vault=vial.vault, counted=lines, by=nurse, at=second.at + timedelta(hours=1), key=uuid4()
    )
    clock(counted.at + timedelta(minutes=1))
    return second


def sum_until(site, moment) -> Decimal:
    with connection.cursor() as cursor:
        cursor.execute(BALANCE, [site.pk, moment])
        return cursor.fetchone()[0]


def test_led_30_the_usage_report_closes_and_agrees_with_the_rows(site, day) -> None:
    today = site.today(day.at)
    report = usage_report(site, first=today, last=today)
    (line,) = report.lines
    assert report.closes
    assert line.usage.opening.all == sum_until(site, site.instant(today, 0)) == Decimal(2000)
    assert line.usage.closing.all == sum_until(site, site.instant(today + timedelta(days=1), 0))
    assert line.usage.closing.vault == sum(one.mg for one in vial_lines(site))
    assert line.usage.closing.hand == Decimal("41.5")
    numbers = dict(line.columns)
    assert numbers["Wasted"] <= Decimal(-500)
    assert numbers["Discrepancy"] == Decimal("-12.5")
    closing = numbers.pop("Closing balance")
    assert sum(numbers.values()) == closing


def test_led_31_a_movement_is_counted_on_the_clinic_day_it_was_entered(site, day) -> None:
    before = site.today(day.at) - timedelta(days=1)
    (line,) = usage_report(site, first=before, last=before).lines
    assert {mg for name, mg in line.columns if "balance" not in name} == {Decimal(0)}
    assert line.usage.opening == line.usage.closing
    assert usage_report(site, first=before - timedelta(days=9), last=before - timedelta(days=9)).lines == ()


def test_led_32_an_inventory_says_what_was_there_at_opening_and_at_close(site, nurse, day) -> None:
    today = site.today(day.at)
    (opening,) = inventory(site, day=today, at_opening=True).lines
    assert (opening.sealed, opening.opened, opening.in_hand_mg) == (4, (), 0)
    assert opening.total.all == Decimal(2000)
    stock = inventory(site, day=today, at_opening=False)
    (close,) = stock.lines
    assert close.sealed == 1
    assert len(close.opened) == 2  # one was drawn from, one measured less than its label
    assert close.in_hand_mg == Decimal("41.5")
    assert close.sealed_mg + close.opened_mg == sum(line.mg for line in vial_lines(site))
    assert stock.taken_by == nurse
    assert stock.counts == tuple(Count.objects.order_by("-at"))  # the newest first, the morning's last


def test_led_32_the_inventory_on_paper_has_day_moment_strength_vials_and_lines_to_sign(as_user, lead, site, day):
    address = f"{reverse('infusions:inventory_pdf')}?day={site.today(day.at)}&moment=opening"
    response = as_user(lead).get(address)
    assert response.headers["Content-Type"] == "application/pdf"
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    for words in (
        "opening of business",
        "50 mg/mL",
        "10 mL vial",
        "Taken by",
        "Signature",
        "Ines Varga",
        "2,000 mg",
    ):
        assert words in text, words


def test_the_usage_report_on_paper_names_each_movement(as_user, lead, site, day):
    response = as_user(lead).get(reverse("infusions:usage_pdf"))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)
    for words in ("It closes", "Administered", "Broken", "Patient ill", day.infusion.patient.record_number):
        assert words in text, words
    assert day.infusion.patient.family_name not in text


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode())))


def test_the_csv_adds_up_and_carries_no_formula(as_user, lead, site, day):
    rows = rows_of(as_user(lead).get(reverse("infusions:usage_csv")))
    head = rows[rows.index(["Totals, mg"]) + 1]
    totals = dict(zip(head, rows[rows.index(["Totals, mg"]) + 2], strict=True))
    columns = ("Opening balance", "Received", "Administered", "Wasted", "Discrepancy")
    assert sum(Decimal(totals[name]) for name in columns) == Decimal(totals["Closing balance"])
    cells = [cell for row in rows for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "@", "\t"))]
    stock = rows_of(as_user(lead).get(reverse("infusions:inventory_csv")))
    kinds = [row[3] for row in stock if len(row) == 9]
    assert kinds == ["what", "sealed", "opened", "opened", "drawn, in hand", "total"]


def test_the_page_shows_both_reports_and_survives_odd_dates(as_user, lead, site, day):
    address = reverse("infusions:ledger_report")
    client = as_user(lead)
    page = client.get(address).content.decode()
    assert "It closes" in page
    assert "opening of business" in page
    odd = client.get(f"{address}?from=2026-02-30&to=x")
    assert odd.status_code == 200
    assert "A date could not be read" in odd.content.decode()
    long = client.get(f"{address}?from=2001-01-01&to=2026-11-01")
    assert "two years at most" in long.content.decode()
    for ends in ("9999-12-31", "0001-01-01"):
        assert client.get(f"{address}?from={ends}&to={ends}&day={ends}").status_code == 200


def test_reports_are_for_who_may_see_the_ledger(as_user, scheduler, site):
    for name in ("ledger_report", "usage_pdf", "usage_csv", "inventory_pdf", "inventory_csv"):
        assert as_user(scheduler).get(reverse(f"infusions:{name}")).status_code == 403


def test_what_moved_elsewhere_is_in_no_report(as_user, other_site, site, day):
    stranger = as_user(people.staff("clinic_lead", site=other_site))
    page = stranger.get(reverse("infusions:ledger_report")).content.decode()
    assert "Nothing moved until then" in page
    assert "6J0417" not in stranger.get(reverse("infusions:usage_csv")).content.decode()
