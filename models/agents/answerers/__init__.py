"""Agents that answer questions by searching."""
