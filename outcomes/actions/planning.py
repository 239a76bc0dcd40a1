"""Plans are written, and a planned assessment is done when its questionnaire is finished."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import Blocker, Conflict, refuse_if
from kitclinic.states import move
from outcomes.models import Assessment, AssessmentPlan, PlannedAssessment
from outcomes.queries.plans import known_instruments, newest_number
from outcomes.rules.plans import VERSIONS, Plan, Step, plan_problems
from outcomes.states import AskState


@transaction.atomic
def set_plan(
    *,
    site: Site,
    protocol: str,
    batteries: Mapping[str, Sequence[str]],
    ladder: Sequence[Step],
    because: str,
    after: int,
    by: StaffUser,
    at: datetime,
    stop_rule: str = "adult",
    screen_first: bool = False,
    patients_see_scores: bool = False,
) -> AssessmentPlan:
    """Write the next plan of a protocol. after: number of the one it was changed from, 0 for the default.

    Raises Conflict when somebody has changed it since, Refused when it makes no sense.
    """
    wanted = {occasion: tuple(names) for occasion, names in batteries.items()}
    plan = Plan(protocol, after + 1, wanted, tuple(ladder), stop_rule, screen_first, patients_see_scores)
    refuse_if(plan_problems(plan, known=known_instruments(site), because=because))
    if newest_number(site, protocol) != after:
        sentence = (
            "Somebody has changed this plan since you opened it; nothing was saved. Look again, then change it."
        )
        raise Conflict([Blocker(VERSIONS.id, sentence)])
    row = AssessmentPlan.objects.create(
        site=site,
        protocol=protocol,
        number=plan.number,
        batteries={occasion: list(names) for occasion, names in wanted.items()},
        ladder=[step.stored() for step in ladder],
        stop_rule=stop_rule,
        screen_first=screen_first,
        patients_see_scores=patients_see_scores,
        because=because.strip()[:200],
        written_by=by,
        written_at=at,
    )
    detail = {"protocol": protocol, "number": row.number, "because": row.because}
    audit.record(event="assessment plan written", by=by, at=at, site=site, subject=row, detail=detail)
    return row


def assessment_finished(assessment: Assessment, *, at: datetime) -> PlannedAssessment | None:
    """Mark the planned assessment behind a finished questionnaire as done; None without one."""
    if assessment.ask_id is None:
        return None
    ask = PlannedAssessment.objects.select_for_update().get(pk=assessment.ask_id, site_id=assessment.site_id)
    if ask.state in (AskState.DONE, AskState.DROPPED):
        return ask
    ask.ended_at = at
    move(ask, AskState.DONE, by=None, at=at, also=("ended_at",))
    return ask
