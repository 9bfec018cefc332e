"""Ground shared by all tests: a data folder of their own, a stopped clock, start data, and the cast."""

import datetime as dt
import os
import pathlib
import tempfile

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest

NOW = dt.datetime(2026, 11, 20, 10, 40, tzinfo=dt.UTC)  # a Friday, day 51 of the fourth quarter


@pytest.fixture(autouse=True)
def stopped_clock(request):
    """Every test lives at the same instant."""
    from pacesetter.base import clock

    with clock.set_to(NOW):
        yield NOW


@pytest.fixture(autouse=True)
def no_extracts(stopped_clock):
    """Extracts of another test's rolled-back records are nobody's."""
    from pacesetter.base.warehouse.manifest import folder

    (folder() / "manifest.json").unlink(missing_ok=True)


@pytest.fixture(scope="session", autouse=True)
def shared_plans():
    """SQL is built once for all tests, workers and runs: its folder's name changes with the code that builds it."""
    from pacesetter.base.warehouse import plans

    kept = pathlib.Path(tempfile.gettempdir()) / f"pacesetter-test-plans-{os.getuid()}"
    kept.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plans, "_folder", lambda: kept / plans._edition())
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every test database starts like a fresh install."""
    from pacesetter.base import ensure

    with django_db_blocker.unblock():
        ensure.ensure()


@pytest.fixture
def system():
    """The program itself, which may do everything."""
    from pacesetter.base.actor import Actor

    return Actor.system()


@pytest.fixture
def cast(db, system):
    """Two teams with managers, sellers, an SDR, an administrator and somebody without a role."""
    from tests.cast import Cast

    return Cast.make(system)


def real_data() -> pathlib.Path:
    """The folder of real input files."""
    default = pathlib.Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    return pathlib.Path(os.environ.get("PACESETTER_TEST_DATA", default))


def data_folder(name: str) -> pathlib.Path:
    """One folder of the real input files; in CI it must be there."""
    folder = real_data() / name
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"real data is missing: {folder}")
        pytest.skip(f"no real data at {folder}; set PACESETTER_TEST_DATA")
    return folder


@pytest.fixture
def maven():
    """The Maven CRM folder."""
    return data_folder("crm_maven")


@pytest.fixture
def salesforce():
    """The Salesforce folders: a Data Export, and an org with the history of its opportunities."""
    return data_folder("vendor_salesforce")


@pytest.fixture
def hubspot():
    """HubSpot's objects as a connector lands them."""
    return data_folder("vendor_hubspot")
