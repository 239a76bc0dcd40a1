"""Rows come as columns with their exact values; a null is refused, not guessed."""

import numpy as np
import pytest
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from kitclinic.columns import columns
from kitclinic.models import Site

pytestmark = pytest.mark.django_db


def test_values_come_exactly_in_the_order_of_the_query(site: Site, other_site: Site) -> None:
    rows = Site.objects.order_by("-pk").values_list("pk", "chairs", "is_demo", F("sma_target_days") * 1.5)
    found = columns(rows, {"key": "int64", "chairs": "int16", "demo": "bool", "days": "float64"})
    assert found["key"].tolist() == list(Site.objects.order_by("-pk").values_list("pk", flat=True))
    assert found["chairs"].tolist() == list(Site.objects.order_by("-pk").values_list("chairs", flat=True))
    assert (found["key"].dtype, found["demo"].dtype, found["days"].dtype) == (np.int64, np.bool_, np.float64)
    assert set(found["days"].tolist()) == {10.5}


def test_no_rows_give_empty_columns_of_the_right_kind() -> None:
    found = columns(Site.objects.filter(slug="nowhere").values_list("pk"), {"key": "int64"})
    assert (found["key"].tolist(), found["key"].dtype) == ([], np.int64)


def test_a_null_is_refused_and_a_value_given_for_it_is_taken(site: Site) -> None:
    with pytest.raises(ValueError, match="null"):
        columns(Site.objects.values_list("daily_cap"), {"cap": "int16"})
    found = columns(Site.objects.values_list(Coalesce("daily_cap", Value(-1))), {"cap": "int16"})
    assert set(found["cap"].tolist()) == {-1}


def test_quotes_in_a_value_of_the_query_stay_a_value(site: Site) -> None:
    rows = Site.objects.filter(name='O\'Hara "x"; DROP TABLE y %s').values_list("pk")
    assert columns(rows, {"key": "int64"})["key"].tolist() == []
