"""The base records every other app stands on."""

from kitclinic.models.audit import AuditEvent, AuditLink, AuditWaiting, ChainCheck
from kitclinic.models.outbox import OutboxMessage
from kitclinic.models.pace import PaceCount
from kitclinic.models.people import StaffChange, StaffInvitation
from kitclinic.models.places import Membership
from kitclinic.models.progress import LongTask
from kitclinic.models.settings import SettingChange
from kitclinic.models.sign_in import SignInTry
from kitclinic.models.signatures import Signature
from kitclinic.models.site import Site, SiteOwned
from kitclinic.models.staff import StaffUser
from kitclinic.models.tablets import PinTry, StaffPin, Tablet, TabletSignIn
from kitclinic.models.transitions import Transition

__all__ = [
    "AuditEvent",
    "AuditLink",
    "AuditWaiting",
    "ChainCheck",
    "LongTask",
    "Membership",
    "OutboxMessage",
    "PaceCount",
    "PinTry",
    "SettingChange",
    "SignInTry",
    "Signature",
    "Site",
    "SiteOwned",
    "StaffChange",
    "StaffInvitation",
    "StaffPin",
    "StaffUser",
    "Tablet",
    "TabletSignIn",
    "Transition",
]
