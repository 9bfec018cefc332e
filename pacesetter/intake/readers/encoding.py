"""Which encoding a text file was written in, judged from its bytes."""

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from pacesetter.core.errors import Invalid

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
BLOCK = 1 << 20
SAMPLE = 1 << 16
CONTROL = frozenset(range(32)) - {7, 8, 9, 10, 11, 12, 13, 26, 27, 28, 29, 30, 31}
# Western first: the order decides between code pages that read a file equally well.
CODE_PAGES = ["cp1252", "cp1250", "cp1251", "cp1253", "cp932", "gb18030", "mac_roman"]


def guess(path: Path) -> str:
    """The name of the codec that reads the whole file without a loss."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    return _by_mark(head) or _by_zeros(head) or _by_trial(path, head)


def _by_mark(head: bytes) -> str | None:
    return next((codec for mark, codec in BOMS if head.startswith(mark)), None)


def _by_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark shows zeros in every other byte; any other zero means a binary file."""
    if 0 not in head:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) * 0.3 and even <= odd // 8:
        return "utf-16-le"
    if even > len(head) * 0.3 and odd <= even // 8:
        return "utf-16-be"
    raise Invalid("file_binary")


def _by_trial(path: Path, head: bytes) -> str:
    if sum(byte in CONTROL for byte in head) > len(head) * 0.05:
        raise Invalid("file_binary")
    return "utf-8" if _reads_as_utf8(path) else _code_page(path)


def _reads_as_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _code_page(path: Path) -> str:
    """The likeliest code page for the lines that are not plain ASCII (the others tell nothing)."""
    with path.open("rb") as file:
        telling = b"".join(line for line in file.read(BLOCK * 4).splitlines(keepends=True) if not line.isascii())
    matches = from_bytes(telling[:SAMPLE], cp_isolation=CODE_PAGES, threshold=0.4)
    pages = [match.encoding for match in matches]
    page = "cp1252" if "cp1252" in pages or not pages else pages[0]
    return page if _decodes(telling, page) else "latin-1"


def _decodes(data: bytes, page: str) -> bool:
    try:
        data.decode(page)
    except UnicodeDecodeError:
        return False
    return True
