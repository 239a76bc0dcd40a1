"""The retention policy: the boundaries of its periods, dry run and run, floors of the owner's functions."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from kitclinic.actions import queue_message
from kitclinic.models import AuditEvent, LongTask, OutboxMessage, Site, StaffUser
from kitclinic.retention import carry_out, full_years, policy
from kitclinic.tasks import retention
from scheduling.actions.keeping import place_hold
from scheduling.models import DriverLink
from tests.factories import suite
from tests.factories.scheduling import patient

NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
KINDS = {kind.id: kind for kind in policy()}


@pytest.mark.parametrize(
    ("last", "years", "over"),
    [
        (date(2016, 3, 9), 10, date(2026, 3, 9)),
        (date(2024, 2, 29), 10, date(2034, 3, 1)),  # no 29 February: the whole years end a day later
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2015, 12, 31), 10, date(2025, 12, 31)),
    ],
)
def test_rec_03_whole_years_end_on_the_same_date_or_the_first_of_march(last: date, years: int, over: date) -> None:
    assert full_years(last, years) == over


def test_rec_04_a_year_before_the_29th_of_february_keeps_a_day_longer() -> None:
    at = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert KINDS["outbox_texts"].before(at) == datetime(2027, 2, 28, 12, tzinfo=UTC)
    assert KINDS["driver_links"].before(at) == at - timedelta(days=90)
    with pytest.raises(ValueError, match="always"):
        KINDS["schedule"].before(at)


@pytest.mark.parametrize(
    "text",
    [
        'keep = "10 moons"\nend = "stay"',
        'keep = "10 years"\nend = "burn"',
        'keep = "always"\nend = "delete"',
    ],
)
def test_rec_04_a_policy_that_cannot_be_read_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(f'[one]\ntitle = "One"\nafter = "it"\nbasis = "none"\nmodels = ["kitclinic.Site"]\n{text}\n')
    with pytest.raises(ValueError, match="is no"):
        policy(path)


def task(site: Site, key: str, finished_at: datetime | None) -> LongTask:
    return LongTask.objects.create(
        site=site, key=key, title=key, started_at=NOW - timedelta(days=99), finished_at=finished_at
    )


def rows(*, dry: bool, at: datetime = NOW) -> dict[tuple[str, str], int | None]:
    return {(line.site, line.kind.id): line.rows for line in carry_out(at=at, dry=dry)}


def test_rec_04_a_dry_run_says_the_numbers_of_the_run_and_changes_nothing(site: Site, other_site: Site) -> None:
    edge = NOW - timedelta(days=30)
    kept = task(site, "on the edge", edge), task(site, "runs", None), task(other_site, "other", NOW)
    gone = (
        task(site, "a moment older", edge - timedelta(microseconds=1)),
        task(other_site, "old", edge - edge.resolution * 9),
    )
    dry = rows(dry=True)
    assert LongTask.objects.count() == 5
    assert not AuditEvent.objects.filter(event="retention carried out").exists()
    assert (dry["juniper", "long_tasks"], dry["elsewhere", "long_tasks"]) == (1, 1)
    assert rows(dry=False) == dry
    assert set(LongTask.objects.values_list("pk", flat=True)) == {one.pk for one in kept}
    assert len(gone) == 2
    told = AuditEvent.objects.get(event="retention carried out", site=site)
    assert (told.detail["kind"], told.detail["rows"], told.by) == ("long_tasks", 1, None)
    assert rows(dry=False)["juniper", "long_tasks"] == 0


def test_rec_04_the_command_says_in_words_what_it_would_do(site: Site) -> None:
    task(site, "old", NOW - timedelta(days=300))
    out = StringIO()
    call_command("retention", "--dry-run", stdout=out)
    said = out.getvalue()
    assert "Progress of long work: 1 would be deleted, older than 30 days after it was finished." in said
    assert "Charts: no chart is due for review, 10 years after the last contact. None is deleted." in said
    assert LongTask.objects.count() == 1
    assert retention() == 1


def test_rec_05_the_owners_function_has_a_floor_of_its_own(site: Site) -> None:
    task(site, "young", datetime.now(UTC) - timedelta(days=1))
    refused = pytest.raises(IntegrityError, match="kept at least 7 days")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT retire_long_tasks(%s, clock_timestamp(), false)", [site.pk])
    assert LongTask.objects.count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM scheduling_patient",
        "DELETE FROM scheduling_sequence",
        "DELETE FROM infusions_infusion",
        "DELETE FROM infusions_order",
        "DELETE FROM outcomes_assessment",
        "DELETE FROM kitclinic_staffuser",
        "DELETE FROM scheduling_legalhold",
        "TRUNCATE scheduling_patient CASCADE",
    ],
)
def test_rec_05_the_application_deletes_no_chart(site: Site, statement: str) -> None:
    someone = patient(site=site)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    with pytest.raises(DatabaseError, match=r"permission denied|protected foreign keys"), transaction.atomic():
        someone.delete()


def message(site: Site, key: str, to: str, age: timedelta) -> OutboxMessage:
    made = queue_message(
        site=site, key=key, channel="sms", to=to, text="Your visit.", due_at=NOW - age, expires_at=NOW - age
    )
    assert made is not None
    return made


def test_rec_06_texts_of_messages_are_emptied_after_a_year_but_not_of_a_held_patient(
    site: Site, lead: StaffUser
) -> None:
    held, free = patient(site=site, phone="216 555 0107"), patient(site=site, phone="216 555 0108")
    place_hold(patient=held, reason="A letter from counsel.", by=lead, at=NOW)
    year = timedelta(days=365)
    old, young = message(site, "a", free.phone, year + timedelta(seconds=1)), message(site, "b", free.phone, year)
    theirs = message(site, "c", held.phone, year * 3)
    assert rows(dry=True)["juniper", "outbox_texts"] == 1
    rows(dry=False)
    for one in (old, young, theirs):
        one.refresh_from_db()
    assert (old.text, old.to, old.key) == ("", "", "a")
    assert (young.text, theirs.text, theirs.to) == ("Your visit.", "Your visit.", held.phone)


def test_rec_06_an_expired_link_of_a_held_patient_stays(site: Site, lead: StaffUser) -> None:
    suite.open_week(site)
    sequences = [suite.booked_sequence(site, start_minute=540 + 10 * place) for place in range(2)]
    for place, one in enumerate(sequences):
        DriverLink.objects.create(
            site=site, sequence=one, token_digest=str(place) * 64, made_at=NOW, expires_at=NOW - timedelta(days=91)
        )
    place_hold(patient=sequences[0].patient, reason="A letter from counsel.", by=lead, at=NOW)
    rows(dry=False)
    assert [one.sequence_id for one in DriverLink.objects.all()] == [sequences[0].pk]
