"""The only door for writes of enrolment and schedule."""

from scheduling.actions.absences import cancel_leave, record_call_out, record_leave, take_back_call_out
from scheduling.actions.acceptance import accept_proposal
from scheduling.actions.booking import book_sequence, confirm_sequence
from scheduling.actions.booking_settings import BookingSettings, change_booking_settings
from scheduling.actions.break_glass import break_glass, end_break_glass, review_break_glass
from scheduling.actions.calendar import close_date, keep_open
from scheduling.actions.callouts import report_call_out, withdraw_call_out
from scheduling.actions.chairs import return_chair, take_chair_out
from scheduling.actions.clearing import clear_seat, decline_seat, review_seat
from scheduling.actions.clinic_basics import ClinicBasics, change_clinic_basics
from scheduling.actions.closures import decide_week, declare_closure
from scheduling.actions.consent import (
    begin_with_consent_text,
    publish_consent_text,
    sign_consent,
    withdraw_consent,
)
from scheduling.actions.cover import settle_cover, take_cover
from scheduling.actions.driver_links import driver_address, make_driver_link, new_driver_token, open_driver_link
from scheduling.actions.drivers import answer_by_link, confirm_driver, name_driver
from scheduling.actions.eligibility import Assessment, assess_eligibility
from scheduling.actions.group_plans import cancel_group_visit, change_group_visit, plan_group_visit
from scheduling.actions.groups import book_seat, cancel_seat, mark_group_held, seat_from_waiting
from scheduling.actions.holds import release_all_expired_holds, release_expired_holds, release_hold, undo_booking
from scheduling.actions.hours import set_opening_hours, write_protocol
from scheduling.actions.invitations import queue_group_reminders, record_printed_letter
from scheduling.actions.leavers import let_go
from scheduling.actions.merging import merge_patients, undo_merge
from scheduling.actions.missing import agree_to_four, cancel_day, cancel_rest, make_up, reinstate
from scheduling.actions.moving import move_day, move_rest, move_sequence
from scheduling.actions.patients import NewPatient, change_patient, record_weight, register_patient
from scheduling.actions.places import (
    answer_place_offer,
    offer_all_free_places,
    offer_free_places,
    stop_waiting_for_place,
    wait_for_place,
)
from scheduling.actions.plan_asks import ask_for_plans, take_plan_asks
from scheduling.actions.planning import copy_roster, open_weeks
from scheduling.actions.proposals import (
    dismiss_proposal,
    keep_repairs,
    keep_retiming,
    note_no_solver,
    propose_all_retimings,
    propose_day_repairs,
    propose_repairs,
    propose_retiming,
)
from scheduling.actions.referral_files import (
    choose_date_order,
    discard_referral_file,
    import_referrals,
    import_waiting_files,
    start_import,
    upload_referrals,
)
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
from scheduling.actions.requests import change_request, request_sequence, withdraw_request
from scheduling.actions.roster import (
    check_in_seat,
    mark_seat_absent,
    measure_seat,
    name_support,
    note_questions,
    rebook_seat,
    screen_health,
    wait_instead,
    weigh_seat,
    write_team_note,
)
from scheduling.actions.roster_week import change_shift, plan_presences, plan_shifts, take_covers
from scheduling.actions.running_late import prolong_observation
from scheduling.actions.sequences import (
    cancel_sequence,
    mark_arrived,
    mark_attended,
    mark_missed,
)
from scheduling.actions.series import NewSeries, end_series, extend_all_series, plan_series_visits, start_series
from scheduling.actions.settings import ClinicSettings, change_clinic_settings
from scheduling.actions.staffing import (
    change_breaks,
    put_on_shift,
    put_provider_on_site,
    set_ketamine_training,
    take_off_shift,
    take_provider_off_site,
)
from scheduling.actions.suite import (
    change_hours,
    close_suite_day,
    open_suite_day,
    reopen_suite_day,
    set_daily_cap,
)
from scheduling.actions.teaching import take_back_room, take_back_teaching, teach_room, teach_seat
from scheduling.actions.waiting import stop_waiting, wait_for_seat
from scheduling.rules.referrals import NewReferral

