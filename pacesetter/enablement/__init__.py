"""Enablement: the tools people hold licences for, and how they use them week by week."""
