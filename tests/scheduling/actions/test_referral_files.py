"""Importing a list of referrals: whole or not at all, never twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from kitclinic.models import AuditEvent, LongTask, Site, StaffUser, Transition
from kitclinic.problems import Refused
from scheduling import actions
from scheduling.actions import referral_files
from scheduling.models import Referral, ReferralFile
from scheduling.rules.referral_file import FileRow
from tests.factories import people
from tests.factories import scheduling as make
from tests.factories.scheduling import NOW
from tests.races import race

HEADER = "Received on;Source;Family name;Given name;Birth date"
MARRIN = "2026-09-01;Dr. Amsel;Marrin;Delphine;1974-03-14"
TOLLAND = "2026-09-02;Dr. Amsel;Tolland;Osric;1980-01-02"


def data(*lines: str) -> bytes:
    return "\r\n".join((HEADER, *lines, "")).encode("utf-8-sig")


def upload(site: Site, by: StaffUser, *lines: str, date_order: str = "ask", name: str = "may.csv") -> ReferralFile:
    return actions.upload_referrals(site=site, name=name, data=data(*lines), date_order=date_order, by=by, at=NOW)


def start(file: ReferralFile, by: StaffUser, *, with_patients: bool = False) -> ReferralFile:
    return actions.start_import(file=file, with_patients=with_patients, by=by, at=NOW)


def test_a_file_is_looked_through_before_anything_is_taken_in(site: Site, scheduler: StaffUser) -> None:
    file = upload(site, scheduler, MARRIN, TOLLAND)
    assert (file.referrals, file.name, file.imported_at) == (2, "may.csv", None)
    assert not Referral.objects.exists()
    done = start(file, scheduler)
    assert (done.taken_in, done.left_out, done.imported_at) == (2, 0, NOW)
    first = Referral.objects.get(family_name="Marrin")
    assert (first.state, first.received_on, first.import_file, first.import_line) == (
        "received",
        date(2026, 9, 1),
        "may.csv",
        2,
    )
    assert Transition.objects.filter(subject="scheduling_referral", to_state="received").count() == 2
    assert AuditEvent.objects.get(event="referrals imported").detail == {"taken_in": 2, "left_out": 0}


def test_the_text_of_a_file_goes_once_it_is_imported(site: Site, scheduler: StaffUser) -> None:
    file = start(upload(site, scheduler, MARRIN), scheduler)
    file.refresh_from_db()
    assert file.text == ""


def test_the_same_file_again_doubles_nothing(site: Site, scheduler: StaffUser) -> None:
    file = start(upload(site, scheduler, MARRIN), scheduler)
    again = upload(site, scheduler, MARRIN, name="renamed.csv")
    assert again.pk == file.pk
    with pytest.raises(Refused, match="nothing is taken in twice"):
        start(again, scheduler)
    assert Referral.objects.count() == 1


def test_a_longer_list_takes_in_only_what_is_new(site: Site, scheduler: StaffUser) -> None:
    start(upload(site, scheduler, MARRIN), scheduler)
    done = start(upload(site, scheduler, MARRIN, TOLLAND, TOLLAND), scheduler)
    assert (done.taken_in, done.left_out, Referral.objects.count()) == (1, 2, 2)


def test_the_same_line_stays_out_after_it_was_decided(site: Site, scheduler: StaffUser) -> None:
    start(upload(site, scheduler, MARRIN), scheduler)
    actions.decline_referral(referral=Referral.objects.get(), reason="Too far.", by=scheduler, at=NOW)
    done = start(upload(site, scheduler, MARRIN, TOLLAND), scheduler)
    assert (done.taken_in, done.left_out) == (1, 1)


def test_who_is_a_patient_here_comes_in_only_when_asked_for(site: Site, scheduler: StaffUser) -> None:
    make.patient(site=site, family_name="Marrin", given_name="Délphine", birth_date=date(1974, 3, 14))
    assert start(upload(site, scheduler, MARRIN), scheduler).left_out == 1
    done = start(upload(site, scheduler, MARRIN, TOLLAND), scheduler, with_patients=True)
    assert (done.taken_in, done.left_out) == (2, 0)


def test_one_wrong_line_stops_the_file_and_every_wrong_line_is_told(site: Site, scheduler: StaffUser) -> None:
    file = upload(site, scheduler, MARRIN, "2026-09-01;;;Ida;2026-09-02", "2026-09-01;self;Ng;;03/04/1974")
    with pytest.raises(Refused) as refused:
        start(file, scheduler)
    told = [problem.sentence for problem in refused.value.problems]
    assert [sentence[:7] for sentence in told] == ["Line 3:", "Line 3:", "Line 4:"]
    assert {problem.rule for problem in refused.value.problems} == {"ENR-39"}
    assert not Referral.objects.exists()


def test_more_wrong_lines_than_can_be_read_are_counted(site: Site, scheduler: StaffUser) -> None:
    file = upload(site, scheduler, *["soon;self;Ng;;"] * 53)
    with pytest.raises(Refused) as refused:
        start(file, scheduler)
    told = [problem.sentence for problem in refused.value.problems]
    assert (len(told), told[-1]) == (51, "And 3 more.")


def test_the_order_of_dates_is_chosen_not_guessed(site: Site, scheduler: StaffUser) -> None:
    file = upload(site, scheduler, "2026-09-01;self;Ng;;03/04/1974")
    with pytest.raises(Refused, match="4 March or 3 April"):
        start(file, scheduler)
    chosen = actions.choose_date_order(file=file, date_order="day_first", by=scheduler, at=NOW)
    start(chosen, scheduler)
    assert Referral.objects.get().birth_date == date(1974, 4, 3)


def test_a_file_that_is_no_list_is_refused_and_not_kept(site: Site, scheduler: StaffUser) -> None:
    with pytest.raises(Refused, match="not written in UTF-8"):
        actions.upload_referrals(
            site=site,
            name="x.csv",
            data=data("2026-09-01;self;Müller;;").decode("utf-8-sig").encode("latin-1"),
            date_order="ask",
            by=scheduler,
            at=NOW,
        )
    assert not ReferralFile.objects.exists()


def test_a_file_that_was_left_lying_goes_with_the_next_upload(site: Site, scheduler: StaffUser) -> None:
    upload(site, scheduler, MARRIN)
    upload(site, scheduler, TOLLAND)
    assert ReferralFile.objects.count() == 1
    upload(site, people.staff("physician", site=site), MARRIN)
    assert ReferralFile.objects.count() == 2  # a colleague's file stays


def test_a_file_is_thrown_away_before_its_import_and_not_after(site: Site, scheduler: StaffUser) -> None:
    actions.discard_referral_file(file=upload(site, scheduler, MARRIN), by=scheduler, at=NOW)
    assert not ReferralFile.objects.exists()
    file = start(upload(site, scheduler, MARRIN), scheduler)
    with pytest.raises(Refused):
        actions.discard_referral_file(file=file, by=scheduler, at=NOW)


def test_a_line_that_reaches_the_door_wrong_is_refused_there_too(site: Site, scheduler: StaffUser) -> None:
    rows = [FileRow(2, make.new_referral()), FileRow(3, make.new_referral(birth_date=date(2026, 9, 8)))]
    with pytest.raises(Refused, match="Line 3: Born 2026-09-08 is after"):
        actions.import_referrals(site=site, rows=rows, file_name="x.csv", by=scheduler, at=NOW)
    assert not Referral.objects.exists()


def test_twenty_thousand_lines_come_in_whole_by_the_worker(site: Site, scheduler: StaffUser) -> None:
    """With a byte-order mark and semicolons; the person does not wait for it."""
    start_day = date(1940, 1, 1).toordinal()
    lines = [
        f"2026-09-01;Dr. Amsel;Family{'abcdefghij'[n % 10]};Given {n:05d};"
        f"{date.fromordinal(start_day + n):%Y-%m-%d}"
        for n in range(20_000)
    ]
    file = start(upload(site, scheduler, *lines, lines[0], lines[-1]), scheduler)
    assert (file.imported_at, Referral.objects.count()) == (None, 0)
    assert actions.import_waiting_files(at=NOW) == 1
    file.refresh_from_db()
    assert (file.taken_in, file.left_out, file.text) == (20_000, 2, "")
    assert Referral.objects.filter(state="received").count() == 20_000
    assert Transition.objects.filter(subject="scheduling_referral").count() == 20_000
    task = LongTask.objects.get(key=f"referral-file-{file.pk}")
    assert (task.finished_at, task.problem) == (NOW, "")
    assert actions.import_waiting_files(at=NOW) == 0  # a task may run twice


def test_a_wrong_line_at_the_end_of_a_long_file_keeps_all_of_it_out(
    site: Site, scheduler: StaffUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(referral_files, "AT_ONCE", 0)
    file = start(upload(site, scheduler, MARRIN, "2026-09-07;self;Ng;;"), scheduler)
    early = datetime(2026, 9, 3, 15, tzinfo=UTC)  # on this day the last line is in the future
    assert actions.import_waiting_files(at=early) == 0
    file.refresh_from_db()
    assert "Line 3: The referral is dated 2026-09-07" in file.problem
    assert not Referral.objects.exists()
    assert LongTask.objects.get().problem == file.problem
    assert actions.import_waiting_files(at=NOW) == 0  # it is not tried again by itself
    actions.discard_referral_file(file=file, by=scheduler, at=NOW)


def test_two_people_import_the_same_list_at_once_and_it_comes_in_once(committed_db: str) -> None:
    site = people.site()
    staff = [people.staff("scheduler", site=site) for _ in range(3)]
    rows = [FileRow(line, make.new_referral()) for line in range(2, 12)]

    def load(by: StaffUser) -> Callable[[], referral_files.Imported]:
        return lambda: actions.import_referrals(site=site, rows=rows, file_name="x.csv", by=by, at=NOW)

    done, lost = race(*map(load, staff))
    assert (len(done), lost) == (3, [])
    assert sorted(one.taken_in for one in done) == [0, 0, 10]
    assert Referral.objects.count() == 10
