"""Taking over a registry export: all or nothing, repeatable, into a site of its own."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Model

from infusions.models import RegistryInfusion
from kitclinic import audit
from kitclinic.models import Site, StaffUser, Transition
from kitclinic.problems import Blocker, Refused
from outcomes.models import RegistryImport, Score
from outcomes.queries.registry import stored_registry
from outcomes.rules.cells import LineProblem
from outcomes.rules.measures import measures
from outcomes.rules.registry import COLUMNS, InfusionRow, ScoreRow, read_registry
from outcomes.rules.registry_label import About, UnreadableLabelError, digest_of, read_about
from outcomes.rules.registry_merge import REPEATED, Additions, Person, additions, minute
from outcomes.rules.scoring import points
from scheduling.models import Patient
from scheduling.states import EnrolmentState

BATCH = 1000  # rows an INSERT
REPORTED = 200  # lines of a report; the rest is counted

Progress = Callable[[int, int], None]  # rows stored so far, rows to store


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. record: its row; is_repeat: these very files, or all their lines, were here before."""

    record: RegistryImport
    is_repeat: bool
    notes: tuple[str, ...] = ()


@transaction.atomic
def import_registry(
    *,
    site: Site,
    directory: Path,
    label: str = "",
    by: StaffUser | None,
    at: datetime,
    progress: Progress = lambda done, total: None,
) -> Imported:
    """Import patients.csv, infusions.csv and pro.csv for a clinic; write everything or nothing.

    site: the clinic; the rows go into its registry site, simulated ones into another. by: None for a command.
    Raises Refused with one problem a line, at most REPORTED, and then how many more there are.
    """
    clinic = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    _refuse_registry_of_registry(clinic)
    about = _about(directory)
    home = _registry_site(clinic, simulated=about.simulated)
    digest = digest_of(directory)
    before = RegistryImport.objects.filter(site=home, digest=digest).first()
    if before is not None:
        return Imported(before, is_repeat=True)
    registry = read_registry(directory, today=clinic.today(at))
    _refuse_if(registry.problems)
    new = additions(registry, stored_registry(home))
    _refuse_if(new.problems)
    _store(new, home, by=by, at=at, progress=progress)
    _tell_the_planner()
    record = RegistryImport.objects.create(
        site=home,
        digest=digest,
        label=label or about.label or f"Registry export of {clinic.today(at)}",
        patients=len(new.patients),
        infusions=len(new.infusions),
        scores=len(new.scores),
        by=by,
        at=at,
    )
    audit.record(
        event="registry imported",
        by=by,
        actor="" if by else "import command",
        at=at,
        site=home,
        subject=record,
        detail={"patients": record.patients, "infusions": record.infusions, "scores": record.scores},
    )
    return Imported(record, is_repeat=not (new.patients or new.infusions or new.scores), notes=new.notes)


def _refuse_registry_of_registry(clinic: Site) -> None:
    if clinic.registry_of_id is not None:
        sentence = f"{clinic.name} is a registry itself. Name the clinic it belongs to."
        raise Refused([Blocker(REPEATED.id, sentence, "site")])


def _about(directory: Path) -> About:
    if not directory.is_dir():
        raise Refused([Blocker(COLUMNS.id, f"There is no folder {directory}.", "directory")])
    try:
        return read_about(directory)
    except UnreadableLabelError as unreadable:
        raise Refused([Blocker(COLUMNS.id, str(unreadable), "directory")]) from unreadable


def _tell_the_planner() -> None:
    """Count the imported tables anew, so that the first table made of them does not take them for empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT outcomes_weigh_imported()")


def _registry_site(clinic: Site, *, simulated: bool) -> Site:
    """The site that holds a clinic's registry: never the clinic itself, and simulated people apart."""
    slug = f"{clinic.slug}-registry" + ("-simulated" if simulated else "")
    site, _ = Site.objects.get_or_create(
        slug=slug,
        defaults={
            "name": f"{clinic.name}, {'simulated ' if simulated else ''}registry",
            "time_zone": clinic.time_zone,
            "first_weekday": clinic.first_weekday,
            "registry_of": clinic,
            "is_demo": simulated,
        },
    )
    return site


def _refuse_if(problems: Sequence[LineProblem]) -> None:
    if not problems:
        return
    told = [Blocker(problem.rule, _line(problem), problem.file) for problem in problems[:REPORTED]]
    if len(problems) > REPORTED:
        more = len(problems) - REPORTED
        told.append(Blocker(COLUMNS.id, f"And {more:,} more {'line' if more == 1 else 'lines'} like these."))
    raise Refused(told)


def _line(problem: LineProblem) -> str:
    place = f"{problem.file}, line {problem.line}" if problem.line else problem.file
    return f"{place}: {problem.sentence}"


def _store(new: Additions, home: Site, *, by: StaffUser | None, at: datetime, progress: Progress) -> None:
    total = len(new.patients) + len(new.infusions) + len(new.scores)
    done = 0

    def write(model: type[Model], rows: Iterable[Model]) -> None:
        nonlocal done
        ready = list(rows)
        for start in range(0, len(ready), BATCH):
            batch = ready[start : start + BATCH]
            model._default_manager.bulk_create(batch)
            done += len(batch)
            progress(done, total)

    progress(0, total)
    patients = [_patient(person, home, at) for person in new.patients]
    write(Patient, patients)
    Transition.objects.bulk_create([_first_state(patient, by, at) for patient in patients])
    keys = dict(Patient.objects.filter(site=home).values_list("record_number", "pk"))
    write(RegistryInfusion, (_infusion(row, home, keys[row.patient]) for row in new.infusions))
    write(Score, (_score(row, home, keys[row.patient], at) for row in new.scores))


def _patient(person: Person, home: Site, at: datetime) -> Patient:
    return Patient(
        site=home,
        record_number=person.record_number,
        birth_date=person.birth_date,
        age_at_first_infusion=person.age,
        sex=person.sex,
        ethnic_group=person.ethnic_group,
        marital_status=person.marital_status,
        body_mass_index=person.body_mass_index,
        charlson_index=person.charlson_index,
        diagnosis=person.diagnosis,
        state=EnrolmentState.CLEARED,
        is_registry=True,
        created_at=at,
    )


def _first_state(patient: Patient, by: StaffUser | None, at: datetime) -> Transition:
    return Transition(
        site_id=patient.site_id,
        subject=Patient._meta.db_table,
        subject_id=patient.pk,
        from_state="",
        to_state=patient.state,
        reason="registry import",
        by=by,
        at=at,
    )


def _infusion(row: InfusionRow, home: Site, patient: int) -> RegistryInfusion:
    return RegistryInfusion(
        site=home,
        patient_id=patient,
        date=row.date,
        start_minute=minute(row.start),
        sequence=row.sequence,
        session=row.session,
        status=row.status,
    )


def _score(row: ScoreRow, home: Site, patient: int, at: datetime) -> Score:
    return Score(
        site=home,
        patient_id=patient,
        measure=row.instrument,
        value=points(measures()[row.instrument], row.tenths),
        date=row.date,
        minute=minute(row.time),
        source="registry",
        recorded_at=at,
    )
