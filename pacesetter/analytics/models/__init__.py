"""Tables of analytics, one file per noun."""

from pacesetter.analytics.models.targets import Target

__all__ = ["Target"]
