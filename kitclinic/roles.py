"""Who may do what: roles are readable lists of permissions."""

from enum import StrEnum

from django.db.models import TextChoices


class Permission(StrEnum):
    """One thing a person may do, in the clinic's words."""

    SIGNED_IN = "be signed in"
    FIND_PATIENTS = "find patients and see their name, contact and readiness"
    REGISTER_PATIENTS = "register patients and record their eligibility"
    SEE_SCHEDULE = "see the week and the groups"
    BOOK = "book group visits and infusion sequences"
    LEAD_GROUPS = "check in, weigh, screen and teach patients at the shared medical appointment"
    CLEAR_PATIENTS = "decide after the shared medical appointment: cleared, review, not suitable"
    SEE_TEAM_NOTES = "read the psychologist's notes and goals as part of the treating team"
    WRITE_TEAM_NOTES = "write the psychologist's notes and goals"
    SEE_CHARTS = "see the suite board, charts and orders"
    CHART = "chart at the chair: vitals, events, start, stop, discharge"
    CLEAR_FOR_START = "clear a patient for the start as the provider on site"
    JUDGE_EVENTS = "judge adverse events: their kind, grade, cause and outcome"
    WRITE_ORDERS = "draft orders"
    SIGN_ORDERS = "sign, hold and release orders"
    HANDLE_DRUGS = "receive, withdraw, waste, return and count controlled substances, and witness it"
    SEE_LEDGER = "see the controlled-substance ledger and its reports"
    ANSWER_DISCREPANCIES = "answer open discrepancies of the ledger"
    SEND_QUESTIONNAIRES = "send questionnaires to patients"
    SEE_SCORES = "see a patient's answers and scores"
    ANSWER_SAFETY_TASKS = "acknowledge safety tasks"
    SEE_OUTCOMES = "see the clinic's outcomes"
    SEE_SHARED_FIGURES = "see shared views of outcomes: figures without names and without small groups"
    EXPORT_RESEARCH = "make de-identified research exports"
    BREAK_GLASS = "open one patient's record in an emergency, for an hour and with a reason"
    REVIEW_ACCESS = "review who looked at what"
    RELEASE_RECORDS = "hold, archive and release the records of patients"
    RUN_CLINIC = "manage the clinic: staff, days, settings"


class Role(TextChoices):
    NURSE = "nurse", "Nurse"
    PHYSICIAN = "physician", "Physician"
    PSYCHOLOGIST = "psychologist", "Psychologist"
    SCHEDULER = "scheduler", "Scheduler"
    CLINIC_LEAD = "clinic_lead", "Clinic lead"
    ADMINISTRATOR = "administrator", "Administrator"
    ANALYST = "analyst", "Analyst"


P = Permission
ROLES: dict[str, frozenset[Permission]] = {
    Role.NURSE: frozenset(
        {
            P.SIGNED_IN,
            P.FIND_PATIENTS,
            P.SEE_SCHEDULE,
            P.LEAD_GROUPS,
            P.SEE_TEAM_NOTES,
            P.SEE_CHARTS,
            P.CHART,
            P.HANDLE_DRUGS,
            P.SEE_LEDGER,
            P.SEND_QUESTIONNAIRES,
            P.SEE_SCORES,
            P.ANSWER_SAFETY_TASKS,
        }
    ),
    Role.PHYSICIAN: frozenset(
        {
            P.SIGNED_IN,
            P.FIND_PATIENTS,
            P.REGISTER_PATIENTS,
            P.SEE_SCHEDULE,
            P.LEAD_GROUPS,
            P.CLEAR_PATIENTS,
            P.SEE_TEAM_NOTES,
            P.SEE_CHARTS,
            P.CLEAR_FOR_START,
            P.JUDGE_EVENTS,
            P.WRITE_ORDERS,
            P.SIGN_ORDERS,
            P.HANDLE_DRUGS,
            P.SEE_LEDGER,
            P.ANSWER_DISCREPANCIES,
            P.SEND_QUESTIONNAIRES,
            P.SEE_SCORES,
            P.ANSWER_SAFETY_TASKS,
            P.SEE_OUTCOMES,
        }
    ),
    Role.PSYCHOLOGIST: frozenset(
        {
            P.SIGNED_IN,
            P.FIND_PATIENTS,
            P.SEE_SCHEDULE,
            P.LEAD_GROUPS,
            P.SEE_TEAM_NOTES,
            P.WRITE_TEAM_NOTES,
            P.SEND_QUESTIONNAIRES,
            P.SEE_SCORES,
            P.ANSWER_SAFETY_TASKS,
            P.SEE_OUTCOMES,
            P.BREAK_GLASS,
        }
    ),
    Role.SCHEDULER: frozenset(
        {
            P.SIGNED_IN,
            P.FIND_PATIENTS,
            P.REGISTER_PATIENTS,
            P.SEE_SCHEDULE,
            P.BOOK,
            P.SEND_QUESTIONNAIRES,
            P.BREAK_GLASS,
        }
    ),
    Role.CLINIC_LEAD: frozenset(
        {
            P.SIGNED_IN,
            P.FIND_PATIENTS,
            P.SEE_SCHEDULE,
            P.SEE_CHARTS,
            P.SEE_SCORES,
            P.SEE_OUTCOMES,
            P.EXPORT_RESEARCH,
            P.RELEASE_RECORDS,
            P.SEE_LEDGER,
            P.ANSWER_DISCREPANCIES,
            P.REVIEW_ACCESS,
            P.RUN_CLINIC,
        }
    ),
    Role.ADMINISTRATOR: frozenset({P.SIGNED_IN, P.SEE_SCHEDULE, P.BREAK_GLASS, P.REVIEW_ACCESS, P.RUN_CLINIC}),
    # De-identified only: no patient, no chart, no list that leads to one.
    Role.ANALYST: frozenset({P.SIGNED_IN, P.SEE_SHARED_FIGURES, P.EXPORT_RESEARCH}),
}
PRESCRIBERS = frozenset(role for role, permissions in ROLES.items() if P.SIGN_ORDERS in permissions)
