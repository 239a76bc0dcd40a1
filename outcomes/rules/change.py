"""From a baseline and a follow-up to improved, unchanged or worsened, in integer tenths."""

from dataclasses import dataclass
from enum import StrEnum

from kitclinic.register import Rule
from outcomes.rules.measures import McidSet, Measure

IMPROVED_RULE = Rule(
    "OUT-10",
    "Improved means a change in the improving direction of at least the MCID, compared in whole tenths.",
    source="Tankha 2025, Table 2",
)
WORSENED_RULE = Rule(
    "OUT-11",
    "Worsened means a change of at least the MCID the other way; anything between is unchanged.",
    source="clinic default",
)
LITERAL_RULE = Rule(
    "OUT-12",
    "The printed footnote's literal reading, any change of at least the MCID in either direction, is kept "
    "beside the rule and never used for it.",
    source="Tankha 2025, Table 2 footnote",
)
MCID_RULE = Rule(
    "OUT-13",
    "The paper's MCIDs are the default: 5 points, for GAD-7 4. The evidence set is chosen by name: "
    "PROMIS 3, PHQ-9 5, GAD-7 4, PCS 8, and 11 above a baseline of 30.",
    source="Tankha 2025; Terwee 2021; HealthMeasures; Monticone 2022",
)


class Verdict(StrEnum):
    """What a change means for the patient."""

    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    WORSENED = "worsened"


@dataclass(frozen=True, slots=True)
class Change:
    """A change in tenths. tenths: follow-up minus baseline; gain_tenths: the same, positive when better.

    literal: the change reaches the MCID in either direction (OUT-12).
    """

    tenths: int
    gain_tenths: int
    mcid_tenths: int
    verdict: Verdict
    literal: bool

    def counts_as_improved(self, *, absolute: bool = False) -> bool:
        """True when improved (OUT-10); absolute switches to the literal reading (OUT-12)."""
        return self.literal if absolute else self.verdict is Verdict.IMPROVED


def change(
    measure: Measure, baseline_tenths: int, follow_up_tenths: int, *, mcid_set: McidSet = "paper"
) -> Change:
    """Return the change between two scores of one measure. KeyError for an unknown MCID set."""
    tenths = follow_up_tenths - baseline_tenths
    gain = tenths * measure.improve_sign
    mcid = measure.mcid[mcid_set].for_baseline(baseline_tenths)
    if gain >= mcid:
        verdict = Verdict.IMPROVED
    elif -gain >= mcid:
        verdict = Verdict.WORSENED
    else:
        verdict = Verdict.UNCHANGED
    return Change(tenths, gain, mcid, verdict, abs(tenths) >= mcid)


def could_improve(measure: Measure, baseline_tenths: int, *, mcid_set: McidSet = "paper") -> bool:
    """True when the scale leaves room for an improvement of at least the MCID (OUT-15)."""
    mcid = measure.mcid[mcid_set].for_baseline(baseline_tenths)
    best = measure.minimum_tenths if measure.better == "lower" else measure.maximum_tenths
    return abs(best - baseline_tenths) >= mcid
