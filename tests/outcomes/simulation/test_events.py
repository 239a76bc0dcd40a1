"""The simulated clinic has an adverse event: charted as a nurse would, judged as a physician would."""

from datetime import timedelta

from infusions.models import AdverseEventReview, Infusion, InfusionEvent
from infusions.queries.adverse_events import happening, waiting
from kitclinic.models import Site
from outcomes.simulation.chair import Chair
from outcomes.simulation.chairside import run
from outcomes.simulation.events import review_what_happened
from outcomes.simulation.script import Habits, Script
from scheduling.models import Visit
from tests.factories import infusions, ledger, people
from tests.factories.scheduling import actor


def charted(site: Site) -> Infusion:
    ledger.stocked(site, vials=1)
    people.staff("nurse", site=site)
    visit: Visit = infusions.visit(site=site)
    chair = Chair(visit=visit, script=Script("falls-0", Habits(event=True)))
    chair.refresh()
    run([chair], until=visit.starts_at + timedelta(hours=3))
    return Infusion.objects.select_related("site", "patient", "visit__sequence", "order__protocol", "nurse").get()


def test_pressure_falls_and_the_infusion_is_stopped_for_that(db: None) -> None:
    site = people.site(is_demo=True)
    infusion = charted(site)
    assert (infusion.state, infusion.stop_reason) == ("discharged", "medical_event")
    kinds = set(InfusionEvent.objects.values_list("kind", flat=True))
    assert {"side_effect", "provider_called", "provider_arrived", "intervention", "stopped"} <= kinds
    (event,) = waiting(site, at=infusion.discharged_at)
    assert event.is_adverse


def test_the_simulated_physician_reviews_it_once(db: None) -> None:
    site = people.site(is_demo=True)
    infusion = charted(site)
    physician = actor("physician", site)
    for _ in range(2):
        review_what_happened(physician, infusion)
    review = AdverseEventReview.objects.get()
    assert review.by == physician
    assert not happening(infusion, at=review.at).waits
