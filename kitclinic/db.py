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


OURS = "23000"  # the code our own triggers raise; PostgreSQL's own checks carry finer ones
REFUSED = "The database refused this entry. Nothing was saved; reload the page."


def explain(error: IntegrityError) -> Problem:
    """Turn a violated constraint into the sentence that its model, or our trigger, declares."""
    diagnosis = getattr(error.__cause__, "diag", None)
    sentence = _sentences().get(getattr(diagnosis, "constraint_name", None) or "")
    if sentence is None and getattr(diagnosis, "sqlstate", None) == OURS:
        sentence = diagnosis.message_primary  # type: ignore[union-attr]
    return Blocker("STA-01", sentence or REFUSED)
