"""Questions over the starter world's passages, of one to four hops, with all that leads to them."""

from tasks.worlds.starter.questions.compose import COLLECTION, MOST_HOPS, SUCCESS, make_questions

__all__ = ["COLLECTION", "MOST_HOPS", "SUCCESS", "make_questions"]
