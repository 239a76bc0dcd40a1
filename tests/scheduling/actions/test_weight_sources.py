"""Weights that nobody measured: a prescriber's, with a reason, and never what later readings are compared with."""

from datetime import timedelta
from decimal import Decimal

import pytest

from kitclinic.models import AuditEvent, Site, StaffUser
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.models import Weight
from scheduling.queries.patients import latest_weight
from scheduling.states import WeightSource
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW

D = Decimal
LATER = NOW + timedelta(days=2)
NOT_MEASURED = [WeightSource.STATED, WeightSource.ESTIMATED, WeightSource.CARRIED_FORWARD]


@pytest.mark.parametrize("source", NOT_MEASURED)
@pytest.mark.parametrize("role", ["nurse", "psychologist", "scheduler", "clinic_lead", "administrator"])
def test_wgt_11_nobody_but_a_prescriber_records_what_was_not_measured(
    site: Site, nurse: StaffUser, role: str, source: str
) -> None:
    patient = make.patient(site=site)
    actions.record_weight(patient=patient, weight_kg=D("82.5"), by=nurse, at=NOW)
    somebody = make.actor(role, site)
    given = {"patient": patient, "weight_kg": D("82.5"), "source": source, "reason": "Bed-bound.", "at": LATER}
    with pytest.raises(Refused) as refused:
        actions.record_weight(**given, by=somebody)
    assert {problem.rule for problem in refused.value.problems} == {"WGT-11"}
    assert Weight.objects.count() == 1


@pytest.mark.parametrize("source", NOT_MEASURED)
def test_wgt_11_a_prescriber_gives_the_reason_and_measured_weights_stay_the_measure(
    site: Site, nurse: StaffUser, physician: StaffUser, source: str
) -> None:
    patient = make.patient(site=site)
    measured = actions.record_weight(patient=patient, weight_kg=D("82.5"), by=nurse, at=NOW)
    given = {"patient": patient, "weight_kg": D("82.5"), "source": source, "by": physician, "at": LATER}
    with pytest.raises(Refused) as refused:
        actions.record_weight(**given)
    assert [problem.field for problem in refused.value.problems] == ["reason"]
    row = actions.record_weight(**given, reason="The scale is out for repair.")
    assert (row.source, row.weight_kg, row.confirmed_reason) == (
        source,
        D("82.5"),
        "The scale is out for repair.",
    )
    assert row.measured_at == (NOW if source == WeightSource.CARRIED_FORWARD else LATER)
    assert row.received_at == LATER
    assert latest_weight(patient) == measured
    assert AuditEvent.objects.filter(event="weight recorded").latest("pk").detail["source"] == source


def test_wgt_12_another_number_is_not_carried_forward(site: Site, nurse: StaffUser, physician: StaffUser) -> None:
    patient = make.patient(site=site)
    given = {"patient": patient, "source": WeightSource.CARRIED_FORWARD, "reason": "No scale.", "by": physician}
    with pytest.raises(Refused, match="no measured weight"):
        actions.record_weight(**given, weight_kg=D("82.5"), at=NOW)
    actions.record_weight(patient=patient, weight_kg=D("82.5"), by=nurse, at=NOW)
    with pytest.raises(Refused, match=r"not the last measured weight, 82\.5 kg"):
        actions.record_weight(**given, weight_kg=D("82.4"), at=LATER)


def test_wgt_11_a_stated_weight_is_questioned_like_a_measured_one(
    site: Site, nurse: StaffUser, physician: StaffUser
) -> None:
    patient = make.patient(site=site)
    actions.record_weight(patient=patient, weight_kg=D("82.5"), by=nurse, at=NOW)
    given = {
        "patient": patient,
        "source": WeightSource.STATED,
        "reason": "By phone.",
        "by": physician,
        "at": LATER,
    }
    with pytest.raises(Refused) as refused:
        actions.record_weight(**given, weight_kg=D("181.9"))
    assert "WGT-02" in {problem.rule for problem in refused.value.problems}
    row = actions.record_weight(**given, weight_kg=D("181.9"), again_kg=D("181.9"))
    assert row.weight_kg == D("181.9")
