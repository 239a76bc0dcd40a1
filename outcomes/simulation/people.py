"""Invented people. Any likeness to a real person is chance."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

GIVEN = {
    "female": (
        "Adela Amara Anneli Bea Brisa Calla Carys Celia Daria Delphine Edda Elin Esme Fern Frida "
        "Greta Hana Hedda Ilse Ines Iona Jora Juna Kaia Katja Lene Liv Luz Maeve Maren Mina Mira "
        "Nadia Neve Nila Odile Orla Pia Petra Rhea Rosa Runa Saskia Selma Signe Sunniva Tamsin Tessa "
        "Thea Uma Vera Vida Willa Yara Zelda Zora"
    ).split(),
    "male": (
        "Abel Alaric Anton Arlo Bastian Bram Caspian Cato Corin Dario Emil Enzo Evander Fabian Finn "
        "Gideon Hugo Idris Ilan Ivo Jarek Joren Kasper Kian Lars Leif Lorcan Malik Milo Nils Oren "
        "Otis Pavel Quill Rafe Remy Rowan Soren Stellan Tarek Tobi Ulric Viggo Wendel Yusuf Zeno"
    ).split(),
}
FAMILY = (
    "Abernant Alder Almgren Arden Ashdown Azar Bellweather Birk Brandt Brisco Calloway Castor "
    "Corrigan Dahl Delacroix Dunmore Eklund Ellery Espinar Fairweather Fenwick Ferrante Gallardo "
    "Garland Greave Gutowski Halloran Haverkamp Holloway Ibekwe Isakson Jablonski Jurado "
    "Kettering Kirkbride Lagerfelt Lindqvale Lowenthal Marchetti Marrin Montclair Nakagome "
    "Norquist Oakeshott Okonjo Ostrander Pellingham Pemberly Prescott Quillon Rasmussen Rivenhall "
    "Sandoval Sorrel Stavros Tamsin Thackeray Tillerman Umarova Underhay Vanderby Vasquine "
    "Villanova Whitlock Wolcott Wrenfield Xiong Yarrow Yoshinara Zielinsky"
).split()
RELATIONS = ("wife", "husband", "sister", "brother", "daughter", "son", "friend", "neighbor", "mother", "partner")
DIAGNOSES = (
    ("Chronic primary widespread pain", 36),
    ("Complex regional pain syndrome", 7),
    ("Chronic primary headache or orofacial pain", 8),
    ("Chronic primary visceral pain", 4),
    ("Chronic primary musculoskeletal pain", 9),
    ("Chronic neuropathic pain", 10),
    ("Chronic post-traumatic or postsurgical pain", 4),
    ("Chronic secondary musculoskeletal pain", 5),
    ("Multiple pain categories", 14),
    ("Other", 3),
)


@dataclass(frozen=True, slots=True)
class Person:
    """What a scheduler would type about one referred patient."""

    given_name: str
    family_name: str
    sex: str
    birth_date: date
    height_cm: int
    weight_kg: Decimal
    ethnic_group: str
    marital_status: str
    phone: str
    email: str
    diagnosis: str
    pain_months: int
    support_person: str
    support_relationship: str
    support_phone: str
    charlson_index: int


def person(random: Random, *, today: date) -> Person:
    """One adult with the frequencies of the paper's Table 1 (Tankha 2025), all of it invented."""
    sex = random.choices(["female", "male", "nonbinary"], [71.8, 28.0, 0.2])[0]
    names = GIVEN["male" if sex == "male" else "female"]
    given, family = random.choice(names), random.choice(FAMILY)
    age = min(88.0, max(18.5, random.gauss(50.4, 15.2)))
    height = round(random.gauss(177 if sex == "male" else 164, 7))
    mass_index = min(62.0, max(17.0, random.gauss(30.5, 7.9)))
    weight = Decimal(round(mass_index * height * height / 1000)) / 10
    relation = random.choice(RELATIONS)
    partner = random.choice(GIVEN["male" if relation in {"husband", "brother", "son"} else "female"])
    number = random.randrange(100, 200)
    return Person(
        given_name=given,
        family_name=family,
        sex=sex,
        birth_date=today - timedelta(days=round(age * 365.2425)),
        height_cm=height,
        weight_kg=weight,
        ethnic_group=random.choices(["White", "Black", "Other/unknown"], [83.3, 8.8, 7.9])[0],
        marital_status=random.choices(["Married", "Single", "Divorced", "Other/unknown"], [51.5, 33.2, 8.8, 6.5])[
            0
        ],
        phone=f"555-01{number % 100:02d}",
        email=f"{given}.{family}{number}@example.org".lower(),
        diagnosis=random.choices([name for name, _ in DIAGNOSES], [share for _, share in DIAGNOSES])[0],
        pain_months=min(random.randrange(9, 260), int(age * 12) - 12),
        support_person=f"{partner} {family if random.random() < 0.6 else random.choice(FAMILY)}",
        support_relationship=relation,
        support_phone=f"555-01{random.randrange(100):02d}",
        charlson_index=min(15, int(random.expovariate(1 / 2.3))),
    )
