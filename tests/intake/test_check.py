"""What the check says about bad input: each kind has its own code, and nothing is changed."""

import pytest

from pacesetter.core.errors import Invalid
from pacesetter.crm.models import Account, Deal
from pacesetter.intake import imports
from pacesetter.intake.models import Import

HEAD = "Deal ID,Deal Name,Stage,Amount,Close Date,Created Date,Deal Owner,Account Name,Currency"
GOOD = "1,First,Discovery,100.50,2026-12-01,2026-01-02,Ann Lee,Acme,USD"


def deals(*rows: str) -> str:
    return "\n".join([HEAD, GOOD, *rows]) + "\n"


def refused(batch: Import) -> list[tuple[int, str]]:
    return [(one.line, one.code) for file in batch.files.all() for one in file.refusals.all()]


def findings(batch: Import) -> dict[str, int]:
    return {one.code: one.rows for file in batch.files.all() for one in file.findings.all()}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2,Two,Discovery,1,2026-02-30,2026-01-02,Ann Lee,Acme,USD", "impossible_date"),
        ("2,Two,Discovery,1,tomorrow,2026-01-02,Ann Lee,Acme,USD", "not_a_date"),
        ("2,Two,On hold,1,2026-12-01,2026-01-02,Ann Lee,Acme,USD", "unknown_stage"),
        ("2,Two,Discovery,12x,2026-12-01,2026-01-02,Ann Lee,Acme,USD", "not_a_number"),
        ("2,Two,Discovery,4 82l,2026-12-01,2026-01-02,Ann Lee,Acme,USD", "letter_in_number"),
        ('2,Two,Discovery,"1.082,50",2026-12-01,2026-01-02,Ann Lee,Acme,USD', "decimal_style"),
        ("1,Two,Discovery,1,2026-12-01,2026-01-02,Ann Lee,Acme,USD", "repeated_id"),
        (",Two,Discovery,1,2026-12-01,2026-01-02,Ann Lee,Acme,USD", "required"),
        ("2,Two,Closed Won,1,,2026-01-02,Ann Lee,Acme,USD", "closed_without_date"),
        ("2,Two,Discovery,1,2026-12-01,2026-01-02,Ann Lee,Acme,ZZZ", "unknown_currency_code"),
        ("2,Two,Discovery,1,2026-12-01", "row_width"),
        (f"2,{'x' * 300},Discovery,1,2026-12-01,2026-01-02,Ann Lee,Acme,USD", "too_long"),
    ],
)
def test_a_bad_row_is_refused_with_line_and_code(bring, row, code):
    batch = bring(deals(row))
    assert refused(batch) == [(3, code)]
    assert (batch.count("new"), batch.count("refused")) == (1, 1)
    assert not Deal.objects.exists() and not Account.objects.exists()


def test_every_refusal_says_so_in_a_sentence(bring):
    from pacesetter.intake.report import describe

    found = describe(bring(deals("2,Two,Discovery,1,2026-02-30,2026-01-02,Ann Lee,Acme,USD")))
    refusal = found["files"][0]["refused"][0]
    assert refusal.pop("id")
    assert [refusal] == [
        {
            "line": 3,
            "column": "Close Date",
            "value": "2026-02-30",
            "code": "impossible_date",
            "reason": "2026-02-30 is a day that does not exist.",
        }
    ]


def test_what_keeps_no_row_out_is_a_finding(bring):
    rows = ("2,Two,Closed Lost,1,2026-11-01,,Ann Lee,,USD", "3,Three,Closed Won,,2026-01-01,2026-02-01,Ann Lee,Acme,EUR")
    batch = bring(deals(*rows))
    assert refused(batch) == []
    found = findings(batch)
    assert {
        "no_account": 1,
        "no_created_date": 1,
        "lost_without_reason": 1,
        "won_without_amount": 1,
        "closed_before_created": 1,
        "missing_rate": 1,
    }.items() <= found.items()


def test_a_rejected_owner_refuses_the_row(bring, system):
    batch = bring(deals())
    for repair in batch.files.get().repairs.filter(kind="person"):
        imports.decide(repair, accept=False, by=system)
    imports.check_now(batch, by=system)
    assert refused(batch) == [(2, "unknown_owner")]


def test_a_rejected_account_leaves_the_field_empty(bring, system):
    batch = bring(deals())
    imports.decide(batch.files.get().repairs.get(column="Account Name"), accept=False, by=system)
    imports.check_now(batch, by=system)
    assert (refused(batch), findings(batch)["left_empty"]) == ([], 1)


def test_proposals_must_be_decided_before_loading(bring, system):
    with pytest.raises(Invalid) as refusal:
        imports.run(bring(deals()), by=system)
    assert refusal.value.code == "undecided"


