"""Systems that may ask our engine, and engines that a clinic asks."""

import secrets
from datetime import datetime

from django.db import transaction

from kitclinic import audit
from kitclinic.models import Site, StaffUser
from kitclinic.problems import refuse_if
from kitclinic.tokens import token_digest
from outcomes.models import EngineClient, InstrumentLicence, RemoteEngine
from outcomes.queries.engines import Served
from outcomes.queries.licences import standings
from outcomes.rules.engines import client_problems, remote_problems
from outcomes.rules.instruments import definitions


@transaction.atomic
def add_engine_client(*, site: Site, name: str, by: StaffUser, at: datetime) -> tuple[EngineClient, str]:
    """Let another system ask our engine. Its token is returned once; only the SHA-256 is stored."""
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    in_use = EngineClient.objects.filter(site=locked, ended_at__isnull=True).values_list("name", flat=True)
    refuse_if(client_problems(name, in_use=list(in_use)))
    token = f"{locked.slug}.{secrets.token_urlsafe(32)}"
    client = EngineClient.objects.create(
        site=locked, name=name.strip(), token_digest=token_digest(token), added_by=by, added_at=at
    )
    audit.record(event="engine client added", by=by, at=at, site=locked, subject=client)
    return client, token


@transaction.atomic
def end_engine_client(*, client: EngineClient, by: StaffUser, at: datetime) -> EngineClient:
    """Close its token. Ending it twice changes nothing."""
    row = EngineClient.objects.select_for_update(of=("self",)).select_related("site")
    locked = row.get(pk=client.pk, site=by.site)
    if locked.ended_at is None:
        locked.ended_at = at
        locked.save(update_fields=["ended_at"])
        audit.record(event="engine client ended", by=by, at=at, site=locked.site, subject=locked)
    return locked


@transaction.atomic
def note_served(*, client: EngineClient, served: Served, at: datetime) -> None:
    """Write down that another system asked our engine: which test, how far; no answer and no score."""
    audit.record(
        event="engine asked",
        by=None,
        actor=f"system {client.name}",
        at=at,
        site=client.site,
        subject=client,
        detail={
            "instrument": served.instrument.name,
            "content": served.instrument.content_sha256[:16],
            "answered": len(served.course.asked),
            "completed": served.course.next is None,
        },
    )


@transaction.atomic
def add_remote_engine(
    *,
    site: Site,
    instrument: str,
    address: str,
    questionnaire: str,
    credential: str,
    licence: InstrumentLicence,
    by: StaffUser,
    at: datetime,
) -> RemoteEngine:
    """Have another server run an adaptive test of this clinic (PRO-155)."""
    locked = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    definition = definitions().get(instrument)
    licence = InstrumentLicence.objects.get(pk=licence.pk, site=locked)
    today = locked.today(at)
    taken = RemoteEngine.objects.filter(site=locked, instrument=instrument, ended_at__isnull=True).exists()
    refuse_if(
        remote_problems(
            definition,
            address=address,
            questionnaire=questionnaire,
            credential=credential,
            licence_holds=standings(locked, today=today)[licence.pk].holds_on(today),
            taken=taken,
            demo_site=locked.is_demo,
        )
    )
    assert definition is not None
    engine = RemoteEngine.objects.create(
        site=locked,
        instrument=instrument,
        measure=definition.measures[0],
        title=definition.title,
        address=address.rstrip("/"),
        questionnaire=questionnaire,
        credential=credential,
        licence=licence,
        added_by=by,
        added_at=at,
    )
    audit.record(event="remote engine added", by=by, at=at, site=locked, subject=engine)
    return engine


@transaction.atomic
def end_remote_engine(*, engine: RemoteEngine, by: StaffUser, at: datetime) -> RemoteEngine:
    """Ask it no more in new questionnaires; those already sent go on with it."""
    rows = RemoteEngine.objects.select_for_update(of=("self",)).select_related("site")
    locked = rows.get(pk=engine.pk, site=by.site)
    if locked.ended_at is None:
        locked.ended_at = at
        locked.save(update_fields=["ended_at"])
        audit.record(event="remote engine ended", by=by, at=at, site=locked.site, subject=locked)
    return locked
