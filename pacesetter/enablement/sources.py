"""What enablement gives to numbers: licences and weekly use."""

from typing import Any

from pacesetter.base.warehouse import source
from pacesetter.base.warehouse.names import names
from pacesetter.enablement.models import Licence, Tool, ToolUse


@source("licences", scope="user_id", after="licence tool")
def licences() -> Any:
    return Licence.objects.filter(tool__archived_at__isnull=True)


@source("tool_uses", scope="user_id", after="tool_use")
def tool_uses() -> Any:
    return ToolUse.objects.all()


@names("tool", label=lambda tool, language: tool.name)
def tool_names() -> Any:
    return Tool.objects.all()
