"""Judges of attempts: ToolEval's, from its own templates, and one in our own words.

Each is made by a function of a chat model and of the source from which templates are read. Its name
holds the model and a hash of everything else that changes what it says.
"""
