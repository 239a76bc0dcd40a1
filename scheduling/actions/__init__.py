"""The only door for writes of enrolment and schedule."""

from scheduling.actions.eligibility import Assessment, assess_eligibility
from scheduling.actions.groups import (
    book_seat,
    cancel_seat,
    check_in_seat,
    clear_seat,
    decline_seat,
    mark_group_held,
    mark_seat_absent,
    plan_group_visit,
    weigh_seat,
)
from scheduling.actions.patients import NewPatient, record_weight, register_patient
from scheduling.actions.planning import copy_roster, open_weeks
from scheduling.actions.referrals import (
    accept_referral,
    ask_for_information,
    decline_referral,
    information_arrived,
    receive_referral,
    reopen_referral,
    withdraw_referral,
)
from scheduling.actions.reminders import queue_visit_reminders
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
from scheduling.rules.referrals import NewReferral

__all__ = [
    "Assessment",
    "NewPatient",
    "NewReferral",
    "accept_referral",
    "ask_for_information",
    "assess_eligibility",
    "book_seat",
    "book_sequence",
    "cancel_seat",
    "cancel_sequence",
    "change_hours",
    "check_in_seat",
    "clear_seat",
    "close_suite_day",
    "copy_roster",
    "decline_referral",
    "decline_seat",
    "information_arrived",
    "mark_arrived",
    "mark_attended",
    "mark_group_held",
    "mark_missed",
    "mark_seat_absent",
    "name_driver",
    "open_suite_day",
    "open_weeks",
    "plan_group_visit",
    "put_on_shift",
    "put_provider_on_site",
    "queue_visit_reminders",
    "receive_referral",
    "record_weight",
    "register_patient",
    "reopen_referral",
    "reopen_suite_day",
    "take_off_shift",
    "take_provider_off_site",
    "weigh_seat",
    "withdraw_referral",
]
