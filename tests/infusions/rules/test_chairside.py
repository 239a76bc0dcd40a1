"""What must be said with each thing recorded at the chair."""

from decimal import Decimal

import pytest

from infusions.rules.chairside import (
    EventFacts,
    arrival_problems,
    event_problems,
    not_started_problems,
    nurse_problems,
)
from scheduling.states import VisitState

FREE = {"chair": 3, "chairs": 8, "chair_taken": False, "patient_seated": False, "nurse_of_site": True}


def found(kind, *, note="", **facts):
    detail = facts.pop("detail", {})
    return {problem.rule for problem in event_problems(EventFacts(kind, detail, note, **facts))}


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({}, set()),
        ({"chair": 1}, set()),
        ({"chair": 8}, set()),
        ({"chair": 0}, {"CHS-01"}),
        ({"chair": 9}, {"CHS-01"}),
        ({"nurse_of_site": False}, {"CHS-01"}),
        ({"chair_taken": True}, {"INF-08"}),
        ({"patient_seated": True}, {"INF-07"}),
    ],
)
def test_chs_01_a_chair_and_a_nurse_of_this_clinic(change, rules):
    assert {problem.rule for problem in arrival_problems(**FREE | change)} == rules


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": "completed", "visit_state": VisitState.ATTENDED}, "is completed"),
        ({"outcome": "stopped", "visit_state": VisitState.ATTENDED}, "was stopped early"),
        ({"outcome": "not_started", "visit_state": VisitState.MISSED}, "recorded as not started"),
        ({"outcome": "not_started", "visit_state": VisitState.BOOKED}, "recorded as not started"),
        ({"visit_state": VisitState.MISSED}, "was missed"),
        ({"visit_state": VisitState.CANCELLED, "chair": 9}, "was cancelled"),
    ],
)
def test_chs_07_a_visit_that_is_over_does_not_begin_again_and_the_next_step_is_named(change, said):
    (problem,) = arrival_problems(**FREE | change)
    assert problem.rule == "CHS-07"
    assert said in problem.sentence
    assert "next booked visit" in problem.sentence


@pytest.mark.parametrize(("patients", "rules"), [(0, set()), (1, set()), (2, {"INF-21"})])
def test_inf_21_the_third_patient_is_one_too_many(patients, rules):
    assert {p.rule for p in nurse_problems(name="Ines Varga", patients=patients, of_site=True)} == rules


def test_a_nurse_of_another_clinic_takes_nobody():
    assert {p.rule for p in nurse_problems(name="Ines Varga", patients=0, of_site=False)} == {"CHS-01"}


@pytest.mark.parametrize(("result", "rules"), [("negative", set()), ("positive", set()), ("", {"CHS-02"})])
def test_chs_02_a_test_has_a_result(result, rules):
    assert found("pregnancy_test", detail={"result": result}) == rules


def test_chs_03_only_a_provider_follows_a_positive_test():
    again = {"detail": {"result": "negative"}, "found_pregnant": True}
    assert found("pregnancy_test", **again) == {"CHS-03"}
    assert found("pregnancy_test", **again, by_provider=True) == set()


def test_inf_16_two_of_the_three_identifiers():
    assert found("identity_checked", detail={"identifiers": ["name", "birth_date"]}) == set()
    assert found("identity_checked", detail={"identifiers": ["name", "name"]}) == {"INF-16"}
    assert found("identity_checked", detail={}) == {"INF-16"}


def test_ord_11_premedication_is_given_as_ordered_once_or_left_out_for_a_reason():
    assert found("premedication", premedication_ordered=True) == set()
    assert found("premedication") == {"ORD-11"}
    assert found("premedication", premedication_ordered=True, premedication_answered=True) == {"ORD-11"}
    assert found("no_premedication") == {"ORD-11"}
    assert found("no_premedication", note="took it at home") == set()


@pytest.mark.parametrize(
    ("rate", "volume", "rules"),
    [
        ("75", "50", set()),
        ("75.7", "50.5", set()),
        ("75.8", "50", {"DOS-10"}),
        ("75", "50.6", {"DOS-10"}),
        ("", "50", {"INF-19"}),
        ("75", "a bag", {"INF-19"}),
    ],
)
def test_dos_10_the_pump_within_one_percent(rate, volume, rules):
    detail = {"rate_ml_per_h": rate, "volume_ml": volume}
    ordered = {"ordered_rate": Decimal(75), "ordered_volume": Decimal(50)}
    assert found("pump_checked", detail=detail, **ordered) == rules


def test_inf_19_nothing_to_compare_without_an_order():
    assert found("pump_checked", detail={"rate_ml_per_h": "75", "volume_ml": "50"}) == {"INF-19"}


def test_inf_18_clearing_is_a_provider_s_act():
    assert found("provider_cleared") == {"INF-18"}
    assert found("provider_cleared", by_provider=True) == set()


def test_chs_04_what_and_how_strong():
    assert found("side_effect", detail={"symptom": "nausea", "severity": "mild"}) == set()
    assert found("side_effect", detail={"symptom": "nausea", "severity": "terrible"}) == {"CHS-04"}
    assert found("side_effect") == {"CHS-04"}


@pytest.mark.parametrize(("reason", "rules"), [("illness", set()), ("unknown", set()), ("", {"CHS-05"})])
def test_chs_05_unknown_is_a_reason_and_nothing_is_not(reason, rules):
    assert {problem.rule for problem in not_started_problems(reason)} == rules


def test_chs_06_who_was_called():
    assert found("provider_called", detail={"provider": "Anneke Vantongeren"}) == set()
    assert found("provider_called", detail={"provider": " "}) == {"CHS-06"}


def test_drv_03_a_driver_is_seen_by_somebody():
    known = {"name": "Robin Quist", "relationship": "sister", "phone": "216 555 0142", "transport": "family"}
    assert found("driver_seen", detail=known, seen_by="Ines Varga") == set()
    assert found("driver_seen", detail=known) == {"DRV-03"}
    assert found("driver_seen", detail=known | {"transport": "rideshare"}, seen_by="Ines Varga") == {"DRV-01"}


def test_what_needs_no_words_lacks_nothing():
    assert found("iv_placed") == set()
