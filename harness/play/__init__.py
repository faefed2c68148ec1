"""Agents at play: sessions and their stories, what is offered, what goes wrong, who judges."""
