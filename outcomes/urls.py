"""Addresses of outcomes."""

from django.urls import path

from outcomes.views.answers import answers
from outcomes.views.asking import asking, asking_csv
from outcomes.views.calls import call, calls, reminders
from outcomes.views.cell import cell
from outcomes.views.chart_entry import chart_entry
from outcomes.views.charts import chart_png, chart_svg
from outcomes.views.compare import compare, compare_file
from outcomes.views.completion import completion, completion_patients
from outcomes.views.counting import counting
from outcomes.views.dashboard import dashboard
from outcomes.views.delivery import ask_again, delivery
from outcomes.views.discrepancies import discrepancies
from outcomes.views.engines import engine_client_end, engines, remote_engine_end, remote_engine_new
from outcomes.views.export import export, export_parquet
from outcomes.views.home import home
from outcomes.views.instrument import instrument
from outcomes.views.instrument_import import instrument_import
from outcomes.views.instrument_upload import instrument_upload
from outcomes.views.instruments import instruments
from outcomes.views.interview import interview, interview_end, interview_question, interview_safety
from outcomes.views.kiosk import kiosk, touched
from outcomes.views.language import language
from outcomes.views.licence_new import licence_new
from outcomes.views.link import link
from outcomes.views.live_questionnaire import hand_over, permit_answers, withdraw
from outcomes.views.mixed_models import model, models, models_file, models_fit, models_progress
from outcomes.views.my_scores import my_scores
from outcomes.views.next_question import next_question
from outcomes.views.open_questions import open_questions, open_questions_file
from outcomes.views.paper import paper, paper_forms
from outcomes.views.patient_chart import patient_chart
from outcomes.views.patient_panel import patient_panel
from outcomes.views.piece import piece, piece_activate, piece_retire
from outcomes.views.plan import plan
from outcomes.views.question import question
from outcomes.views.red_flags import red_flag_end, red_flags
from outcomes.views.remote_next import remote_next
from outcomes.views.report import report_file
from outcomes.views.research import research
from outcomes.views.safety import safety
from outcomes.views.safety_acts import safety_close, safety_hand_back, safety_not_reached, safety_take
from outcomes.views.safety_banner import safety_banner
from outcomes.views.safety_figures import safety_figures
from outcomes.views.safety_report import safety_report, safety_report_csv
from outcomes.views.safety_settings import safety_settings
from outcomes.views.safety_task import safety_task
from outcomes.views.saved_views import (
    saved_view,
    saved_view_name,
    saved_view_new,
    saved_view_withdraw,
    saved_views,
)
from outcomes.views.send import on_this_tablet, send
from outcomes.views.support import support
from outcomes.views.table_1 import table_1, table_1_patients
from outcomes.views.tables import table_of
from outcomes.views.thanks import comment, quiet, thanks
from outcomes.views.trajectory import side_by_side, trajectory, trajectory_pdf
from outcomes.views.typed_scores import (
    score_correct,
    score_file,
    score_file_import,
    score_new,
    scores_import,
    scores_template,
)
from outcomes.views.utilisation import utilisation
from outcomes.views.who_answered import who_answered, who_answered_chart, who_answered_file

