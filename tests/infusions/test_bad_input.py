"""Every row of the table of bad input, typed into the real form: the listed outcome, no value altered, no 500."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from infusions.models import Infusion, InfusionEvent, Movement, Order, Receipt, VitalSet
from infusions.states import MovementKind
from kitclinic.models import Signature, Site, StaffUser
from scheduling.actions import check_in_seat
from scheduling.models import Biometrics, GroupSeat, Patient, Weight
from tests.factories import infusions, ledger, orders, people
from tests.factories import scheduling as make
from tests.infusions.bad_input_rows import ROWS, Row

HX = {"HX-Request": "true"}
TABLES = (Weight, InfusionEvent, Infusion, VitalSet, Order, Movement, Signature, Biometrics, GroupSeat, Patient)
REFUSED = (400, 413, 422)
SET = {"sbp": "128", "dbp": "78", "hr": "70", "spo2": "98", "rhythm": "sinus", "symptoms": "none"}
AsUser = Callable[[StaffUser], Client]


@pytest.fixture(autouse=True)
def still(settings: Any) -> Iterator[Callable[[datetime], None]]:
    """The clock stands where the chair is."""
    settings.READINESS_CHECKS = []
    with time_machine.travel(datetime.fromisoformat("2026-09-14T13:00:00+00:00"), tick=False) as traveller:
        yield traveller.move_to


def everything() -> list[list[tuple[Any, ...]]]:
    """Every clinical row, whole."""
    return [sorted(table.objects.values_list(), key=str) for table in TABLES]


@dataclass
class Place:
    """One form. send: posts what was typed, with more fields; stored: what the database holds now."""

    send: Callable[..., HttpResponse]
    stored: Callable[[], Any]
    question: Callable[[str], dict[str, str]] = lambda typed: {}


def plain(answer: HttpResponse) -> str:
    """The first words of a page, for the report of a row that went wrong."""
    return re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())[:300]


def outcome_of(place: Place, row: Row) -> str:
    """What became of it, in one sentence; the row's own outcome when all of it is as listed."""
    before = everything()
    answer = place.send(row.typed)
    said = answer.content.decode()
    if answer.status_code >= 500:
        return f"status {answer.status_code}"
    if row.outcome in ("refuse", "confirm"):
        if answer.status_code not in REFUSED:
            return f"not refused: status {answer.status_code}"
        if everything() != before:
            return "refused, and something was stored"
        if row.says and row.says not in said:
            return f"without “{row.says}”: {plain(answer)}"
    if row.outcome == "refuse":
        return "refuse"
    if row.outcome == "confirm":
        answer = place.send(row.typed, **place.question(row.typed))
    if answer.status_code not in (200, 302):
        return f"status {answer.status_code}: {plain(answer)}"
    held = place.stored()
    wanted = row.stored or row.typed
    alike = held == (row.outcome, wanted) if isinstance(held, tuple) else held == Decimal(wanted)
    return row.outcome if alike else f"stored {held!r}"


def differing(where: str, place: Place) -> dict[str, str]:
    """Rows of the table that did not come out as listed. Each is undone before the next is typed."""
    wrong = {}
    for row in (row for row in ROWS if row.where == where):
        with transaction.atomic():
            found = outcome_of(place, row)
            transaction.set_rollback(True)
        if found != row.outcome:
            wrong[row.typed[:40]] = f"listed: {row.outcome}; {found}"
    return wrong


@pytest.fixture
def chair(site: Site, nurse: StaffUser, as_user: AsUser, still: Callable[[datetime], None]) -> Callable[..., Any]:
    """``chair("arrived")``: a patient of 82.5 kg at that step; posts go through ``post``."""

    def at_step(state: str, **later: float) -> tuple[infusions.Chair, Callable[..., HttpResponse]]:
        made = infusions.infusion(site=site, nurse=nurse, at_state=state).later(**later)
        still(made.at)
        client = as_user(nurse)
        client.raise_request_exception = False  # a 500 is an answer that the table does not list

        def post(name: str, **data: Any) -> HttpResponse:
            address = reverse(f"infusions:{name}", args=[made.visit.pk])
            answer: HttpResponse = client.post(address, {"key": str(uuid4())} | data, headers=HX)
            return answer

        return made, post

    return at_step


