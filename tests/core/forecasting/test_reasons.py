"""Reasons: the facts that move a chance most, against the others of the stage, and only those that are felt."""

import numpy as np
import pytest

from pacesetter.core.errors import SENTENCES
from pacesetter.core.forecasting import deals, histories, ladder
from pacesetter.core.forecasting.features import AT, NAMES
from pacesetter.core.forecasting.histories import day_number
from pacesetter.core.forecasting.reasons import FACTS, TOLD, Reason, explain
from tests.core.forecasting.invented import START, company, table
from tests.core.forecasting.test_ladder import lively

T = day_number(START) + 240


def reasons(rows, rung):
    known = histories.read(table(rows)).as_of(T)
    fitted = deals.fit(known, T, 28.0, ladder.Choice(rung, "better"))
    return fitted.open_deals(known, T), fitted.reasons(known, T)


@pytest.mark.parametrize("rung", ["logistic", "boosting"])
def test_what_the_model_learned_from_is_what_is_said(rung):
    chances, found = reasons(lively(), rung)
    first = [one[0] for one in found if one]
    assert len(first) > 10 and sum(one.code == "deal_touches" for one in first) > len(first) / 2
    calm = [at for at, one in enumerate(found) if one and one[0].code == "deal_touches" and not one[0].raises]
    lively_ = [at for at, one in enumerate(found) if one and one[0].code == "deal_touches" and one[0].raises]
    assert chances.win[calm].mean() < chances.win[lively_].mean()


def test_where_the_table_speaks_time_in_stage_is_the_reason():
    _, found = reasons(company(), "stage_age")
    assert {one.code for each in found for one in each} == {"deal_days_in_stage"}


def test_only_what_is_felt_and_at_most_three():
    x, adds = np.zeros((2, len(NAMES))), np.zeros((2, len(NAMES)))
    x[:, AT["touches"]] = 3
    for place, name in enumerate(("age", "idle", "pushes", "moves")):
        adds[0, AT[name]] = 1.0 + place
    first, second = explain(x, adds)
    assert [one.code for one in first] == ["deal_moves", "deal_pushes", "deal_idle"] and all(one.raises for one in first)
    assert not any(one.raises for one in second)  # against the average of its stage it is below
    x[1, AT["stage"]] = 1
    assert explain(x, adds) == [[], []]  # each is the average of its own stage


def test_nobody_is_told_of_signs_of_life_where_none_are_known():
    x, adds = np.zeros((2, len(NAMES))), np.zeros((2, len(NAMES)))
    x[:, AT["days_in_stage"]] = x[:, AT["idle"]] = x[:, AT["pace"]] = [80, 2]
    adds[0, AT["idle"]], adds[0, AT["days_in_stage"]] = -1.0, -0.5
    (first, *others), _ = explain(x, adds)
    assert (first.code, first.params["days"], others) == ("deal_days_in_stage", "80", [])


def test_silence_is_said_as_such():
    x, adds = np.zeros((2, len(NAMES))), np.zeros((2, len(NAMES)))
    x[:, AT["touches"]], x[1, AT["touches_30"]], adds[:, AT["touches_30"]] = 3, 2, [-1.0, 1.0]
    quiet, lively_ = (one[0] for one in explain(x, adds))
    assert quiet == Reason("deal_quiet", {}, False)
    assert lively_ == Reason("deal_touches", {"count": "2", "recent": "0"}, True)


def test_every_sentence_has_its_parameters():
    x = np.ones((3, len(NAMES)))
    x[:, AT["days_to_close"]] = [5, -5, np.nan]
    codes = set()
    for fact, names in FACTS.items():
        adds = np.zeros(x.shape)
        adds[:, AT[names[0]]] = [5, -5, 1]
        for each in explain(x, adds):
            for one in each:
                assert isinstance(one, Reason) and "{" not in SENTENCES[one.code].format(**one.params)
                codes.add(one.code)
        assert fact in TOLD or not SENTENCES[f"deal_{fact}"].count("{")
    assert codes == {
        code for code in SENTENCES if code.startswith("deal_") and code.removeprefix("deal_") in {*FACTS, "overdue", "no_close_date"}
    }
