"""What is known of the films, series and people that the queries ask about.

Tables of public facts, one thing a line. What a table does not say is drawn from the world's seed.
Some values are invented so that the third-party oracles for RestBench hold (names of image files,
reviews, a guest star): `known.pinned`.
"""
