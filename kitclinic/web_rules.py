"""Rules of the web that every page stands on."""

from kitclinic.register import Rule

SEARCH_LASTS_S = 12 * 60 * 60  # WEB-01, one shift
WEB_01 = Rule(
    "WEB-01",
    "No address names a patient: what is searched for is sent inside a request, and an address holds at most a "
    "sealed copy of it that only this clinic reads, for one shift.",
    source="OWASP ASVS 5.0.0 14.2.1",
)
WEB_02 = Rule(
    "WEB-02",
    "Nothing but static files is kept by a browser or a proxy.",
    source="OWASP ASVS 5.0.0 14.3.2",
)
WEB_03 = Rule(
    "WEB-03",
    "A request is at most 1 MB long and carries no file, except where a page takes a file; more is refused in "
    "words before it is read.",
    source="OWASP ASVS 5.0.0 5.2.1",
)
WEB_04 = Rule(
    "WEB-04",
    "What a browser keeps for the next page is encrypted where it names a patient.",
    source="OWASP ASVS 5.0.0 14.3.3",
)
WEB_05 = Rule(
    "WEB-05",
    "One person searches at most 60 times a minute and exports at most 20 files an hour; who does more is told "
    "when it goes on, and nothing else is held up.",
    source="clinic default; OWASP ASVS 5.0.0 2.4.1",
)
WEB_06 = Rule(
    "WEB-06",
    "A log line names the kind of an error and where it happened, never what was typed or stored.",
    source="OWASP ASVS 5.0.0 16.2.5",
)
