"""Excel workbooks: the first sheet that holds a table, every cell as the text a CSV of it would hold."""

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from pacesetter.core.errors import Invalid
from pacesetter.intake.readers import layout as layouts
from pacesetter.intake.readers.layout import Line
from pacesetter.intake.readers.tables import BATCH_ROWS, Batch

# A small archive that unpacks to more than this is an attack or a mistake.
UNPACKED_BYTES = 1 << 31


class XlsxTable:
    """One sheet of a workbook."""

    format = "xlsx"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sheet = ""
        for self.sheet in _sheets(path):
            head = list(islice(self._lines(), layouts.LOOK))
            if any(any(cells) for _, cells in head):
                self.layout = layouts.find(head)
                return
        raise Invalid("file_empty")

    def facts(self) -> dict[str, Any]:
        return {"format": self.format, "sheet": self.sheet, "header_line": self.layout.header_line}

    def batches(self, *, after: int = 0, size: int = BATCH_ROWS) -> Iterator[Batch]:
        return layouts.batches(self._lines(), self.layout, after, size)

    def _lines(self) -> Iterator[Line]:
        book = _open(self.path)
        try:
            sheet = book[self.sheet]
            sheet.reset_dimensions()  # writers state wrong sizes, and read-only mode believes them
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about drawings and validations, which hold no data
                for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
                    yield number, [_text(value) for value in row]
        except (KeyError, ValueError, TypeError, SyntaxError, zipfile.BadZipFile) as error:
            raise Invalid("file_damaged", why=type(error).__name__) from error
        finally:
            book.close()


def _sheets(path: Path) -> list[str]:
    book = _open(path)
    try:
        return [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] or list(book.sheetnames)
    finally:
        book.close()


def _open(path: Path) -> Any:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_BYTES:
                raise Invalid("file_too_large")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError, OSError) as error:
        raise Invalid("file_damaged", why=type(error).__name__) from error


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
        case date() | time():
            return value.isoformat()
    return str(value).strip()
