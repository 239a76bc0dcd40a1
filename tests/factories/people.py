"""A site and its staff."""

from itertools import count
from typing import Any

from kitclinic.models import Site, StaffUser

NAMES = {
    "nurse": ("Ines Varga", "RN"),
    "physician": ("Anneke Vantongeren", "MD"),
    "psychologist": ("Lena Ferrante", "PhD"),
    "scheduler": ("Nkem Osei", ""),
    "clinic_lead": ("Ravi Adeyemi", "MHA"),
    "administrator": ("Mira Oyelaran", ""),
}
PASSWORD = "correct horse battery"
_numbers = count(1)


def site(**fields: Any) -> Site:
    """A clinic in New York, open 07:30 to 17:30, eight chairs."""
    return Site.objects.create(
        **{"slug": "juniper", "name": "Juniper Street Infusion", "time_zone": "America/New_York"} | fields
    )


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
            "site": site,
        }
        | fields
    )
