"""What earlier imports of a registry left, by the keys an export uses."""

from infusions.models import RegistryInfusion
from kitclinic.models import Site
from outcomes.models import Score
from outcomes.rules.registry_merge import Person, Stored
from scheduling.models import Patient


def stored_registry(home: Site) -> Stored:
    """Return everything imported into a registry site, in three queries."""
    patients = {
        patient.record_number: Person(
            record_number=patient.record_number,
            age=patient.age_at_first_infusion,
            birth_date=patient.birth_date,
            sex=patient.sex,
            ethnic_group=patient.ethnic_group,
            marital_status=patient.marital_status,
            body_mass_index=patient.body_mass_index,
            charlson_index=patient.charlson_index,
            diagnosis=patient.diagnosis,
        )
        for patient in Patient.objects.filter(site=home)
    }
    infusions = RegistryInfusion.objects.filter(site=home).values_list(
        "patient__record_number", "date", "start_minute", "sequence", "session", "status"
    )
    scores = (
        Score.objects.current()
        .filter(site=home, source="registry")
        .values_list("patient__record_number", "measure", "date", "minute", "value")
    )
    return Stored(
        patients=patients,
        infusions={
            (number, day, at): (seq, session, status) for number, day, at, seq, session, status in infusions
        },
        scores={(number, name, day, at): int(value * 10) for number, name, day, at, value in scores},
    )
