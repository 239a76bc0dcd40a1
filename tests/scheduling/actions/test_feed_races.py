"""One person makes a calendar address anew and closes the one before in the same moment."""

from django.utils import timezone

from scheduling.actions.feeds import make_feed, revoke_feed
from scheduling.models import CalendarFeed
from tests.factories import people
from tests.races import race


def test_both_come_through_and_one_address_stays_open(committed_db: str) -> None:
    """Each waits for the other's rows in the same order: found by a scanner, as a deadlock."""
    nurse = people.staff("nurse", site=people.site())
    feed, _ = make_feed(by=nurse, at=timezone.now())
    for _ in range(40):
        before = feed
        (done, lost) = race(
            lambda: make_feed(by=nurse, at=timezone.now()),
            lambda: revoke_feed(feed=before, by=nurse, at=timezone.now()),  # noqa: B023 (called before the next)
        )
        assert (len(done), lost) == (2, [])
        feed = CalendarFeed.objects.get(person=nurse, revoked_at=None)
