"""Which reader opens a file, by its content; the name only helps to say what it is instead."""

import zipfile
from pathlib import Path

from pacesetter.core.errors import Invalid, add_sentences
from pacesetter.core.labels import mark
from pacesetter.intake.readers.csv import CsvTable
from pacesetter.intake.readers.dialect import Dialect
from pacesetter.intake.readers.tables import Table
from pacesetter.intake.readers.xlsx import XlsxTable

add_sentences(
    {
        "file_empty": mark("The file is empty. Export it again from the system it came from."),
        "file_binary": mark("This is not a table: the file holds binary data. Send CSV or XLSX."),
        "file_damaged": mark("The file is damaged and cannot be opened ({why}). Export it again."),
        "file_encrypted": mark("The workbook is locked with a password. Save it without one and send it again."),
        "file_old_excel": mark("This is an old Excel workbook (.xls). Save it as .xlsx or CSV and send it again."),
        "file_kind": mark("{kind} files cannot be read. Send CSV or XLSX."),
        "file_too_large": mark("The file is too large when unpacked. Split it, or send it as CSV."),
        "row_width": mark("The line has {count} columns where the header has {width}."),
        "quote_open": mark("A quotation mark is opened on this line and never closed."),
    }
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
OTHERS = {
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"PAR1": "Parquet",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
}


def open_table(path: Path, dialect: Dialect | None = None) -> Table:
    """The table in the file; Invalid, with what to do, when there is none."""
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Invalid("file_empty")
    if head.startswith(OLE):
        raise Invalid("file_encrypted" if ENCRYPTED in path.read_bytes() else "file_old_excel")
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    for mark_, name in OTHERS.items():
        if head.startswith(mark_):
            raise Invalid("file_kind", kind=name)
    return CsvTable(path, dialect)


def _archive(path: Path) -> Table:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise Invalid("file_damaged", why=type(error).__name__) from error
    if "xl/workbook.xml" not in names:
        raise Invalid("file_kind", kind=path.suffix.lstrip(".").upper() or "ZIP")
    return XlsxTable(path)
