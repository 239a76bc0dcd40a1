"""Each constraint of a chart broken once: what the database refuses whoever writes."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, connection, transaction

from infusions.models import Flag, FlagAcknowledgement, Infusion, InfusionEvent, VitalSet
from tests.factories import infusions


@pytest.fixture(autouse=True)
def no_checks_from_the_right(settings):
    settings.READINESS_CHECKS = []


@pytest.fixture
def chair(site):
    return infusions.infusion(site=site, at_state="infusing")


def refused(name: str):
    """The database refuses, naming this constraint."""
    return pytest.raises(IntegrityError, match=name)


def change(chair, /, **fields):
    with transaction.atomic():
        Infusion.objects.filter(pk=chair.infusion.pk).update(**fields)


def test_two_open_infusions_do_not_share_a_chair(site, chair):
    other = infusions.infusion(site=site, minute=560)
    with refused("infusion_chair_is_free"):
        change(other, chair=chair.infusion.chair)


def test_a_patient_has_one_open_infusion(site, chair):
    other = infusions.infusion(site=site, minute=560)
    with refused("infusion_one_open_per_patient"):
        change(other, patient=chair.visit.patient)


@pytest.mark.parametrize("field", ["order", "baseline", "started_at"])
def test_what_runs_has_order_baseline_and_start(chair, field):
    with refused("infusion_started_has_order_and_baseline"):
        change(chair, **{field: None})


def test_what_runs_has_not_ended(chair):
    with refused("infusion_ended_agrees_with_state"):
        change(chair, ended_at=chair.at)


def test_nobody_is_discharged_without_a_time(site):
    gone = infusions.infusion(site=site, at_state="discharged")
    with refused("infusion_discharged_agrees_with_state"):
        change(gone, discharged_at=None)


def set_of(chair, **fields):
    values = {
        "site": chair.infusion.site,
        "infusion": chair.infusion,
        "key": uuid4(),
        "slot": "extra",
        "sbp": 120,
        "dbp": 80,
        "hr": 70,
        "spo2": 98,
        "rhythm": "sinus",
        "occurred_at": chair.at,
        "received_at": chair.at,
        "by": chair.nurse,
    }
    with transaction.atomic():
        return VitalSet.objects.create(**values | fields)


def test_a_key_is_used_once(chair):
    key = uuid4()
    set_of(chair, key=key)
    with refused("vital_set_once"):
        set_of(chair, key=key)


def test_diastolic_is_below_systolic(chair):
    with refused("vital_set_dbp_below_sbp"):
        set_of(chair, dbp=120)


def test_spo2_is_a_percentage(chair):
    with refused("vital_set_spo2_is_a_percentage"):
        set_of(chair, spo2=101)


def test_a_gap_has_its_reason(chair):
    with refused("vital_set_gaps_have_a_reason"):
        set_of(chair, hr=None)
    set_of(chair, hr=None, not_obtained_because="HR: lead off")


def test_a_correction_has_its_reason_and_a_set_is_corrected_once(chair):
    wrong = set_of(chair)
    with refused("vital_set_correction_has_reason"):
        set_of(chair, corrects=wrong)
    set_of(chair, corrects=wrong, correction_reason="misread")
    with refused("corrects_id"):
        set_of(chair, corrects=wrong, correction_reason="misread twice")


def test_a_sign_flags_once_a_set_and_is_answered_once(chair):
    row = chair.later(minutes=15).vitals(infusions.Vitals(156, 78, 70, 98, infusions.Rhythm.SINUS))
    flag = row.flags.get()
    again = {"site": row.site, "vital_set": row, "rule": "VIT-01", "sign": "sbp", "direction": "high"}
    with refused("flag_once_per_sign"), transaction.atomic():
        Flag.objects.create(**again, level="notice", change="+21.9%")
    answer = {"site": row.site, "flag": flag, "symptomatic": False, "by": chair.nurse, "at": chair.at}
    FlagAcknowledgement.objects.create(**answer)
    with refused("flag_id"), transaction.atomic():
        FlagAcknowledgement.objects.create(**answer)


def event_of(chair, kind, **fields):
    values = {
        "site": chair.infusion.site,
        "infusion": chair.infusion,
        "key": uuid4(),
        "kind": kind,
        "occurred_at": chair.at,
        "received_at": chair.at,
        "by": chair.nurse,
    }
    with transaction.atomic():
        return InfusionEvent.objects.create(**values | fields)


def test_an_event_key_is_used_once(chair):
    key = uuid4()
    event_of(chair, "side_effect", key=key)
    with refused("infusion_event_once"):
        event_of(chair, "side_effect", key=key)


@pytest.mark.parametrize("kind", ["ondansetron_prn", "stopped", "completed", "discharged", "not_started"])
def test_what_happens_once_is_stored_once(chair, kind):
    event_of(chair, kind)
    with refused("infusion_event_kind_once"):
        event_of(chair, kind)


def test_a_side_effect_may_happen_again(chair):
    event_of(chair, "side_effect")
    event_of(chair, "side_effect")


@pytest.mark.parametrize("model", [VitalSet, InfusionEvent, Flag, FlagAcknowledgement])
def test_facts_are_written_once_in_python_and_in_the_database(chair, model):
    row = chair.infusion.vital_sets.first() if model is VitalSet else chair.infusion.events.first()
    if isinstance(row, model):
        with pytest.raises(TypeError):
            row.save()
        with pytest.raises(TypeError):
            row.delete()
    for sql in (f"UPDATE {model._meta.db_table} SET site_id = site_id", f"DELETE FROM {model._meta.db_table}"):
        with (
            pytest.raises((ProgrammingError, IntegrityError, InternalError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)


def test_a_set_of_one_site_never_hangs_on_an_infusion_of_another(chair, other_site):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("same_site"):
        set_of(chair, site=other_site)
