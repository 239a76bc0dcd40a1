"""Moving a row from one state to the next, along its table of transitions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from kitclinic.models import StaffUser, Transition
from kitclinic.problems import Blocker, Refused


class Stateful(Protocol):
    """A model with a state, a site and a class attribute TRANSITIONS."""

    TRANSITIONS: Mapping[Any, frozenset[Any]]
    pk: Any
    site_id: int
    state: Any
    _meta: Any

    def save(self, *, update_fields: list[str]) -> None: ...


def move(
    thing: Any, to: str, *, by: StaffUser | None, at: datetime, reason: str = "", also: tuple[str, ...] = ()
) -> None:
    """Move a locked row to another state, save it, and write the transition.

    also: names of other fields that were set with the state and are saved with it.
    Raises Refused when the table of transitions does not hold this step.
    """
    was = thing.state
    if to not in thing.TRANSITIONS.get(was, frozenset()):
        noun = thing._meta.verbose_name
        labels = dict(thing._meta.get_field("state").flatchoices)
        raise Refused(
            [
                Blocker(
                    "STA-01",
                    f"This {noun} is {str(labels.get(was, was)).lower()} and cannot become "
                    f"{str(labels.get(to, to)).lower()}. Reload the page to see where it stands.",
                )
            ]
        )
    thing.state = to
    thing.save(update_fields=["state", *also])
    begin(thing, by=by, at=at, reason=reason, was=was)


def begin_all(things: Iterable[Any], *, by: StaffUser | None, at: datetime) -> None:
    """Write the first transition of several new rows in one statement."""
    Transition.objects.bulk_create(
        Transition(
            site_id=thing.site_id,
            subject=thing._meta.db_table,
            subject_id=thing.pk,
            to_state=thing.state,
            by=by,
            at=at,
        )
        for thing in things
    )


def begin(thing: Any, *, by: StaffUser | None, at: datetime, reason: str = "", was: str = "") -> None:
    """Write the first transition of a new row (from nothing), or the one just made."""
    Transition.objects.create(
        site_id=thing.site_id,
        subject=thing._meta.db_table,
        subject_id=thing.pk,
        from_state=was,
        to_state=thing.state,
        reason=reason,
        by=by,
        at=at,
    )