@pytest.fixture
def came(site: Site, nurse: StaffUser, still: Callable[[datetime], None]) -> GroupSeat:
    """A patient at the group visit who weighed 82.5 kg half a year ago."""
    patient = make.eligible_patient(site=site, at=make.NOW)
    seat = check_in_seat(seat=make.seat(patient, at=make.NOW), support_attended=True, by=nurse, at=make.NOW)
    Weight.objects.create(
        site=site,
        patient=patient,
        weight_kg=Decimal("82.5"),
        measured_at=make.NOW,
        measured_by=nurse,
        received_at=make.NOW,
    )
    still(make.NOW)
    return seat


def again(typed: str) -> dict[str, str]:
    return {"again_kg": typed, "reason": "Read twice on the second scale."}


def newest_kg() -> Decimal:
    return Weight.objects.latest("pk").weight_kg


def test_dos_12_the_table_has_at_least_150_rows_and_no_row_twice() -> None:
    assert len(ROWS) >= 150
    assert len({(row.where, row.typed) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("where", ["group weight", "group blood pressure", "group height"])
def test_dos_12_at_the_group_visit(came: GroupSeat, nurse: StaffUser, as_user: AsUser, where: str) -> None:
    client = as_user(nurse)
    client.raise_request_exception = False

    def send(act: str, **data: str) -> HttpResponse:
        answer: HttpResponse = client.post(reverse(f"scheduling:seat_{act}", args=[came.pk]), data, headers=HX)
        return answer

    places = {
        "group weight": Place(lambda typed, **more: send("weigh", weight_kg=typed, **more), newest_kg, again),
        "group blood pressure": Place(
            lambda typed, **more: send("measure", sbp=typed, dbp="78", **more),
            lambda: Biometrics.objects.latest("pk").sbp,
        ),
        "group height": Place(
            lambda typed, **more: send("measure", height_cm=typed, **more),
            lambda: Biometrics.objects.latest("pk").height_cm,
        ),
    }
    assert differing(where, places[where]) == {}


def test_dos_12_the_weight_at_the_chair(chair: Callable[..., Any]) -> None:
    _, post = chair("arrived")
    place = Place(lambda typed, **more: post("chart_weigh", weight_kg=typed, **more), newest_kg, again)
    assert differing("chair weight", place) == {}


@pytest.mark.parametrize(
    ("where", "field", "other"),
    [
        ("pump rate", "rate_ml_per_h", {"volume_ml": "50"}),
        ("pump volume", "volume_ml", {"rate_ml_per_h": "75"}),
    ],
)
def test_dos_12_the_pump(chair: Callable[..., Any], where: str, field: str, other: dict[str, str]) -> None:
    made, post = chair("arrived")

    def read() -> tuple[str, str]:
        rows = InfusionEvent.objects.filter(infusion=made.infusion, kind__startswith="pump_")
        event = rows.latest("pk")
        return {"pump_checked": "accept", "pump_mismatch": "stop"}[event.kind], event.detail[field]

    place = Place(lambda typed, **more: post("chart_pump", **{field: typed}, **other, **more), read)
    assert differing(where, place) == {}


def test_dos_12_the_volume_at_completion(chair: Callable[..., Any]) -> None:
    made, post = chair("infusing", minutes=40)
    place = Place(
        lambda typed, **more: post("chart_complete", infused_ml=typed, **more),
        lambda: Infusion.objects.get(pk=made.infusion.pk).delivered_mg,
    )
    assert differing("volume at completion", place) == {}


def test_dos_12_the_volume_at_a_stop(chair: Callable[..., Any]) -> None:
    made, post = chair("infusing", minutes=20)
    assert post("chart_stop").status_code == 200
    place = Place(
        lambda typed, **more: post("chart_stop_reason", reason="patient_choice", infused_ml=typed, **more),
        lambda: Infusion.objects.get(pk=made.infusion.pk).delivered_mg,
    )
    assert differing("volume at stop", place) == {}


def test_dos_12_a_vital_sign(chair: Callable[..., Any]) -> None:
    made, post = chair("infusing", minutes=15)
    place = Place(
        lambda typed, **more: post("chart_vitals", **(SET | {"sbp": typed}), **more),
        lambda: VitalSet.objects.filter(infusion=made.infusion).latest("pk").sbp,
        lambda typed: {"confirmed": "VIT-10"},
    )
    assert differing("vital sign", place) == {}


@pytest.mark.parametrize("where", ["vials received", "waste at the vault"])
def test_dos_12_the_vault(
    site: Site,
    nurse: StaffUser,
    physician: StaffUser,
    as_user: AsUser,
    still: Callable[[datetime], None],
    where: str,
) -> None:
    vial = ledger.vial(site)
    still(make.NOW)
    client = as_user(nurse)
    client.raise_request_exception = False
    witness = {"witness_username": physician.username, "witness_password": people.PASSWORD}
    delivery = {
        "product": str(vial.product_id),
        "lot": "6J0418",
        "expires_on": "2027-06-30",
        "supplier": "Lakeside Medical Supply",
    }

    def send(typed: str, **more: str) -> HttpResponse:
        fields, address = {
            "vials received": (delivery | {"vials": typed}, reverse("infusions:ledger_receive")),
            "waste at the vault": (
                witness | {"how_much": "part", "why": "Broken", "ml": typed},
                reverse("infusions:ledger_waste_vial", args=[vial.pk]),
            ),
        }[where]
        answer: HttpResponse = client.post(address, {"key": str(uuid4())} | fields | more)
        return answer

    def stored() -> Decimal | int:
        if where == "vials received":
            return Receipt.objects.latest("pk").contents.count()
        return abs(Movement.objects.get(kind=MovementKind.WASTED).mg)

    assert differing(where, Place(send, stored)) == {}


@pytest.mark.parametrize(
    "where", ["composer weight", "composer strength", "composer bag", "composer fill", "field beside the composer"]
)
def test_dos_12_the_composer(
    site: Site,
    physician: StaffUser,
    as_user: AsUser,
    still: Callable[[datetime], None],
    where: str,
) -> None:
    """What a prescriber types or adds; the order stays 0.5 mg/kg of a weight that was typed, and a draft."""
    sequence = orders.sequence(site)
    still(orders.moment(site))
    client = as_user(physician)
    client.raise_request_exception = False

    def send(typed: str, **more: str) -> HttpResponse:
        fields = {
            "composer weight": {
                "weight_source": "stated",
                "weight_kg": typed,
                "weight_reason": "Cannot stand on the scale.",
                "confirmed": "DOS-06",
                "preparation_reason": "Only this vial is stocked.",
            },
            "composer strength": {"strength": typed},
            "composer bag": {"bag_ml": typed},
            "composer fill": {"fill": typed},
            "field beside the composer": dict([typed.split("=")]) if "=" in typed else {},
        }[where]
        address = reverse("infusions:order_new", args=[sequence.pk])
        answer: HttpResponse = client.post(address, fields | more)
        return answer

    def stored() -> Decimal | str:
        order = Order.objects.get()
        exact = order.mg_per_kg == Decimal("0.5") and order.dose_mg == order.weight_kg / 2
        plain = (order.state, order.version, order.site, order.drafted_by) == ("draft", 1, site, physician)
        if not (exact and plain) or order.signature_id or order.infusions_ordered != 5:
            return f"{order.mg_per_kg} × {order.weight_kg} = {order.dose_mg}, {order.state}"
        return order.weight_kg if where == "composer weight" else order.dose_mg

    assert differing(where, Place(send, stored, lambda typed: {"again_kg": typed})) == {}


@pytest.mark.parametrize("beside", ["signed_by", "by", "user", "dose_mg", "weight_kg", "signed_at", "state"])
def test_dos_12_fields_beside_a_signature_change_nothing(
    site: Site,
    physician: StaffUser,
    nurse: StaffUser,
    as_user: AsUser,
    still: Callable[[datetime], None],
    beside: str,
) -> None:
    order = orders.draft(orders.sequence(site), by=physician)
    still(orders.moment(site))
    body = {
        "password": people.PASSWORD,
        "shown_digest": orders.shown_digest(order, at=orders.moment(site)),
        beside: {"dose_mg": "900", "weight_kg": "900", "state": "draft"}.get(beside, str(nurse.pk)),
    }
    address = f"{reverse('infusions:signing')}?order={order.pk}"
    assert as_user(nurse).post(address, body).status_code == 403
    assert as_user(physician).post(address, body).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.dose_mg, order.weight_kg) == ("signed", Decimal("41.25"), Decimal("82.5"))
    assert order.signature is not None
    assert order.signature.signer == physician
