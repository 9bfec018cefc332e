"""Everything that is registered can be shown: it has a label, and the label is in the catalogues."""

import importlib
import pkgutil

import pytest

import pacesetter
from pacesetter.base.jobs import JOBS
from pacesetter.base.listings import LISTINGS
from pacesetter.base.loaders import LOADERS
from pacesetter.base.settings import SETTINGS
from pacesetter.base.warehouse import SOURCES
from pacesetter.core.metrics import METRICS
from pacesetter.core.metrics.tables import RAW


def everything():
    for module in pkgutil.walk_packages(pacesetter.__path__, "pacesetter."):
        if not module.name.endswith(("__main__", "wsgi")):
            importlib.import_module(module.name)
    labelled = {"job": JOBS, "metric": METRICS, "import target": LOADERS, "setting": SETTINGS}
    return [pytest.param(part.label, id=f"{kind} {key}") for kind, registry in labelled.items() for key, part in registry.items()]


@pytest.mark.parametrize("label", everything())
def test_a_part_has_a_label(label):
    assert label.strip() == label and label and label[0].isupper()


@pytest.mark.django_db
@pytest.mark.parametrize("noun", list(LISTINGS))
def test_every_view_and_column_of_a_list_has_a_label(noun):
    fields = [column.field for column in LISTINGS[noun].all_columns().values() if not column.field.is_custom]
    assert LISTINGS[noun].columns and all(field.label for field in fields)
    assert all(preset.label for preset in LISTINGS[noun].presets)


def test_every_source_is_a_table_that_metrics_know():
    assert set(SOURCES) == set(RAW)
