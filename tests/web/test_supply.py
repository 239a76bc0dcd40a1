"""The dependency audit says when it could not look; the bill of materials is the same every time."""

import json
import re
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from kitclinic import supply
from kitclinic.supply import Answer, UnreadableList, audit, ignored, read_answer, sbom

FAULT = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}


def test_a_service_that_does_not_answer_fails_nothing_and_is_not_silent() -> None:
    code, said = audit(lambda service, names: None)
    assert code == 0
    assert "did not run" in said


def test_the_second_service_is_asked_when_the_first_is_silent() -> None:
    code, said = audit(lambda service, names: Answer(3) if service == "osv" else None)
    assert code == 0
    assert said.startswith("No known vulnerability among 3 locked packages")


def test_a_known_vulnerability_fails_the_check() -> None:
    code, said = audit(lambda service, names: Answer(3, ("a 1.0: PYSEC-1",)))
    assert code == 1
    assert "PYSEC-1" in said


@pytest.mark.parametrize(
    ("packages", "answer"),
    [
        ([], None),
        ([{"name": "a", "skip_reason": "not found"}], None),
        ([{"name": "a", "version": "1.0", "vulns": []}], Answer(1)),
        (
            [{"name": "a", "version": "1.0", "vulns": [FAULT]}, {"name": "b", "skip_reason": "not found"}],
            Answer(1, ("a 1.0: PYSEC-1, fixed in 2.0",)),
        ),
    ],
)
def test_packages_nobody_knows_are_no_answer(packages: list[Any], answer: Answer | None) -> None:
    assert read_answer({"dependencies": packages}) == answer


def test_what_is_ignored_needs_a_reason() -> None:
    assert ignored("# note\n\nPYSEC-1 only on another system\n") == {"PYSEC-1": "only on another system"}
    with pytest.raises(UnreadableList):
        ignored("PYSEC-1 because\n")
    ignored(supply.IGNORED.read_text(encoding="utf-8"))


def test_the_bill_of_materials_holds_every_locked_package_and_nothing_of_this_machine() -> None:
    text = sbom()
    assert text == sbom()
    assert not JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    names = {one["purl"].partition("@")[0] for one in json.loads(text)["components"]}
    locked = re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", supply.LOCK.read_text(encoding="utf-8"), re.M)
    assert len(names) > len(locked) > 50
    assert {f"pkg:pypi/{re.sub('[-_.]+', '-', one).lower()}" for one in locked} <= names
    assert "pkg:npm/vega" in names
    assert "pkg:npm/oidc-provider" not in names  # only tests use it
    assert str(supply.ROOT) not in text
    assert not re.search(r"https?://|/home/|/root/|timestamp|serialNumber", text)
