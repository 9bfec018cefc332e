"""Tables of enablement, one file per noun."""

from pacesetter.enablement.models.tools import Licence, Tool, ToolUse

__all__ = ["Licence", "Tool", "ToolUse"]
