"""Who may do what: roles are readable lists of permissions, and every view names its one."""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse


class Permission(StrEnum):
    """One thing a person may do, in the clinic's words."""

    SIGNED_IN = "be signed in"
    FIND_PATIENTS = "find patients and see their name, contact and readiness"
    REGISTER_PATIENTS = "register patients and record their eligibility"
    SEE_SCHEDULE = "see the week and the groups"
    BOOK = "book group visits and infusion sequences"
    LEAD_GROUPS = "check in, weigh and clear patients at the shared medical appointment"
    SEE_CHARTS = "see the suite board, charts and orders"
    CHART = "chart at the chair: vitals, events, start, stop, discharge"
    CLEAR_FOR_START = "clear a patient for the start as the provider on site"
    WRITE_ORDERS = "draft orders"
    SIGN_ORDERS = "sign, hold and release orders"
    SEND_QUESTIONNAIRES = "send questionnaires to patients"
    SEE_SCORES = "see a patient's answers and scores"
    ANSWER_SAFETY_TASKS = "acknowledge safety tasks"
    SEE_OUTCOMES = "see the clinic's outcomes"
    RUN_CLINIC = "manage the clinic: staff, days, settings"


class Role(TextChoices):
    NURSE = "nurse", "Nurse"
    PHYSICIAN = "physician", "Physician"
    PSYCHOLOGIST = "psychologist", "Psychologist"
    SCHEDULER = "scheduler", "Scheduler"
    CLINIC_LEAD = "clinic_lead", "Clinic lead"
    ADMINISTRATOR = "administrator", "Administrator"


P = Permission
ROLES: dict[str, frozenset[Permission]] = {
    Role.NURSE: frozenset(
        {
            P.SIGNED_IN,
            P.FIND_PATIENTS,
            P.SEE_SCHEDULE,
            P.LEAD_GROUPS,
            P.SEE_CHARTS,
            P.CHART,
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
            P.SEE_CHARTS,
            P.CLEAR_FOR_START,
            P.WRITE_ORDERS,
            P.SIGN_ORDERS,
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
            P.SEND_QUESTIONNAIRES,
            P.SEE_SCORES,
            P.ANSWER_SAFETY_TASKS,
            P.SEE_OUTCOMES,
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
            P.RUN_CLINIC,
        }
    ),
    Role.ADMINISTRATOR: frozenset({P.SIGNED_IN, P.SEE_SCHEDULE, P.RUN_CLINIC}),
}
PRESCRIBERS = frozenset(role for role, permissions in ROLES.items() if P.SIGN_ORDERS in permissions)

View = Callable[..., HttpResponse]


def requires(permission: Permission) -> Callable[[View], View]:
    """Let only signed-in staff of a site with this permission reach the view; declare it for the tests."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if user.site_id is None or not user.may(permission):
                raise PermissionDenied(f"Your role does not allow you to {permission.value}.")
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """Declare that a view needs no sign-in, and why."""

    def decorate(view: View) -> View:
        view.public_because = reason  # type: ignore[attr-defined]
        return view

    return decorate
