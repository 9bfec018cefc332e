"""Territory maths: distances on the globe, and what an account brings or costs in a year.

Pure functions on arrays, usable from a notebook. Plans with a life are in `planning`, published territories in `base`.
"""
