"""Two who run the clinic close each other's account in the same moment."""

from datetime import UTC, datetime
from functools import partial

from kitclinic.actions import disable_person
from kitclinic.models import StaffUser
from tests.factories import people
from tests.races import race

NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)


def test_acc_06_two_who_close_each_other_at_once_leave_one(committed_db: str) -> None:
    site = people.site()
    one, other = people.staff("administrator", site=site), people.staff("clinic_lead", site=site)
    done, lost = race(
        partial(disable_person, person=one, reason="Race", by=other, at=NOW),
        partial(disable_person, person=other, reason="Race", by=one, at=NOW),
    )
    assert (len(done), len(lost)) == (1, 1)
    assert "last active person" in str(lost[0])
    assert StaffUser.objects.filter(site=site, is_active=True).count() == 1
