"""AUD-01, AUD-02: the audit trail is a chain that tells what was altered, cut off or written anew."""

import io
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction

from kitclinic import audit, chain, chain_heads
from kitclinic.models import AuditEvent, AuditLink, AuditWaiting, Site, StaffUser
from tests.factories import people

AT = datetime(2026, 3, 11, 14, 42, tzinfo=UTC)
INSERT = (
    "INSERT INTO kitclinic_auditevent (event, actor, at, site_id, subject, subject_id, detail) "
    "VALUES ('forged', 'nobody', now(), %s, '', 0, '{}')"
)


def events(site: Site, count: int, *, by: StaffUser | None = None) -> list[AuditEvent]:
    def made(number: int) -> AuditEvent:
        at, detail = AT + timedelta(seconds=number), {"n": number, "ä": "\U0001f4a7"}
        return audit.record(event="looked", by=by, at=at, site=site, subject=site, detail=detail)

    return [made(number) for number in range(count)]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, settings: Any) -> Path:
    settings.CHAIN_STORE = str(tmp_path / "heads" / "heads.jsonl")
    return Path(settings.CHAIN_STORE)


@pytest.mark.django_db
def test_aud_01_events_wait_and_are_linked_in_order(site: Site, nurse: StaffUser) -> None:
    before = chain.seal(site)
    made = events(site, 3, by=nurse)
    assert AuditWaiting.objects.count() == 3
    assert chain.seal(site) == 3
    assert chain.seal(site) == 0
    assert list(AuditLink.objects.filter(number__gt=before).order_by("number").values_list("number", "event")) == [
        (before + number, one.pk) for number, one in enumerate(made, 1)
    ]
    stored = AuditEvent.objects.get(pk=made[0].pk)
    assert (stored.by, stored.actor, stored.detail) == (nurse, nurse.name, {"n": 0, "ä": "\U0001f4a7"})
    assert stored.received_at is not None
    assert stored.received_at > stored.at  # the database's own clock, not the caller's
    assert list(chain.findings(site, [])) == []


@pytest.mark.django_db
def test_aud_01_each_site_has_a_chain_of_its_own(site: Site, other_site: Site) -> None:
    chain.seal_all()
    events(site, 2)
    events(other_site, 1)
    assert chain.seal_all() == 3
    firsts = AuditLink.objects.filter(number=1).order_by("site").values_list("hash", flat=True)
    assert len({bytes(one) for one in firsts}) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        INSERT,
        "INSERT INTO kitclinic_auditlink (event_id, site_id, number, own, hash) VALUES (1, %s, 99, '', '')",
        "DELETE FROM kitclinic_auditwaiting WHERE site_id = %s",
        "INSERT INTO kitclinic_auditwaiting (id, site_id) VALUES (1, %s)",
        "UPDATE kitclinic_auditlink SET hash = '' WHERE site_id = %s",
        "DELETE FROM kitclinic_auditlink WHERE site_id = %s",
        "UPDATE kitclinic_auditevent SET event = 'nothing' WHERE site_id = %s",
        "TRUNCATE kitclinic_auditlink -- %s",
        "TRUNCATE kitclinic_auditevent CASCADE -- %s",
        "ALTER TABLE kitclinic_auditlink DISABLE TRIGGER ALL -- %s",
        "ALTER TABLE kitclinic_auditevent DISABLE TRIGGER append_only -- %s",
        "SET session_replication_role = replica -- %s",
        "SET pgtrigger.ignore = '{append_only}'; UPDATE kitclinic_auditevent SET event = 'x' WHERE site_id = %s",
        "ALTER FUNCTION kitclinic_audit_beginning(bigint) RENAME TO another -- %s",
        "DROP FUNCTION kitclinic_audit_bytes(kitclinic_auditevent) -- %s",
        "ALTER FUNCTION kitclinic_seal_audit(bigint) SECURITY INVOKER -- %s",
    ],
)
def test_the_application_cannot_go_around_the_chain(site: Site, statement: str) -> None:
    events(site, 2)
    chain.seal(site)
    links = AuditLink.objects.count()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [site.pk])
    assert list(chain.findings(site, [])) == []
    assert AuditLink.objects.count() == links


