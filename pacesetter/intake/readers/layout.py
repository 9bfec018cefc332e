"""Where a table begins and ends inside its file: preamble, header, footers."""

from collections import Counter
from collections.abc import Iterable, Iterator

from pacesetter.intake.readers.kinds import kind
from pacesetter.intake.readers.tables import BATCH_ROWS, Batch, Fault, Layout

LOOK = 200
NOT_A_NAME = frozenset({"number", "date", "time", "moment", "email", "web", "json"})
Line = tuple[int, list[str]]


def find(lines: list[Line]) -> Layout:
    """The layout judged from the first lines of the file."""
    filled = [(number, cells) for number, cells in lines if any(cells)]
    width = _width([cells for _, cells in filled[:LOOK]])
    number, cells = next((one for one in filled if _full(one[1], width)), filled[0])
    if _names(cells):
        return Layout(number, _distinct(_without_tail(cells, [row for _, row in filled])))
    return Layout(0, _distinct([""] * width))


def _width(rows: list[list[str]]) -> int:
    """The commonest width, the wider of two; lines of one cell are titles and footers as long as there is anything else."""
    counts = Counter(map(len, rows))
    wide = Counter({width: count for width, count in counts.items() if width > 1 and count > 1}) or counts
    return max(wide, key=lambda width: (wide[width], width))


def _full(cells: list[str], width: int) -> bool:
    return len(cells) >= width and sum(map(bool, cells)) >= max(1, width * 0.6)


def _names(cells: list[str]) -> bool:
    """A header holds names: nothing that looks like a value, hardly anything twice."""
    named = [cell for cell in cells if cell]
    return all(kind(cell) not in NOT_A_NAME for cell in named) and len(set(named)) > len(named) / 2


def _without_tail(names: list[str], rows: list[list[str]]) -> list[str]:
    """Nameless columns at the end that hold nothing (a separator at the end of each line) are no columns."""
    while names and not names[-1] and not any(row[len(names) - 1 :] != [""] and any(row[len(names) - 1 :]) for row in rows):
        names = names[:-1]
    return names


def _distinct(names: list[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    out = []
    for position, name in enumerate(names, 1):
        name = " ".join(name.split()) or f"Column {position}"
        seen[name] += 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(out)


def batches(lines: Iterable[Line | Fault], layout: Layout, after: int, size: int = BATCH_ROWS) -> Iterator[Batch]:
    """Rows below the header as batches; what only pretends to be a row becomes a fault, footers vanish."""
    batch = Batch()
    for item in _without_footers(lines, layout):
        if isinstance(item, Fault):
            if item.line > after:
                batch.faults.append(item)
        elif item[0] > after:
            _add(batch, *item, width=len(layout.names))
        if len(batch) >= size:
            yield batch
            batch = Batch()
    if len(batch):
        yield batch


def _add(batch: Batch, number: int, cells: list[str], *, width: int) -> None:
    if len(cells) == width:
        batch.lines.append(number)
        batch.rows.append(cells)
    elif len(cells) < width or any(cells[width:]):
        batch.faults.append(Fault(number, cells, "row_width", {"count": len(cells), "width": width}))
    else:
        batch.lines.append(number)
        batch.rows.append(cells[:width])


def _without_footers(lines: Iterable[Line | Fault], layout: Layout) -> Iterator[Line | Fault]:
    """Hold back single-cell lines until a real row follows; those at the very end are footers."""
    held: list[Line | Fault] = []
    after_gap = False
    for item in lines:
        if not isinstance(item, Fault):
            if item[0] <= layout.header_line:
                continue
            if not any(item[1]):
                after_gap = True
                continue
            if _footer(item[1], len(layout.names), after_gap):
                held.append(item)
                continue
        yield from held
        held, after_gap = [], False
        yield item


def _footer(cells: list[str], width: int, after_gap: bool) -> bool:
    alone = width > 2 and cells.count("") == len(cells) - 1
    return alone and (len(cells) < width or after_gap)
