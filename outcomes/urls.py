"""Addresses of outcomes."""

from django.urls import path

from outcomes.views.answers import answers
from outcomes.views.cell import cell
from outcomes.views.dashboard import dashboard
from outcomes.views.export import export
from outcomes.views.interview import interview, interview_end, interview_question, interview_safety
from outcomes.views.link import link
from outcomes.views.live_questionnaire import hand_over, permit_answers, withdraw
from outcomes.views.paper import paper, paper_forms
from outcomes.views.patient_panel import patient_panel
from outcomes.views.question import question
from outcomes.views.red_flags import red_flag_end, red_flags
from outcomes.views.safety import safety
from outcomes.views.safety_acts import safety_close, safety_hand_back, safety_not_reached, safety_take
from outcomes.views.safety_banner import safety_banner
from outcomes.views.safety_report import safety_report, safety_report_csv
from outcomes.views.safety_settings import safety_settings
from outcomes.views.safety_task import safety_task
from outcomes.views.send import send
from outcomes.views.support import support
from outcomes.views.thanks import thanks
from outcomes.views.typed_scores import (
    score_correct,
    score_file,
    score_file_import,
    score_new,
    scores_import,
    scores_template,
)

app_name = "outcomes"
urlpatterns = [
    path("answers/<int:pk>/", answers, name="answers"),
    path("interviews/<int:pk>/", interview, name="interview"),
    path("interviews/calls/<int:pk>/end/", interview_end, name="interview_end"),
    path("interviews/calls/<int:pk>/questions/<int:number>/", interview_question, name="interview_question"),
    path("interviews/calls/<int:pk>/safety/<int:number>/", interview_safety, name="interview_safety"),
    path("outcomes/", dashboard, name="dashboard"),
    path("outcomes/export.csv", export, name="export"),
    path("outcomes/<slug:measure>/<slug:window>/", cell, name="cell"),
    path("patients/<int:pk>/answers-today/", permit_answers, name="permit_answers"),
    path("patients/<int:pk>/paper/", paper_forms, name="paper_forms"),
    path("patients/<int:pk>/paper/<slug:name>/", paper, name="paper"),
    path("patients/<int:pk>/questionnaire/", send, name="send"),
    path("patients/<int:pk>/scores/", patient_panel, name="patient_panel"),
    path("patients/<int:pk>/scores/new/", score_new, name="score_new"),
    path("q/", link, name="link"),
    path("q/questions/<int:number>/", question, name="question"),
    path("q/support/<int:number>/", support, name="support"),
    path("q/thanks/", thanks, name="thanks"),
    path("questionnaires/<int:pk>/link/", hand_over, name="hand_over"),
    path("questionnaires/<int:pk>/withdraw/", withdraw, name="withdraw"),
    path("safety/", safety, name="safety"),
    path("safety/<int:pk>/", safety_task, name="safety_task"),
    path("safety/<int:pk>/close/", safety_close, name="safety_close"),
    path("safety/<int:pk>/hand-back/", safety_hand_back, name="safety_hand_back"),
    path("safety/<int:pk>/not-reached/", safety_not_reached, name="safety_not_reached"),
    path("safety/<int:pk>/take/", safety_take, name="safety_take"),
    path("safety/banner/", safety_banner, name="safety_banner"),
    path("safety/report.csv", safety_report_csv, name="safety_report_csv"),
    path("safety/report/", safety_report, name="safety_report"),
    path("scores/<int:pk>/correct/", score_correct, name="score_correct"),
    path("scores/files/<int:pk>/", score_file, name="score_file"),
    path("scores/files/<int:pk>/import/", score_file_import, name="score_file_import"),
    path("scores/import/", scores_import, name="scores_import"),
    path("scores/template.csv", scores_template, name="scores_template"),
    path("settings/red-flags/", red_flags, name="red_flags"),
    path("settings/red-flags/<int:pk>/end/", red_flag_end, name="red_flag_end"),
    path("settings/safety/", safety_settings, name="safety_settings"),
]
