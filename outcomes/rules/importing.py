"""May this content be installed for this instrument? What a file says is held against the definition and the rest.

Content as it is stored: wording ``{"stem", "items": [{"code", "text", "options": [{"value", "text"}]}]}``; bank
``{"items": [{"id", "a", "thresholds"}]}``; table ``{"rows": [{"raw", "t", "se"}]}``.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kitclinic.problems import Blocker, NeedsTick, Problem
from kitclinic.register import Rule
from outcomes.rules.irt import Bank, ItemParameters
from outcomes.rules.structure import Definition
from outcomes.rules.wording_text import Question, ReadWording
from outcomes.states import PieceKind

ANSWERS = Rule(
    "PRO-55",
    "Wording is refused where a question lacks an answer's score, gives one twice, or has other answer codes than "
    "the definition (1 to K in the direction of the parameters, where it names none).",
    source="our rule; a published bank with reversed items",
)
HIGHEST_FIRST = Rule(
    "PRO-56",
    "Answers listed from the highest code to the lowest are taken only where the definition says so, and from the "
    "lowest only where it does not, or somebody confirms that the licensed document codes them that way.",
    source="our rule; some sleep items run in the other direction",
)
FITS = Rule(
    "PRO-57",
    "Wording, bank and definition must name the same items with the same number of answers: what is missing, over "
    "or there twice is named, and refused.",
    source="our rule; a published item with 5 thresholds for 5 answers",
)
KNOWN_VERSION = Rule(
    "PRO-60",
    "Content is installed only for a version the definition knows; another version is another instrument.",
    source="outcomes reference: v1.0 and v2.0 of one measure are never paired",
)
WHAT_IT_NEEDS = Rule(
    "PRO-61",
    "Only what a definition does not bring along is installed: no bank for a form that is not adaptive, no "
    "wording in a language that is shipped, nothing for demonstrations.",
    source="our rule; PHQ-9 and GAD-7 are locked (PRO-01)",
)
TRANSLATION = Rule(
    "PRO-62",
    "Wording in another language than English is installed only as the official translation, with its source on "
    "record.",
    source="HealthMeasures; Pfizer 2010: official translations only",
)

VERSION = re.compile(r"v?(\d{1,2}\.\d{1,2})(?!\d)", re.IGNORECASE)
LANGUAGE = re.compile(r"[a-z]{2,3}")
LONGEST_VERSION = 80
SHOWN = 8  # codes that are named one by one

Content = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Label:
    """What the person at the screen says about a file. language: of wording, "" otherwise.

    translation_source: of wording that is not in English: where the official translation comes from.
    """

    kind: PieceKind
    version: str
    language: str = ""
    translation_source: str = ""


@dataclass(slots=True)
class Fitted:
    """Wording with its questions under the codes of the instrument."""

    content: Content
    problems: list[Problem] = field(default_factory=list)
    turned: list[Question] = field(default_factory=list)  # listed in the other order than the definition expects

    def refuse(self, rule: Rule, sentence: str) -> None:
        self.problems.append(Blocker(rule.id, sentence))


def kinds_of(definition: Definition) -> list[PieceKind]:
    """Return what a clinic may install for a definition."""
    if definition.is_demo:
        return []
    kinds = [PieceKind.WORDING]
    if definition.method == "adaptive":
        kinds.append(PieceKind.BANK)
    if "table" in definition.needs:
        kinds.append(PieceKind.TABLE)
    return kinds


def label_problems(definition: Definition, label: Label) -> list[Problem]:
    """Return what speaks against installing this kind, language and version (PRO-60, PRO-61, PRO-62)."""
    problems: list[Problem] = []
    if label.kind not in kinds_of(definition):
        what = "is a demonstration" if definition.is_demo else "does not need it"
        sentence = f"No {label.kind.label.lower()} is installed for {definition.name}: it {what}."
        problems.append(Blocker(WHAT_IT_NEEDS.id, sentence, "kind"))
    known = known_versions(definition)
    typed = VERSION.match(label.version)
    if not 1 <= len(label.version) <= LONGEST_VERSION:
        problems.append(Blocker(KNOWN_VERSION.id, "Write the version as it stands on the document.", "version"))
    elif known and (typed is None or typed[1] not in known):
        said = " or ".join(f"v{one}" for one in known)
        sentence = (
            f"“{label.version}” is not a version {definition.name} knows ({said}). Begin with the version; words "
            "after it may tell one correction from another. Another version is another instrument."
        )
        problems.append(Blocker(KNOWN_VERSION.id, sentence, "version"))
    if label.kind == PieceKind.WORDING:
        problems += _language_problems(definition, label)
    return problems


def known_versions(definition: Definition) -> list[str]:
    """Return the version numbers in a definition's version: "v1.0/1.1" gives both; [] where it has none."""
    found: list[str] = re.findall(r"(?:v|/)(\d{1,2}\.\d{1,2})", definition.version)
    return found


