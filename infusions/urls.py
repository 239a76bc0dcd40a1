"""Addresses of infusions."""

from django.urls import path

from infusions.views.board import board, board_tiles
from infusions.views.chart import chart, chart_print, chart_sheet, patient_panel
from infusions.views.chart_after import chart_discharge, chart_driver, chart_leave
from infusions.views.chart_before import (
    arrive,
    chart_clear,
    chart_hand_over,
    chart_identity,
    chart_iv,
    chart_not_started,
    chart_pregnancy,
    chart_premed,
    chart_pump,
    chart_start,
    chart_weigh,
)
from infusions.views.chart_during import (
    chart_acknowledge,
    chart_call,
    chart_complete,
    chart_correct,
    chart_ondansetron,
    chart_pause,
    chart_resume,
    chart_side_effect,
    chart_stop,
    chart_stop_reason,
    chart_vitals,
)
from infusions.views.order import order
from infusions.views.order_discontinue import order_discontinue
from infusions.views.order_hold import order_hold
from infusions.views.order_new import order_new
from infusions.views.order_pdf import order_pdf
from infusions.views.order_release import order_release
from infusions.views.signing import signing

app_name = "infusions"
urlpatterns = [
    path("board/", board, name="board"),
    path("board/tiles/", board_tiles, name="board_tiles"),
    path("chart/<int:visit_pk>/", chart, name="chart"),
    path("chart/<int:visit_pk>/arrive/", arrive, name="arrive"),
    path("chart/<int:visit_pk>/call/", chart_call, name="chart_call"),
    path("chart/<int:visit_pk>/clear/", chart_clear, name="chart_clear"),
    path("chart/<int:visit_pk>/complete/", chart_complete, name="chart_complete"),
    path("chart/<int:visit_pk>/correct/", chart_correct, name="chart_correct"),
    path("chart/<int:visit_pk>/discharge/", chart_discharge, name="chart_discharge"),
    path("chart/<int:visit_pk>/driver/", chart_driver, name="chart_driver"),
    path("chart/<int:visit_pk>/flags/<int:flag_pk>/", chart_acknowledge, name="chart_acknowledge"),
    path("chart/<int:visit_pk>/hand-over/", chart_hand_over, name="chart_hand_over"),
    path("chart/<int:visit_pk>/identity/", chart_identity, name="chart_identity"),
    path("chart/<int:visit_pk>/iv/", chart_iv, name="chart_iv"),
    path("chart/<int:visit_pk>/leave/", chart_leave, name="chart_leave"),
    path("chart/<int:visit_pk>/not-started/", chart_not_started, name="chart_not_started"),
    path("chart/<int:visit_pk>/ondansetron/", chart_ondansetron, name="chart_ondansetron"),
    path("chart/<int:visit_pk>/pause/", chart_pause, name="chart_pause"),
    path("chart/<int:visit_pk>/pregnancy/", chart_pregnancy, name="chart_pregnancy"),
    path("chart/<int:visit_pk>/premed/", chart_premed, name="chart_premed"),
    path("chart/<int:visit_pk>/print/", chart_print, name="chart_print"),
    path("chart/<int:visit_pk>/pump/", chart_pump, name="chart_pump"),
    path("chart/<int:visit_pk>/resume/", chart_resume, name="chart_resume"),
    path("chart/<int:visit_pk>/sheet/<str:name>/", chart_sheet, name="chart_sheet"),
    path("chart/<int:visit_pk>/side-effect/", chart_side_effect, name="chart_side_effect"),
    path("chart/<int:visit_pk>/start/", chart_start, name="chart_start"),
    path("chart/<int:visit_pk>/stop-reason/", chart_stop_reason, name="chart_stop_reason"),
    path("chart/<int:visit_pk>/stop/", chart_stop, name="chart_stop"),
    path("chart/<int:visit_pk>/vitals/", chart_vitals, name="chart_vitals"),
    path("chart/<int:visit_pk>/weigh/", chart_weigh, name="chart_weigh"),
    path("orders/<int:pk>/", order, name="order"),
    path("orders/<int:pk>/discontinue/", order_discontinue, name="order_discontinue"),
    path("orders/<int:pk>/hold/", order_hold, name="order_hold"),
    path("orders/<int:pk>/pdf/", order_pdf, name="order_pdf"),
    path("orders/<int:pk>/release/", order_release, name="order_release"),
    path("patients/<int:patient_pk>/infusions/", patient_panel, name="patient_panel"),
    path("sequences/<int:sequence_pk>/order/", order_new, name="order_new"),
    path("signing/", signing, name="signing"),
]
