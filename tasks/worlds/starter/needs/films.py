"""What people want to know about films."""

from __future__ import annotations

from tasks.worlds.starter.needs.need import Ask, Aspect, Theme, each, singled_out, told
from tasks.worlds.starter.records import Review, Screening

JUDGEMENT = Aspect(
    "judgement",
    (
        "I want to know whether the film is any good: find reviews in which somebody judges it.",
        "Given a film, retrieve critics' opinions of it, with praise, blame and a mark.",
        "Find out what the people who saw it thought of this film.",
        "Retrieve verdicts on the film; who made it and what happens in it do not matter here.",
    ),
    lambda world, film: each(world.where(Review, "subject_id", film.id), "subject_id", "stars"),
)
MAKERS = Aspect(
    "makers",
    (
        "Find who made the film: the director and the company that produced it.",
        "Given a film, retrieve passages that name its director and its studio.",
        "I am compiling credits: find the people and the firm behind this film, no opinions.",
        "Retrieve passages from which one learns who directed and produced the film.",
    ),
    lambda world, film: [told(film, "director_id", "studio_id")],
    lambda world, film: [told(film, "cast_ids")],
)
PLOT = Aspect(
    "plot",
    (
        "Find passages that retell the story of the film and say where it is set.",
        "Given a film, retrieve what happens in it.",
        "I forgot what it is about. Find a summary of the plot.",
        "Retrieve the story and its setting, not what anybody thought of it.",
    ),
    lambda world, film: [told(film, "subject", "setting_id")],
)
SCREENINGS = Aspect(
    "screenings",
    (
        "Find out where and when the film can be seen in a cinema.",
        "Given a film, retrieve cinema programmes that list it with town, day and hour.",
        "I would like to watch it this week: find showings.",
    ),
    lambda world, film: each(
        world.where(Screening, "film_id", film.id), "film_id", "town_id", "starts"
    ),
)

FILMS = Theme(
    "films",
    "Films: verdicts, makers, plots, showings",
    (
        Ask(
            lambda world: world.films,
            (
                "{s}",
                "the film {s}",
                "{s}, the {s.genre} by {s.director.family}",
                "What is there to know about {s}?",
                "{s} (film)",
            ),
            (JUDGEMENT, MAKERS, PLOT, SCREENINGS),
        ),
        Ask(
            lambda world: singled_out(world.films, "subject"),
            (
                "the film about {s.subject}",
                "I do not remember the title, but it had {s.subject}",
                "film: {s.subject}",
            ),
            (JUDGEMENT, MAKERS, PLOT),
        ),
    ),
)
