"""Files of an analyst: tables in and out, by the ending of their name, without any company."""

from pathlib import Path
from typing import Any

import click

TABLE = click.Path(path_type=Path, exists=True, dir_okay=False)
OUT = click.Path(path_type=Path, dir_okay=False, writable=True)


def read(path: Path) -> Any:
    """A CSV file as an Arrow table of texts, a Parquet file with the types that it has; an event log (XES) as a history of deals."""
    if ".xes" in path.suffixes:
        from pacesetter.intake.readers import xes

        return xes.history(path)
    if path.suffix == ".parquet":
        import pyarrow.parquet as parquet

        return parquet.read_table(path)
    import pyarrow as pa
    from pyarrow import csv

    try:
        with csv.open_csv(path) as head:
            names = head.schema.names
        return csv.read_csv(path, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())))
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path.name} is no table that can be read: {error}") from error


def write(rows: Any, path: Path) -> None:
    """Write an Arrow table as what the file's ending says: Parquet, else CSV."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as parquet

        return parquet.write_table(rows, path)
    from pyarrow import csv

    return csv.write_csv(rows, path, csv.WriteOptions(quoting_style="needed"))
