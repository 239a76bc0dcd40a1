"""The Charlson Comorbidity Index: weights of 1987, age points apart, a total from elsewhere marked as such."""

from collections.abc import Collection

from kitclinic.display import in_sentence
from kitclinic.problems import Blocker, Problem
from kitclinic.register import Rule
from scheduling.states import CharlsonCondition

C = CharlsonCondition
WEIGHTS: dict[CharlsonCondition, int] = {
    **dict.fromkeys(
        (
            C.MYOCARDIAL_INFARCTION,
            C.HEART_FAILURE,
            C.PERIPHERAL_VASCULAR,
            C.CEREBROVASCULAR,
            C.DEMENTIA,
            C.PULMONARY,
            C.CONNECTIVE_TISSUE,
            C.ULCER,
            C.MILD_LIVER,
            C.DIABETES,
        ),
        1,
    ),
    **dict.fromkeys((C.HEMIPLEGIA, C.RENAL, C.DIABETES_DAMAGE, C.TUMOR, C.LEUKEMIA, C.LYMPHOMA), 2),
    C.SEVERE_LIVER: 3,
    **dict.fromkeys((C.METASTATIC, C.AIDS), 6),
}
ENR_54 = Rule(
    "ENR-54",
    "The Charlson Comorbidity Index is the sum of the weights of its 19 conditions: ten count 1, six count 2, one "
    "counts 3 and two count 6.",
    source="Charlson ME et al., J Chronic Dis 1987;40:373-83",
)

# The lesser and the greater of one illness; the greater one counts.
PAIRS = ((C.MILD_LIVER, C.SEVERE_LIVER), (C.DIABETES, C.DIABETES_DAMAGE), (C.TUMOR, C.METASTATIC))
ENR_55 = Rule(
    "ENR-55",
    "Of mild and severe liver disease, diabetes without and with damage, tumor and metastasis only the graver "
    "counts, once.",
    source="Charlson ME et al., J Chronic Dis 1987;40:373-83; counted once: clinic default",
)

AGE_POINTS = ((80, 4), (70, 3), (60, 2), (50, 1))  # from this age on; exactly 50 counts
ENR_56 = Rule(
    "ENR-56",
    "The age points, 1 a decade from 50 (50-59 1, 60-69 2, 70-79 3, from 80 on 4), stand beside the index and are "
    "never added to it.",
    source="Charlson M et al., J Clin Epidemiol 1994;47:1245-51",
)

HIGHEST_IMPORTED = 37  # 33 of the conditions and 4 of age
ENR_57 = Rule(
    "ENR-57",
    "A total from elsewhere, 37 at most, names its source, and then no condition is ticked beside it.",
    source="clinic default",
)


def index_of(conditions: Collection[CharlsonCondition]) -> int:
    """Return the index of these conditions, without age."""
    lesser = _not_counted(conditions)
    return sum(WEIGHTS[condition] for condition in set(conditions) if condition not in lesser)


def not_counted_words(conditions: Collection[CharlsonCondition]) -> list[str]:
    """Return a sentence for each condition that stands beside its graver form."""
    chosen = set(conditions)
    return [
        f"{lesser.label} is not counted beside {_lower(greater)}."
        for lesser, greater in PAIRS
        if lesser in chosen and greater in chosen
    ]


def age_points(age: int | None) -> int | None:
    """Return the points of an age in whole years; None for an unknown age."""
    if age is None:
        return None
    if age < 0:
        raise ValueError("an age cannot be negative")
    return next((points for years, points in AGE_POINTS if age >= years), 0)


def charlson_problems(
    conditions: Collection[CharlsonCondition], *, imported: int | None, source: str
) -> list[Problem]:
    """Return what is wrong with these conditions beside a total from elsewhere."""
    if imported is None:
        if source.strip():
            sentence = "Write the total from elsewhere as well, or leave its source empty."
            return [Blocker(ENR_57.id, sentence, "charlson_imported")]
        return []
    problems: list[Problem] = []
    if not 0 <= imported <= HIGHEST_IMPORTED:
        sentence = f"A Charlson total is 0 to {HIGHEST_IMPORTED}. Read it again."
        problems.append(Blocker(ENR_57.id, sentence, "charlson_imported"))
    if not source.strip():
        sentence = "Say where the total comes from, such as the referral or another hospital's record."
        problems.append(Blocker(ENR_57.id, sentence, "charlson_imported_from"))
    if conditions:
        sentence = "Conditions are ticked and a total is written. Keep one of the two; the total stands alone."
        problems.append(Blocker(ENR_57.id, sentence, "charlson_imported"))
    return problems


def _not_counted(conditions: Collection[CharlsonCondition]) -> set[CharlsonCondition]:
    chosen = set(conditions)
    return {lesser for lesser, greater in PAIRS if lesser in chosen and greater in chosen}


def _lower(condition: CharlsonCondition) -> str:
    return in_sentence(str(condition.label))
