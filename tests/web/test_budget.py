"""What a page may weigh: bytes and nodes, never times."""

import gzip
import re
from pathlib import Path

import pytest

import pacesetter.web
from pacesetter.crm import deals

STATIC = Path(pacesetter.web.__file__).parent / "static" / "web"
KB = 1024


def test_our_styles_and_script_are_small():
    assert sum(len(gzip.compress(file.read_bytes())) for file in STATIC.glob("*.css")) <= 12 * KB
    assert (STATIC / "app.js").stat().st_size <= 25 * KB
    assert len(gzip.compress((STATIC / "app.js").read_bytes())) <= 10 * KB


@pytest.mark.parametrize("path", ["/", "/deals", "/deals?layout=timeline", "/deals/board", "/leads", "/accounts"])
def test_a_full_page_stays_inside_the_budget(company, cast, system, signed_in, path):
    deals.create_many(
        [{"name": f"Deal {n}", "account": company["acme"].pk, "owner": cast.ines.pk, "amount": "10"} for n in range(60)], by=system
    )
    page = signed_in("chiara").get(path).content
    files = sum(len(gzip.compress((STATIC / name).read_bytes())) for name in ("app.css", "app.js"))
    htmx = 17 * KB
    assert len(gzip.compress(page)) + files + htmx <= 60 * KB
    assert len(re.findall(rb"<[a-z]", page)) <= 2500
