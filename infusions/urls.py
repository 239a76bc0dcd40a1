"""Addresses of infusions."""

from django.urls import path

from infusions.views.adverse_event import adverse_event, adverse_event_pdf
from infusions.views.adverse_events import adverse_events, adverse_events_pdf
from infusions.views.board import board, board_tiles
from infusions.views.breaks import nurse_back, nurse_break
from infusions.views.chairside_settings import chairside_settings
from infusions.views.chart import chart, chart_print, chart_sheet, patient_panel
from infusions.views.chart_after import chart_discharge, chart_driver, chart_leave, late_set
from infusions.views.chart_before import (
    arrive,
    chart_clear,
    chart_hand_over,
    chart_identity,
    chart_intake,
    chart_intake_correct,
    chart_iv,
    chart_not_started,
    chart_pregnancy,
    chart_premed,
    chart_pump,
    chart_pump_second,
    chart_start,
    chart_weigh,
)
from infusions.views.chart_dose import chart_missing, chart_return, waste
from infusions.views.chart_during import (
    chart_complete,
    chart_ondansetron,
    chart_pause,
    chart_resume,
    chart_stop,
    chart_stop_reason,
)
from infusions.views.chart_facts import (
    chart_answered,
    chart_call,
    chart_emergency,
    chart_emergency_here,
    chart_intervention,
    chart_missed,
    chart_side_effect,
    chart_strike,
)
from infusions.views.chart_readings import chart_readings, reading, reading_away, reading_take
from infusions.views.chart_verbal import chart_verbal
from infusions.views.chart_vitals import chart_acknowledge, chart_correct, chart_vitals
from infusions.views.discrepancy import discrepancies, discrepancy, discrepancy_dose, discrepancy_vial
from infusions.views.flowsheet_pdf import flowsheet_pdf
from infusions.views.formulary import formulary, formulary_use
from infusions.views.kept_aside import kept_aside, kept_aside_answer
from infusions.views.ledger import ledger
from infusions.views.ledger_count import ledger_count, ledger_counted
from infusions.views.ledger_movements import ledger_movements
from infusions.views.ledger_receive import ledger_receipt, ledger_receive
from infusions.views.ledger_report import inventory_csv, inventory_pdf, ledger_report, usage_csv, usage_pdf
from infusions.views.ledger_vial import ledger_vial
from infusions.views.ledger_waste import ledger_waste, ledger_waste_dose, ledger_waste_vial
from infusions.views.monitors import monitor_end, monitors
from infusions.views.next_day import next_day, next_day_call
from infusions.views.observations import observations
from infusions.views.opening import opening, opening_check
from infusions.views.order import order
from infusions.views.order_discontinue import order_discontinue
from infusions.views.order_hold import order_hold
from infusions.views.order_new import order_new, order_preview
from infusions.views.order_pdf import order_pdf
from infusions.views.order_release import order_release
from infusions.views.order_settings import order_settings
from infusions.views.preparation import label_pdf, preparation, withdraw
from infusions.views.readings import reading_give, reading_put_away, readings
from infusions.views.return_dose import return_dose
from infusions.views.signing import signing
from infusions.views.signing_flags import signing_flags
from infusions.views.to_review import fact_seen, to_review
from infusions.views.verbal_cosign import verbal_cosign
from infusions.views.verbal_new import verbal_new
from infusions.views.visit_pdf import visit_pdf

