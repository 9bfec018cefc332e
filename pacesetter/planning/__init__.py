"""Planning: quotas per person and period, and people's forecast calls.

Reads customers through sources only; other rooms never import it.
"""
