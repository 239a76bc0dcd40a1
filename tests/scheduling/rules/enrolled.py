"""Facts of one patient on the way in, for the tests of words and gates."""

from datetime import date, timedelta
from typing import Any

from scheduling.rules.enrolment import ConsentView, CourseView, DayView, EnrolmentFacts, SeatView
from scheduling.states import EnrolmentState, PregnancyState, SeatState, SequenceState, VisitState

TODAY = date(2026, 9, 9)
MONDAY = date(2026, 9, 14)
FRIDAY = date(2026, 9, 18)
REFERRED = EnrolmentFacts(
    state=EnrolmentState.REFERRED, referred_on=date(2026, 8, 3), referred_by="Nkem Osei", patient=4
)
CONSENT = ConsentView(date(2026, 9, 8), "Signed on the tablet")


def facts(**changes: Any) -> EnrolmentFacts:
    found = {
        "state": EnrolmentState.CLEARED,
        "patient": 4,
        "eligible": True,
        "assessed_on": date(2026, 8, 20),
        "pregnancy": str(PregnancyState.NOT_APPLICABLE),
    } | changes
    return EnrolmentFacts(referred_on=REFERRED.referred_on, referred_by="Nkem Osei", **found)


def seat(state: str = SeatState.CLEARED, day: date = date(2026, 9, 8), **changes: Any) -> SeatView:
    decided = {"decided_on": day, "decided_by": "Lena Ferrante"} if state == SeatState.CLEARED else {}
    return SeatView(group=1, day=day, minute=780, state=state, **({"support_attended": True} | decided | changes))


def course(state: str = SequenceState.CONFIRMED, drivers: int = 5, attended: int = 0) -> CourseView:
    days = tuple(
        DayView(
            key=place,
            index=place + 1,
            day=MONDAY + timedelta(days=place),
            minute=520,
            chair=3,
            state=VisitState.ATTENDED if place < attended else VisitState.BOOKED,
            driver="Paul Marrin" if place < drivers else "",
        )
        for place in range(5)
    )
    return CourseView(key=7, number=1, first_day=MONDAY, minute=520, state=state, days=days)
