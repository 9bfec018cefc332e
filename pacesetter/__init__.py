"""Pacesetter: a sales operations platform. One engine, one foundation, rooms by noun, three doors (see docs/tour.md)."""

__version__ = "0.1.0"
