"""Dialects: small traps by hand, and the annotated files of csv_messy."""

import pytest

from pacesetter.core.errors import Invalid
from pacesetter.intake.readers import dialect
from tests.conftest import real_data

BEST_KNOWN = 0.966  # the best detector measured on this family of files
NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "doublequote": '"', "singlequote": "'"}


@pytest.mark.parametrize(
    ("text", "delimiter", "quote"),
    [
        ("a,b\n1,2\n", ",", '"'),
        ("name;amount\nAcme;1.234,50\nBeta;2,00\n", ";", '"'),
        ('a,b\n"x, y",2\n"z",3\n', ",", '"'),
        ("a\tb\n1,5\t2\n", "\t", '"'),
        ("a|b|c\n1|2|3\n", "|", '"'),
        ("'Smith; Jones';1\n'Brown';2\n", ";", "'"),
        ("when,what\n10:30:00,call\n11:45:00,mail\n", ",", '"'),
    ],
)
def test_delimiter_and_quote(written, text, delimiter, quote):
    found = dialect.guess(written("a.csv", text))
    assert (found.delimiter, found.quote) == (delimiter, quote)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("ñ,b\n1,2\n".encode(), "utf-8"),
        ("ñ,b\n1,2\n".encode("utf-8-sig"), "utf-8-sig"),
        ("ñ,b\n1,2\n".encode("utf-16"), "utf-16"),
        ("a,b\n1,2\n3,4\n".encode("utf-16-le"), "utf-16-le"),
        ("Año,Société\nuno,dos\n".encode("cp1252"), "cp1252"),
    ],
)
def test_encoding(written, data, encoding):
    assert dialect.guess(written("a.csv", data)).encoding == encoding


@pytest.mark.parametrize(("data", "code"), [(b" \n\n", "file_empty"), (b"\x00\x01\x02\x03" * 50, "file_binary")])
def test_what_is_no_table_is_refused(written, data, code):
    with pytest.raises(Invalid) as refusal:
        dialect.guess(written("a.csv", data))
    assert refusal.value.code == code


@pytest.mark.real_data
def test_more_dialects_right_than_the_best_known_detector():
    folder = real_data() / "csv_messy"
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}")
    rows = [line.split("|") for line in (folder / "Dialect_annotations.txt").read_text("utf-8-sig").splitlines()[2:]]
    truth = {row[0]: (NAMES.get(row[2], row[2]), NAMES.get(row[3], row[3])) for row in rows}
    files = list((folder / "dialects").iterdir())
    right = [path for path in files if _found(path) == truth[path.name]]
    assert len(files) == 107
    assert len(right) / len(files) > BEST_KNOWN


def _found(path):
    found = dialect.guess(path)
    return found.delimiter, found.quote