@contextmanager
def superuser() -> Iterator[Any]:
    """The owner with triggers off and foreign keys gone: somebody who holds the machine."""
    with connections["owner"].cursor() as cursor:
        for table in ("kitclinic_auditevent", "kitclinic_auditlink"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(
            "SELECT conrelid::regclass, quote_ident(conname) FROM pg_constraint "
            "WHERE contype = 'f' AND confrelid = 'kitclinic_auditevent'::regclass"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield cursor


def test_aud_02_a_hundred_altered_rows_are_named_and_no_other(committed_db: str) -> None:
    site = people.site()
    made = [one.pk for one in events(site, 600)]
    chain.seal(site)
    dice = random.Random(4)
    altered = dice.sample(made, 100)
    with superuser() as cursor:
        for number, key in enumerate(altered):
            column = ("event = 'x'", "at = at + interval '1 microsecond'", "detail = '{}'", "actor = actor || ' '")
            cursor.execute(f"UPDATE kitclinic_auditevent SET {column[number % 4]} WHERE id = %s", [key])
    found = list(chain.findings(site, []))
    assert sorted(one.event for one in found if one.event) == sorted(altered)
    assert all("was altered" in one.sentence for one in found)


def test_aud_02_a_removed_and_a_forged_event_are_named(committed_db: str) -> None:
    site = people.site()
    made = events(site, 5)
    chain.seal(site)
    with superuser() as cursor:
        cursor.execute(INSERT + " RETURNING id", [site.pk])
        (forged,) = cursor.fetchone()
        cursor.execute("DELETE FROM kitclinic_auditevent WHERE id = %s", [made[2].pk])
    found = {one.event: one.sentence for one in chain.findings(site, [])}
    assert set(found) == {made[2].pk, forged}
    assert "was removed" in found[made[2].pk]
    assert "never came in by the door" in found[forged]


def test_aud_02_a_link_taken_out_or_changed_breaks_the_chain_where_it_was(committed_db: str) -> None:
    site = people.site()
    before = chain.seal(site)
    made = events(site, 6)
    chain.seal(site)
    with superuser() as cursor:
        cursor.execute("DELETE FROM kitclinic_auditlink WHERE number = %s", [before + 3])
        cursor.execute("UPDATE kitclinic_auditlink SET hash = own WHERE number = %s", [before + 5])
    sentences = [one.sentence for one in chain.findings(site, [])]
    assert any(f"Before link {before + 4} (event {made[3].pk})" in one for one in sentences)
    assert any(f"Link {before + 5} " in one for one in sentences)
    assert any(f"Event {made[2].pk} never came" in one for one in sentences)


def test_aud_02_a_cut_tail_shows_only_by_the_heads_kept_elsewhere(committed_db: str) -> None:
    site = people.site()
    before = chain.seal(site)
    events(site, 4)
    assert chain.ship_heads_of_all(at=AT) == 1
    events(site, 3)
    assert chain.ship_heads_of_all(at=AT + timedelta(hours=1)) == 1
    with superuser() as cursor:
        cursor.execute("DELETE FROM kitclinic_auditlink WHERE number > %s", [before + 5])
        cursor.execute(
            "DELETE FROM kitclinic_auditevent WHERE id NOT IN (SELECT event_id FROM kitclinic_auditlink)"
        )
    assert list(chain.findings(site, [])) == []
    heads = [chain_heads.read(line) for line in chain_heads.shipped()]
    (found,) = chain.findings(site, heads)
    ends, had = before + 5, before + 7
    told = f"The chain ends at link {ends}; on 2026-03-11 15:42 UTC it had {had}. 2 links were cut off."
    assert found.sentence == told


def test_aud_02_a_chain_written_anew_shows_by_the_heads(committed_db: str) -> None:
    site = people.site()
    made = events(site, 4)
    chain.ship_heads_of_all(at=AT)
    with superuser() as cursor:
        cursor.execute("UPDATE kitclinic_auditevent SET event = 'other' WHERE id = %s", [made[1].pk])
        cursor.execute("DELETE FROM kitclinic_auditlink")
        cursor.execute("INSERT INTO kitclinic_auditwaiting SELECT id, site_id FROM kitclinic_auditevent")
        cursor.execute("SELECT kitclinic_seal_audit(%s)", [site.pk])
    assert list(chain.findings(site, [])) == []
    (found,) = chain.findings(site, [chain_heads.read(line) for line in chain_heads.shipped()])
    assert "is not the one told" in found.sentence


@pytest.mark.django_db
def test_the_command_says_what_it_found(site: Site, store: Path) -> None:
    events(site, 3 - chain.seal(site))
    out = io.StringIO()
    chain.ship_heads_of_all(at=AT)
    call_command("verify_chain", stdout=out)
    assert out.getvalue() == "juniper: 3 links in order, 1 told heads agree.\n"
    line = json.loads(store.read_text())
    line["head"] = line["head"].replace('"number": 3', '"number": 2')
    store.write_text(f"{json.dumps(line)}\nrubbish\n")
    out = io.StringIO()
    with pytest.raises(CommandError, match="2 findings"):
        call_command("verify_chain", "--site", "juniper", stdout=out)
    assert "was not signed by us" in out.getvalue()
    with pytest.raises(CommandError, match="no site “nowhere”"):
        call_command("verify_chain", "--site", "nowhere")


@pytest.mark.django_db
def test_nothing_recorded_is_nothing_to_ship(store: Path) -> None:
    assert chain.ship_heads_of_all(at=AT) == 0
    assert not store.exists()
    assert chain_heads.shipped() == []
