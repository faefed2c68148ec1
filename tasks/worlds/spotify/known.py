"""Who and what the requests name, so that it can be found.

Names and, where they are well known, days and titles are those of the real world, so that a request
reads naturally; which song is on which album follows the fixtures of the published oracles where
they say something else ("Clocks" stands on "Parachutes"). Everything else is drawn. It is a
simulated world: nothing in it is a statement about anybody's music.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class KnownAlbum(NamedTuple):
    """An album by its name, day and songs; behind a song's name, " & " and who else sings it."""

    name: str
    released: str
    songs: tuple[str, ...]
    kind: str = "album"


class KnownArtist(NamedTuple):
    """An artist with genres and albums."""

    genres: tuple[str, ...]
    albums: tuple[KnownAlbum, ...]


WITH = " & "
FAVOURITES = ("Yellow", "Summertime Sadness", "Hero", "Mojito", "BANG BANG BANG", "Anti-Hero")
"""Songs that are heard most of all those of their artist, in no order."""
RELATED: Mapping[str, tuple[str, ...]] = {"Coldplay": ("Muse",), "Muse": ("Coldplay",)}
"""Who is nearest to whom, whatever is drawn."""
KNOWN: Mapping[str, KnownArtist] = {
    "Mariah Carey": KnownArtist(
        ("pop", "r-n-b"),
        (
            KnownAlbum(
                "Music Box", "1993-08-31", ("Dreamlover", "Hero", "Anytime You Need a Friend")
            ),
            KnownAlbum("Daydream", "1995-10-03", ("Fantasy", "Always Be My Baby")),
            KnownAlbum(
                "#1's", "1998-11-17", ("Sweetheart", "When You Believe & Whitney Houston", "Vision")
            ),
        ),
    ),
    "Whitney Houston": KnownArtist(
        ("pop", "soul"),
        (
            KnownAlbum("Whitney", "1987-06-02", ("So Emotional", "Didn't We Almost Have It All")),
            KnownAlbum(
                "My Love Is Your Love", "1998-11-16", ("Heartbreak Hotel", "In My Business")
            ),
        ),
    ),
    "Pink Floyd": KnownArtist(
        ("progressive-rock", "psych-rock"),
        (
            KnownAlbum(
                "The Dark Side of the Moon",
                "1973-03-01",
                ("Speak to Me", "Breathe", "On the Run", "Time", "Money", "Us and Them", "Eclipse"),
            ),
            KnownAlbum(
                "Wish You Were Here", "1975-09-12", ("Welcome to the Machine", "Have a Cigar")
            ),
        ),
    ),
    "Lana Del Rey": KnownArtist(
        ("art-pop", "pop"),
        (
            KnownAlbum(
                "Born to Die", "2012-01-27", ("Blue Jeans", "Video Games", "Summertime Sadness")
            ),
            KnownAlbum("Ultraviolence", "2014-06-13", ("Cruel World", "Brooklyn Baby")),
        ),
    ),
    "Taylor Swift": KnownArtist(
        ("pop", "country"),
        (
            KnownAlbum("Fearless", "2008-11-11", ("Fifteen", "Love Story", "You Belong with Me")),
            KnownAlbum("1989", "2014-10-27", ("Blank Space", "Style", "Shake It Off")),
            KnownAlbum("Lover", "2019-08-23", ("Cruel Summer", "The Archer", "Daylight")),
            KnownAlbum(
                "Midnights",
                "2022-10-21",
                ("Lavender Haze", "Maroon", "Anti-Hero", "Karma", "Mastermind"),
            ),
        ),
    ),
    "Jay Chou": KnownArtist(
        ("mandopop", "pop"),
        (
            KnownAlbum("Fantasy Plus", "2001-12-24", ("Snail", "Your World")),
            KnownAlbum("Common Jasmin Orange", "2004-08-03", ("My Territory", "Qi Li Xiang")),
            KnownAlbum("Mojito", "2020-06-12", ("Mojito",), "single"),
        ),
    ),
    "The Beatles": KnownArtist(
        ("british-invasion", "rock"),
        (
            KnownAlbum("Help!", "1965-08-06", ("The Night Before", "Ticket to Ride", "Yesterday")),
            KnownAlbum("Abbey Road", "1969-09-26", ("Come Together", "Something", "Because")),
            KnownAlbum("Let It Be", "1970-05-08", ("Two of Us", "Dig a Pony", "Let It Be")),
        ),
    ),
    "Coldplay": KnownArtist(
        ("alt-rock", "pop"),
        (
            KnownAlbum(
                "Parachutes", "2000-07-10", ("Don't Panic", "Shiver", "Yellow", "Clocks", "Trouble")
            ),
            KnownAlbum("Viva la Vida", "2008-06-12", ("Lost!", "Strawberry Swing", "Violet Hill")),
            KnownAlbum(
                "Music of the Spheres", "2021-10-15", ("Higher Power", "Humankind", "Biutyful")
            ),
        ),
    ),
    "Muse": KnownArtist(
        ("alt-rock", "rock"),
        (
            KnownAlbum("Absolution", "2003-09-15", ("Apocalypse Please", "Time Is Running Out")),
            KnownAlbum("Will of the People", "2022-08-26", ("Compliance", "Verona", "Euphoria")),
        ),
    ),
    "Maroon 5": KnownArtist(
        ("pop", "dance-pop"),
        (
            KnownAlbum("Songs About Jane", "2002-06-25", ("Harder to Breathe", "This Love")),
            KnownAlbum("V", "2014-08-29", ("Maps", "Animals", "Sugar")),
            KnownAlbum("JORDI", "2021-06-11", ("Beautiful Mistakes", "Lost", "Memories")),
        ),
    ),
    "BIGBANG": KnownArtist(
        ("k-pop", "dance-pop"),
        (
            KnownAlbum("Alive", "2012-02-29", ("Blue", "Bad Boy", "Fantastic Baby")),
            KnownAlbum("MADE", "2016-12-13", ("FXXK IT", "LAST DANCE", "BANG BANG BANG", "LOSER")),
        ),
    ),
}
DEVICES = (
    ("My PC", "Computer", 59),
    ("Kitchen speaker", "Speaker", 40),
    ("Phone", "Smartphone", 75),
)
SHOWS: Mapping[str, tuple[str, ...]] = {
    "The Listening Room": ("What a Chord Remembers", "Four Bars Early", "Rooms That Sing"),
    "Slow Radio Walks": ("Along the Weir", "Snow on the Allotments"),
}
