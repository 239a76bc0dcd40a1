"""What one charting write costs beside a bare view with one INSERT, and how long a chart of many infusions takes.

Run: python bench/chart_write.py [rounds] [infusions]. In one process, through all of Django's middleware, on an
embedded PostgreSQL where a commit waits for the disk. The two writes and the chart are measured in turn, round by
round, so that whatever else the machine does meets all of them. Aims: a write at most 3 times the bare one; the
chart of a patient with 64 infusions within 150 ms, with as many queries as that of a patient with one. The page
asks for its chart after the write; that is given by itself. CPU is of this process, without the database's: on a
busy machine it says more than the clock. Prints, asserts nothing.
"""

import os
import statistics
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bench.chairside_clinics import Clinic, clinic, database, durable, vitals
from infusions import actions
from infusions.models import Infusion, InfusionEvent, VitalSet
from infusions.rules.vitals import Vitals
from infusions.states import InfusionState, Rhythm
from kitclinic import urls
from kitclinic.access import StaffRequest, requires
from kitclinic.models import LongTask
from kitclinic.roles import Permission
from scheduling.models import NurseShift, ProviderPresence, Sequence, SuiteDay, Visit
from scheduling.states import VisitState
from tests.factories.infusions import Chair

ROUNDS, INFUSIONS = 41, 64


@requires(Permission.CHART)
@require_POST
def bare(request: StaffRequest) -> HttpResponse:
    """One INSERT behind the same door: session, person, permission, one row, one commit."""
    with transaction.atomic():
        LongTask.objects.create(
            site=request.clinic, key=str(uuid4()), title="bench", total=1, started_at=timezone.now()
        )
    return HttpResponse("stored")


def more_infusions(chair: Chair, count: int, *, after: int = 0) -> None:
    """Give the patient so many earlier infusions, each with a full set of rows; plain rows, it is a bench."""
    visit, infusion = chair.visit, chair.infusion
    for number in range(after, after + count):
        back = timedelta(days=7 * (number + 1))
        sequence = Sequence.objects.get(pk=visit.sequence_id)
        sequence.pk, sequence.number = None, sequence.number + number + 1
        sequence.first_day = visit.date - back
        sequence.state = "completed"
        sequence.save(force_insert=True)
        earlier = Visit.objects.get(pk=visit.pk)
        earlier.pk, earlier.sequence, earlier.date, earlier.state = (
            None,
            sequence,
            visit.date - back,
            VisitState.ATTENDED,
        )
        earlier.suite_day = day_like(visit, earlier.date)
        earlier.save(force_insert=True)
        _copy_of(Infusion.objects.get(pk=infusion.pk), earlier, back)


def _copy_of(infusion: Infusion, visit: Visit, back: timedelta) -> None:
    """An earlier infusion that has been discharged, with its sets and events."""
    sets = list(VitalSet.objects.filter(infusion=infusion))
    events = list(InfusionEvent.objects.filter(infusion=infusion))
    began, baseline = infusion.started_at - back, infusion.baseline_id
    infusion.pk, infusion.visit, infusion.date = None, visit, visit.date
    infusion.state, infusion.started_at, infusion.baseline = InfusionState.NOT_STARTED, None, None
    infusion.arrived_at -= back
    infusion.save(force_insert=True)
    for row in (*sets, *events):
        first, row.pk, row.key, row.infusion = row.pk, None, uuid4(), infusion
        row.occurred_at, row.received_at = row.occurred_at - back, row.received_at - back
        row._state.adding = True
        row.save(force_insert=True)
        if isinstance(row, VitalSet) and first == baseline:
            infusion.baseline = row
    infusion.state, infusion.started_at, infusion.outcome = InfusionState.DISCHARGED, began, "completed"
    infusion.ended_at = began + timedelta(minutes=40)
    infusion.discharged_at = infusion.ended_at + timedelta(minutes=31)
    infusion.save()


