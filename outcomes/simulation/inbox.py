"""What lies in the referral inbox of the simulated clinic, and who is in the registry twice."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from outcomes.simulation import enrolment
from outcomes.simulation.clinic import Cast
from outcomes.simulation.people import Person
from scheduling.actions import (
    ask_for_information,
    decline_referral,
    merge_patients,
    receive_referral,
    withdraw_referral,
)
from scheduling.models import Referral

OPEN_HOURS = (0.4, 3, 27, 50, 100)  # ages of the referrals that nobody has decided on yet
INFORMATION_DAYS = 9  # asked for that long ago, and not arrived
DECLINED = (
    "No conventional treatment tried yet",
    "Pain for less than 6 months",
    "Lives too far away to come on five days",
    "Asks for treatment of depression, which this clinic does not offer",
)
WITHDRAWN = ("Found another clinic", "Does not want infusions", "No one can drive the patient home")
OLDER_MONTHS = 11
REFUSED_A_MONTH = (2, 4)  # declined or withdrawn


def fill_inbox(cast: Cast, random: Random, *, now: datetime) -> None:
    """A few referrals of this week, one that waits for information, and one declined and one withdrawn."""
    for hours in OPEN_HOURS:
        receive(cast, random, at=now - timedelta(hours=hours))
    asked_at = now - timedelta(days=INFORMATION_DAYS)
    waiting = receive(cast, random, at=asked_at - timedelta(days=1))
    ask_for_information(
        referral=waiting,
        asked_for=f"Imaging of the spine and the list of medicines, from {waiting.source}",
        by=cast.scheduler,
        at=asked_at,
    )
    refuse(cast, receive(cast, random, at=now - timedelta(days=4)), DECLINED[0], at=now - timedelta(days=2))
    refuse(cast, receive(cast, random, at=now - timedelta(days=6)), WITHDRAWN[0], at=now - timedelta(days=3))


def fill_older_months(cast: Cast, random: Random, *, now: datetime) -> None:
    """What was declined and withdrawn in earlier months, so that the funnel has a past."""
    for month in range(1, OLDER_MONTHS + 1):
        for _ in range(random.randint(*REFUSED_A_MONTH)):
            at = now - timedelta(days=30 * month + random.randrange(-8, 20))
            refuse(cast, receive(cast, random, at=at), random.choice(DECLINED * 2 + WITHDRAWN), at=at)


def receive(cast: Cast, random: Random, *, at: datetime) -> Referral:
    """A referral of somebody new that arrived at this time."""
    who = enrolment.someone(cast, random, at=at)
    new = enrolment.referral_of(random, who, received_on=cast.site.today(at))
    return receive_referral(site=cast.site, new=new, by=cast.scheduler, at=at, confirmed=enrolment.ANOTHER)


def refuse(cast: Cast, referral: Referral, reason: str, *, at: datetime) -> None:
    """Decline or withdraw, whichever the reason belongs to."""
    if reason in WITHDRAWN:
        withdraw_referral(referral=referral, reason=reason, by=cast.scheduler, at=at)
    else:
        decline_referral(referral=referral, reason=reason, by=cast.physician, at=at)


def somebody_twice(cast: Cast, random: Random, *, number: int, now: datetime) -> None:
    """One pair of records that may be the same person, and one pair that was and is merged."""
    at = now - timedelta(days=5)
    who = enrolment.someone(cast, random, at=at)
    enrolment.take_in(cast, random, who, number=number, at=at)
    twin = replace(who, given_name=_misspelt(who.given_name), phone="555-0177", email="")
    enrolment.take_in(cast, random, twin, number=number + 1, at=now - timedelta(days=2))
    who = enrolment.someone(cast, random, at=at)
    kept = enrolment.take_in(cast, random, who, number=number + 2, at=at)
    swapped = replace(who, birth_date=_swapped(who), email="")
    folded = enrolment.take_in(cast, random, swapped, number=number + 3, at=now - timedelta(days=3))
    merge_patients(
        kept=kept.patient,
        folded=folded.patient,
        reason="Same address and the same referring letter; the birth date was mistyped",
        by=cast.scheduler,
        at=now - timedelta(days=1),
    )


def _misspelt(name: str) -> str:
    """One letter doubled, as names are heard on the phone."""
    return f"{name[:-1]}{name[-2]}{name[-1]}"


def _swapped(who: Person) -> date:
    """The birth date with day and month exchanged, or a day off where there is no such date."""
    born = who.birth_date
    return born.replace(month=born.day, day=born.month) if born.day <= 12 else born + timedelta(days=1)
