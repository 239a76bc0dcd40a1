"""Addresses of scheduling, one a line, sorted by page."""

from django.urls import path

from scheduling.views import group as roster
from scheduling.views import suite_day as suite
from scheduling.views import week as planner
from scheduling.views.book import book
from scheduling.views.day_sheet import day_sheet
from scheduling.views.drivers import drivers
from scheduling.views.eligibility import eligibility
from scheduling.views.group_new import group_new
from scheduling.views.groups import groups
from scheduling.views.offers import offers
from scheduling.views.patient import patient
from scheduling.views.patient_new import patient_new
from scheduling.views.patients import patients
from scheduling.views.seat_new import seat_new
from scheduling.views.sequence_end import sequence_end
from scheduling.views.visit_missed import visit_missed

app_name = "scheduling"
urlpatterns = [
    path("groups/", groups, name="groups"),
    path("groups/<int:pk>/", roster.group, name="group"),
    path("groups/<int:pk>/held/", roster.group_held, name="group_held"),
    path("groups/new/", group_new, name="group_new"),
    path("patients/", patients, name="patients"),
    path("patients/<int:pk>/", patient, name="patient"),
    path("patients/<int:pk>/book/", book, name="book"),
    path("patients/<int:pk>/eligibility/", eligibility, name="eligibility"),
    path("patients/<int:pk>/group-visit/", seat_new, name="seat_new"),
    path("patients/<int:pk>/offers/", offers, name="offers"),
    path("patients/new/", patient_new, name="patient_new"),
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
