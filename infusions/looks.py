"""What each page of infusions shows of patients (ACC-10): the audit trail names it by these words."""

from kitclinic.looks import PATIENT, Look, NoLook, chart, exported, listed, printed

VISIT = ("scheduling.Visit", "patient_id")
INFUSION = ("infusions.Infusion", "patient_id")
ORDER = ("infusions.Order", "sequence__patient_id")
SEQUENCE = ("scheduling.Sequence", "patient_id")
DOSE = ("infusions.Movement", "infusion__patient_id")

SETTINGS = NoLook("settings of the clinic")
STOCK = NoLook("vials and counts of the vault, no patient")

LOOKS: dict[str, Look | NoLook] = {
    "adverse_event": chart("Adverse event", INFUSION),
    "adverse_event_pdf": printed("Adverse event", INFUSION),
    "adverse_events": listed("Adverse events"),
    "adverse_events_pdf": printed("Adverse events"),
    "board": listed("Suite board"),
    "board_tiles": listed("Suite board", part=True),
    "chairside_settings": SETTINGS,
    "chart": chart("Infusion chart", VISIT, key="visit_pk"),
    "chart_print": printed("Infusion chart", VISIT, key="visit_pk"),
    "chart_readings": chart("Readings of a monitor", VISIT, key="visit_pk", part=True),
    "chart_sheet": chart("Sheet of the infusion chart", VISIT, key="visit_pk", part=True),
    "discrepancies": listed("Discrepancies of the ledger"),
    "discrepancy": listed("Discrepancy of the ledger"),
    "discrepancy_dose": chart("Discrepancy of a dose", DOSE),
    "discrepancy_vial": STOCK,
    "flowsheet_pdf": printed("Flowsheet", VISIT, key="visit_pk"),
    "formulary": SETTINGS,
    "inventory_csv": exported("Inventory of the ledger"),
    "inventory_pdf": printed("Inventory of the ledger"),
    "kept_aside": listed("Entries kept aside"),
    "label_pdf": printed("Label of the dose", VISIT, key="visit_pk"),
    "ledger": listed("Ledger"),
    "ledger_count": STOCK,
    "ledger_counted": STOCK,
    "ledger_movements": listed("Movements of the ledger"),
    "ledger_receipt": STOCK,
    "ledger_receive": STOCK,
    "ledger_report": listed("Report of the ledger"),
    "ledger_vial": listed("Vial of the ledger"),
    "ledger_waste": listed("Waste to record"),
    "ledger_waste_dose": chart("Waste of a dose", DOSE),
    "ledger_waste_vial": STOCK,
    "monitors": SETTINGS,
    "next_day": listed("Calls on the day after"),
    "nurse_break": listed("Handing over for a break", part=True),
    "opening": NoLook("the checks of the suite before the first patient"),
    "order": chart("Order", ORDER),
    "order_new": chart("New order", SEQUENCE, key="sequence_pk"),
    "order_pdf": printed("Order", ORDER),
    "order_settings": SETTINGS,
    "patient_panel": chart("Infusions on the patient's page", PATIENT, key="patient_pk", part=True),
    "preparation": chart("Preparing the dose", VISIT, key="visit_pk"),
    "reading": chart("Readings of a monitor", VISIT, key="visit_pk", part=True),
    "readings": listed("Readings of the monitors"),
    "return_dose": chart("Return of a dose", DOSE),
    "signing": listed("Orders to sign"),  # the view tells whose order is open
    "signing_flags": listed("Orders to sign", part=True),
    "to_review": listed("Late entries to review"),
    "usage_csv": exported("Use of controlled substances"),
    "usage_pdf": printed("Use of controlled substances"),
    "verbal_new": chart("Verbal order", ORDER),
    "visit_pdf": printed("Summary of the visit", VISIT, key="visit_pk"),
}
