"""Rules of people who work at several sites, of settings, and of a new site."""

from kitclinic.register import Rule

ACC_30 = Rule(
    "ACC-30",
    "Who works at several sites has a role at each; a session stands for one of them, and everything seen and "
    "done in it is at that site and in that role.",
    source="clinic default",
)
ACC_31 = Rule(
    "ACC-31",
    "To stand for another site changes nothing that is stored about the person.",
    source="clinic default",
)
ACC_32 = Rule(
    "ACC-32",
    "People change their site themselves; the change is in the audit trail of the site they come to, and moves "
    "no other browser.",
    source="clinic default",
)
ACC_33 = Rule(
    "ACC-33",
    "A page made at one site writes nothing once the session stands for another; what was typed stays on it.",
    source="clinic default: an entry belongs to the site at which it was typed",
)
ACC_34 = Rule(
    "ACC-34",
    "A shared tablet is of one site: whoever comes in on it is at that site, and nobody changes the site there.",
    source="clinic default",
)
ACC_35 = Rule(
    "ACC-35",
    "Whose place at a site has ended, and who has left, reads and writes nothing there from the next request on.",
    source="clinic default",
)
ACC_36 = Rule(
    "ACC-36",
    "A setting is changed on one page with a reason, inside the bounds of its rule; each change is kept with who "
    "made it, when, and the value before; changed by somebody else meanwhile, it is refused.",
    source="21 CFR 11.10(e); clinic default",
)
ACC_37 = Rule(
    "ACC-37",
    "An administrator of one clinic opens another and becomes its administrator; it begins with the consent text, "
    "the vial and the programme that every clinic begins with.",
    source="clinic default",
)
ACC_38 = Rule(
    "ACC-38",
    "A clinic is ready for its first referral when it has an address and a telephone number, a consent text, and "
    "somebody with a working account who registers patients; what is missing is said with the way to it.",
    source="clinic default",
)
