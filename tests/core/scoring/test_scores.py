"""Scores: in order of time, refused without skill, warned of what was filled in late, in words."""

import builtins

import numpy as np
import pyarrow as pa
import pytest

from pacesetter.core.errors import Invalid
from pacesetter.core.scoring import columns, scores
from pacesetter.core.scoring.scores import band


def leads(count=400, *, seed=1, strength=2.0, opened=0):
    """Leads of a date, a source that tells something, a number that does, and noise; the last ones are open."""
    dice = np.random.default_rng(seed)
    source, visits = dice.choice(["Fair", "Web", "Cold"], count + opened), dice.poisson(4, count + opened)
    raw = strength * (1.0 * (source == "Fair") - (source == "Cold") + 0.4 * (visits - 4))
    came = dice.random(count + opened) < 1 / (1 + np.exp(-raw))
    day = np.datetime64("2025-01-01") + np.arange(count + opened) // 3
    return {
        "day": [str(one) for one in day],
        "source": [*source],
        "visits": [None if one == 7 else str(one) for one in visits],
        "noise": [f"{one:.2f}" for one in dice.normal(size=count + opened)],
        "who": [f"person{one}" for one in range(count + opened)],
        "always": ["x"] * (count + opened),
        "never": [None] * (count + opened),
        "came": ["Won" if one else "Lost" for one in came[:count]] + [""] * opened,
    }


def fit(data, **more):
    return scores.fit(pa.table({name: pa.array(values, pa.string()) for name, values in data.items()}), "came", "day", **more)


def test_open_rows_are_scored_in_words():
    found = fit(leads(opened=30))
    card = found.card
    assert card.verdict == "scores" and card.skill > 0.15 and card.auc > 0.75 and card.judged == 120
    assert card.brier < card.brier_base and set(card.used) == {"source", "visits", "noise", "day"} - {"day"}
    assert (card.since, card.until) == ("2025-01-01", "2025-05-14") and sum(one.rows for one in card.bins) == 120
    assert [one.row for one in found.scores] == list(range(400, 430))
    fair = next(one for one in found.scores if leads(opened=30)["source"][one.row] == "Fair")
    assert ("raises", {"column": "source", "value": "Fair"}) in fair.reasons
    assert {one.band for one in found.scores} <= set("ABCD") and all(0 < one.chance < 1 for one in found.scores)


def test_without_open_rows_the_judged_ones_are_shown_as_they_were_said():
    data = leads()
    found = fit(data)
    y = np.array([data["came"][one.row] == "Won" for one in found.scores])
    assert len(found.scores) == found.card.judged
    assert np.mean((np.array([one.chance for one in found.scores]) - y) ** 2) == pytest.approx(found.card.brier)


def test_no_skill_gives_no_scores():
    for seed in range(4):
        data = leads(seed=seed)
        data["came"] = [*np.random.default_rng(seed).permutation(data["came"])]
        found = fit(data)
        assert (found.card.verdict, found.scores) == ("no_skill", ())


def test_later_rows_change_nothing_that_was_said_of_earlier_ones():
    """What is said of a row is learned from rows before it: the later half thrown about, the card of the earlier stays."""
    data = leads()
    part = {name: values[:300] for name, values in data.items()}
    again = {name: values[:300] for name, values in leads(500).items()}
    assert fit(part).card == fit(again).card or part != again
    order = np.random.default_rng(2).permutation(400)
    mixed = {name: [values[place] for place in order] for name, values in data.items()}
    stable = {name: [*values] for name, values in data.items()} | {"day": [f"{place:04}" for place in range(400)]}
    mixed["day"] = [f"{place:04}" for place in order]
    assert fit(stable).card == fit(mixed).card


@pytest.mark.parametrize(
    ("column", "code"),
    [
        (lambda y, opened: ["12" if one else "0" for one in y], "column_decides"),
        (lambda y, opened: ["paid" if one else "gone" for one in y], "column_decides"),
        (lambda y, opened: ["x" if one and place % 4 else "" for place, one in enumerate(y)], "column_filled_by_outcome"),
        (lambda y, opened: ["2025-03-01" if place < len(y) - opened else "" for place in range(len(y))], "column_closed_only"),
    ],
)
def test_what_was_filled_in_late_is_named_and_left_out(column, code):
    data = leads(opened=40)
    data["late"] = column([one == "Won" for one in data["came"]], 40)
    found = fit(data)
    assert [(one.column, one.code) for one in found.card.left_out] == [("late", code)] and "late" not in found.card.used
    if code == "column_decides":
        assert fit(data, keep=["late"]).card.auc > 0.99


@pytest.mark.parametrize("won", [0, 5, 395, 400])
def test_one_outcome_only_is_an_answer(won):
    data = leads() | {"came": ["won"] * won + ["lost"] * (400 - won)}
    found = fit(data)
    assert (found.card.verdict, found.card.came, found.scores) == ("few_outcomes", won, ())


def test_tables_that_cannot_be_scored_are_refused_by_name():
    with pytest.raises(Invalid) as refusal:
        fit(leads() | {"came": ["maybe"] * 400})
    assert refusal.value.code == "score_outcomes"
    with pytest.raises(Invalid) as refusal:
        fit(leads() | {"day": ["soon", *leads()["day"][1:]]})
    assert (refusal.value.code, refusal.value.params["value"]) == ("score_moments", "soon")
    with pytest.raises(Invalid) as refusal:
        fit(leads(), leave_out=["nowhere"])
    assert refusal.value.params["column"] == "nowhere"


def test_without_any_column_that_tells_there_is_no_skill():
    data = leads()
    assert fit({name: data[name] for name in ("day", "always", "never", "who", "came")}).card.verdict == "no_skill"


def test_without_lightgbm_the_regression_speaks_and_the_card_says_so(monkeypatch):
    load = builtins.__import__

    def refuse(name, *args, **more):
        if name == "lightgbm":
            raise OSError("libgomp.so.1")
        return load(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    found = fit(leads())
    assert found.card.verdict == "scores" and not found.card.trees and found.scores[0].reasons


def test_bands_stand_on_the_odds_of_all_rows():
    assert [band(chance, 0.2) for chance in (0.6, 0.43, 0.42, 0.2, 0.19, 0.08, 0.07, 0.0)] == list("AABBCCDD")


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2,000", "3.5", ""], "number"),
        (["2025-01-01", "2025-01-02T10:00:00Z", ""], "date"),
        (["yes", "no", "no"] * 5, "choice"),
        (["0", "1", "1"] * 5, "choice"),
        ([f"id{one}" for one in range(99)], "name"),
        ([f"wants offer number {one} soon" for one in range(99)], "text"),
        (["x", "x"], "constant"),
        (["", ""], "constant"),
        (["x", ""], "choice"),
    ],
)
def test_what_a_column_is(values, kind):
    assert columns.kind(columns.texts(values)) == kind
