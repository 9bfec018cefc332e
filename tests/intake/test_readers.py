"""Tables out of files: headers, footers, ragged rows, open quotes, workbooks, and files that are none."""

import datetime as dt

import openpyxl
import pytest

from pacesetter.core.errors import Invalid, Refused
from pacesetter.intake.readers import schema
from pacesetter.intake.readers.formats import open_table
from tests.conftest import real_data


def rows(table):
    return [row for batch in table.batches() for row in batch.rows]


def faults(table):
    return [(fault.line, fault.code) for batch in table.batches() for fault in batch.faults]


def test_preamble_and_footers_are_no_rows(written):
    text = "Report of deals\n\nName,Amount,Owner\nAcme,10,Ann\nBeta,20,Bob\n\nCopyright (c) the vendor\nConfidential - do not distribute\n"
    table = open_table(written("report.csv", text))
    assert table.layout.header_line == 3
    assert table.layout.names == ("Name", "Amount", "Owner")
    assert rows(table) == [["Acme", "10", "Ann"], ["Beta", "20", "Bob"]]
    assert faults(table) == []


def test_lines_are_those_of_the_file_even_when_cells_span_several(written):
    table = open_table(written("a.csv", 'a,b\n"one\ntwo",1\n\nx,2\n'))
    assert [line for batch in table.batches() for line in batch.lines] == [2, 5]


def test_a_row_of_another_width_is_a_fault(written):
    table = open_table(written("a.csv", "a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,1,1\n"))
    assert faults(table) == [(3, "row_width"), (4, "row_width")]
    assert len(rows(table)) == 2


def test_a_separator_at_the_end_of_each_line_makes_no_column(written):
    table = open_table(written("a.csv", "a,b,\n1,2,\n3,4,\n"))
    assert table.layout.names == ("a", "b")
    assert rows(table) == [["1", "2"], ["3", "4"]]


def test_an_open_quote_costs_one_line_not_the_file(written):
    lines = ["id,name,amount", '1,"Acme,10', *[f"{n},Beta {n},{n}" for n in range(2, 400)]]
    table = open_table(written("a.csv", "\n".join(lines) + "\n"))
    assert faults(table) == [(2, "quote_open")]
    assert len(rows(table)) == 398


def test_without_header_columns_are_numbered(written):
    table = open_table(written("a.csv", "1,2.5\n2,3.5\n"))
    assert (table.layout.header_line, table.layout.names) == (0, ("Column 1", "Column 2"))


def test_the_schema_says_what_was_assumed(written):
    text = "when;amount;on;n\n03/04/2017;1.234,50;31/12/2016;7\n05/06/2017;2,00;01/01/2017;8\n"
    columns = {column.name: column for column in schema.guess(open_table(written("a.csv", text)))}
    assert (columns["amount"].type, columns["amount"].decimal) == ("decimal", ",")
    assert columns["on"].order == "dmy"
    assert (columns["when"].order, columns["when"].certain) == ("dmy", True)  # settled by the other column
    assert columns["n"].type == "integer"


def test_ambiguous_dates_are_not_certain(written):
    column = schema.guess(open_table(written("a.csv", "when,x\n03/04/2017,a\n05/06/2017,b\n")))[0]
    assert (column.type, column.certain) == ("date", False)


def test_workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Name", "Amount", "Closed", "Open"])
    book.active.append(["Acme", 12.5, dt.datetime(2026, 1, 2), True])
    book.save(tmp_path / "a.xlsx")
    table = open_table(tmp_path / "a.xlsx")
    assert table.format == "xlsx"
    assert rows(table) == [["Acme", "12.5", "2026-01-02", "true"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"%PDF-1.7 ...", "file_kind"),
        (b"\x1f\x8b\x08\x00", "file_kind"),
        (b"PK\x03\x04broken", "file_damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_old_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
    ],
)
def test_files_that_are_no_tables_are_refused_by_name(written, data, code):
    with pytest.raises(Invalid) as refusal:
        open_table(written("a.csv", data))
    assert refusal.value.code == code
    assert "{" not in str(refusal.value)


@pytest.mark.real_data
def test_every_horror_is_a_table_or_a_sentence():
    folder = real_data() / "csv_messy" / "horror"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    outcome = {path.name: _table_or_refusal(path) for path in folder.iterdir()}
    assert len(outcome) == 35
    assert sum(what == "table" for what in outcome.values()) >= 22


def _table_or_refusal(path):
    try:
        schema.guess(open_table(path))
        return "table"
    except Refused as refusal:
        return str(refusal)
