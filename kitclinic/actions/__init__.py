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
from kitclinic.actions.invitations import accept_invitation, invitation_address, new_invitation_token
from kitclinic.actions.people import (
    Account,
    change_person,
    disable_person,
    enable_person,
    invite_person,
    resend_invitation,
    withdraw_invitation,
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
    "Account",
    "Tried",
    "accept_invitation",
    "add_staff",
    "begin_long_task",
    "change_person",
    "choose_theme",
    "disable_person",
    "enable_person",
    "end_tablet",
    "enrol_tablet",
    "finish_long_task",
    "invitation_address",
    "invite_person",
    "new_invitation_token",
    "note_lock",
    "note_progress",
    "note_unlock",
    "open_clinic",
    "queue_message",
    "record_password",
    "resend_invitation",
    "set_pin",
    "try_pin",
    "withdraw_invitation",
]