def _language_problems(definition: Definition, label: Label) -> list[Problem]:
    problems: list[Problem] = []
    if not LANGUAGE.fullmatch(label.language):
        sentence = "Write the language as a code such as en or es."
        return [Blocker(TRANSLATION.id, sentence, "language")]
    if label.language in definition.wordings:
        sentence = f"{definition.name} is shipped in this language; its exact wording is locked and not replaced."
        problems.append(Blocker(WHAT_IT_NEEDS.id, sentence, "language"))
    if not label.language.startswith("en") and not label.translation_source.strip():
        sentence = "Patients get the official translation only. Tick that this is it, and say where it comes from."
        problems.append(Blocker(TRANSLATION.id, sentence, "translation_source"))
    return problems


def file_says_otherwise(definition: Definition, label: Label, read: ReadWording) -> list[Problem]:
    """Return where a wording file contradicts what the person at the screen said about it."""
    problems: list[Problem] = []
    if read.language and read.language.split("-")[0].lower() != label.language.split("-")[0]:
        sentence = f"The file says its language is “{read.language[:20]}”, the form says “{label.language}”."
        problems.append(Blocker(TRANSLATION.id, sentence, "language"))
    known, found = known_versions(definition), VERSION.match(read.version)
    if known and found and found[1] not in known and "." in read.version:
        sentence = f"The file is version {read.version[:20]}; {definition.name} knows v{' and v'.join(known)}."
        problems.append(Blocker(KNOWN_VERSION.id, sentence, "version"))
    return problems


def fit_wording(
    definition: Definition, read: ReadWording, *, bank: Bank | None, prefer: frozenset[str] = frozenset()
) -> Fitted:
    """Give every question its code in the instrument, and say what does not fit (PRO-55, PRO-56, PRO-57).

    bank: installed or shipped for it; prefer: ids of the family's bank, for the codes of a short form.
    """
    wanted = definition.item_codes or (tuple(item.id for item in bank.items) if bank else ())
    loinc = {number: code for code, number in definition.item_loinc.items() if number}
    fitted = Fitted({"stem": read.stem, "items": []})
    codes: list[str] = []
    for question in read.questions:
        code = _code(question, frozenset(wanted) or prefer, loinc)
        codes.append(code)
        _check_answers(definition, code, question, bank, fitted)
        options = [{"value": value, "text": text} for value, text in question.answers]
        fitted.content["items"].append({"code": code, "text": question.text, "options": options})
    twice = [code for code, times in Counter(codes).items() if times > 1]
    if twice:
        fitted.refuse(FITS, f"{_these(twice)} in the file more than once. Keep one of each.")
    missing, over = [code for code in wanted if code not in codes], [code for code in codes if code not in wanted]
    source = "the bank" if bank is not None and not definition.item_codes else definition.name
    if missing:
        fitted.refuse(FITS, f"{_these(missing)} in {source} but not in the wording. Add the text of each.")
    if wanted and over:
        fitted.refuse(
            FITS, f"{_these(over)} in the wording but not in {source}. Remove from the file, or mend the code."
        )
    if definition.item_count and len(codes) != definition.item_count:
        sentence = f"{definition.name} has {definition.item_count} questions; the file has {len(codes)}."
        fitted.refuse(FITS, sentence)
    if fitted.turned:
        fitted.problems.append(_turned(fitted.turned))
    return fitted


def _code(question: Question, known: frozenset[str], loinc: Mapping[str, str]) -> str:
    for name in question.names:
        if name in known:
            return name
    for name in question.names:
        if name in loinc:
            return loinc[name]
    return question.names[0]


def _these(codes: list[str]) -> str:
    more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
    plural = len(codes) > 1
    return f"Item{'s' * plural} {', '.join(codes[:SHOWN])}{more} {'stand' if plural else 'stands'}"


def answer_codes(definition: Definition, code: str, bank: Bank | None) -> list[int]:
    """Return the answer codes an item must have, from the lowest; [] where nothing says how many."""
    for wording in definition.wordings.values():
        if code in wording.items:
            return sorted(option.value for option in wording.items[code][1])
    if bank is not None and not definition.item_codes:
        count = next((item.categories for item in bank.items if item.id == code), 0)
        return list(range(1, count + 1))
    return list(definition.answer_codes(code))


