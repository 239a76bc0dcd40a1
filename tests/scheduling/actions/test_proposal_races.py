"""Two people decide about one plan at the same moment."""

from datetime import timedelta

from kitclinic.models import AuditEvent
from scheduling.actions import accept_proposal, propose_repairs
from scheduling.models import Proposal
from tests.factories import people
from tests.factories.suite import staffed
from tests.races import race
from tests.scheduling.actions.test_proposals import called_out, full_monday, morning


def test_two_people_accept_the_same_plan_and_it_is_carried_out_once(committed_db: str) -> None:
    site = people.site()
    lead = staffed(site, "clinic_lead", 1)[0]
    full_monday(site)
    call_out = called_out(site, lead)
    (quick, *_) = propose_repairs(call_out=call_out, by=lead, at=morning(site))

    def accept() -> Proposal:
        return accept_proposal(proposal=quick, by=lead, at=morning(site) + timedelta(minutes=1))

    done, lost = race(accept, accept)
    assert len(done) == 1
    assert "accepted already" in str(lost[0])
    assert AuditEvent.objects.filter(event="proposal_accepted").count() == 1
    assert AuditEvent.objects.filter(event="visit_moved").count() == len(quick.moves)
