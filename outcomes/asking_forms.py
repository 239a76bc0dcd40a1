"""What people type about asking: what came of a call, a plan of what is asked when."""

from collections.abc import Sequence
from typing import Any

from django import forms

from outcomes.queries.plans import PlanPage
from outcomes.rules.plans import LATEST_DAY, OCCASIONS, STOP_RULE_WORDS, WAY_WORDS, Step, Way
from outcomes.rules.windows import WINDOW_NAMES
from outcomes.states import CallResult

RESULTS = tuple((value, label) for value, label in CallResult.choices if value != CallResult.ANSWERED)
LADDER_ROWS = 6  # lines of the form; the empty ones are left out


class CallForm(forms.Form):
    """What came of one call."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    result = forms.ChoiceField(choices=RESULTS, error_messages={"required": "Choose what came of the call."})
    note = forms.CharField(max_length=300, required=False)


class AgainForm(forms.Form):
    """Questions sent again, and by which channel."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(choices=[(Way.SMS.value, "Text message"), (Way.EMAIL.value, "E-mail")])


class PlanForm(forms.Form):
    """A plan: batteries in the order they are asked, ladder, stopping rule, what patients see, the reason."""

    after = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    stop_rule = forms.ChoiceField(
        label="Adaptive tests stop after",
        choices=[(name, words.capitalize()) for name, words in STOP_RULE_WORDS.items()],
        widget=forms.RadioSelect,
    )
    screen_first = forms.BooleanField(
        label="Screen first: one question is enough for who gives the healthiest answer", required=False
    )
    patients_see_scores = forms.BooleanField(
        label="Patients see their own scores when they finish", required=False
    )
    because = forms.CharField(
        label="Why it changes",
        max_length=200,
        error_messages={"required": "Say why the plan changes; the team reads it in its history."},
    )

    def __init__(self, *args: Any, shown: PlanPage, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(one.name, one.title) for one in shown.choices]
        for occasion in OCCASIONS:
            label = f"Asked: {WINDOW_NAMES[occasion]}"
            self.fields[f"battery_{occasion}"] = forms.MultipleChoiceField(
                label=label, choices=names, widget=forms.CheckboxSelectMultiple, required=False
            )
        for row in range(LADDER_ROWS):
            self.fields[f"day_{row}"] = forms.IntegerField(
                label=f"Step {row + 1}, day", min_value=0, max_value=LATEST_DAY, required=False
            )
            self.fields[f"way_{row}"] = forms.ChoiceField(
                label=f"Step {row + 1}, how",
                choices=[("", "no step"), *((way.value, words) for way, words in WAY_WORDS.items())],
                required=False,
            )
        self.fields["last_way"] = forms.ChoiceField(
            label="On the day before the window closes",
            choices=[("", "nothing"), *((way.value, words) for way, words in WAY_WORDS.items())],
            required=False,
        )

    @staticmethod
    def initial_of(shown: PlanPage) -> dict[str, Any]:
        """The plan in force, as the form shows it."""
        plan = shown.plan
        start: dict[str, Any] = {
            "after": plan.number,
            "stop_rule": plan.stop_rule,
            "screen_first": plan.screen_first,
            "patients_see_scores": plan.patients_see_scores,
            "last_way": next((step.way.value for step in plan.ladder if step.before_close is not None), ""),
        }
        for occasion in OCCASIONS:
            start[f"battery_{occasion}"] = list(plan.batteries.get(occasion, ()))
        for row, step in enumerate([step for step in plan.ladder if step.after_days is not None][:LADDER_ROWS]):
            start |= {f"day_{row}": step.after_days, f"way_{row}": step.way.value}
        return start

    @property
    def ladder(self) -> tuple[Step, ...]:
        """The steps that were filled in, in the order of their days."""
        data = self.cleaned_data
        steps = [
            Step(Way(data[f"way_{row}"]), after_days=data.get(f"day_{row}") or 0)
            for row in range(LADDER_ROWS)
            if data.get(f"way_{row}")
        ]
        steps.sort(key=lambda step: step.after_days or 0)
        if data.get("last_way"):
            steps.append(Step(Way(data["last_way"]), before_close=1))
        return tuple(steps)

    def batteries(self, order: Sequence[str]) -> dict[str, list[str]]:
        """What is asked at each occasion, in the order of importance. order: every name in that order."""
        return {
            occasion: [name for name in order if name in self.cleaned_data[f"battery_{occasion}"]]
            for occasion in OCCASIONS
        }

    @property
    def ladder_rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"day_{row}"], self[f"way_{row}"]) for row in range(LADDER_ROWS)]

    @property
    def battery_fields(self) -> list[forms.BoundField]:
        return [self[f"battery_{occasion}"] for occasion in OCCASIONS]