def day_like(visit: Visit, date: date) -> SuiteDay:
    """An earlier clinic day with the people of today."""
    day = SuiteDay.objects.get(site=visit.site, date=visit.date)
    rows = [*NurseShift.objects.filter(suite_day=day), *ProviderPresence.objects.filter(suite_day=day)]
    found = SuiteDay.objects.filter(site=visit.site, date=date).first()
    if found is None:
        day.pk, day.date, day.version = None, date, 0
        day.save(force_insert=True)
        for row in rows:
            row.pk, row.suite_day = None, day
            row.save(force_insert=True)
    return found or day


def timed(acts: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Median milliseconds of each act, by the clock and of CPU, taken in turn."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
    for turn in range(rounds + 2):
        for name, act in acts.items():
            begun, used = perf_counter(), process_time()
            act()
            if turn > 1:  # two rounds warm up
                times[name].append(((perf_counter() - begun) * 1000, (process_time() - used) * 1000))
    return {
        name: (statistics.median(took for took, _ in some), statistics.median(cpu for _, cpu in some))
        for name, some in times.items()
    }


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as seen:
        act()
    return len(seen)


def measure(one: Clinic, rounds: int, infusions: int) -> None:
    chair, other = one.chairs
    client = Client(headers={"HX-Request": "true"})
    client.force_login(one.nurse.user)
    page = reverse("infusions:chart", args=[chair.visit.pk])

    def post(address: str, fields: dict[str, str]) -> None:
        answer = client.post(address, fields)
        assert answer.status_code == 200, answer.content[:300]

    def act_alone() -> None:
        actions.record_vitals(
            infusion=other.infusion,
            reading=Vitals(128, 78, 70, 98, Rhythm.SINUS),
            occurred_at=(at := timezone.now()),
            key=uuid4(),
            by=one.nurse.user,
            at=at,
        )

    acts: dict[str, Callable[[], object]] = {
        "bare view, one INSERT": lambda: post("/bench-bare/", {}),
        "a set of vital signs over HTTP": lambda: post(*vitals(chair)),
        "the action alone": act_alone,
        "the chart the page asks for then": lambda: client.get(page),
        "a whole board": lambda: client.get(reverse("infusions:board_tiles")),
    }
    begun = timed(acts, rounds)
    base, bare_cpu = begun["bare view, one INSERT"]
    for name, (took, cpu) in begun.items():
        print(
            f"{name:34} {took:7.1f} ms {took / base:5.1f} x bare   CPU {cpu:6.1f} ms {cpu / bare_cpu:5.1f} x bare"
            f"  {queries(acts[name]):3} queries"
        )
    tag = client.get(reverse("infusions:board_tiles")).headers["ETag"]

    def silent() -> None:
        client.get(reverse("infusions:board_tiles"), headers={"If-None-Match": tag})

    quiet, cpu = timed({"poll": silent}, rounds)["poll"]
    print(f"a poll of a board that has not changed: {quiet:.1f} ms, CPU {cpu:.1f} ms, {queries(silent)} queries")
    first = queries(lambda: client.get(page))
    more_infusions(chair, 1)
    second = queries(lambda: client.get(page))
    single, _ = timed({"one": lambda: client.get(page)}, rounds)["one"]
    more_infusions(chair, infusions - 2, after=1)
    many, cpu = timed({"many": lambda: client.get(page)}, rounds)["many"]
    print(f"chart of a patient with 1 infusion: {first} queries; with 2: {single:.1f} ms, {second} queries")
    print(
        f"chart of one with {infusions}: {many:.1f} ms, CPU {cpu:.1f} ms, "
        f"{queries(lambda: client.get(page))} queries "
        "(aim: 150 ms, as many)"
    )


def main(rounds: int, infusions: int) -> None:
    urls.urlpatterns.append(path("bench-bare/", bare))
    with database():
        one = clinic(2)
        print(f"{durable()}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; medians of {rounds}")
        measure(one, rounds, infusions)
        print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [ROUNDS, INFUSIONS][len(given) :]))
