"""A site and its staff."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from kitclinic.models import Site, StaffUser
from kitclinic.signing import Proof
from scheduling.actions import begin_with_consent_text

NAMES = {
    "nurse": ("Ines Varga", "RN"),
    "physician": ("Anneke Vantongeren", "MD"),
    "psychologist": ("Lena Ferrante", "PhD"),
    "scheduler": ("Nkem Osei", ""),
    "clinic_lead": ("Ravi Adeyemi", "MHA"),
    "administrator": ("Mira Oyelaran", ""),
    "analyst": ("Sanna Lindqvist", ""),
}
OPENED = datetime(2020, 1, 6, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
_numbers = count(1)


def site(**fields: Any) -> Site:
    """A clinic in New York, open 07:30 to 17:30, eight chairs, with the first consent text."""
    made = Site.objects.create(
        **{"slug": "juniper", "name": "Juniper Street Infusion", "time_zone": "America/New_York"} | fields
    )
    begin_with_consent_text(site=made, at=OPENED)
    return made


def staff(role: str, *, site: Site, **fields: Any) -> StaffUser:
    """A member of staff with the password ``PASSWORD``."""
    name, credentials = NAMES[role]
    return StaffUser.objects.create_user(
        **{
            "username": f"{role}{next(_numbers)}",
            "password": PASSWORD,
            "name": name,
            "credentials": credentials,
            "role": role,
            "is_ketamine_trained": role == "nurse",
            "site": site,
        }
        | fields
    )


def proof(person: StaffUser, at: datetime) -> Proof:
    """That this person has just typed their password."""
    return Proof(user_id=person.pk, at=at, method="password")
