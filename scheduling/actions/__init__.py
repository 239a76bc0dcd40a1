"""The only door for writes of enrolment and schedule."""

from scheduling.actions.sequences import (
    book_sequence,
    cancel_sequence,
    mark_arrived,
    mark_attended,
    mark_missed,
    name_driver,
)
from scheduling.actions.suite import (
    change_hours,
    close_suite_day,
    open_suite_day,
    put_on_shift,
    put_provider_on_site,
    reopen_suite_day,
    take_off_shift,
    take_provider_off_site,
)

__all__ = [
    "book_sequence",
    "cancel_sequence",
    "change_hours",
    "close_suite_day",
    "mark_arrived",
    "mark_attended",
    "mark_missed",
    "name_driver",
    "open_suite_day",
    "put_on_shift",
    "put_provider_on_site",
    "reopen_suite_day",
    "take_off_shift",
    "take_provider_off_site",
]
