"""Preferences about calls of tools, made from what a policy itself might have said.

`reversal` makes conversations whose calls come first and whose query comes last, in the words of
`wording`; `construction` is the stage of it. `steps` are the turns in which something is called;
`policy` decodes them, and `branching` finds where another token was nearly taken. `scoring` says
how wrong each candidate is, `pairing` which of two is preferred; `sampling` is the stage of these,
and `counting` adds up what came of it. `encoding` makes rows of token ids of the pairs.
"""
