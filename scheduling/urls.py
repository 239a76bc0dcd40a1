"""Addresses of scheduling, one a line, sorted by page."""

from django.urls import path

from scheduling.views import group as roster
from scheduling.views import referral as triage
from scheduling.views import referral_file as files
from scheduling.views import suite_day as suite
from scheduling.views import week as planner
from scheduling.views.book import book
from scheduling.views.day_sheet import day_sheet
from scheduling.views.drivers import drivers
from scheduling.views.eligibility import eligibility, eligibility_result
from scheduling.views.funnel import funnel, funnel_csv, funnel_patients
from scheduling.views.group_new import group_new
from scheduling.views.groups import groups
from scheduling.views.offers import offers
from scheduling.views.patient import patient
from scheduling.views.patient_events import patient_events
from scheduling.views.patient_new import patient_new
from scheduling.views.patients import patients
from scheduling.views.referral_accept import referral_accept
from scheduling.views.referral_import import referral_import, referral_template
from scheduling.views.referral_new import referral_new
from scheduling.views.referrals import referrals
from scheduling.views.seat_new import seat_new
from scheduling.views.sequence_end import sequence_end
from scheduling.views.visit_missed import visit_missed

app_name = "scheduling"
urlpatterns = [
    path("funnel/", funnel, name="funnel"),
    path("funnel/export.csv", funnel_csv, name="funnel_csv"),
    path("funnel/patients/", funnel_patients, name="funnel_patients"),
    path("groups/", groups, name="groups"),
    path("groups/<int:pk>/", roster.group, name="group"),
    path("groups/<int:pk>/held/", roster.group_held, name="group_held"),
    path("groups/new/", group_new, name="group_new"),
    path("patients/", patients, name="patients"),
    path("patients/<int:pk>/", patient, name="patient"),
    path("patients/<int:pk>/events/", patient_events, name="patient_events"),
    path("patients/<int:pk>/book/", book, name="book"),
    path("patients/<int:pk>/eligibility/", eligibility, name="eligibility"),
    path("patients/<int:pk>/eligibility/result/", eligibility_result, name="eligibility_result"),
    path("patients/<int:pk>/group-visit/", seat_new, name="seat_new"),
    path("patients/<int:pk>/offers/", offers, name="offers"),
    path("patients/new/", patient_new, name="patient_new"),
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
    path("seats/<int:pk>/absent/", roster.seat_absent, name="seat_absent"),
    path("seats/<int:pk>/cancel/", roster.seat_cancel, name="seat_cancel"),
    path("seats/<int:pk>/check-in/", roster.seat_check_in, name="seat_check_in"),
    path("seats/<int:pk>/clear/", roster.seat_clear, name="seat_clear"),
    path("seats/<int:pk>/decline/", roster.seat_decline, name="seat_decline"),
    path("seats/<int:pk>/weigh/", roster.seat_weigh, name="seat_weigh"),
    path("sequences/<int:pk>/drivers/", drivers, name="drivers"),
    path("sequences/<int:pk>/end/", sequence_end, name="sequence_end"),
    path("suite/<str:day>/", suite.suite_day, name="suite_day"),
    path("suite/<str:day>/add/", suite.roster_add, name="roster_add"),
    path("suite/<str:day>/close/", suite.suite_day_close, name="suite_day_close"),
    path("suite/<str:day>/copy-roster/", planner.roster_copy, name="roster_copy"),
    path("suite/<str:day>/reopen/", suite.suite_day_reopen, name="suite_day_reopen"),
    path("suite/<str:day>/sheet/", day_sheet, name="day_sheet"),
    path("suite/providers/<int:pk>/remove/", suite.provider_remove, name="provider_remove"),
    path("suite/shifts/<int:pk>/remove/", suite.shift_remove, name="shift_remove"),
    path("visits/<int:pk>/missed/", visit_missed, name="visit_missed"),
    path("week/", planner.week, name="week"),
    path("week/open/", planner.weeks_open, name="weeks_open"),
]
