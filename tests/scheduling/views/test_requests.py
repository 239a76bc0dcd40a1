"""The form of a wish shows what was kept, so that keeping it again loses nothing."""

from datetime import timedelta
from typing import Any

import time_machine

from kitclinic.models import Site, StaffUser
from scheduling.actions import request_sequence
from scheduling.queries.wishes import request_of, wish_of
from scheduling.rules.wishes import Wish
from tests.factories.suite import MONDAY, before, open_week, patient_for


def test_the_first_day_asked_for_stands_in_the_form_and_survives_keeping_it_again(
    as_user: Any, site: Site, scheduler: StaffUser
) -> None:
    open_week(site)
    patient = patient_for(site, MONDAY)
    at = before(site, MONDAY)
    wish = Wish(from_day=MONDAY + timedelta(days=7), minute=600, note="with the bus")
    request_sequence(patient=patient, wish=wish, by=scheduler, at=at)
    with time_machine.travel(at, tick=False):
        client = as_user(scheduler)
        shown = client.get(f"/patients/{patient.pk}/request/").content.decode()
        assert 'type="date" value="2026-09-21"' in shown
        assert 'step="300" value="10:00"' in shown
        kept = {"earliest": "2026-09-21", "time": "10:00", "note": "with the bus"}
        assert client.post(f"/patients/{patient.pk}/request/", kept).status_code in (204, 302)
    asked = request_of(patient)
    assert asked is not None
    assert wish_of(asked) == wish
