"""Questionnaires in every state, reached through the real actions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from kitclinic.models import Site, StaffUser
from outcomes import actions
from outcomes.models import Assessment, RedFlag, SafetyTask
from outcomes.queries.questionnaires import parts_of
from outcomes.rules.safety import Flag
from scheduling.models import Patient
from tests.factories import scheduling

NOW = scheduling.NOW
BOTH = ("PHQ-9", "GAD-7")
PHQ_14 = (2, 2, 2, 2, 2, 2, 1, 1, 0)  # 14, moderate; item 9 "not at all"
GAD_6 = (1, 1, 1, 1, 1, 1, 0)  # 6, mild


@dataclass
class Sent:
    """A questionnaire with the link that the patient holds. ``at`` is the clock."""

    assessment: Assessment
    token: str
    patient: Patient
    at: datetime

    @property
    def year(self) -> int:
        assert self.patient.birth_date is not None
        return self.patient.birth_date.year

    def refresh(self) -> "Sent":
        self.assessment.refresh_from_db()
        return self

    def open(self) -> "Sent":
        opening = actions.open_questionnaire(token=self.token, birth_year=self.year, at=self.at)
        assert opening.assessment is not None, opening.problems
        return self.refresh()

    def answer(self, instrument: str, item: int, value: int | None, **more: Any) -> actions.Recorded:
        given: dict[str, Any] = {"key": uuid4(), "at": self.at} | more
        return actions.record_answer(
            assessment=self.assessment, instrument=instrument, item=item, value=value, **given
        )

    def answers(self, values: Iterable[int | None]) -> "Sent":
        """Answer what is asked, question by question; as many as there are values."""
        for value in values:
            part = next((one for one in parts_of(self.assessment) if one.course.next is not None), None)
            if part is None:
                break
            assert part.course.next is not None
            self.answer(part.instrument.name, part.course.next, value)
        return self.refresh()


def sent(
    *,
    site: Site,
    patient: Patient | None = None,
    instruments: tuple[str, ...] = BOTH,
    occasion: str = "baseline",
    by: StaffUser | None = None,
    at: datetime = NOW,
    **fields: Any,
) -> Sent:
    """A link on its way to a patient who agreed to messages. fields: of the patient made for it."""
    fields.setdefault("consent_sms", True if fields.get("phone", "given") else None)
    fields.setdefault("consent_email", True if fields.get("email") else None)
    person = patient or scheduling.patient(site=site, at=at - timedelta(days=1), **fields)
    assessment, token = actions.send_questionnaire(
        patient=person,
        instruments=instruments,
        occasion=occasion,
        by=by or scheduling.actor("nurse", site),
        at=at,
    )
    return Sent(assessment, token, person, at)


def opened(**arguments: Any) -> Sent:
    return sent(**arguments).open()


def completed(*, values: Iterable[int | None] = PHQ_14 + GAD_6, **arguments: Any) -> Sent:
    """A finished questionnaire with its scores."""
    return opened(**arguments).answers(values)


def safety_task(*, value: int = 1, **arguments: Any) -> SafetyTask:
    """A safety task of a questionnaire that stops after PHQ-9 question 9."""
    made = opened(**arguments).answers((0, 0, 0, 0, 0, 0, 0, 0, value))
    return SafetyTask.objects.get(response__assessment=made.assessment)


def red_flag(*, site: Site, item: int = 3, at: datetime = NOW) -> RedFlag:
    """A red flag on a question of PHQ-9: half the days and more, high nearly every day."""
    flag = Flag("PHQ-9", item, from_value=2, high_from=3, because="We want to know.")
    return actions.set_red_flag(site=site, flag=flag, by=scheduling.actor("clinic_lead", site), at=at)