__all__ = [
    "Assessment",
    "BookingSettings",
    "ClinicBasics",
    "ClinicSettings",
    "NewPatient",
    "NewReferral",
    "NewSeries",
    "accept_proposal",
    "accept_referral",
    "agree_to_four",
    "answer_by_link",
    "answer_place_offer",
    "ask_for_information",
    "ask_for_plans",
    "assess_eligibility",
    "begin_with_consent_text",
    "book_seat",
    "book_sequence",
    "break_glass",
    "cancel_day",
    "cancel_group_visit",
    "cancel_leave",
    "cancel_rest",
    "cancel_seat",
    "cancel_sequence",
    "change_booking_settings",
    "change_breaks",
    "change_clinic_basics",
    "change_clinic_settings",
    "change_group_visit",
    "change_hours",
    "change_patient",
    "change_request",
    "change_shift",
    "check_in_seat",
    "choose_date_order",
    "clear_seat",
    "close_date",
    "close_suite_day",
    "confirm_driver",
    "confirm_sequence",
    "copy_roster",
    "decide_week",
    "declare_closure",
    "decline_referral",
    "decline_seat",
    "discard_referral_file",
    "dismiss_proposal",
    "driver_address",
    "end_break_glass",
    "end_series",
    "extend_all_series",
    "import_referrals",
    "import_waiting_files",
    "information_arrived",
    "keep_open",
    "keep_repairs",
    "keep_retiming",
    "let_go",
    "make_driver_link",
    "make_up",
    "mark_arrived",
    "mark_attended",
    "mark_group_held",
    "mark_missed",
    "mark_seat_absent",
    "measure_seat",
    "merge_patients",
    "move_day",
    "move_rest",
    "move_sequence",
    "name_driver",
    "name_support",
    "new_driver_token",
    "note_no_solver",
    "note_questions",
    "offer_all_free_places",
    "offer_free_places",
    "open_driver_link",
    "open_suite_day",
    "open_weeks",
    "plan_group_visit",
    "plan_presences",
    "plan_series_visits",
    "plan_shifts",
    "prolong_observation",
    "propose_all_retimings",
    "propose_day_repairs",
    "propose_repairs",
    "propose_retiming",
    "publish_consent_text",
    "put_on_shift",
    "put_provider_on_site",
    "queue_group_reminders",
    "queue_visit_reminders",
    "rebook_seat",
    "receive_referral",
    "record_call_out",
    "record_leave",
    "record_printed_letter",
    "record_weight",
    "register_patient",
    "reinstate",
    "release_all_expired_holds",
    "release_expired_holds",
    "release_hold",
    "reopen_referral",
    "reopen_suite_day",
    "report_call_out",
    "request_sequence",
    "return_chair",
    "review_break_glass",
    "review_seat",
    "screen_health",
    "seat_from_waiting",
    "set_daily_cap",
    "set_ketamine_training",
    "set_opening_hours",
    "settle_cover",
    "sign_consent",
    "start_import",
    "start_series",
    "stop_waiting",
    "stop_waiting_for_place",
    "take_back_call_out",
    "take_back_room",
    "take_back_teaching",
    "take_chair_out",
    "take_cover",
    "take_covers",
    "take_off_shift",
    "take_plan_asks",
    "take_provider_off_site",
    "teach_room",
    "teach_seat",
    "undo_booking",
    "undo_merge",
    "upload_referrals",
    "wait_for_place",
    "wait_for_seat",
    "wait_instead",
    "weigh_seat",
    "withdraw_call_out",
    "withdraw_consent",
    "withdraw_referral",
    "withdraw_request",
    "write_protocol",
    "write_team_note",
]
