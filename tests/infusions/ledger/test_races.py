"""Many people at one vial at one moment, through the actions: exactly as many succeed as fit."""

from decimal import Decimal
from uuid import uuid4

import pytest

from infusions import actions
from infusions.models import Movement
from infusions.queries.ledger import hand_of, vial_lines
from kitclinic.problems import Refused
from tests.factories import infusions, ledger, people
from tests.races import race


@pytest.fixture
def clinic(committed_db, settings):
    settings.READINESS_CHECKS = []
    return people.site()


def test_led_03_eight_patients_and_two_doses_in_the_last_vial(clinic):
    chairs = [infusions.chair(site=clinic, minute=540 + 10 * n).arrive() for n in range(3)]
    vial = ledger.vial(clinic, at=chairs[0].at)
    ledger.wasted(by=chairs[0].nurse, at=chairs[0].at, vial=vial, ml=Decimal("8.3"), reason="dropped")

    def drawing(chair):
        parts = [(vial, Decimal("0.83"))]
        return lambda: actions.withdraw(
            infusion=chair.infusion, parts=parts, by=chair.nurse, at=chair.at, key=uuid4()
        )

    done, lost = race(*[drawing(chair) for chair in chairs for _ in range(3)])
    assert (len(done), len(lost)) == (2, 7)
    assert all(isinstance(error, Refused) for error in lost)
    assert [line.ml for line in vial_lines(clinic)] == [Decimal("0.04")]


def test_led_13_two_witnesses_of_the_same_rest_waste_it_once(clinic):
    chair = infusions.chair(site=clinic).arrive().draw()
    (draw,) = hand_of(chair.infusion).draws
    seconds = [people.staff("nurse", site=clinic, name=name) for name in ("Tomas Reyes", "Ada Moor")]

    def wasting(witness):
        rest = {"draw": draw.movement, "ml": draw.left_ml, "reason": "syringe fell"}
        return lambda: ledger.wasted(by=chair.nurse, at=chair.at, witness=witness, **rest)

    done, lost = race(*[wasting(witness) for witness in seconds * 2])
    assert (len(done), len(lost)) == (1, 3)
    assert Movement.objects.filter(kind="wasted").count() == 1
    assert hand_of(chair.infusion).left_mg == 0


def test_one_key_sent_many_times_at_once_is_one_dose_and_one_delivery(clinic):
    chair = infusions.chair(site=clinic).arrive()
    parts = ledger.parts(chair.infusion, at=chair.at)
    given = {"infusion": chair.infusion, "parts": parts, "by": chair.nurse, "at": chair.at, "key": uuid4()}
    done, lost = race(*[lambda: actions.withdraw(**given)] * 4)
    assert (len({rows[0].pk for rows in done}), lost) == (1, [])
    before, key = len(vial_lines(clinic)), uuid4()
    product = parts[0][0].product
    done, lost = race(*[lambda: ledger.stocked(clinic, vials=2, product=product, key=key)] * 4)
    assert (len({row.pk for row in done}), lost) == (1, [])
    assert len(vial_lines(clinic)) == before + 2


def test_two_deliveries_at_once_number_their_vials_on(clinic):
    product = ledger.product(clinic)
    done, lost = race(*[lambda: ledger.stocked(clinic, vials=5, product=product)] * 4)
    assert (len(done), lost) == (4, [])
    assert [line.vial.number for line in vial_lines(clinic)] == list(range(1, 21))


def test_starting_and_wasting_at_once_never_starts_without_the_dose(clinic):
    chair = infusions.infusion(site=clinic, at_state="ready")
    (draw,) = hand_of(chair.infusion).draws
    given = {"by": chair.nurse, "at": chair.at}
    done, lost = race(
        lambda: actions.start_infusion(infusion=chair.infusion, **given, key=uuid4()),
        lambda: ledger.wasted(draw=draw.movement, ml=draw.left_ml, reason="fell", **given),
    )
    assert (len(done), len(lost)) == (1, 1)
    chair.infusion.refresh_from_db()
    started = chair.infusion.state == "infusing"
    assert hand_of(chair.infusion).left_mg == (draw.left_mg if started else 0)
