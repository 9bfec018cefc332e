"""Tables that only say which record belongs to which: they fill a field of another file's rows."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from pacesetter.base.loaders import MERGED
from pacesetter.intake.files import table_of
from pacesetter.intake.headers import squash
from pacesetter.intake.models import ImportFile


def several(text: str) -> list[str]:
    """The ids in one cell."""
    return [one.strip() for one in text.split(";") if one.strip()]


class Joins:
    """What the other files of an import add to the rows of this one, by the rows' ids."""

    def __init__(self, file: ImportFile, ids: Callable[[str], str]) -> None:
        self.ids = ids
        self.merged: dict[str, str] = {}
        self.fields: dict[str, dict[str, str]] = defaultdict(dict)
        self.names: dict[str, str] = {}
        for other in file.batch.files.filter(target=""):
            joins = other.facts.get("joins")
            if joins and joins[0] == file.target:
                self._read(other, joins[-1])

    def _read(self, other: ImportFile, field: str) -> None:
        if field != MERGED:
            self.names[field] = other.name
        for key, value in pairs(other, self.ids):
            if field == MERGED:
                self.merged[value] = key
            else:
                self.fields[field].setdefault(key, value)

    def texts(self, key: str) -> dict[str, str]:
        """What is joined to the row with this id."""
        return {field: values[key] for field, values in self.fields.items() if key in values} if self.fields else {}


def pairs(file: ImportFile, ids: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Both ids of every row of a joining table."""
    _, key, value, _ = file.facts["joins"]
    names = [squash(column["name"]) for column in file.columns]
    left, right = names.index(squash(key)), names.index(squash(value))
    for batch in table_of(file).batches():
        for row in batch.rows:
            if row[left] and row[right]:
                yield ids(row[left]), ids(row[right])


def unmatched(file: ImportFile, ids: Callable[[str], str], known: Callable[[str], bool]) -> tuple[int, int]:
    """How many rows of a joining table belong to records that are here or to come, and how many to none."""
    outcomes = [known(key) for key, _ in pairs(file, ids)]
    return sum(outcomes), len(outcomes) - sum(outcomes)
