"""Legal holds, and copies of the records for the patient."""

from kitclinic.register import Rule

FILE_MINUTES = 15  # REC-08
REC_06 = Rule(
    "REC-06",
    "While a patient's records are under a legal hold nothing of them is deleted, emptied or archived; a hold has "
    "its reason and ends by another act with a reason of its own.",
    source="the duty to preserve evidence; Federal Rules of Civil Procedure 37(e)",
)
REC_08 = Rule(
    "REC-08",
    "Before a copy of the records is made it is written down who asked, how that person was known, who gives it "
    "out and in which form; the file can be fetched by that person of the staff for 15 minutes.",
    source="45 CFR 164.514(h) and 164.524(c); the minutes are a clinic default",
)
