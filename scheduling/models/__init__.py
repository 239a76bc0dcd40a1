"""Enrolment and the schedule: referrals, patients, group visits, the suite's days, sequences and visits."""

from scheduling.models.break_glass import BreakGlass, BreakGlassEnd, BreakGlassReview
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
from scheduling.models.keeping import ChartDecision, LegalHold, LegalHoldEnd, RecordRelease
from scheduling.models.links import CalendarFeed, DriverLink
from scheduling.models.patients import Patient, PatientMerge, PhoneTail, SearchGrams
from scheduling.models.places import PlaceOffer, PlaceWait, PlanAsk, Proposal
from scheduling.models.referrals import Referral, ReferralFile
from scheduling.models.searched import SearchedPatient
from scheduling.models.sequences import Sequence, Visit
from scheduling.models.staffing import CallOut, CoverNeeded, Leave, NurseBreak, NurseShift, ProviderPresence
from scheduling.models.suite import ChairOutage, OpeningHours, ProtocolVersion, SuiteDay, WeekPolicy
from scheduling.models.weights import Weight

__all__ = [
    "Biometrics",
    "BreakGlass",
    "BreakGlassEnd",
    "BreakGlassReview",
    "CalendarFeed",
    "CallOut",
    "ChairOutage",
    "ChartDecision",
    "Consent",
    "ConsentText",
    "ConsentWithdrawal",
    "CoverNeeded",
    "DriverLink",
    "EducationGiven",
    "Eligibility",
    "GroupSeat",
    "GroupSeries",
    "GroupVisit",
    "GroupWait",
    "HealthScreen",
    "Leave",
    "LegalHold",
    "LegalHoldEnd",
    "Letter",
    "NurseBreak",
    "NurseShift",
    "OpeningHours",
    "Patient",
    "PatientMerge",
    "PhoneTail",
    "PlaceOffer",
    "PlaceWait",
    "PlanAsk",
    "Proposal",
    "ProtocolVersion",
    "ProviderPresence",
    "RecordRelease",
    "Referral",
    "ReferralFile",
    "SearchGrams",
    "SearchedPatient",
    "Sequence",
    "SuiteDay",
    "TeamNote",
    "Visit",
    "WeekPolicy",
    "Weight",
]
