"""For any patient and measure: every score with the column it counts for, or why it does not."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kitclinic.models import Site, StaffUser
from outcomes.actions import import_registry
from outcomes.models import Score
from outcomes.queries.counting import counting
from outcomes.queries.study import Asked, study
from outcomes.rules.counted import COLUMNS
from outcomes.rules.definitions import Definitions
from outcomes.rules.measures import measures
from outcomes.rules.windows import WINDOW_NAMES
from scheduling.models import Patient
from tests.factories import infusions, registry
from tests.outcomes.queries.test_study import registry as random_registry

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
AS_OF = date(2025, 6, 30)


@pytest.mark.parametrize(
    "definitions", [Definitions(), Definitions(reference="course"), Definitions(tie="earlier")]
)
def test_the_page_counts_what_the_tables_count(site: Site, definitions: Definitions) -> None:
    source = random_registry(site, 5, patients=16)
    found = study(Asked(source, AS_OF, definitions))
    names = list(measures())
    tables = {
        (int(found.kept.scores.key[place]), WINDOW_NAMES[COLUMNS[column]])
        for row, measure, column in zip(*(found.counted.place >= 0).nonzero(), strict=True)
        for place in (found.counted.place[row, measure, column],)
    }
    pages: set[tuple[int, str]] = set()
    for patient in Patient.objects.filter(site=source.site, merged_into=None).select_related("site"):
        for name in names:
            shown = counting(patient, measures()[name], as_of=AS_OF, definitions=definitions)
            pages |= {(line.key, line.column) for line in shown.lines if line.column}
    assert pages == tables
    assert tables


def test_a_registry_patient_has_the_page_with_reasons(
    site: Site, lead: StaffUser, as_user: Any, tmp_path: Path
) -> None:
    home = import_registry(site=site, directory=registry.export(tmp_path), by=None, at=AT).record.site
    patient = Patient.objects.get(site=home, record_number="A")
    client = as_user(lead)
    html = client.get(f"/patients/{patient.pk}/scores/counting/", {"measure": "phq-9"}).content.decode()
    assert "Registry record A" in html
    assert "Baseline</span>" in html
    assert "Last infusion</span>" in html
    assert "OUT-02" in html
    cell = client.get(f"/outcomes/phq-9/last/?source={home.slug}&as_of={registry.AS_OF}").content.decode()
    assert f"/patients/{patient.pk}/scores/counting/?as_of={registry.AS_OF}&amp;measure=phq-9" in cell
    empty = client.get(f"/patients/{patient.pk}/scores/counting/", {"measure": "gad-7"}).content.decode()
    assert "No score of this measure" in empty


def test_course_mode_names_the_course_and_a_patient_without_infusions_is_told_so(
    site: Site, lead: StaffUser, as_user: Any
) -> None:
    chair = infusions.infusion(site=site, at_state="infusing")
    patient = chair.visit.patient
    told = {"site": site, "patient": patient, "measure": "PHQ-9", "source": "paper", "recorded_at": AT}
    Score.objects.create(value=9, date=infusions.MONDAY, minute=400, **told)
    html = as_user(lead).get(f"/patients/{patient.pk}/scores/counting/?reference=course").content.decode()
    assert "No infusion was completed by this day." in html
    assert "Not counted: no infusion was completed on or before the as-of date." in html


def test_who_may_not_see_scores_and_other_clinics_get_nothing(
    site: Site, scheduler: StaffUser, as_user: Any, other_site: Site, lead: StaffUser
) -> None:
    chair = infusions.infusion(site=other_site, at_state="infusing")
    address = f"/patients/{chair.visit.patient.pk}/scores/counting/"
    assert as_user(scheduler).get(address).status_code == 403
    assert as_user(lead).get(address).status_code == 404
