"""The ladder: who speaks, and why; a rung is promoted by what it did on past days alone."""

import builtins
import itertools

import numpy as np
import pytest

from pacesetter.core.forecasting import deals, histories, ladder
from pacesetter.core.forecasting.histories import day_number
from tests.core.forecasting.invented import START, company, day, moment, table


def lively(count=360, days=300, seed=5):
    """Deals without stages of which those that somebody calls often are won: a table cannot see it, a model can."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        begin, name, warm = float(dice.uniform(0, days)), f"D{number:04}", dice.random() < 0.5
        end = begin + 8 + dice.exponential(8)
        rows += [(name, moment(begin), "amount", "100"), (name, moment(begin), "stage", "First")]
        rows += [(name, moment(at), "called", "") for at in np.arange(begin + 0.5, end, 1.0 if warm else 6.0)]
        rows += [(name, moment(end), "outcome", "won" if dice.random() < (0.9 if warm else 0.1) else "lost")]
    return rows


def chosen(rows, at=240, ahead=28.0):
    t = day_number(day(at))
    return ladder.choose(histories.read(table(rows)), t, ahead)


def test_few_closed_deals_speak_by_stage_alone():
    found = chosen(company(40))
    assert (found.rung, found.why, found.tried) == ("base", "few_closed", ())
    fitted = deals.forecast(histories.read(table(company(40))), as_of=day(240), until=day(268))
    stage = {}
    for name, chance in zip(fitted.ids, fitted.p_win, strict=True):
        last = [
            value
            for deal, at, field, value in sorted(company(40), key=lambda row: row[1])
            if deal == name and field == "stage" and at < moment(241)
        ]
        stage.setdefault(last[-1], set()).add(round(float(chance), 9))
    assert stage and all(len(chances) == 1 for chances in stage.values())


def test_without_enough_to_try_on_the_table_speaks():
    found = chosen(company(120, 240))
    assert (found.rung, found.why) == ("stage_age", "few_tried")


def test_a_model_that_sees_more_is_promoted_and_says_by_how_much():
    found = chosen(lively())
    assert (found.rung, found.why) == ("logistic", "better")
    below, above = found.tried
    assert above.brier < 0.9 * below.brier and above.log_loss < below.log_loss
    assert found.days == ladder.TRIALS and found.deals >= ladder.ENOUGH


def test_a_model_that_sees_no_more_is_not():
    """Outcomes are dice: no rung can be better than the table but by luck, and none is far from it."""
    found = chosen(company(400, 240), at=200)
    assert found.rung == "stage_age" or found.tried[1].brier > 0.97 * found.tried[0].brier


def test_where_lightgbm_cannot_be_loaded_the_rung_below_speaks_and_says_so(monkeypatch):
    load = builtins.__import__

    def refuse(name, *args, **more):
        if name == "lightgbm":
            raise OSError("libgomp.so.1: cannot open shared object file")
        return load(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.setattr(ladder, "MANY", 100)
    found = chosen(lively())
    assert (found.rung, found.why, [one.rung for one in found.tried]) == ("logistic", "not_loaded", ["stage_age", "logistic"])


def test_trees_are_tried_where_there_are_many_deals(monkeypatch):
    monkeypatch.setattr(ladder, "MANY", 100)
    found = chosen(lively())
    assert [one.rung for one in found.tried] == ["stage_age", "logistic", "boosting"]
    known = histories.read(table(lively())).as_of(day_number(day(240)))
    more = ladder.learn(known, day_number(day(240)), 28.0, 1.0, "boosting")
    open_ = known.open_at(day_number(day(240)))
    win, lose = more.mixed(known, open_, day_number(day(240)), {28.0: (np.full(len(open_), 0.4), np.full(len(open_), 0.4))})[28.0]
    assert ((win >= 0) & (lose >= 0) & (win + lose <= 1 + 1e-9)).all() and win.std() > 0.1


@pytest.mark.parametrize("rung", ["logistic", "boosting"])
def test_chances_grow_with_the_days(rung):
    t = day_number(START) + 240
    known = histories.read(table(lively())).as_of(t)
    fitted = deals.fit(known, t, 28.0, ladder.Choice(rung, "better"))
    wins = [fitted.open_deals(known, t, float(days)).win for days in (0, 1, 3, 10, 28)]
    assert (wins[0] == 0).all() and all((later >= earlier - 1e-12).all() for earlier, later in itertools.pairwise(wins))


@pytest.mark.parametrize("rung", ["logistic", "boosting"])
def test_one_outcome_only_has_an_answer(rung):
    t = day_number(START) + 200
    rows = [(name, at, field, "lost" if field == "outcome" else value) for name, at, field, value in company(150)]
    known = histories.read(table(rows)).as_of(t)
    chances = deals.fit(known, t, 14.0, ladder.Choice(rung, "better")).open_deals(known, t)
    assert (chances.win < 0.05).all() and np.isfinite(chances.lose).all()


def test_no_deal_has_closed_yet():
    t = day_number(START) + 10
    known = histories.read(table([("a", moment(1), "stage", "First"), ("b", moment(2), "stage", "First")])).as_of(t)
    assert ladder.choose(known, t, 14.0).rung == "base"
    assert ladder.learn(known, t, 14.0, 1.0, "boosting") is None


def test_a_choice_stands_for_a_stretch_of_days():
    known, t = histories.read(table(lively())), ladder.STANDS * ladder.block(day_number(day(230)))
    some, others = ladder.choose(known, t, 28.0), ladder.choose(known, t + ladder.STANDS - 1, 28.0)
    assert some == others


def test_the_future_changes_neither_choice_nor_model_nor_chances(monkeypatch):
    """Every event after the day is thrown about: what was chosen, learned and said stays the same to the last bit."""
    monkeypatch.setattr(ladder, "MANY", 100)
    rows, t = lively(), day_number(START) + 240
    past = [row for row in rows if row[1] < moment(240)]
    dice = np.random.default_rng(3)
    later = [
        (name, moment(240.5 + float(dice.uniform(0, 50))), field, "lost" if field == "outcome" else "Aaa")
        for name, _, field, _ in rows
        if field != "amount"
    ]
    answers = []
    for some in (rows, past + later):
        known = histories.read(table(sorted(some, key=lambda row: row[0])))
        fitted = deals.fit(known, t, 28.0)
        boosted = deals.fit(known, t, 28.0, ladder.Choice("boosting", "better"))
        regression, trees = (model for _, model in boosted.learned.models)
        then = known.as_of(t)
        answers.append(
            (
                fitted.choice, trees.booster.model_to_string(), regression.coefficients.tobytes(), boosted.open_deals(then, t).win.tobytes(),
                fitted.open_deals(then, t).win.tobytes(), boosted.reasons(then, t), fitted.new_deals(t),
            )
        )  # fmt: skip
    for before, after in zip(*answers, strict=True):
        assert before == after
    assert answers[0][0].tried
