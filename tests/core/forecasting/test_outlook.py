"""Several periods and owners at once: coherent by construction, and equal to the forecast of the whole."""

import numpy as np
import pytest

from pacesetter.core.forecasting import deals, histories, outlook
from tests.core.forecasting.invented import company, day, table

SPANS = [(0.0, 28.0), (28.0, 84.0)]
OWNERS = ("Ines", "Jonas", "Left")


@pytest.fixture(scope="module")
def asked():
    rows = company()
    names = dict.fromkeys(row[0] for row in rows)
    first = {name: min(row[1] for row in rows if row[0] == name) for name in names}
    owned = [(name, first[name], "owner", OWNERS[place % 4]) for place, name in enumerate(names) if place % 4 < 3]
    known = histories.read(table(rows + owned)).as_of(241.0 + histories.day_number(day(0)))
    t = histories.day_number(day(240)) + 1
    staying = np.array([name != "Left" for name in known.words["owner"]])
    return known, t, staying, outlook.outlook(known, t, SPANS, staying)


def test_people_add_up_to_the_company(asked):
    known, _, _, found = asked
    whole = deals.forecast(known, as_of=day(240), until=day(268))
    first = found.spans[0]
    assert first.open.sum() == pytest.approx(whole.open.mean, rel=0.05)  # learned over another horizon
    assert first.new.sum() == pytest.approx(whole.new.mean)
    assert len(first.open) == len(OWNERS) + 1 and (first.open > 0).all()
    everybody = first.quantiles(np.arange(len(OWNERS) + 1))
    assert everybody == pytest.approx((whole.total.p10, whole.total.p50, whole.total.p90), rel=0.05)


def test_periods_do_not_overlap_and_add_up(asked):
    known, t, staying, found = asked
    both = outlook.outlook(known, t, [(0.0, 84.0)], staying).spans[0]
    for part in ("open", "new"):
        apart = sum(getattr(span, part) for span in found.spans)
        assert apart == pytest.approx(getattr(both, part))


def test_who_has_left_brings_nothing_new(asked):
    known, _, _, found = asked
    left = known.words["owner"].index("Left")
    assert found.spans[0].new[left] == 0 and found.spans[0].open[left] > 0
    assert found.spans[0].new[-1] == 0 and found.spans[0].new.sum() > 0


def test_nobody_at_all_owns_what_a_company_without_people_brings():
    known = histories.read(table(company())).as_of(histories.day_number(day(240)) + 1)
    found = outlook.outlook(known, histories.day_number(day(240)) + 1, [(0.0, 28.0)], np.zeros(0, dtype=bool))
    assert len(found.spans[0].new) == 1 and found.spans[0].new[0] > 0


def test_a_person_alone_is_less_sure_than_the_company(asked):
    found = asked[3].spans[0]
    low, middle, high = found.quantiles(np.array([0]))
    whole_low, whole_middle, whole_high = found.quantiles(np.arange(len(OWNERS) + 1))
    assert low <= middle <= high and (high - low) / middle > (whole_high - whole_low) / whole_middle
