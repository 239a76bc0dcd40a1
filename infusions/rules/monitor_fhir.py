"""Readings as FHIR R4 Observations: one, a list of them, or a Bundle.

Observations of one moment and one patient make one reading. Taken are the panel of blood pressure (85354-9
with 8480-6 and 8462-4), heart rate 8867-4, SpO₂ 59408-5 or 2708-6, and respiratory rate 9279-1.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from infusions.rules.monitor_json import read_json, storable
from infusions.rules.monitor_text import NotTaken, moment, shown, something, whole
from infusions.rules.monitors import (
    IDENTIFIER_MOST,
    LABELS,
    MON_02,
    MON_03,
    MON_04,
    MON_05,
    READINGS_MOST,
    SIGNS,
    Numbers,
    Parsed,
    Sent,
)
from kitclinic.problems import Blocker, Problem

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
PANEL = "85354-9"
PARTS = {"8480-6": "sbp", "8462-4": "dbp"}
SINGLE = {"8867-4": "hr", "59408-5": "spo2", "2708-6": "spo2", "9279-1": "rr"}
UNITS = {"sbp": "mm[Hg]", "dbp": "mm[Hg]", "hr": "/min", "spo2": "%", "rr": "/min"}
STATUSES = ("final", "amended")


@dataclass(frozen=True, slots=True)
class _One:
    """One Observation."""

    identifier: str
    subject: str
    device: str
    measured_at: datetime
    values: dict[str, int]
    content: dict[str, Any]
    where: str


def read_fhir(text: str, *, most: int = READINGS_MOST) -> Parsed:
    """Return the readings of FHIR JSON, or every problem of every Observation."""
    try:
        resources = _resources(read_json(text))
    except NotTaken as refused:
        return Parsed(problems=(refused.problem,))
    if len(resources) > most:
        sentence = f"{len(resources)} Observations are more than {most}. Send them in parts; nothing was stored."
        return Parsed(problems=(Blocker(MON_02.id, sentence),))
    ones: list[_One] = []
    problems: list[Problem] = []
    for number, resource in enumerate(resources, start=1):
        where = f"Observation {number}" if len(resources) > 1 else ""
        try:
            ones.append(_observation(resource, where))
        except NotTaken as refused:
            problems.append(_placed(refused, where))
    if problems:
        return Parsed(problems=tuple(problems))
    try:
        return Parsed(tuple(_merged(ones)))
    except NotTaken as refused:
        return Parsed(problems=(refused.problem,))


def _placed(refused: NotTaken, where: str) -> Problem:
    problem = refused.problem
    return Blocker(problem.rule, f"{where}: {problem.sentence}" if where else problem.sentence)


def _resources(value: Any) -> list[Any]:
    """The Observations of one, a list or a Bundle."""
    if isinstance(value, dict) and value.get("resourceType") == "Bundle":
        entries = value.get("entry")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise NotTaken(MON_03.id, "The Bundle has no list of entries.")
        value = [entry.get("resource") for entry in entries]
    found = value if isinstance(value, list) else [value]
    if not found:
        raise NotTaken(MON_03.id, "There is no Observation in it.")
    return found


def _observation(raw: Any, where: str) -> _One:
    if not isinstance(raw, dict) or raw.get("resourceType") != "Observation":
        kind = raw.get("resourceType") if isinstance(raw, dict) else ""
        raise NotTaken(MON_03.id, f"It is no Observation{f' but a {shown(kind)}' if kind else ''}.")
    if raw.get("status") not in STATUSES:
        raise NotTaken(
            MON_05.id, f"Its status is {shown(raw.get('status'))!r}. Only final and amended ones are taken."
        )
    return _One(
        identifier=_identifier(raw),
        subject=_subject(raw.get("subject")),
        device=_device(raw.get("device")),
        measured_at=moment(raw.get("effectiveDateTime"), "effectiveDateTime"),
        values=_values(raw),
        content=storable(raw),
        where=where,
    )


def _values(raw: dict[str, Any]) -> dict[str, int]:
    """The numbers of one Observation by sign; a part that says why it is absent is left out."""
    code = _code(raw.get("code"), {PANEL, *SINGLE})
    if code == PANEL:
        components = raw.get("component")
        if not isinstance(components, list) or not all(isinstance(part, dict) for part in components):
            raise NotTaken(MON_03.id, f"The blood pressure {PANEL} has no components 8480-6 and 8462-4.")
        parts = [(PARTS[_code(part.get("code"), set(PARTS))], part) for part in components]
        names = [sign for sign, _ in parts]
        if sorted(names) != ["dbp", "sbp"]:
            raise NotTaken(MON_03.id, "The blood pressure has one component 8480-6 and one 8462-4, each once.")
    else:
        parts = [(SINGLE[code], raw)]
    return {sign: number for sign, part in parts if (number := _quantity(part, sign)) is not None}


def _code(concept: Any, known: set[str]) -> str:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    listed = codings if isinstance(codings, list) else []
    loinc = [
        str(coding.get("code")) for coding in listed if isinstance(coding, dict) and coding.get("system") == LOINC
    ]
    found = {code for code in loinc if code in known}
    if len({SINGLE.get(code, code) for code in found}) == 1:
        return min(found)
    if found:
        raise NotTaken(MON_03.id, f"It carries {len(found)} codes that mean different signs.")
    said = f"LOINC {shown(loinc[0])}" if loinc else "What was measured has no LOINC code, or one that"
    raise NotTaken(MON_03.id, f"{said} is not taken here. Codes: {', '.join(sorted(known))}.")


def _quantity(part: dict[str, Any], sign: str) -> int | None:
    quantity = part.get("valueQuantity")
    if quantity is None and isinstance(part.get("dataAbsentReason"), dict):
        return None
    if not isinstance(quantity, dict):
        raise NotTaken(MON_04.id, f"{LABELS[sign]} has no valueQuantity.")
    if quantity.get("comparator") is not None:
        raise NotTaken(MON_04.id, f"{LABELS[sign]} is no number but a limit ({shown(quantity['comparator'])}).")
    if quantity.get("system") != UCUM or quantity.get("code") != UNITS[sign]:
        said = shown(quantity.get("code") or quantity.get("unit") or "no unit")
        raise NotTaken(
            MON_03.id, f"{LABELS[sign]} is in {said}, not in {UNITS[sign]} of {UCUM}. Nothing is converted here."
        )
    value = quantity.get("value")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NotTaken(MON_04.id, f"{LABELS[sign]} has no number as its value.")
    return whole(value, sign)


def _identifier(raw: dict[str, Any]) -> str:
    """The first identifier as system and value, else the id, else ""."""
    listed = raw.get("identifier", [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise NotTaken(MON_05.id, "Its identifier is no list of system and value.")
    for one in listed:
        if isinstance(one.get("value"), str) and one["value"].strip():
            return f"{one['system']}|{one['value']}" if isinstance(one.get("system"), str) else str(one["value"])
    return raw["id"] if isinstance(raw.get("id"), str) else ""


def _subject(subject: Any) -> str:
    """The record number: of the subject's identifier, else the end of "Patient/KC-204417"."""
    if subject is None:
        return ""
    identifier = subject.get("identifier") if isinstance(subject, dict) else None
    value = identifier.get("value") if isinstance(identifier, dict) else None
    if value is None and isinstance(subject, dict) and isinstance(subject.get("reference"), str):
        value = subject["reference"].rpartition("Patient/")[2]
    if not isinstance(value, str) or not value.strip() or len(value.strip()) > IDENTIFIER_MOST:
        raise NotTaken(MON_05.id, "Its subject has no identifier with the patient's record number as its value.")
    return value.strip()


