"""Starter worlds of many seeds as lessons: problems, each with a guide who knows the way.

A guide sees what an agent is told and says what it should do next. It knows the gold program, but
goes by what was observed: it leafs through pages to find an entry, and where a search has not
found a passage, it says that the question cannot be answered.
"""

from tasks.curriculum.drills import copies, drills
from tasks.curriculum.errands import ErrandGuide, errands
from tasks.curriculum.lesson import DONE, Lesson, Turn
from tasks.curriculum.questions import QuestionGuide, questions

__all__ = [
    "DONE",
    "ErrandGuide",
    "Lesson",
    "QuestionGuide",
    "Turn",
    "copies",
    "drills",
    "errands",
    "questions",
]
