"""Monitors and what they send: FHIR and tables as a device makes them."""

import json
from datetime import datetime
from itertools import count
from typing import Any

from django.test import Client

from infusions import actions
from infusions.models import Monitor, MonitorReading
from infusions.rules.monitors import Numbers, Sent
from kitclinic.models import Site
from tests.factories import scheduling

ADDRESS = "/api/observations"
CODES = {"hr": ("8867-4", "/min"), "spo2": ("59408-5", "%"), "rr": ("9279-1", "/min")}
CALM = {"sbp": 141, "dbp": 84, "hr": 78, "spo2": 97}
_numbers = count(1)


def monitor(*, site: Site, at: datetime, chair: int | None = None, name: str = "") -> tuple[Monitor, str]:
    """A monitor and its token."""
    by = scheduling.actor("clinic_lead", site)
    return actions.add_monitor(site=site, name=name or f"Monitor {next(_numbers)}", chair=chair, by=by, at=at)


def sent(
    at: datetime, *, identifier: str = "", subject: str = "", device: str = "", **numbers: int | None
) -> Sent:
    """One reading as the rules take it; by default a calm one."""
    given = numbers or CALM
    name = identifier or f"reading-{next(_numbers)}"
    content = {"format": "csv", "row": {"identifier": name} | {key: str(value) for key, value in given.items()}}
    return Sent(name, subject, device, at, Numbers(**given), content)


def reading(made: Monitor, at: datetime, **fields: Any) -> MonitorReading:
    """A reading stored through the real action, measured and received at ``at``."""
    received_at = fields.pop("received_at", at)
    return actions.receive_reading(monitor=made, sent=sent(at, **fields), at=received_at).reading


def quantity(value: Any, code: str) -> dict[str, Any]:
    return {"value": value, "unit": code, "system": "http://unitsofmeasure.org", "code": code}


def observation(
    at: datetime | str, sign: str, value: Any, *, record: str = "", identifier: str = ""
) -> dict[str, Any]:
    """One Observation; sign "bp" with a pair as its value."""
    moment = at if isinstance(at, str) else at.isoformat()
    made: dict[str, Any] = {"resourceType": "Observation", "status": "final", "effectiveDateTime": moment}
    if sign == "bp":
        made["code"] = coded("85354-9")
        made["component"] = [
            {"code": coded(code), "valueQuantity": quantity(number, "mm[Hg]")}
            for code, number in zip(("8480-6", "8462-4"), value, strict=True)
        ]
    else:
        code, unit = CODES[sign]
        made |= {"code": coded(code), "valueQuantity": quantity(value, unit)}
    if record:
        made["subject"] = {"identifier": {"value": record}}
    if identifier:
        made["identifier"] = [{"system": "urn:monitor", "value": identifier}]
    return made


def coded(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "http://loinc.org", "code": code}]}


def full(at: datetime, *, record: str = "", identifier: str = "", hr: Any = 78) -> dict[str, Any]:
    """A Bundle with one reading: pressure, heart rate, SpO₂ and respiratory rate."""
    values: tuple[tuple[str, Any], ...] = (("bp", (141, 84)), ("hr", hr), ("spo2", 97), ("rr", 14))
    entries = [
        observation(at, sign, value, record=record, identifier=f"{identifier}-{sign}" if identifier else "")
        for sign, value in values
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in entries]}


def post(token: str, body: Any, *, content_type: str = "application/fhir+json", **more: Any) -> Any:
    """The answer to a request of a monitor: no cookie, CSRF checks on."""
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= more.pop("headers", {})
    client = Client(enforce_csrf_checks=True)
    return client.post(ADDRESS, data, content_type=content_type, headers=headers, **more)


def words(answer: Any) -> str:
    return " ".join(issue["diagnostics"] for issue in answer.json()["issue"])