app_name = "outcomes"
urlpatterns = [
    path("answers/<int:pk>/", answers, name="answers"),
    path("instruments/", instruments, name="instruments"),
    path("instruments/<str:name>/", instrument, name="instrument"),
    path("instruments/<str:name>/import/", instrument_import, name="instrument_import"),
    path("instruments/files/<int:pk>/", instrument_upload, name="instrument_upload"),
    path("instruments/licences/new/", licence_new, name="licence_new"),
    path("instruments/pieces/<int:pk>/", piece, name="piece"),
    path("instruments/pieces/<int:pk>/activate/", piece_activate, name="piece_activate"),
    path("instruments/pieces/<int:pk>/retire/", piece_retire, name="piece_retire"),
    path("interviews/<int:pk>/", interview, name="interview"),
    path("interviews/calls/<int:pk>/end/", interview_end, name="interview_end"),
    path("interviews/calls/<int:pk>/questions/<int:number>/", interview_question, name="interview_question"),
    path("interviews/calls/<int:pk>/safety/<int:number>/", interview_safety, name="interview_safety"),
    path("fhir/Questionnaire/$next-question", next_question, name="next_question"),
    path("outcomes/", dashboard, name="dashboard"),
    path("outcomes/charts/<slug:name>.png", chart_png, name="chart_png"),
    path("outcomes/charts/<slug:name>.svg", chart_svg, name="chart_svg"),
    path("outcomes/export.csv", export, name="export"),
    path("outcomes/export.parquet", export_parquet, name="export_parquet"),
    path("outcomes/research/", research, name="research"),
    path("outcomes/compare/", compare, name="compare"),
    path("outcomes/compare/table.csv", compare_file, name="compare_file"),
    path("outcomes/completion/", completion, name="completion"),
    path("outcomes/completion/<slug:group>/", completion_patients, name="completion_patients"),
    path("outcomes/models/", models, name="models"),
    path("outcomes/models/fit/", models_fit, name="models_fit"),
    path("outcomes/models/runs/<int:pk>/", models_progress, name="models_progress"),
    path("outcomes/models/table.<slug:kind>", models_file, name="models_file"),
    path("outcomes/models/<slug:measure>/", model, name="model"),
    path("outcomes/open-questions/", open_questions, name="open_questions"),
    path("outcomes/open-questions/table.<slug:kind>", open_questions_file, name="open_questions_file"),
    path("outcomes/home/", home, name="home"),
    path("outcomes/ledger/", discrepancies, name="discrepancies"),
    path("outcomes/safety-figures/", safety_figures, name="safety_figures"),
    path("outcomes/table-1/", table_1, name="table_1"),
    path("outcomes/table-1/<slug:line>/", table_1_patients, name="table_1_patients"),
    path("outcomes/utilisation/", utilisation, name="utilisation"),
    path("outcomes/views/", saved_views, name="saved_views"),
    path("outcomes/views/new/", saved_view_new, name="saved_view_new"),
    path("outcomes/views/<int:pk>/name/", saved_view_name, name="saved_view_name"),
    path("outcomes/views/<int:pk>/withdraw/", saved_view_withdraw, name="saved_view_withdraw"),
    path("outcomes/views/<slug:token>/", saved_view, name="saved_view"),
    path("outcomes/who-answered/", who_answered, name="who_answered"),
    path("outcomes/who-answered/chart.<slug:kind>", who_answered_chart, name="who_answered_chart"),
    path("outcomes/report.pdf", report_file, name="report"),
    path("outcomes/tables/<slug:name>.<slug:kind>", table_of, name="table_of"),
    path("outcomes/who-answered/table.<slug:kind>", who_answered_file, name="who_answered_file"),
    path("outcomes/<slug:measure>/<slug:window>/", cell, name="cell"),
    path("patients/<int:pk>/answers-today/", permit_answers, name="permit_answers"),
    path("patients/<int:pk>/paper/", paper_forms, name="paper_forms"),
    path("patients/<int:pk>/paper/<slug:name>/", paper, name="paper"),
    path("patients/<int:pk>/questionnaire/", send, name="send"),
    path("patients/<int:pk>/questionnaire/chart/", chart_entry, name="chart_entry"),
    path("patients/<int:pk>/reminders/", reminders, name="reminders"),
    path("patients/<int:pk>/scores/", patient_panel, name="patient_panel"),
    path("patients/<int:pk>/scores/counting/", counting, name="counting"),
    path("patients/<int:pk>/scores/new/", score_new, name="score_new"),
    path("patients/<int:pk>/scores/all/", side_by_side, name="side_by_side"),
    path("patients/<int:pk>/scores/chart/", patient_chart, name="patient_chart"),
    path("patients/<int:pk>/scores/over-time/", trajectory, name="trajectory"),
    path("patients/<int:pk>/scores/visit.pdf", trajectory_pdf, name="trajectory_pdf"),
    path("q/", link, name="link"),
    path("q/comment/", comment, name="comment"),
    path("q/kiosk/", kiosk, name="kiosk"),
    path("q/kiosk/touched/", touched, name="kiosk_touched"),
    path("q/language/", language, name="language"),
    path("q/questions/<int:number>/", question, name="question"),
    path("q/next/", remote_next, name="remote_next"),
    path("q/scores/", my_scores, name="my_scores"),
    path("q/quiet/", quiet, name="quiet"),
    path("q/support/<int:number>/", support, name="support"),
    path("q/thanks/", thanks, name="thanks"),
    path("questionnaires/<int:pk>/link/", hand_over, name="questionnaire_link"),
    path("questionnaires/<int:pk>/tablet/", on_this_tablet, name="questionnaire_tablet"),
    path("questionnaires/<int:pk>/withdraw/", withdraw, name="questionnaire_withdraw"),
    path("questions/", asking, name="asking"),
    path("questions/<int:pk>/again/", ask_again, name="ask_again"),
    path("questions/calls/", calls, name="calls"),
    path("questions/calls/<int:pk>/", call, name="call"),
    path("questions/delivery/", delivery, name="delivery"),
    path("questions/plan/", plan, name="plan"),
    path("questions/responses.csv", asking_csv, name="asking_csv"),
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
    path("settings/engines/", engines, name="engines"),
    path("settings/engines/clients/<int:pk>/end/", engine_client_end, name="engine_client_end"),
    path("settings/engines/remote/", remote_engine_new, name="remote_engine_new"),
    path("settings/engines/remote/<int:pk>/end/", remote_engine_end, name="remote_engine_end"),
    path("settings/red-flags/", red_flags, name="red_flags"),
    path("settings/red-flags/<int:pk>/end/", red_flag_end, name="red_flag_end"),
    path("settings/safety/", safety_settings, name="safety_settings"),
]