def test_spellings_are_mended_only_when_one_name_is_near(bring, system):
    from pacesetter.crm import accounts

    accounts.create_many([{"name": "Northwind Traders"}, {"name": "Beta GmbH 1"}, {"name": "Beta GmbH 2"}], by=system)
    rows = (
        "2,Two,Discovery,1,2026-12-01,2026-01-02,Ann Lee,Northwind Tradres,USD",
        "3,Three,Discovery,1,2026-12-01,2026-01-02,Ann Lee,Beta GmbH 3,USD",
    )
    repairs = bring(deals(*rows)).files.get().repairs.filter(column="Account Name")
    near = [(one.values[0]["from"], one.values[0]["to"]) for one in repairs if one.kind == "near"]
    new = [value["from"] for one in repairs if one.kind == "record" for value in one.values]
    assert near == [("Northwind Tradres", "Northwind Traders")]
    assert sorted(new) == ["Acme", "Beta GmbH 3"]


def test_a_fixed_cell_lets_the_row_in(bring, system, load):
    batch = bring(deals("2,Two,Discovery,1,2026-02-30,2026-01-02,Ann Lee,Acme,USD"))
    imports.fix(batch.files.get().refusals.get(), cells={"Close Date": "2026-02-28"}, by=system)
    imports.check_now(batch, by=system)
    assert refused(batch) == []
    load(batch)
    assert Deal.objects.get(name="Two").close_date.isoformat() == "2026-02-28"


def test_a_fix_of_an_unknown_column_is_refused(bring, system):
    batch = bring(deals("2,Two,Discovery,1,2026-02-30,2026-01-02,Ann Lee,Acme,USD"))
    with pytest.raises(Invalid) as refusal:
        imports.fix(batch.files.get().refusals.get(), cells={"Nope": "1"}, by=system)
    assert refusal.value.code == "unknown_column"


def test_the_error_file_is_safe_and_can_be_sent_again(bring, load, written, system):
    from pacesetter.intake.report import error_lines

    batch = load(bring(deals('2,"=HYPERLINK(""x"")",Discovery,1,2026-02-30,2026-01-02,Ann Lee,Acme,USD')))
    head, row = error_lines(batch.files.get())
    assert head[-2:] == ["pacesetter_line", "pacesetter_reason"]
    assert row[1] == '\'=HYPERLINK("x")' and row[-2] == "3"
    row[4] = "2026-02-28"
    text = "\n".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line) for line in (head, row))
    again = imports.start(written("errors.csv", text), by=system)
    assert again.files.get().remembered_at
    imports.check_now(again, by=system)
    assert refused(again) == []
    load(again)
    assert Deal.objects.get(close_date="2026-02-28").name == '=HYPERLINK("x")'


@pytest.mark.parametrize(
    ("changes", "code"), [({"Nope": "name"}, "unknown_column"), ({"Stage": "nope"}, "unknown_field"), ({"Stage": "name"}, "mapped_twice")]
)
def test_a_wrong_mapping_is_refused(bring, system, changes, code):
    with pytest.raises(Invalid) as refusal:
        imports.set_mapping(bring(deals()).files.get(), fields=changes, by=system)
    assert refusal.value.code == code


def test_only_those_who_may_import_do(bring, cast, written):
    from pacesetter.core.errors import NotAllowed

    with pytest.raises(NotAllowed):
        imports.start(written("deals.csv", deals()), by=cast.actor("ines"))


def test_a_discarded_import_leaves_nothing(bring, system, settings):
    batch = bring(deals())
    imports.discard(batch, by=system)
    assert not Import.objects.exists()
    assert not any((settings.PACESETTER_DATA / "uploads").iterdir())


def test_a_stage_may_be_chosen_by_hand(bring, system, load):
    batch = bring(deals("2,Two,Prospecting,1,2026-12-01,2026-01-02,Ann Lee,Acme,USD"))
    repair = batch.files.get().repairs.get(kind="stage")
    proposal = next(one for one in imports.choices(repair) if one.label == "Proposal")
    imports.decide(repair, accept=True, values={"Prospecting": proposal.id}, by=system)
    imports.check_now(batch, by=system)
    load(batch)
    assert Deal.objects.get(name="Two").stage_id == proposal.id


@pytest.mark.parametrize(("values", "code"), [({"currency": "ZZ"}, "unknown_currency"), ({"time_zone": "Mars/Base"}, "unknown_zone")])
def test_a_wrong_assumption_is_refused(bring, system, values, code):
    with pytest.raises(Invalid) as refusal:
        imports.settle(bring(deals()), by=system, **values)
    assert refusal.value.code == code