app_name = "infusions"
urlpatterns = [
    path("adverse-events/", adverse_events, name="adverse_events"),
    path("adverse-events/<int:pk>/", adverse_event, name="adverse_event"),
    path("adverse-events/<int:pk>/report.pdf", adverse_event_pdf, name="adverse_event_pdf"),
    path("adverse-events/late/", to_review, name="to_review"),
    path("adverse-events/late/<str:kind>/<int:pk>/", fact_seen, name="fact_seen"),
    path("adverse-events/report.pdf", adverse_events_pdf, name="adverse_events_pdf"),
    path("api/observations", observations, name="observations"),
    path("board/", board, name="board"),
    path("board/tiles/", board_tiles, name="board_tiles"),
    path("board/back/", nurse_back, name="nurse_back"),
    path("board/break/", nurse_break, name="nurse_break"),
    path("chairside/settings/", chairside_settings, name="chairside_settings"),
    path("chart/<int:visit_pk>/", chart, name="chart"),
    path("chart/<int:visit_pk>/arrive/", arrive, name="arrive"),
    path("chart/<int:visit_pk>/call/", chart_call, name="chart_call"),
    path("chart/<int:visit_pk>/call/answered/", chart_answered, name="chart_answered"),
    path("chart/<int:visit_pk>/clear/", chart_clear, name="chart_clear"),
    path("chart/<int:visit_pk>/complete/", chart_complete, name="chart_complete"),
    path("chart/<int:visit_pk>/correct/", chart_correct, name="chart_correct"),
    path("chart/<int:visit_pk>/discharge/", chart_discharge, name="chart_discharge"),
    path("chart/<int:visit_pk>/driver/", chart_driver, name="chart_driver"),
    path("chart/<int:visit_pk>/emergency/", chart_emergency, name="chart_emergency"),
    path("chart/<int:visit_pk>/emergency/here/", chart_emergency_here, name="chart_emergency_here"),
    path("chart/<int:visit_pk>/flags/<int:flag_pk>/", chart_acknowledge, name="chart_acknowledge"),
    path("chart/<int:visit_pk>/flowsheet.pdf", flowsheet_pdf, name="flowsheet_pdf"),
    path("chart/<int:visit_pk>/hand-over/", chart_hand_over, name="chart_hand_over"),
    path("chart/<int:visit_pk>/identity/", chart_identity, name="chart_identity"),
    path("chart/<int:visit_pk>/intake/", chart_intake, name="chart_intake"),
    path("chart/<int:visit_pk>/intake/<int:pk>/", chart_intake_correct, name="chart_intake_correct"),
    path("chart/<int:visit_pk>/intervention/", chart_intervention, name="chart_intervention"),
    path("chart/<int:visit_pk>/iv/", chart_iv, name="chart_iv"),
    path("chart/<int:visit_pk>/label/", label_pdf, name="label_pdf"),
    path("chart/<int:visit_pk>/late-set/", late_set, name="late_set"),
    path("chart/<int:visit_pk>/leave/", chart_leave, name="chart_leave"),
    path("chart/<int:visit_pk>/missing/", chart_missing, name="chart_missing"),
    path("chart/<int:visit_pk>/next-day/", next_day_call, name="next_day_call"),
    path("chart/<int:visit_pk>/missed/", chart_missed, name="chart_missed"),
    path("chart/<int:visit_pk>/not-started/", chart_not_started, name="chart_not_started"),
    path("chart/<int:visit_pk>/ondansetron/", chart_ondansetron, name="chart_ondansetron"),
    path("chart/<int:visit_pk>/pause/", chart_pause, name="chart_pause"),
    path("chart/<int:visit_pk>/pregnancy/", chart_pregnancy, name="chart_pregnancy"),
    path("chart/<int:visit_pk>/premed/", chart_premed, name="chart_premed"),
    path("chart/<int:visit_pk>/preparation/", preparation, name="preparation"),
    path("chart/<int:visit_pk>/print/", chart_print, name="chart_print"),
    path("chart/<int:visit_pk>/pump/", chart_pump, name="chart_pump"),
    path("chart/<int:visit_pk>/readings/", chart_readings, name="chart_readings"),
    path("chart/<int:visit_pk>/readings/<int:reading_pk>/", reading, name="reading"),
    path("chart/<int:visit_pk>/readings/<int:reading_pk>/away/", reading_away, name="reading_away"),
    path("chart/<int:visit_pk>/readings/<int:reading_pk>/take/", reading_take, name="reading_take"),
    path("chart/<int:visit_pk>/pump/second/", chart_pump_second, name="chart_pump_second"),
    path("chart/<int:visit_pk>/resume/", chart_resume, name="chart_resume"),
    path("chart/<int:visit_pk>/return/", chart_return, name="chart_return"),
    path("chart/<int:visit_pk>/sheet/<str:name>/", chart_sheet, name="chart_sheet"),
    path("chart/<int:visit_pk>/side-effect/", chart_side_effect, name="chart_side_effect"),
    path("chart/<int:visit_pk>/start/", chart_start, name="chart_start"),
    path("chart/<int:visit_pk>/stop-reason/", chart_stop_reason, name="chart_stop_reason"),
    path("chart/<int:visit_pk>/stop/", chart_stop, name="chart_stop"),
    path("chart/<int:visit_pk>/summary.pdf", visit_pdf, name="visit_pdf"),
    path("chart/<int:visit_pk>/strike/", chart_strike, name="chart_strike"),
    path("chart/<int:visit_pk>/verbal/", chart_verbal, name="chart_verbal"),
    path("chart/<int:visit_pk>/vitals/", chart_vitals, name="chart_vitals"),
    path("chart/<int:visit_pk>/waste/", waste, name="waste"),
    path("chart/<int:visit_pk>/weigh/", chart_weigh, name="chart_weigh"),
    path("chart/<int:visit_pk>/withdraw/", withdraw, name="withdraw"),
    path("formulary/", formulary, name="formulary"),
    path("formulary/<int:pk>/use/", formulary_use, name="formulary_use"),
    path("kept-aside/", kept_aside, name="kept_aside"),
    path("kept-aside/<int:pk>/answer/", kept_aside_answer, name="kept_aside_answer"),
    path("ledger/", ledger, name="ledger"),
    path("ledger/count/", ledger_count, name="ledger_count"),
    path("ledger/counts/<int:pk>/", ledger_counted, name="ledger_counted"),
    path("ledger/discrepancies/", discrepancies, name="discrepancies"),
    path("ledger/discrepancies/<int:pk>/", discrepancy, name="discrepancy"),
    path("ledger/doses/<int:pk>/discrepancy/", discrepancy_dose, name="discrepancy_dose"),
    path("ledger/doses/<int:pk>/return/", return_dose, name="return_dose"),
    path("ledger/doses/<int:pk>/waste/", ledger_waste_dose, name="ledger_waste_dose"),
    path("ledger/movements/", ledger_movements, name="ledger_movements"),
    path("ledger/receipts/<int:pk>/", ledger_receipt, name="ledger_receipt"),
    path("ledger/receive/", ledger_receive, name="ledger_receive"),
    path("ledger/report/", ledger_report, name="ledger_report"),
    path("ledger/report/inventory.csv", inventory_csv, name="inventory_csv"),
    path("ledger/report/inventory.pdf", inventory_pdf, name="inventory_pdf"),
    path("ledger/report/usage.csv", usage_csv, name="usage_csv"),
    path("ledger/report/usage.pdf", usage_pdf, name="usage_pdf"),
    path("ledger/vials/<int:pk>/", ledger_vial, name="ledger_vial"),
    path("ledger/vials/<int:pk>/discrepancy/", discrepancy_vial, name="discrepancy_vial"),
    path("ledger/vials/<int:pk>/waste/", ledger_waste_vial, name="ledger_waste_vial"),
    path("ledger/waste/", ledger_waste, name="ledger_waste"),
    path("monitors/", monitors, name="monitors"),
    path("monitors/<int:pk>/end/", monitor_end, name="monitor_end"),
    path("opening/", opening, name="opening"),
    path("opening/check/", opening_check, name="opening_check"),
    path("next-day/", next_day, name="next_day"),
    path("orders/<int:pk>/", order, name="order"),
    path("orders/<int:pk>/discontinue/", order_discontinue, name="order_discontinue"),
    path("orders/<int:pk>/hold/", order_hold, name="order_hold"),
    path("orders/<int:pk>/pdf/", order_pdf, name="order_pdf"),
    path("orders/<int:pk>/release/", order_release, name="order_release"),
    path("orders/<int:pk>/verbal/", verbal_new, name="verbal_new"),
    path("orders/settings/", order_settings, name="order_settings"),
    path("patients/<int:patient_pk>/infusions/", patient_panel, name="patient_panel"),
    path("readings/", readings, name="readings"),
    path("readings/<int:pk>/away/", reading_put_away, name="reading_put_away"),
    path("readings/<int:pk>/give/", reading_give, name="reading_give"),
    path("sequences/<int:sequence_pk>/order/", order_new, name="order_new"),
    path("sequences/<int:sequence_pk>/order/preview/", order_preview, name="order_preview"),
    path("signing/", signing, name="signing"),
    path("signing/flags/", signing_flags, name="signing_flags"),
    path("signing/verbal/<int:pk>/", verbal_cosign, name="verbal_cosign"),
]
