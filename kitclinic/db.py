"""Which role migrates, and what a broken constraint says to the person at the screen."""

from functools import cache

from django.apps import apps
from django.db import IntegrityError

from kitclinic.problems import Blocker, Problem


class OwnerMigrates:
    """Database router: migrations run as the owner, everything else as the application."""

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        return db == "owner"


@cache
def _sentences() -> dict[str, str]:
    return {
        constraint.name: str(constraint.violation_error_message)
        for model in apps.get_models()
        for constraint in model._meta.constraints
    }


def explain(error: IntegrityError) -> Problem:
    """Turn a violated constraint into the sentence that its model declares."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    sentence = _sentences().get(name) or getattr(diagnosis, "message_primary", None)
    return Blocker("STA-01", sentence or "The database refused this entry. Nothing was saved; reload the page.")
