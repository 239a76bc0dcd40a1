"""No cell of any CSV becomes a formula in a spreadsheet, whoever typed it, wherever it stands."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from kitclinic.models import StaffUser
from kitclinic.spreadsheets import FORMULA, NUMBER
from scheduling.models import Patient, Referral
from tests.web.routes import Here, routes

pytestmark = pytest.mark.django_db

TYPED = ("=1+1", "+1+cmd", "-1-cmd", "@SUM(1)", "\t=1", "\r=1", "＝1+1", " =1")


def seeded(here: Here) -> None:
    """What people type, typed by somebody who means harm, straight into the rows."""
    for model in (Patient, Referral, StaffUser):
        names = {one.name for one in model._meta.fields}
        texts = {"family_name", "given_name", "name", "source", "reason", "preferred_name", "credentials"} & names
        for number, row in enumerate(model._default_manager.filter(site=here.site)):
            for name in texts:
                most = model._meta.get_field(name).max_length or 100
                setattr(row, name, TYPED[number % len(TYPED)][:most])
            row.save(update_fields=list(texts))


def test_every_csv_of_the_product_is_harmless(here: Here, settings: Any) -> None:
    settings.EXPORTS_AN_HOUR = 10_000
    seeded(here)
    wrong, cells, files = {}, 0, 0
    for route in routes():
        address = str(route.pattern.pattern)
        if not address.endswith((".csv", ".<slug:kind>")):
            continue
        answer = here.client(route.role).get(here.address(route))
        if not answer.headers["Content-Type"].startswith("text/csv"):
            continue
        files += 1
        for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")):
            cells += len(row)
            bad = [cell for cell in row if FORMULA.match(cell) and not NUMBER.match(cell)]
            if bad:
                wrong[route.name] = bad
    assert files >= 11
    assert cells > 200
    assert wrong == {}


def test_a_csv_is_written_in_one_place_and_figures_alone_elsewhere() -> None:
    """A second writer of CSV would be a second place to forget the apostrophe."""
    found = set()
    for app in ("kitclinic", "scheduling", "infusions", "outcomes"):
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            if re.search(r"csv\.(writer|DictWriter)\(", path.read_text(encoding="utf-8")):
                found.add(str(path.relative_to(settings.BASE_DIR)))
    assert found == {
        "kitclinic/spreadsheets.py",
        "outcomes/management/commands/outcome_tables.py",  # guarded by the same function
        "outcomes/rules/cohort/__init__.py",  # the published cohort: numbers and its own headings
    }
