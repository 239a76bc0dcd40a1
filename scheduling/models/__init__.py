"""Enrolment and the schedule: referrals, patients, group visits, the suite's days, sequences and visits."""

from scheduling.models.eligibility import Eligibility
from scheduling.models.group_records import (
    Biometrics,
    Consent,
    ConsentText,
    ConsentWithdrawal,
    EducationGiven,
    HealthScreen,
    Letter,
    TeamNote,
)
from scheduling.models.groups import GroupSeat, GroupSeries, GroupVisit, GroupWait
from scheduling.models.patients import Patient, PatientMerge, PhoneTail, SearchGrams
from scheduling.models.referrals import Referral, ReferralFile
from scheduling.models.sequences import Sequence, Visit
from scheduling.models.suite import NurseShift, ProviderPresence, SuiteDay
from scheduling.models.weights import Weight

__all__ = [
    "Biometrics",
    "Consent",
    "ConsentText",
    "ConsentWithdrawal",
    "EducationGiven",
    "Eligibility",
    "GroupSeat",
    "GroupSeries",
    "GroupVisit",
    "GroupWait",
    "HealthScreen",
    "Letter",
    "NurseShift",
    "Patient",
    "PatientMerge",
    "PhoneTail",
    "ProviderPresence",
    "Referral",
    "ReferralFile",
    "SearchGrams",
    "Sequence",
    "SuiteDay",
    "TeamNote",
    "Visit",
    "Weight",
]
