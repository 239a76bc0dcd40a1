"""The only door for writes in outcomes."""

from outcomes.actions.answering import (
    KeyReused,
    Opening,
    Recorded,
    begin_sitting,
    complete_questionnaire,
    open_questionnaire,
    record_answer,
)
from outcomes.actions.asking import plan_asks
from outcomes.actions.engines import (
    add_engine_client,
    add_remote_engine,
    end_engine_client,
    end_remote_engine,
    note_served,
)
from outcomes.actions.instruments import (
    activate_piece,
    discard_upload,
    import_piece,
    import_upload,
    look_through,
    record_licence,
    retire_piece,
)
from outcomes.actions.invitations import link_of, remind_of_questionnaires
from outcomes.actions.ladder import record_call, send_again, stop_reminders, take_steps, want_reminders
from outcomes.actions.model_runs import ask_for_models, finish_models, keep_model, take_models
from outcomes.actions.paper import PaperSaved, record_paper
from outcomes.actions.patient_ways import choose_language, record_comment, start_kiosk
from outcomes.actions.planning import set_plan
from outcomes.actions.registry import Imported, import_registry
from outcomes.actions.remote import AskedRemote, ask_remote, chosen_elsewhere
from outcomes.actions.research import Grounds, MadeExport, make_research_export
from outcomes.actions.safety import acknowledge_safety_task, escalate_overdue_safety_tasks
from outcomes.actions.safety_list import (
    close_safety_task,
    hand_back_safety_task,
    note_not_reached,
    take_safety_task,
)
from outcomes.actions.safety_settings import end_red_flag, set_red_flag, set_safety_times
from outcomes.actions.saved_views import rename_view, save_view, withdraw_view
from outcomes.actions.sending import (
    close_left_parts,
    expire_questionnaires,
    issue_link,
    send_questionnaire,
    start_assessment,
)
from outcomes.actions.staff_ways import (
    hand_over_link,
    permit_answers_today,
    stop_questionnaire,
    withdraw_questionnaire,
)
from outcomes.actions.typed_scores import correct_score, enter_score, import_scores, upload_scores

__all__ = [
    "AskedRemote",
    "Grounds",
    "Imported",
    "KeyReused",
    "MadeExport",
    "Opening",
    "PaperSaved",
    "Recorded",
    "acknowledge_safety_task",
    "activate_piece",
    "add_engine_client",
    "add_remote_engine",
    "ask_for_models",
    "ask_remote",
    "begin_sitting",
    "choose_language",
    "chosen_elsewhere",
    "close_left_parts",
    "close_safety_task",
    "complete_questionnaire",
    "correct_score",
    "discard_upload",
    "end_engine_client",
    "end_red_flag",
    "end_remote_engine",
    "enter_score",
    "escalate_overdue_safety_tasks",
    "expire_questionnaires",
    "finish_models",
    "hand_back_safety_task",
    "hand_over_link",
    "import_piece",
    "import_registry",
    "import_scores",
    "import_upload",
    "issue_link",
    "keep_model",
    "link_of",
    "look_through",
    "make_research_export",
    "note_not_reached",
    "note_served",
    "open_questionnaire",
    "permit_answers_today",
    "plan_asks",
    "record_answer",
    "record_call",
    "record_comment",
    "record_licence",
    "record_paper",
    "remind_of_questionnaires",
    "rename_view",
    "retire_piece",
    "save_view",
    "send_again",
    "send_questionnaire",
    "set_plan",
    "set_red_flag",
    "set_safety_times",
    "start_assessment",
    "start_kiosk",
    "stop_questionnaire",
    "stop_reminders",
    "take_models",
    "take_safety_task",
    "take_steps",
    "upload_scores",
    "want_reminders",
    "withdraw_questionnaire",
    "withdraw_view",
]
