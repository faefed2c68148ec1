"""The Model Context Protocol: servers as worlds, and problems served to other people's agents.

Needs the extra `mcp`, which is loaded on first use.
"""

from __future__ import annotations

from harness.mcp.client import MCPSession, MCPWorld
from harness.mcp.server import serve

__all__ = ["MCPSession", "MCPWorld", "serve"]
