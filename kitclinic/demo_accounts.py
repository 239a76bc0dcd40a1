"""The accounts a demonstration lists on its sign-in page."""

from kitclinic.roles import Role

PASSWORD = "kit clinic demo"  # noqa: S105  (printed on the demonstration's sign-in page)
ACCOUNTS: tuple[tuple[str, str, str, Role], ...] = (
    ("nurse", "Ines Varga", "RN", Role.NURSE),
    ("nurse2", "Theo Brandt", "RN", Role.NURSE),
    ("physician", "Anneke Vantongeren", "MD", Role.PHYSICIAN),
    ("psychologist", "Lena Ferrante", "PhD", Role.PSYCHOLOGIST),
    ("scheduler", "Nkem Osei", "", Role.SCHEDULER),
    ("lead", "Ravi Adeyemi", "MHA", Role.CLINIC_LEAD),
    ("analyst", "Jonas Weidner", "", Role.ANALYST),
    ("admin", "Mira Oyelaran", "", Role.ADMINISTRATOR),
)
