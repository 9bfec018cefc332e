"""Imports: reading files, mapping their columns, checking, loading and reverting them."""
