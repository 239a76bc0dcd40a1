"""Enrolment and the schedule: patients, group visits, the suite's days, sequences and visits."""

from scheduling.models.eligibility import Eligibility
from scheduling.models.groups import GroupSeat, GroupVisit
from scheduling.models.patients import Patient
from scheduling.models.sequences import Sequence, Visit
from scheduling.models.suite import NurseShift, ProviderPresence, SuiteDay
from scheduling.models.weights import Weight

__all__ = [
    "Eligibility",
    "GroupSeat",
    "GroupVisit",
    "NurseShift",
    "Patient",
    "ProviderPresence",
    "Sequence",
    "SuiteDay",
    "Visit",
    "Weight",
]