def _check_answers(
    definition: Definition, code: str, question: Question, bank: Bank | None, fitted: Fitted
) -> None:
    values = [value for value, _ in question.answers]
    texts = [text for _, text in question.answers]
    unscored = [
        text or f"answer {at}" for at, (value, text) in enumerate(question.answers, start=1) if value is None
    ]
    if unscored:
        said = ", ".join(f"“{text[:40]}”" for text in unscored)
        fitted.refuse(ANSWERS, f"{question.place}: {said} has no whole-number score (ordinalValue or itemWeight).")
        return
    if len(set(texts)) != len(texts):
        fitted.refuse(ANSWERS, f"{question.place}: two answers have the same text.")
    found = [value for value in values if value is not None]
    wanted = answer_codes(definition, code, bank)
    if sorted(found) != wanted and wanted:
        if len(set(found)) == len(found) and len(found) != len(wanted):
            whose = "the bank" if bank is not None and not definition.item_codes else "the definition"
            sentence = f"{question.place} has {len(found)} answers; {whose} has {len(wanted)} for it."
            fitted.refuse(FITS, sentence)
            return
        said, should = ", ".join(map(str, found)), ", ".join(map(str, wanted))
        fitted.refuse(ANSWERS, f"{question.place}: its answer codes are {said}. They must be {should}.")
        return
    _check_order(definition, code, question, found, fitted)


def _check_order(definition: Definition, code: str, question: Question, found: list[int], fitted: Fitted) -> None:
    turned = code in definition.highest_first | definition.reverse
    if code in definition.highest_first and found == sorted(found):
        fitted.turned.append(question)  # the version with other codes lists them so, under the same texts
        return
    if found == sorted(found) or (turned and found == sorted(found, reverse=True)):
        return
    if found != sorted(found, reverse=True) or definition.wordings:
        said = ", ".join(map(str, found))
        fitted.refuse(ANSWERS, f"{question.place}: its answers are listed as {said}. List them in their order.")
        return
    fitted.turned.append(question)


def _turned(questions: Sequence[Question]) -> NeedsTick:
    """One question to the person for all items that are listed in the other order than expected (PRO-56)."""
    first, others = questions[0], len(questions) - 1
    begins, ends = first.answers[0][0], first.answers[-1][0]
    high, text = max((value, text) for value, text in first.answers if value is not None)
    more = f", and {others} more item{'s' * (others > 1)} likewise" if others else ""
    sentence = (
        f"{first.place} lists its answers from {begins} to {ends}{more}. Look into the licensed document: "
        f"does code {high} (“{text[:60]}”) mean the most of what is measured?"
    )
    return NeedsTick(HIGHEST_FIRST.id, sentence)


def fit_bank(definition: Definition, bank: Bank, wordings: Mapping[str, Content]) -> list[Problem]:
    """Return where a bank and the installed wordings (by language) do not name the same items alike (PRO-57)."""
    problems: list[Problem] = []
    wanted = definition.categories[""]
    ids = [item.id for item in bank.items]
    for language, content in wordings.items():
        options = {item["code"]: len(item["options"]) for item in content["items"]}
        missing = [one for one in ids if one not in options]
        over = [code for code in options if code not in ids]
        unequal = [item for item in bank.items if options.get(item.id, item.categories) != item.categories]
        if missing:
            problems.append(
                Blocker(FITS.id, f"{_these(missing)} in the bank but not in the wording ({language}).")
            )
        if over:
            problems.append(Blocker(FITS.id, f"{_these(over)} in the wording ({language}) but not in the bank."))
        problems += [
            Blocker(
                FITS.id,
                f"Item {item.id}: the bank has {item.categories} answers, the wording ({language}) "
                f"{options[item.id]}.",
            )
            for item in unequal
        ]
    if wanted and all(item.categories != wanted for item in bank.items):
        found = bank.items[0].categories
        sentence = f"The items of the bank have {found} answers; {definition.name} has {wanted}."
        problems.append(Blocker(FITS.id, sentence))
    return problems


def sums_of(definition: Definition, wording: Content | None) -> range | None:
    """Return the sums of categories from 1 that a form can give; None where its items are not known yet."""
    codes = list(definition.item_codes) or [item["code"] for item in (wording or {"items": []})["items"]]
    codes = codes or [""] * definition.item_count
    if not codes:
        return None
    return range(len(codes), sum(len(definition.answer_codes(code)) for code in codes) + 1)


def bank_content(bank: Bank) -> Content:
    """Return a bank as it is stored."""
    return {"items": [{"id": one.id, "a": one.a, "thresholds": list(one.thresholds)} for one in bank.items]}


def bank_of(content: Mapping[str, Any], *, name: str, version: str) -> Bank:
    """Return a stored bank."""
    rows = content["items"]
    items = tuple(ItemParameters(row["id"], row["a"], tuple(row["thresholds"])) for row in rows)
    return Bank(name, version, items)
