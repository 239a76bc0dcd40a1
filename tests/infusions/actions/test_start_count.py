"""INF-24: an order starts one infusion a day, and at most as many as it is for."""

from datetime import timedelta

import pytest

from infusions.models import Order
from kitclinic.problems import Refused
from scheduling.models import ProtocolVersion, Sequence
from tests.factories import infusions, orders
from tests.factories.scheduling import actor


def on_protocol(visit, *, days):
    """The sequence of this visit is on a protocol of so many days, as a booking would have put it."""
    version = ProtocolVersion.objects.create(
        site=visit.site,
        number=7,
        protocol="short",
        name="Short course",
        days=days,
        iv_minutes=10,
        infusion_minutes=40,
        observation_minutes=30,
        cleaning_minutes=10,
        valid_from=visit.date,
        because="trial",
        written_by=actor("physician", visit.site),
        written_at=visit.starts_at - timedelta(days=7),
    )
    Sequence.objects.filter(pk=visit.sequence_id).update(protocol=version)
    return Sequence.objects.select_related("patient", "site", "protocol").get(pk=visit.sequence_id)


def test_inf_24_an_order_for_one_infusion_starts_one(site):
    visit = infusions.visit(site=site, signed=False)
    sequence = on_protocol(visit, days=1)
    before = visit.starts_at - timedelta(days=2)
    order = infusions.signed_order(sequence, by=actor("physician", site), at=before)
    assert order.infusions_ordered == 1
    infusions.chair(site=site, visit=visit).ready().start().run().observe().discharge()
    second = infusions.chair(site=site, visit=sequence.visits.get(day_index=2)).ready()
    with pytest.raises(Refused) as refused:
        second.start()
    assert "INF-24" in {problem.rule for problem in refused.value.problems}
    assert Order.objects.get().infusions.count() == 1


def test_inf_24_a_new_version_gives_no_further_infusion(site):
    visit = infusions.visit(site=site, signed=False)
    sequence = on_protocol(visit, days=1)
    infusions.signed_order(sequence, by=actor("physician", site), at=visit.starts_at - timedelta(days=2))
    chair = infusions.chair(site=site, visit=visit).ready().start()
    with pytest.raises(Refused) as refused:
        orders.supersede(Order.objects.get(), at=chair.at)
    assert {problem.rule for problem in refused.value.problems} == {"ORD-24"}
