"""What the database holds for the new tables, and an accepted referral for everybody known before."""

from django.db import migrations

from kitclinic.append_only import protect
from kitclinic.tenancy import same_site

REFERRALS = """
INSERT INTO scheduling_referral (
    site_id, received_on, source, source_phone, reason, treatments_tried, record_number, family_name,
    given_name, birth_date, sex, phone, email, language, state, state_since, asked_for, patient_id,
    decided_at, decided_by_id, decision_note, import_file, created_at, created_by_id
)
SELECT patient.site_id, (patient.created_at AT TIME ZONE site.time_zone)::date, 'Not recorded', '', '', '',
    patient.record_number, patient.family_name, patient.given_name, patient.birth_date, patient.sex,
    patient.phone, patient.email, patient.language, 'accepted', patient.created_at, '', patient.id,
    patient.created_at, entry.by_id, '', '', patient.created_at, entry.by_id
FROM scheduling_patient patient
JOIN kitclinic_site site ON site.id = patient.site_id
JOIN LATERAL (
    SELECT by_id FROM kitclinic_transition
    WHERE subject = 'scheduling_patient' AND subject_id = patient.id AND to_state = 'referred'
        AND by_id IS NOT NULL
    ORDER BY id LIMIT 1
) entry ON true
WHERE NOT patient.is_registry
"""


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0005_enrolment_records"), ("kitclinic", "0003_enrolment_settings")]
    operations = [
        protect(
            "scheduling_biometrics",
            "scheduling_healthscreen",
            "scheduling_consenttext",
            "scheduling_consent",
            "scheduling_consentwithdrawal",
            "scheduling_teamnote",
            "scheduling_letter",
        ),
        same_site("scheduling"),
        migrations.RunSQL(REFERRALS, migrations.RunSQL.noop),
    ]
