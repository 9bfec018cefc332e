"""Every page without parameters, for each of the cast: it answers, reads within its budget, writes nothing, and nobody gets in unsigned."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

QUERIES = 15
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE)", re.I)
PUBLIC = {"healthz"}


def addresses(patterns, before=""):
    for one in patterns:
        here = before + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from addresses(one.url_patterns, here)
        elif "<" not in here and not here.startswith(("api/", "door/", "^")):
            yield here.removesuffix("$")


PAGES = sorted(
    path for path in set(addresses(get_resolver().url_patterns)) - PUBLIC if not path.endswith("/export")
)  # an export is an act, and leaves its trace


@pytest.fixture
def filled(company, system):
    """Rooms with something in them, and extracts that are there already."""
    from pacesetter.base import warehouse

    warehouse.refresh()
    return company


def faults(client, path):
    """What is wrong with a page: a status, a write, too many queries."""
    client.get("/" + path)  # the first view may warm a cache
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/" + path)
    queries = [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    if answer.status_code not in (200, 204, 302, 403, 404, 405, 422):
        yield f"{path}: {answer.status_code}"
    yield from (f"{path}: {sql[:80]}" for sql in queries if WRITES.match(sql))
    if len(queries) > QUERIES:
        yield f"{path}: {len(queries)} queries\n" + "\n".join(sql[:140] for sql in queries)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["ines", "daniel", "chiara", "ada", "nobody"])
def test_every_page_answers_reads_little_and_writes_nothing(filled, signed_in, who):
    client = signed_in(who)
    found = [fault for path in PAGES for fault in faults(client, path)]
    assert not found, "\n".join(found)


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_nobody_gets_in_unsigned(path):
    answer = Client().get("/" + path)
    assert answer.status_code in (302, 403, 404, 405)
    if answer.status_code == 302:
        assert "/door/login" in answer["Location"]
