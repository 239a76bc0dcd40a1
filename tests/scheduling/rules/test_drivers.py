from dataclasses import replace

import pytest

from kitclinic.problems import Blocker, NeedsTick
from scheduling.rules.drivers import (
    ALLOWED,
    REFUSED,
    Driver,
    discharge_problems,
    driver_problems,
    transport_problems,
)
from scheduling.states import TransportKind

JO = Driver("family", "Jo Kowalski", "sister", "216-555-0147", seen_by="N. Adeyemi")


def test_drv_01_every_way_home_is_either_allowed_or_refused() -> None:
    assert ALLOWED | set(REFUSED) == set(TransportKind)
    assert not ALLOWED & set(REFUSED)


@pytest.mark.parametrize("kind", ["family", "friend", "other_known"])
def test_drv_01_known_driver_passes(kind: str) -> None:
    assert discharge_problems(replace(JO, kind=kind)) == []


@pytest.mark.parametrize("kind", ["rideshare", "taxi", "public", "self", "alone", ""])
def test_drv_01_other_ways_home_are_refused_without_override(kind: str) -> None:
    for problems in (
        transport_problems(kind),
        driver_problems(replace(JO, kind=kind)),
        discharge_problems(Driver(kind)),
    ):
        assert [(problem.rule, type(problem)) for problem in problems] == [("DRV-01", Blocker)]
        assert "Name a family member" in problems[0].sentence


def test_drv_01_and_drv_02_a_name_without_a_way_home_is_told_all_that_is_missing() -> None:
    problems = driver_problems(Driver("", full_name="Jo Kowalski"))
    assert [problem.field for problem in problems] == ["driver_kind", "driver_relationship", "driver_phone"]
    assert problems[0].sentence.startswith("The way home is not chosen.")


def test_drv_01_driver_with_the_patients_name_is_confirmed() -> None:
    (problem,) = driver_problems(JO, patient_name="jo  KOWALSKI")
    assert (problem.rule, type(problem)) == ("DRV-01", NeedsTick)


def test_drv_01_unknown_kind_raises() -> None:
    with pytest.raises(ValueError, match="helicopter"):
        transport_problems("helicopter")


def test_drv_02_name_relationship_and_phone_are_needed() -> None:
    problems = driver_problems(Driver("friend"))
    assert [(problem.rule, problem.field) for problem in problems] == [
        ("DRV-02", "driver_name"),
        ("DRV-02", "driver_relationship"),
        ("DRV-02", "driver_phone"),
    ]


def test_drv_02_one_name_only_is_confirmed() -> None:
    (problem,) = driver_problems(replace(JO, full_name="Jo"))
    assert (problem.rule, type(problem)) == ("DRV-02", NeedsTick)


@pytest.mark.parametrize(("phone", "fine"), [("555-0147", True), ("555-014", False)])
def test_drv_02_phone_has_seven_digits(phone: str, fine: bool) -> None:
    assert (driver_problems(replace(JO, phone=phone)) == []) is fine


def test_drv_03_driver_is_seen_in_person_at_discharge_only() -> None:
    unseen = replace(JO, seen_by="")
    assert driver_problems(unseen) == []
    (problem,) = discharge_problems(unseen)
    assert (problem.rule, problem.field) == ("DRV-03", "driver_seen_by")
