"""What each page of scheduling shows of patients (ACC-10): the audit trail names it by these words."""

from kitclinic.looks import Look, NoLook, chart, exported, listed, printed

CONSENT = ("scheduling.Consent", "patient_id")
MERGE = ("scheduling.PatientMerge", "kept_id")
REFERRAL = ("scheduling.Referral", "patient_id")
SEAT = ("scheduling.GroupSeat", "patient_id")
SEQUENCE = ("scheduling.Sequence", "patient_id")
VISIT = ("scheduling.Visit", "patient_id")

FIGURES = NoLook("figures of the clinic, nobody in particular")
STAFF = NoLook("days and people of the clinic, no patient")
FORM = NoLook("an empty form")
SETTINGS = NoLook("settings of the clinic")

LOOKS: dict[str, Look | NoLook] = {
    "board_move": chart("Moving a visit", VISIT),
    "board_targets": chart("Where a visit may move to", VISIT, part=True),
    "callout": listed("Call-out of staff"),
    "callout_new": listed("Call-out of staff"),
    "completion": listed("Completion"),
    "completion_csv": exported("Completion"),
    "consent": chart("Consent"),
    "consent_text": SETTINGS,
    "cover": STAFF,
    "day_sheet": listed("Sheet of a day"),
    "day_sheet_pdf": printed("Sheet of a day"),
    "drivers": chart("Drivers", SEQUENCE),
    "eligibility": chart("Eligibility"),
    "feeds": STAFF,
    "funnel": FIGURES,
    "funnel_csv": exported("Enrolment funnel"),
    "funnel_patients": listed("Patients of the enrolment funnel"),
    "group": listed("Group visit"),
    "group_change": STAFF,
    "group_letters": printed("Letters of a group visit"),
    "group_messages": listed("Messages of a group visit"),
    "group_new": FORM,
    "group_rows": listed("Group visit", part=True),
    "groups": listed("Group visits"),
    "health_screen": chart("Health screen"),
    "holiday": listed("Holiday and the visits it moves"),
    "holidays": STAFF,
    "merge_undo": chart("Merged records", MERGE),
    "offers": chart("Offers of times"),
    "patient": chart("Patient's page"),
    "patient_edit": chart("Name and contact"),
    "patient_events": chart("Timeline", part=True),
    "patient_feed": chart("Patient's calendar link"),
    "patient_merge": chart("Merging records"),
    "patient_new": FORM,
    "patients": listed("Patients", search="q"),
    "place_wait_new": chart("Waiting for a place"),
    "place_waits": listed("Waiting for a place"),
    "proposal": listed("Better plan"),
    "proposals": listed("Better plans"),
    "referral": chart("Referral", REFERRAL),
    "referral_accept": chart("Accepting a referral", REFERRAL),
    "referral_file": listed("File of referrals"),
    "referral_import": FORM,
    "referral_new": FORM,
    "referral_template": FORM,
    "referrals": listed("Referrals", search="q"),
    "request_edit": chart("Request for times"),
    "requests": listed("Requests for times"),
    "roster": STAFF,
    "roster_leave": STAFF,
    "roster_person": STAFF,
    "seat": chart("Group visit of one patient", SEAT),
    "seat_letter": printed("Letter", SEAT),
    "seat_new": chart("Choosing a group visit"),
    "seat_note": chart("Psychologist's notes"),
    "sequence": chart("Infusion sequence", SEQUENCE),
    "sequence_end": chart("Ending a sequence", SEQUENCE),
    "series_end": STAFF,
    "series_new": FORM,
    "settings": SETTINGS,
    "settings_booking": SETTINGS,
    "settings_protocols": SETTINGS,
    "settings_suite": SETTINGS,
    "settings_team": SETTINGS,
    "suite_day": listed("Suite on a day"),
    "utilisation": FIGURES,
    "utilisation_csv": exported("Utilisation"),
    "visit_make_up": chart("Making up a visit", VISIT),
    "visit_missed": chart("Missed visit", VISIT),
    "visit_release": chart("Releasing a visit", VISIT),
    "week": listed("Week"),
    "week_sheet_pdf": printed("Sheet of a week"),
}
