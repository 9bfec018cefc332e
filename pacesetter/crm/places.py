"""Where accounts are: their own coordinates, else the middle of their postal code or city; who is nowhere is said to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pacesetter.base import places
from pacesetter.base.models.places import CITY, POSTAL_CODE
from pacesetter.core.territories.distances import pairs
from pacesetter.crm.models import Account

FAR_KM = 300.0  # own coordinates that lie farther from one's own postal code or city are a mistake


@dataclass(frozen=True)
class Point:
    """Where an account is in degrees, and by what: its own coordinates, its postal code or its city."""

    latitude: float
    longitude: float
    source: str


def of_accounts(accounts: Sequence[Account]) -> dict[int, Point]:
    """The points of those accounts that can be placed, by id; own coordinates do not count where they contradict the address."""
    middles = places.look_up(key for one in accounts for key in _keys(one))
    found = {one.pk: Point(*middles[key], key[1]) for one in accounts for key in reversed(_keys(one)) if key in middles}
    own = {
        one.pk: Point(one.latitude, one.longitude, "coordinates")
        for one in accounts
        if one.latitude is not None and one.longitude is not None
    }
    own = {pk: point for pk, point in own.items() if (point.latitude, point.longitude) != (0, 0)}
    wrong = _contradicted(own, found)
    return found | {pk: point for pk, point in own.items() if pk not in wrong}


def _keys(one: Account) -> list[places.Key]:
    """Where to look an account's address up, the most exact first."""
    said = ((POSTAL_CODE, one.postal_code), (CITY, one.city))
    return [(one.country.upper(), kind, places.key_of(kind, text)) for kind, text in said if text and one.country]


def _contradicted(own: Mapping[int, Point], middles: Mapping[int, Point]) -> set[int]:
    """The accounts whose own coordinates lie far from the middle of their postal code or city."""
    both = sorted(own.keys() & middles.keys())
    columns = [[getattr(side[pk], name) for pk in both] for side in (own, middles) for name in ("latitude", "longitude")]
    far = pairs(*map(np.array, columns)) > FAR_KM
    return {pk for pk, is_far in zip(both, far, strict=True) if is_far}