def _device(device: Any) -> str:
    """What the device calls itself, "" where it does not."""
    if not isinstance(device, dict):
        return ""
    identifier = device.get("identifier")
    value = identifier.get("value") if isinstance(identifier, dict) else None
    said = value or device.get("display") or ""
    return said.strip()[:IDENTIFIER_MOST] if isinstance(said, str) else ""


def _merged(ones: Iterable[_One]) -> list[Sent]:
    """One reading for each moment, patient and device, in order of time."""
    groups: dict[tuple[datetime, str, str], list[_One]] = {}
    for one in ones:
        groups.setdefault((one.measured_at, one.subject, one.device), []).append(one)
    return [_sent(group) for _, group in sorted(groups.items())]


def _sent(group: list[_One]) -> Sent:
    values: dict[str, int] = {}
    for one in group:
        for sign, number in one.values.items():
            if sign in values:
                sentence = f"{LABELS[sign]} is there twice for {one.measured_at:%Y-%m-%dT%H:%M:%SZ}."
                raise NotTaken(MON_03.id, sentence)
            values[sign] = number
    numbers = Numbers(**{sign: values.get(sign) for sign in SIGNS})
    something(numbers)
    known = sorted({one.identifier for one in group})
    return Sent(
        identifier="" if "" in known else "+".join(known),
        subject=group[0].subject,
        device=group[0].device,
        measured_at=group[0].measured_at,
        numbers=numbers,
        content={"format": "fhir", "observations": [one.content for one in group]},
        where=group[0].where,
    )
