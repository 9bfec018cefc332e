"""A real file of 421,570 rows: read as its README counts it."""

import gzip

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pytest

from pacesetter.core.forecasting import measures
from pacesetter.core.forecasting.series import panels
from pacesetter.core.forecasting.series.models import said_by
from tests.conftest import data_folder


@pytest.mark.real_data
def test_last_year_again_is_as_wrong_as_the_data_says():
    with gzip.open(data_folder("sales_walmart") / "train.csv.gz") as file:
        rows = csv.read_csv(file, convert_options=csv.ConvertOptions(column_types={"Store": pa.string(), "Dept": pa.string()}))
    ids = pc.binary_join_element_wise(rows["Store"], rows["Dept"], "/")
    panel = panels.read(pa.table({"unique_id": ids, "ds": rows["Date"], "y": rows["Weekly_Sales"]}), "W")
    assert (len(panel), panel.periods, panel.filled + int(panel.known.sum()) >= 421_570) == (3331, 143, True)
    said = said_by(["seasonal_naive"], panel.until(130), 13)["seasonal_naive"]
    there = said == said
    assert measures.wape(panel.y[:, 130:][there], said[there]) == pytest.approx(0.107, abs=0.001)
