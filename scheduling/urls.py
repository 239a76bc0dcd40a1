"""Addresses of scheduling, one a line, sorted by page."""

from django.urls import path

from scheduling.views import callout as assistant
from scheduling.views import consent as consents
from scheduling.views import group as roster
from scheduling.views import holidays, keeping, requests
from scheduling.views import place_waits as places
from scheduling.views import proposals as plans
from scheduling.views import referral as triage
from scheduling.views import referral_file as files
from scheduling.views import seat as seats
from scheduling.views import seat_decision as decisions
from scheduling.views import sequence as courses
from scheduling.views import suite_day as suite
from scheduling.views import week as planner
from scheduling.views.board_move import board_move, board_targets
from scheduling.views.book import book
from scheduling.views.break_glass import break_glass, break_glass_end, break_glass_queue, break_glass_review
from scheduling.views.completion import completion, completion_csv
from scheduling.views.consent_text import consent_text
from scheduling.views.cover import cover, cover_take
from scheduling.views.day_sheet import day_sheet, day_sheet_pdf
from scheduling.views.driver import driver, driver_days, driver_thanks
from scheduling.views.drivers import drivers, drivers_confirm
from scheduling.views.eligibility import eligibility, eligibility_result
from scheduling.views.feeds import feed, feed_revoke, feeds, patient_feed
from scheduling.views.funnel import funnel, funnel_csv, funnel_patients
from scheduling.views.group_change import group_cancel, group_change
from scheduling.views.group_messages import group_messages
from scheduling.views.group_new import group_new
from scheduling.views.groups import groups
from scheduling.views.health_screen import health_screen
from scheduling.views.new_clinic import clinic_new, clinic_new_hours, clinic_new_people, clinic_ready
from scheduling.views.offers import offers
from scheduling.views.patient import patient
from scheduling.views.patient_edit import patient_edit
from scheduling.views.patient_events import patient_events
from scheduling.views.patient_merge import merge_undo, patient_merge
from scheduling.views.patient_new import patient_new
from scheduling.views.patients import patients
from scheduling.views.referral_accept import referral_accept
from scheduling.views.referral_import import referral_import, referral_template
from scheduling.views.referral_new import referral_new
from scheduling.views.referrals import referrals
from scheduling.views.roster import leave_cancel, roster_leave, roster_person
from scheduling.views.roster import roster as roster_week
from scheduling.views.seat_letter import group_letters, seat_letter, seat_letter_print
from scheduling.views.seat_new import seat_new, wait_new, wait_stop
from scheduling.views.seat_note import seat_note
from scheduling.views.sequence_end import sequence_end
from scheduling.views.series_new import series_end, series_new
from scheduling.views.settings import settings
from scheduling.views.settings_booking import settings_booking
from scheduling.views.settings_protocols import settings_protocols
from scheduling.views.settings_suite import chair_out, chair_return, settings_suite
from scheduling.views.settings_team import settings_team, training
from scheduling.views.utilisation import utilisation, utilisation_csv
from scheduling.views.visit_missed import visit_missed
from scheduling.views.week_sheet import week_sheet_pdf
from scheduling.views.who_looked import who_looked, who_looked_csv

