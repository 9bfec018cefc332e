"""Scope, proved: a matrix made from what is registered, times who asks."""
