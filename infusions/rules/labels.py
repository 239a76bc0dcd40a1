"""What stands on the labels of a syringe and a bag, and how large they are."""

from kitclinic.register import Rule

# width, height in mm: the @page sizes of static/css/label_paper.css; a test holds both together
SYRINGE_MM = (60, 30)
BAG_MM = (100, 60)

DOS_23 = Rule(
    "DOS-23",
    "Syringe and bag are labelled with patient, drug, strength, amount, diluent, expiry, and who prepared it "
    "when; the time of use is written by hand.",
    source="Joint Commission NPSG.03.04.01; sizes: clinic default",
)


def code_text(*, record_number: str, infusion: int) -> str:
    """What the bar code says: whose it is and for which infusion."""
    return f"{record_number}/{infusion}"
