"""Writes that belong to no app."""

from kitclinic.actions.general import (
    KEPT_FOR,
    add_staff,
    begin_long_task,
    choose_theme,
    finish_long_task,
    note_progress,
    open_clinic,
    queue_message,
)
from kitclinic.actions.tablets import (
    Tried,
    end_tablet,
    enrol_tablet,
    note_lock,
    note_unlock,
    record_password,
    set_pin,
    try_pin,
)

__all__ = [
    "KEPT_FOR",
    "Tried",
    "add_staff",
    "begin_long_task",
    "choose_theme",
    "end_tablet",
    "enrol_tablet",
    "finish_long_task",
    "note_lock",
    "note_progress",
    "note_unlock",
    "open_clinic",
    "queue_message",
    "record_password",
    "set_pin",
    "try_pin",
]
