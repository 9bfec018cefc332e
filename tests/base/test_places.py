"""Tables of places, and where accounts are by them."""

import pytest

from pacesetter.base import places
from pacesetter.core.errors import Invalid, NotAllowed
from pacesetter.crm import accounts
from pacesetter.crm import places as placed
from tests.conftest import data_folder


@pytest.fixture
def spain(cast, system):
    return places.load(data_folder("geo") / "zipcodes.es.csv.gz", by=system)


def where(system, **values):
    row = accounts.create(name="Aster", by=system, **values)
    point = placed.of_accounts([row]).get(row.pk)
    return point and (round(point.latitude), round(point.longitude), point.source)


def test_real_postal_codes_place_accounts(spain, system):
    assert spain.postal_codes > 10_000 and spain.cities > 10_000
    assert where(system, postal_code="08001", city="", country="ES") == (41, 2, "postal_code")
    assert where(system, city="SEVILLA", country="ES") == (37, -6, "city")
    assert where(system, city="Sevilla", country="IT") is None
    assert where(system) is None


def test_coordinates_that_contradict_the_address_do_not_count(spain, system):
    assert where(system, postal_code="28001", country="ES", latitude=40.4, longitude=-3.7) == (40, -4, "coordinates")
    assert where(system, postal_code="28001", country="ES", latitude=-3.7, longitude=40.4) == (40, -4, "postal_code")
    assert where(system, postal_code="28001", country="ES", latitude=0, longitude=0) == (40, -4, "postal_code")


def test_the_middle_lies_across_the_antimeridian():
    assert abs(places.middle([(0, 179), (0, -179)])[1]) == 180


def test_a_file_without_places_is_refused(tmp_path, cast, system):
    file = tmp_path / "people.csv"
    file.write_text("name,age\nAster,3\n")
    with pytest.raises(Invalid) as found:
        places.load(file, by=system)
    assert found.value.code == "no_places"
    with pytest.raises(NotAllowed):
        places.load(file, by=cast.actor("ines"))


def test_lines_off_the_earth_are_counted(tmp_path, cast, system):
    file = tmp_path / "places.csv"
    file.write_text("country_code,zipcode,latitude,longitude\nES,1,95,3\nES,2,41,2\nES,3,,\n")
    found = places.load(file, by=system)
    assert (found.postal_codes, found.left_out) == (1, 2)
