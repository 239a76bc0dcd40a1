"""Addresses of outcomes."""

from django.urls import path

from outcomes.views.answers import answers
from outcomes.views.cell import cell
from outcomes.views.dashboard import dashboard
from outcomes.views.export import export
from outcomes.views.link import link
from outcomes.views.patient_panel import patient_panel
from outcomes.views.question import question
from outcomes.views.safety import safety
from outcomes.views.safety_task import safety_task
from outcomes.views.send import send
from outcomes.views.support import support
from outcomes.views.thanks import thanks

app_name = "outcomes"
urlpatterns = [
    path("answers/<int:pk>/", answers, name="answers"),
    path("outcomes/", dashboard, name="dashboard"),
    path("outcomes/export.csv", export, name="export"),
    path("outcomes/<slug:measure>/<slug:window>/", cell, name="cell"),
    path("patients/<int:pk>/questionnaire/", send, name="send"),
    path("patients/<int:pk>/scores/", patient_panel, name="patient_panel"),
    path("q/", link, name="link"),
    path("q/questions/<int:number>/", question, name="question"),
    path("q/support/<int:number>/", support, name="support"),
    path("q/thanks/", thanks, name="thanks"),
    path("safety/", safety, name="safety"),
    path("safety/<int:pk>/", safety_task, name="safety_task"),
]
