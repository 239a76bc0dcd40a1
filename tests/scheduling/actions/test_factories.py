from kitclinic.models import Site
from scheduling.states import EnrolmentState
from tests.factories import scheduling as make


def test_factories_reach_each_state_of_enrolment(site: Site) -> None:
    assert make.patient(site=site).state == EnrolmentState.REFERRED
    assert make.eligible_patient(site=site).state == EnrolmentState.ELIGIBLE
    assert make.booked_patient(site=site).state == EnrolmentState.GROUP_BOOKED
    assert make.cleared_patient(site=site).state == EnrolmentState.CLEARED
