"""The starter world's tools: about a hundred functions over its facts, and their look-alikes."""

from tasks.worlds.starter.tools.catalogue import catalogue, core
from tasks.worlds.starter.tools.tool import Tool

__all__ = ["Tool", "catalogue", "core"]
