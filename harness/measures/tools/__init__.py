"""Measures of tool use. Every public function of a module here that takes an `Attempt` is one.

A measure gives one number for an attempt: NaN where it says nothing about it, which leaves the
attempt out of that measure's mean. Its docstring says which paper prints it under which title.
"""
