"""Event logs as histories of deals."""

import gzip

import pytest

from pacesetter.core.errors import Invalid
from pacesetter.core.forecasting import histories
from pacesetter.intake.readers import xes
from tests.conftest import data_folder

HEAD = '<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">'
EVENT = '<event><string key="concept:name" value="{}"/><date key="time:timestamp" value="2026-0{}-01T10:00:00+01:00"/></event>'


def case(name, *events, amount="500"):
    told = "".join(EVENT.format(activity, month) for activity, month in events)
    return f'<trace><string key="concept:name" value="{name}"/><string key="AMOUNT_REQ" value="{amount}"/>{told}</trace>'


def read(tmp_path, *cases, head=HEAD):
    path = tmp_path / "log.xes"
    path.write_text(head + "".join(cases) + "</log>")
    return xes.history(path)


def test_events_are_stages_an_outcome_and_signs_of_life(tmp_path):
    found = read(tmp_path, case("1", ("O_SENT", 2), ("A_SUBMITTED", 1), ("W_Call", 3), ("A_APPROVED", 4), ("W_Call", 5)))
    assert [(row["field"], row["value"]) for row in found.to_pylist()] == [
        ("amount", "500"),
        ("stage", "A_SUBMITTED"),
        ("stage", "O_SENT"),
        ("touch", "W_Call"),
        ("outcome", "won"),
    ]
    deal = histories.read(found)
    assert len(deal) == 1 and deal.won[0] and list(deal.open_at(deal.ended[0] - 1)) == [0]


def test_who_did_the_last_event_owns_the_deal(tmp_path):
    doers = ("Ana", "Ana", "", "Bo")
    events = [
        (month, name, f'<string key="org:resource" value="{by}"/>' if by else "")
        for month, (name, by) in enumerate(zip("abcd", doers, strict=True), 1)
    ]
    told = "".join(EVENT.format(name, month).replace("</event>", by + "</event>") for month, name, by in events)
    path = tmp_path / "log.xes"
    path.write_text(HEAD + f'<trace><string key="concept:name" value="1"/>{told}</trace></log>')
    owners = [(row["occurred_at"][5:7], row["value"]) for row in xes.history(path).to_pylist() if row["field"] == "owner"]
    assert owners == [("01", "Ana"), ("04", "Bo")]


def test_other_words_mean_other_things(tmp_path):
    words = xes.Words(amount="none", stages=frozenset({"W_Call"}), won=frozenset({"O_SENT"}), lost=frozenset())
    (tmp_path / "log.xes").write_text(HEAD + case("1", ("W_Call", 1), ("O_SENT", 2)) + "</log>")
    assert [row["field"] for row in xes.history(tmp_path / "log.xes", words).to_pylist()] == ["stage", "outcome"]


def test_an_empty_log_is_an_empty_history(tmp_path):
    assert len(histories.read(read(tmp_path))) == 0


@pytest.mark.parametrize("bad", ["<log", HEAD + "<trace>", "not xml at all"])
def test_a_damaged_log_is_refused(tmp_path, bad):
    path = tmp_path / "log.xes"
    path.write_text(bad)
    with pytest.raises(Invalid) as refusal:
        xes.history(path)
    assert refusal.value.code == "file_damaged"


def test_bombs_are_refused(tmp_path, monkeypatch):
    laughs = '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + HEAD.partition("?>")[2]
    with pytest.raises(Invalid):
        read(tmp_path, case("&b;", ("O_SENT", 1)), head=laughs)
    monkeypatch.setattr(xes, "UNPACKED_BYTES", 100_000)
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress((HEAD + " " * 10_000_000 + "</log>").encode()))
    with pytest.raises(Invalid) as refusal:
        xes.history(path)
    assert refusal.value.code == "file_too_large"


@pytest.mark.real_data
def test_the_loan_log_is_read_whole():
    known = histories.read(xes.history(data_folder("process_bpic2012") / "bpic2012.xes.gz"))
    assert len(known) == 13_087 and len(known.words["stage"]) == 6
    assert (int(known.won.sum()), int((known.ended < float("inf")).sum() - known.won.sum())) == (2246, 10442)
