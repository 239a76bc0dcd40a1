"""A plan is a difference that a scheduler accepts or not; the product never carries one out by itself."""

from collections.abc import Iterable

from kitclinic.register import Rule

SPREAD_MINUTES = 30  # SCH-11: more between the days of one sequence is written down with its reason

SCH_52 = Rule(
    "SCH-52",
    "A worked-out plan changes nothing until a person accepts it. It is then counted anew: carried out whole, or, "
    "where the day has outrun it, put aside with the reason.",
    source="clinic default",
)


def outrun(errors: Iterable[str]) -> str:
    """Return the sentence for a plan that can no longer be carried out. errors: what the count found."""
    first = next(iter(errors))
    return f"The days have changed since this plan was made: {first}. Nothing was moved; work the plans out again."


def needs_reason(start: int, usual: int) -> bool:
    """Return whether this day lies so far from the sequence's clock time that the reason stays with it."""
    return abs(start - usual) > SPREAD_MINUTES
