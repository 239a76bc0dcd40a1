"""The ledger of a large clinic is read in few statements."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from infusions.models import Movement
from infusions.queries.ledger import hands_of, open_hands, usable_vials, vial_lines
from tests.factories import infusions, ledger

VIALS, DRAWS = 500, 39  # each draw has a row for what was drawn; with the deliveries 20,000 rows


def many_movements(infusion, vials, by, at):
    """20,000 movements: each vial received, then drawn from 39 times, past the actions but not the trigger."""
    mg = Decimal("1.5")
    for vial in vials:
        Movement.objects.bulk_create(
            Movement(
                site=infusion.site,
                key=uuid4(),
                kind="withdrawn",
                vault=vial.vault,
                vial=vial,
                infusion=infusion,
                mg=mg,
                ml=mg / 50,
                by=by,
                occurred_at=at + timedelta(seconds=nth),
                received_at=at,
            )
            for nth in range(DRAWS)
        )


def test_five_hundred_vials_and_twenty_thousand_movements_take_two_queries(infusion, by, at):
    receipt = ledger.stocked(infusion.site, vials=VIALS, at=at)
    vials = list(receipt.contents.select_related("vault").order_by("number"))
    many_movements(infusion, vials, by, at)
    assert Movement.objects.count() == 20_000
    with CaptureQueriesContext(
        connection,
    ) as queries:
        lines = vial_lines(infusion.site)
        assert {(line.mg, line.ml, line.opened) for line in lines} == {(Decimal("441.5"), Decimal("8.83"), True)}
        assert len(lines) == VIALS
        assert {line.lot for line in lines} == {receipt.lot}
    assert len(queries) == 2
    with CaptureQueriesContext(connection) as queries:
        assert len(usable_vials(infusion.site, 50, infusion.site.today(at))) == VIALS
    assert len(queries) == 2


def test_what_is_in_hand_of_many_infusions_takes_one_query(site):
    chairs = [infusions.chair(site=site, minute=540 + 10 * n).arrive().draw() for n in range(3)]
    with CaptureQueriesContext(connection) as queries:
        hands = hands_of([chair.infusion for chair in chairs])
        assert {hand.left_mg for hand in hands.values()} == {Decimal("41.5")}
        assert [hand.strengths for hand in hands.values()] == [frozenset({50})] * 3
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert open_hands(site) == []
    assert len(queries) <= 2
