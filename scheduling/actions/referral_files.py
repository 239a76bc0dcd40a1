"""Files of referrals: look through, import whole or not at all, never twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from kitclinic import audit
from kitclinic.actions import begin_long_task, finish_long_task, note_progress
from kitclinic.models import Site, StaffUser, Transition
from kitclinic.problems import Blocker, Refused
from scheduling.actions.referrals import stored
from scheduling.actions.triage import lock_inbox
from scheduling.models import Referral, ReferralFile
from scheduling.queries.referral_files import known_patients, known_referrals, read_stored
from scheduling.rules.referral_file import ENR_39, FileRow, ReadFile, UnreadableFileError, decode
from scheduling.rules.referral_match import LeftOut, sort_lines
from scheduling.rules.referrals import referral_problems
from scheduling.states import ReferralState

BATCH = 1000  # rows an INSERT
AT_ONCE = 2000  # referrals imported while the person waits; longer files are the worker's
REPORTED = 50  # problems of a file that are told one by one


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    taken_in: int
    left_out: tuple[LeftOut, ...]


@transaction.atomic
def upload_referrals(
    *, site: Site, name: str, data: bytes, date_order: str, by: StaffUser, at: datetime
) -> ReferralFile:
    """Keep an uploaded file until it is imported; the same file again is the same row.

    The files this person uploaded before and did not import are thrown away.
    Raises Refused when it is no list of referrals at all; wrong lines are told by the next page.
    """
    try:
        text = decode(data)
        read = read_stored(text, site=site, date_order=date_order, at=at)
    except UnreadableFileError as unreadable:
        raise Refused([Blocker(ENR_39.id, str(unreadable), "file")]) from unreadable
    digest = sha256(text.encode()).hexdigest()
    mine = ReferralFile.objects.filter(site=site, uploaded_by=by, asked_at__isnull=True)
    mine.exclude(digest=digest).delete()
    file, is_new = ReferralFile.objects.get_or_create(
        site=site,
        digest=digest,
        defaults={
            "name": name[-120:],
            "text": text,
            "date_order": date_order,
            "referrals": len(read.rows),
            "uploaded_at": at,
            "uploaded_by": by,
        },
    )
    if not is_new and file.asked_at is None:
        _read_again(file, read, date_order=date_order)
    audit.record(event="referral file uploaded", by=by, at=at, site=site, subject=file)
    return file


@transaction.atomic
def choose_date_order(*, file: ReferralFile, date_order: str, by: StaffUser, at: datetime) -> ReferralFile:
    """Say what 03/04/1974 means in this file."""
    locked = _lock(file)
    _refuse_if_asked(locked)
    read = read_stored(locked.text, site=locked.site, date_order=date_order, at=at)
    _read_again(locked, read, date_order=date_order)
    return locked


@transaction.atomic
def start_import(*, file: ReferralFile, with_patients: bool, by: StaffUser, at: datetime) -> ReferralFile:
    """Import a looked-through file: at once when it is short, otherwise by the worker.

    Raises Refused with every wrong line, and nothing is taken in.
    """
    locked = _lock(file)
    _refuse_if_asked(locked)
    read = read_stored(locked.text, site=locked.site, date_order=locked.date_order, at=at)
    _refuse_wrong_lines(read)
    locked.with_patients, locked.asked_at, locked.asked_by = with_patients, at, by
    locked.referrals, locked.problem = len(read.rows), ""
    locked.save(update_fields=["with_patients", "asked_at", "asked_by", "referrals", "problem"])
    if len(read.rows) <= AT_ONCE:
        _import(locked, read, at=at)
    return locked


def import_waiting_files(*, at: datetime) -> int:
    """Import the files somebody asked for, one after the other; return how many. For the worker; may run twice."""
    waiting = ReferralFile.objects.filter(asked_at__isnull=False, imported_at__isnull=True, problem="")
    done = 0
    for file in waiting.select_related("site").order_by("asked_at", "pk"):
        title = f"Importing {file.referrals:,} referrals of {file.name}"[:120]
        task = begin_long_task(site=file.site, key=f"referral-file-{file.pk}", title=title, total=2, at=at)
        problem = ""
        try:
            with transaction.atomic():
                locked = _lock(file)
                read = read_stored(locked.text, site=locked.site, date_order=locked.date_order, at=at)
                _refuse_wrong_lines(read)
            note_progress(task=task, done=1)
            with transaction.atomic():
                done += _import(_lock(file), read, at=at)
        except Refused as refused:
            problem = str(refused)[:300]
            _note_problem(file, problem)
        finish_long_task(task=task, at=at, problem=problem)
    return done


@transaction.atomic
def discard_referral_file(*, file: ReferralFile, by: StaffUser, at: datetime) -> None:
    """Throw an uploaded file away that was not imported."""
    locked = _lock(file)
    if locked.asked_at is not None and not locked.problem:
        sentence = "The import of this file has begun or is done. Its referrals are decided one by one."
        raise Refused([Blocker(ENR_39.id, sentence)])
    audit.record(event="referral file discarded", by=by, at=at, site=locked.site, subject=locked)
    locked.delete()


@transaction.atomic
def import_referrals(
    *,
    site: Site,
    rows: Sequence[FileRow],
    file_name: str,
    by: StaffUser,
    at: datetime,
    with_patients: bool = False,
) -> Imported:
    """Put the referrals of a file into the inbox, all or none; who is here already is left out.

    with_patients: take in those who are patients here; they are returning patients.
    Raises Refused with one problem a wrong line, at most REPORTED, and then how many more there are.
    """
    # One entry of a site at a time: the same list is not imported twice at once.
    lock_inbox(site)
    today = site.today(at)
    _refuse_lines((row.line, problem.sentence) for row in rows for problem in referral_problems(row.new, today))
    found = sort_lines(
        [(row.line, row.new) for row in rows],
        referrals=known_referrals(site=site, rows=rows),
        patients=known_patients(site=site, rows=rows),
        with_patients=with_patients,
    )
    new = [
        Referral(
            site=site,
            **stored(said),
            state_since=at,
            import_file=file_name[-120:],
            import_line=line,
            created_at=at,
            created_by=by,
        )
        for line, said in found.take
    ]
    for start in range(0, len(new), BATCH):
        made = Referral.objects.bulk_create(new[start : start + BATCH])
        Transition.objects.bulk_create([_received(referral, by, at) for referral in made])
    audit.record(
        event="referrals imported",
        by=by,
        at=at,
        site=site,
        subject=site,
        detail={"taken_in": len(new), "left_out": len(found.left_out)},
    )
    return Imported(len(new), found.left_out)


def _import(file: ReferralFile, read: ReadFile, *, at: datetime) -> bool:
    """Import a locked file and let go of its text; False when it has been imported meanwhile."""
    if file.imported_at is not None or file.asked_by is None:
        return False
    done = import_referrals(
        site=file.site,
        rows=read.rows,
        file_name=file.name,
        by=file.asked_by,
        at=at,
        with_patients=file.with_patients,
    )
    file.imported_at, file.taken_in, file.left_out, file.text = at, done.taken_in, len(done.left_out), ""
    file.save(update_fields=["imported_at", "taken_in", "left_out", "text"])
    return True


def _received(referral: Referral, by: StaffUser, at: datetime) -> Transition:
    return Transition(
        site_id=referral.site_id,
        subject=Referral._meta.db_table,
        subject_id=referral.pk,
        from_state="",
        to_state=ReferralState.RECEIVED,
        by=by,
        at=at,
    )


def _read_again(file: ReferralFile, read: ReadFile, *, date_order: str) -> None:
    file.date_order, file.referrals = date_order, len(read.rows)
    file.save(update_fields=["date_order", "referrals"])


def _note_problem(file: ReferralFile, problem: str) -> None:
    file.problem = problem
    file.save(update_fields=["problem"])


def _refuse_wrong_lines(read: ReadFile) -> None:
    _refuse_lines((problem.line, problem.sentence) for problem in read.problems)


def _refuse_lines(wrong: Iterable[tuple[int, str]]) -> None:
    told = [f"Line {line}: {sentence}" for line, sentence in wrong]
    if not told:
        return
    if more := len(told) - REPORTED:
        told = [*told[:REPORTED], f"And {more:,} more."] if more > 0 else told
    raise Refused([Blocker(ENR_39.id, sentence) for sentence in told])


def _refuse_if_asked(file: ReferralFile) -> None:
    if file.asked_at is not None:
        sentence = "The import of this file has been asked for already; nothing is taken in twice."
        raise Refused([Blocker(ENR_39.id, sentence)])


def _lock(file: ReferralFile) -> ReferralFile:
    found = ReferralFile.objects.select_for_update(of=("self",)).select_related("site", "asked_by")
    return found.get(site=file.site_id, pk=file.pk)
