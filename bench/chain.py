"""How long the audit chain takes to link, to verify and to read when it is long.

Run: python bench/chain.py [events]. Makes a database of its own and drops it. The events are put in by the owner,
all at once, and linked and verified by the product's own functions over their real bytes. Aim: 1,000,000 verified
in 60 s; one page of the audit trail, the first or far down, in a few ms, on an index. Prints, asserts nothing.
"""

import os
import statistics
import sys
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from django.db import connections
from django.utils import timezone

from bench.chairside_clinics import database, durable
from kitclinic.actions import check_chain
from kitclinic.audit import record_look
from kitclinic.chain import head, seal
from kitclinic.looks import Act, chart
from kitclinic.models import Site
from kitclinic.trail import Asked, events, known_events, part
from tests.factories import people

EVENTS, ROUNDS, YEAR = 1_000_000, 21, 365
MAKE = """
WITH made AS (
    INSERT INTO kitclinic_auditevent
        (event, by_id, actor, at, received_at, site_id, subject, subject_id, patient_id, detail)
    SELECT (ARRAY['chart opened', 'vitals recorded', 'list opened', 'order signed', 'searched'])[1 + n %% 5],
           %(first)s + n %% %(people)s, 'Ines Vogel',
           %(at)s::timestamptz - (%(events)s - n) * interval '31 seconds', now(),
           %(site)s, 'scheduling_patient', n %% 3000, n %% 3000,
           jsonb_build_object('page', 'infusions:chart', 'session', left(md5(n::text), 12), 'role', 'nurse')
    FROM generate_series(1, %(events)s) n RETURNING id, site_id
) INSERT INTO kitclinic_auditwaiting (id, site_id) SELECT id, site_id FROM made
"""


def filled(site: Site, count: int) -> None:
    """Events of a year, by 20 people about 3,000 patients."""
    staff = [people.staff("nurse", site=site).pk for _ in range(20)]
    given = {"first": staff[0], "people": len(staff), "at": timezone.now(), "events": count, "site": site.pk}
    with connections["owner"].cursor() as cursor:
        cursor.execute(MAKE, given)
        cursor.execute("ANALYZE kitclinic_auditevent")


def pages(site: Site) -> None:
    """The audit trail in each of the ways it is asked for."""
    today = site.today(timezone.now())
    nurse = people.staff("nurse", site=site)
    nurse.pk -= 5  # one of those who did something
    long_ago = today - timedelta(days=300)
    ways = {
        "everything": Asked(),
        "one patient": Asked(patient=1500),
        "one person": Asked(person=nurse),
        "one act": Asked(act="order signed"),
        "looked at records": Asked(act="looked"),
        "an act that was never done": Asked(act="break-glass opened"),
        "one day long ago": Asked(first=long_ago, last=long_ago),
        "a person on a day long ago": Asked(person=nurse, first=long_ago, last=long_ago),
        "a patient, an act, a month": Asked(patient=1500, act="looked", first=long_ago, last=date(2100, 1, 1)),
    }
    for name, asked in ways.items():
        mark = ""
        for _ in range(3):
            _, mark = part(events(site, asked), mark)
        for where, before in (("first page", ""), ("a page further down", mark)):
            times = []
            for _ in range(ROUNDS):
                begun = perf_counter()
                part(events(site, asked), before)
                times.append((perf_counter() - begun) * 1000)
            if where == "first page" or before:
                print(
                    f"  {name:28} {where:20} {statistics.median(times):7.1f} ms   {plan(events(site, asked)[:51])}"
                )


def line(site: Site) -> None:
    """One more line about who looked, with the patient found from a visit's key, in the long trail."""
    nurse, look = people.staff("nurse", site=site), chart("Infusion chart", ("scheduling.Visit", "patient_id"))
    facts = {"event": Act.CHART, "by": nurse, "site": site, "subject": "scheduling_visit", "subject_id": 1}
    for name, minutes in (("a page", 0), ("what a page asks for by itself", 10)):
        times = []
        for number in range(ROUNDS * 5):
            at = timezone.now()
            after = at - timedelta(minutes=minutes) if minutes else None
            same = {"page": "infusions:chart", "session": f"{number}"}
            begun = perf_counter()
            record_look(**facts, at=at, patient=look.patient(site, 1), same=same, also={}, unless_after=after)
            times.append((perf_counter() - begun) * 1000)
        print(f"a line for {name}: {statistics.median(times):.2f} ms, one statement and one commit")


def plan(rows: object) -> str:
    """The scans of the plan, one line."""
    told = rows.explain()  # type: ignore[attr-defined]
    return "; ".join(
        line.strip(" ->").split("  (")[0] for line in told.split("\n") if "Scan" in line or "Sort  " in line
    )


def main(count: int) -> None:
    with database():
        print(f"{durable()}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        site = people.site()
        begun = perf_counter()
        filled(site, count)
        print(f"{count:,} events made in {perf_counter() - begun:.1f} s")
        begun = perf_counter()
        linked = seal(site)
        took = perf_counter() - begun
        print(f"{linked:,} linked in {took:.1f} s, {linked / took:,.0f} a second")
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE kitclinic_auditevent, kitclinic_auditlink, kitclinic_auditwaiting")
        for _ in range(2):
            begun = perf_counter()
            found = check_chain(site=site, heads=[h for h in [head(site, timezone.now())] if h], at=timezone.now())
            took = perf_counter() - begun
            print(f"{linked:,} verified in {took:.1f} s, {linked / took:,.0f} a second, {len(found)} findings")
        begun = perf_counter()
        names = known_events(site)
        print(f"{len(names)} kinds of events named in {(perf_counter() - begun) * 1000:.1f} ms")
        pages(site)
        line(site)
        print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