app_name = "scheduling"
urlpatterns = [
    path("break-glass/", break_glass, name="break_glass"),
    path("break-glass/<int:pk>/end/", break_glass_end, name="break_glass_end"),
    path("clinic/new/", clinic_new, name="clinic_new"),
    path("clinic/new/hours/", clinic_new_hours, name="clinic_new_hours"),
    path("clinic/new/people/", clinic_new_people, name="clinic_new_people"),
    path("clinic/ready/", clinic_ready, name="clinic_ready"),
    path("calendar/<str:token>.ics", feed, name="feed"),
    path("calendars/", feeds, name="feeds"),
    path("calendars/<int:pk>/close/", feed_revoke, name="feed_revoke"),
    path("call-outs/<int:pk>/", assistant.callout, name="callout"),
    path("call-outs/<int:pk>/withdraw/", assistant.callout_back, name="callout_back"),
    path("chairs/<int:pk>/return/", chair_return, name="chair_return"),
    path("chairs/out/", chair_out, name="chair_out"),
    path("completion/", completion, name="completion"),
    path("completion/export.csv", completion_csv, name="completion_csv"),
    path("consents/<int:pk>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
    path("consent-text/", consent_text, name="consent_text"),
    path("cover/", cover, name="cover"),
    path("cover/take/", cover_take, name="cover_take"),
    path("d/", driver, name="driver"),
    path("d/days/", driver_days, name="driver_days"),
    path("d/thanks/", driver_thanks, name="driver_thanks"),
    path("funnel/", funnel, name="funnel"),
    path("funnel/export.csv", funnel_csv, name="funnel_csv"),
    path("funnel/patients/", funnel_patients, name="funnel_patients"),
    path("groups/", groups, name="groups"),
    path("groups/<int:pk>/", roster.group, name="group"),
    path("groups/<int:pk>/cancel/", group_cancel, name="group_cancel"),
    path("groups/<int:pk>/change/", group_change, name="group_change"),
    path("groups/<int:pk>/held/", roster.group_held, name="group_held"),
    path("groups/<int:pk>/rows/", roster.group_rows, name="group_rows"),
    path("groups/<int:pk>/teach/", roster.group_teach, name="group_teach"),
    path("groups/<int:pk>/letters/", group_letters, name="group_letters"),
    path("groups/<int:pk>/messages/", group_messages, name="group_messages"),
    path("groups/new/", group_new, name="group_new"),
    path("groups/series/<int:pk>/end/", series_end, name="series_end"),
    path("groups/series/new/", series_new, name="series_new"),
    path("groups/waiting/<int:pk>/stop/", wait_stop, name="wait_stop"),
    path("leave/<int:pk>/cancel/", leave_cancel, name="leave_cancel"),
    path("holidays/", holidays.holidays, name="holidays"),
    path("holidays/<str:day>/", holidays.holiday, name="holiday"),
    path("holidays/<str:day>/open/", holidays.holiday_open, name="holiday_open"),
    path("holidays/<str:day>/week/", holidays.holiday_week, name="holiday_week"),
    path("merges/<int:pk>/undo/", merge_undo, name="merge_undo"),
    path("patients/", patients, name="patients"),
    path("patients/<int:pk>/", patient, name="patient"),
    path("patients/<int:pk>/calendar/", patient_feed, name="patient_feed"),
    path("patients/<int:pk>/events/", patient_events, name="patient_events"),
    path("patients/<int:pk>/book/", book, name="book"),
    path("patients/<int:pk>/consent/", consents.consent, name="consent"),
    path("patients/<int:pk>/edit/", patient_edit, name="patient_edit"),
    path("patients/<int:pk>/eligibility/", eligibility, name="eligibility"),
    path("patients/<int:pk>/eligibility/result/", eligibility_result, name="eligibility_result"),
    path("patients/<int:pk>/group-visit/", seat_new, name="seat_new"),
    path("patients/<int:pk>/health-screen/", health_screen, name="health_screen"),
    path("patients/<int:pk>/note/", seat_note, name="seat_note"),
    path("patients/<int:pk>/merge/", patient_merge, name="patient_merge"),
    path("patients/<int:pk>/group-visit/wait/", wait_new, name="wait_new"),
    path("patients/<int:pk>/offers/", offers, name="offers"),
    path("patients/<int:pk>/request/", requests.request_edit, name="request_edit"),
    path("patients/<int:pk>/wait/", places.place_wait_new, name="place_wait_new"),
    path("patients/<int:pk>/who-looked/", who_looked, name="who_looked"),
    path("patients/<int:pk>/who-looked.csv", who_looked_csv, name="who_looked_csv"),
    path("patients/<int:pk>/records/", keeping.patient_records, name="patient_records"),
    path("patients/<int:pk>/records/hold/", keeping.patient_hold, name="patient_hold"),
    path("patients/<int:pk>/records/decide/", keeping.chart_decide, name="chart_decide"),
    path("holds/<int:pk>/end/", keeping.hold_end, name="hold_end"),
    path("releases/<int:pk>/file/", keeping.release_file, name="release_file"),
    path("clinic/retention/", keeping.retention, name="retention"),
    path("patients/new/", patient_new, name="patient_new"),
    path("places/", places.place_waits, name="place_waits"),
    path("places/<int:pk>/stop/", places.place_wait_stop, name="place_wait_stop"),
    path("places/offers/", places.place_offers_make, name="place_offers_make"),
    path("places/offers/<int:pk>/answer/", places.place_offer_answer, name="place_offer_answer"),
    path("proposals/", plans.proposals, name="proposals"),
    path("proposals/<int:pk>/", plans.proposal, name="proposal"),
    path("proposals/<int:pk>/accept/", plans.proposal_accept, name="proposal_accept"),
    path("proposals/<int:pk>/dismiss/", plans.proposal_dismiss, name="proposal_dismiss"),
    path("proposals/week/<str:day>/ask/", plans.proposals_ask, name="proposals_ask"),
    path("records/break-glass/", break_glass_queue, name="break_glass_queue"),
    path("records/break-glass/<int:pk>/", break_glass_review, name="break_glass_review"),
    path("referrals/", referrals, name="referrals"),
    path("referrals/<int:pk>/", triage.referral, name="referral"),
    path("referrals/<int:pk>/accept/", referral_accept, name="referral_accept"),
    path("referrals/<int:pk>/answered/", triage.referral_answered, name="referral_answered"),
    path("referrals/<int:pk>/ask/", triage.referral_ask, name="referral_ask"),
    path("referrals/<int:pk>/decline/", triage.referral_decline, name="referral_decline"),
    path("referrals/<int:pk>/link/", triage.referral_link, name="referral_link"),
    path("referrals/<int:pk>/reopen/", triage.referral_reopen, name="referral_reopen"),
    path("referrals/<int:pk>/withdraw/", triage.referral_withdraw, name="referral_withdraw"),
    path("referrals/import/", referral_import, name="referral_import"),
    path("referrals/import/<int:pk>/", files.referral_file, name="referral_file"),
    path("referrals/import/<int:pk>/dates/", files.referral_file_order, name="referral_file_order"),
    path("referrals/import/<int:pk>/discard/", files.referral_file_discard, name="referral_file_discard"),
    path("referrals/import/<int:pk>/start/", files.referral_file_start, name="referral_file_start"),
    path("referrals/import/template.csv", referral_template, name="referral_template"),
    path("referrals/new/", referral_new, name="referral_new"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/withdraw/", requests.request_withdraw, name="request_withdraw"),
    path("roster/", roster_week, name="roster"),
    path("roster/<str:day>/<int:pk>/", roster_person, name="roster_person"),
    path("roster/<str:day>/leave/", roster_leave, name="roster_leave"),
    path("seats/<int:pk>/", seats.seat, name="seat"),
    path("seats/<int:pk>/absent/", seats.seat_absent, name="seat_absent"),
    path("seats/<int:pk>/cancel/", seats.seat_cancel, name="seat_cancel"),
    path("seats/<int:pk>/check-in/", seats.seat_check_in, name="seat_check_in"),
    path("seats/<int:pk>/clear/", decisions.seat_clear, name="seat_clear"),
    path("seats/<int:pk>/decline/", decisions.seat_decline, name="seat_decline"),
    path("seats/<int:pk>/measure/", seats.seat_measure, name="seat_measure"),
    path("seats/<int:pk>/questions/", seats.seat_questions, name="seat_questions"),
    path("seats/<int:pk>/rebook/", decisions.seat_rebook, name="seat_rebook"),
    path("seats/<int:pk>/review/", decisions.seat_review, name="seat_review"),
    path("seats/<int:pk>/screen/", seats.seat_screen, name="seat_screen"),
    path("seats/<int:pk>/support/", seats.seat_support, name="seat_support"),
    path("seats/<int:pk>/teach/", seats.seat_teach, name="seat_teach"),
    path("seats/<int:pk>/wait/", decisions.seat_wait, name="seat_wait"),
    path("seats/<int:pk>/letter/", seat_letter, name="seat_letter"),
    path("seats/<int:pk>/letter/print/", seat_letter_print, name="seat_letter_print"),
    path("seats/<int:pk>/weigh/", seats.seat_weigh, name="seat_weigh"),
    path("sequences/<int:pk>/", courses.sequence, name="sequence"),
    path("sequences/<int:pk>/confirm/", courses.sequence_confirm, name="sequence_confirm"),
    path("sequences/<int:pk>/four/", courses.sequence_four, name="sequence_four"),
    path("sequences/<int:pk>/release/", courses.sequence_release, name="sequence_release"),
    path("sequences/<int:pk>/undo/", courses.sequence_undo, name="sequence_undo"),
    path("sequences/<int:pk>/drivers/", drivers, name="drivers"),
    path("sequences/<int:pk>/drivers/confirm/", drivers_confirm, name="drivers_confirm"),
    path("sequences/<int:pk>/end/", sequence_end, name="sequence_end"),
    path("settings/", settings, name="settings"),
    path("settings/booking/", settings_booking, name="settings_booking"),
    path("settings/lengths/", settings_protocols, name="settings_protocols"),
    path("settings/suite/", settings_suite, name="settings_suite"),
    path("settings/team/", settings_team, name="settings_team"),
    path("settings/team/<int:pk>/training/", training, name="training"),
    path("suite/<str:day>/", suite.suite_day, name="suite_day"),
    path("suite/<str:day>/add/", suite.roster_add, name="roster_add"),
    path("suite/<str:day>/call-out/", assistant.callout_new, name="callout_new"),
    path("suite/<str:day>/cap/", suite.suite_day_cap, name="suite_day_cap"),
    path("suite/<str:day>/close/", suite.suite_day_close, name="suite_day_close"),
    path("suite/<str:day>/copy-roster/", planner.roster_copy, name="roster_copy"),
    path("suite/<str:day>/hours/", suite.suite_day_hours, name="suite_day_hours"),
    path("suite/<str:day>/reopen/", suite.suite_day_reopen, name="suite_day_reopen"),
    path("suite/<str:day>/sheet.pdf", day_sheet_pdf, name="day_sheet_pdf"),
    path("suite/<str:day>/sheet/", day_sheet, name="day_sheet"),
    path("suite/providers/<int:pk>/remove/", suite.provider_remove, name="provider_remove"),
    path("suite/shifts/<int:pk>/remove/", suite.shift_remove, name="shift_remove"),
    path("utilisation/", utilisation, name="utilisation"),
    path("utilisation/export.csv", utilisation_csv, name="utilisation_csv"),
    path("visits/<int:pk>/move/", board_move, name="board_move"),
    path("visits/<int:pk>/move/targets/", board_targets, name="board_targets"),
    path("visits/<int:pk>/longer/", courses.visit_longer, name="visit_longer"),
    path("visits/<int:pk>/make-up/", courses.visit_make_up, name="visit_make_up"),
    path("visits/<int:pk>/reinstate/", courses.visit_reinstate, name="visit_reinstate"),
    path("visits/<int:pk>/release/", courses.visit_release, name="visit_release"),
    path("visits/<int:pk>/missed/", visit_missed, name="visit_missed"),
    path("week/", planner.week, name="week"),
    path("week/<str:day>/sheet.pdf", week_sheet_pdf, name="week_sheet_pdf"),
    path("week/open/", planner.weeks_open, name="weeks_open"),
]
