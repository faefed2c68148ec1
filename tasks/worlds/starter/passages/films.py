"""Passages about films: archive cards, stories of their making, plots, reviews, programmes."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.worlds.starter.prose import Page
from tasks.worlds.starter.records import Film, Review, Screening, Town
from tasks.worlds.starter.world import World


def film_pages(world: World) -> Iterator[Page]:
    """Three passages a film, one a review, one a town's cinema."""
    for film in world.films:
        yield archive_card(world, film)
        yield making(world, film)
        yield plot(world, film)
        for review in world.where(Review, "subject_id", film.id):
            yield film_review(world, review)
    for town in world.towns:
        yield programme(world, town, world.where(Screening, "town_id", town.id))


def archive_card(world: World, film: Film) -> Page:
    """The bare facts of a film."""
    page = Page(
        world,
        "archive card",
        film,
        "{f} ({f.year})",
        "{f}",
        "Film archive: {f}",
        "From the card index",
        f=film,
    )
    page.say(
        "{f}: {f.genre}, {f.year}, {f.minutes} minutes.",
        "{f}, {f.genre:a} of {f.minutes} minutes, released in {f.year}.",
    )
    page.say(
        "Directed by {f.director}; produced by {f.studio}.",
        "Direction: {f.director}. Production: {f.studio}.",
        "{f.studio} produced it, {f.director} directed.",
    )
    page.say("With {f.cast}.", "Cast: {f.cast}.", "In the leading parts: {f.cast}.")
    return page.maybe(60, "Subject: {f.subject}.", "Keywords: {f.subject}; {f.genre}.")


def making(world: World, film: Film) -> Page:
    """How a film came about."""
    page = Page(
        world,
        "making of",
        film,
        "How {f} was made",
        "Behind the camera",
        "Notes from the set",
        "Six weeks of mud",
        f=film,
    )
    page.say(
        "When {f.studio} gave {f.director} the money for {f}, nobody expected much.",
        "{f.director} had carried {f} about for years before {f.studio} said yes.",
        "{f.director} made {f} for {f.studio} on half the usual budget.",
    )
    page.say(
        "{f.cast} lived in tents until the last day.",
        "{f.director.family} wanted {f.cast} and waited a year for them.",
        "Between takes, {f.cast} played cards for matches.",
    )
    return page.say(
        "The streets you see are those of {f.setting}.",
        "Nearly all of it was shot in {f.setting}.",
        "In {f.setting} the crew is still talked about.",
    )


def plot(world: World, film: Film) -> Page:
    """What a film is about."""
    page = Page(
        world,
        "plot",
        film,
        "{f}: the story",
        "What happens in {f}",
        "The plot in short",
        "Retold in one minute",
        f=film,
    )
    page.say(
        "{f} tells of {f.subject}.",
        "At the centre of {f} stands {f.subject}.",
        "In {f} we follow {f.subject}.",
    )
    page.say(
        "The action is laid in {f.setting}.",
        "All of it happens in {f.setting}, in the course of one autumn.",
        "The backdrop is {f.setting}.",
    )
    return page.say(
        "More should not be given away.",
        "It ends otherwise than one thinks.",
        "Then a stranger gets off the evening train.",
        "Nothing is as it was by the time the snow melts.",
    )


def film_review(world: World, review: Review) -> Page:
    """One critic's opinion."""
    page = Page(
        world,
        "film review",
        review,
        "{r.subject}: a second look",
        "At the pictures",
        "A letter from the third row",
        "Seen this week",
        r=review,
    )
    page.say(
        "I went to see {r.subject} on a wet Tuesday.",
        "{r.subject} is back on the screen, and people argue about it again.",
        "There are films one defends and films one enjoys; I had to think about {r.subject}.",
        "It took me two evenings to make up my mind about {r.subject}.",
    )
    page.maybe(
        50,
        "Once more we meet {r.subject.subject}.",
        "The idea of {r.subject.subject} is not new, but it holds.",
    )
    page.say(
        "What stays is {r.praised}.",
        "Go for {r.praised}.",
        "{r.praised:cap} deserved the applause.",
    )
    page.say(
        "What annoys is {r.faulted}.",
        "It is let down by {r.faulted}.",
        "I could have done without {r.faulted}.",
    )
    page.maybe(
        35,
        "{r.subject.director}, who directed it, has done better work, and worse.",
        "One is glad that its director, {r.subject.director}, is still at it.",
    )
    page.say(
        "I give it {r.stars:stars} out of five.",
        "My verdict: {r.stars:stars} of five.",
        "Put me down for {r.stars:stars} out of five.",
    )
    return page.maybe(60, "({r.author})", "Signed: {r.author}.")


def programme(world: World, town: Town, screenings: tuple[Screening, ...]) -> Page:
    """What a town's cinema shows in the coming days."""
    page = Page(
        world,
        "programme",
        town,
        "Now showing in {t}",
        "Cinema programme",
        "The screen in {t}",
        "Evenings in the dark",
        t=town,
    )
    for screening in screenings:
        page.say(
            "{s.town}, {s.starts:day}, {s.starts:at}: {s.film} ({s.price:crowns}).",
            "On {s.starts:day} at {s.starts:at} {s.town} shows {s.film}, {s.price:crowns} a seat.",
            s=screening,
        )
    return page.say(
        "Doors close when the newsreel starts.",
        "Latecomers stand.",
        "Hats off, please.",
        "The projector has been repaired.",
    )
