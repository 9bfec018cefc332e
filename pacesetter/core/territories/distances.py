"""Great-circle distances on a sphere, from the chord between unit vectors: exact to a millimetre, and blind to the antimeridian."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
RADIUS = 6371.0  # km
ROAD_FACTOR = 1.25  # a road is longer than the great circle, by 1.2 to 1.3 in most countries
BLOCK = 1 << 20  # pairs at a time


def vectors(latitude: Array, longitude: Array) -> Array:
    """Points on the unit sphere, (n, 3), of degrees (n,)."""
    phi, theta = np.radians(np.asarray(latitude, float)), np.radians(np.asarray(longitude, float))
    return np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], axis=-1)


def along(here: Array, there: Array) -> Array:
    """Kilometres between unit vectors (..., 3), pair by pair as they are broadcast."""
    chord = np.zeros(np.broadcast_shapes(here.shape, there.shape)[:-1])
    for axis in range(3):
        chord += np.square(here[..., axis] - there[..., axis])
    return 2 * RADIUS * np.arcsin(np.minimum(np.sqrt(chord) / 2, 1))


def pairs(latitude: Array, longitude: Array, other_latitude: Array, other_longitude: Array) -> Array:
    """Kilometres (n,) between points given in degrees, one by one."""
    return along(vectors(latitude, longitude), vectors(other_latitude, other_longitude))


def matrix(here: Array, there: Array) -> Array:
    """Kilometres (n, m) between all unit vectors (n, 3) and (m, 3)."""
    return along(here[:, None, :], there[None, :, :])
