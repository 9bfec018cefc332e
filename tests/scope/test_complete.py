"""Whatever is registered is in the matrix, or stands here with the reason why it need not be."""

import importlib

from pacesetter.base.listings import LISTINGS
from pacesetter.base.warehouse import SOURCES
from pacesetter.cli import COMMANDS
from pacesetter.core.metrics import METRICS
from tests.scope import addresses

# Who runs a command owns the files of the data folder, and with them everything: commands act as its local administrator.
COMMANDS_OF_THE_OWNER = {
    "up", "import", "metric", "deals", "demo", "user", "jobs", "settings", "export", "backup", "restore", "doctor", "worker", "completion",
    "forecast", "backtest", "score",  # of files of one's own
    "calls",
}  # fmt: skip
EVERYBODYS = {  # raw tables without an owner: the company's calendar, organisation and process, and traits that a deal carries with it
    "memberships", "teams", "reportings", "employments", "leaves", "calendars", "holidays", "rates", "targets", "accounts", "stages", "lost_reasons",
}  # fmt: skip
WITHOUT_EXPORT = {"activity"}


def test_every_parameter_of_a_list_or_number_is_probed():
    asked = {
        one["name"]
        for operations in addresses.openapi()["paths"].values()
        for operation in operations.values()
        for one in operation.get("parameters", [])
        if one["in"] == "query"
    }
    numbers = {part.partition("=")[0] for query in addresses.NUMBERS for part in query.split("&")}
    assert asked == addresses.API.keys() | numbers | addresses.SAYS_NOTHING


def test_every_metric_list_and_export_is_asked():
    paths = {one.path for one in addresses.reads()}
    assert {f"/api/v1/metrics/{key}" for key in METRICS} <= paths
    assert {f"/api/v1/{noun}s" if noun != "activity" else "/api/v1/activities" for noun in LISTINGS} <= paths
    assert {f"/api/v1/{noun}s/export" for noun in set(LISTINGS) - WITHOUT_EXPORT} <= paths


def test_an_address_with_an_id_is_a_record_s_or_the_company_s():
    """A new kind of record that belongs to somebody is planted before it may have an address."""
    theirs = {one.noun for one in (*addresses.web(), *addresses.api()) if addresses.PARAMETER.search(one.path)}
    assert theirs - set(addresses.SOMEBODYS) == {
        "{noun}s", "settings", "door", "invitations", "first-run", "people", "teams", "roles", "pipelines", "stages", "lost-reasons",
        "lead-statuses", "products", "campaigns", "calendars", "rates", "tools", "market-series",
    } | {noun for noun in theirs if noun in ("metrics",)}  # fmt: skip


def test_sources_have_an_owner_or_are_everybody_s():
    assert {source.name for source in SOURCES.values() if source.scope is None} <= EVERYBODYS


def test_commands_act_for_the_owner_of_the_files_and_take_no_person():
    assert set(COMMANDS) == COMMANDS_OF_THE_OWNER
    for module, _ in COMMANDS.values():
        command = importlib.import_module(module).command
        assert not {option for one in command.params for option in one.opts} & {"--user", "--person", "--token"}
