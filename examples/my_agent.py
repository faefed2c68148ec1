"""Agents of one's own: one that asks a chat model, and one that matches words.

assay run -m 'my_agent.py:Careful(openai("gpt-4o"))' -s starter-agent
"""

from __future__ import annotations

from harness import Message, Problem, Session, ToolCall, ToolSpec, Trajectory
from harness.play.story import Story


class Careful:
    """Lets a chat model call tools until it answers; a call that fails is its last."""

    version = "1"
    needs_world = True

    def __init__(self, model, steps=10):
        self.model, self.steps = model, steps

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt at the problem."""
        story = Story(problem, session)  # keeps what was said, and what it cost
        while (said := await session.listen()) is not None:
            story.told(said)
            for _ in range(self.steps):
                answer = await self.model.complete(story.messages, tools=session.tools)
                story.said(answer)
                if not answer.calls:
                    break
                if not session.executes:  # one turn is the whole attempt
                    return story.ended()
                for call in answer.calls:
                    if (await story.call(call)).failed:
                        return story.ended("gave up", why=f"{call.name} failed")
            else:
                return story.ended("stopped", why=f"no answer after {self.steps} steps")
        return story.ended()


class WordMatch:
    """Calls the tool whose description has most words of the request, with the request as texts."""

    version = "1"

    async def solve(self, problem: Problem, session: Session) -> Trajectory:
        """One attempt at the problem."""
        words = set(problem.text.lower().split())

        def shared(tool: ToolSpec) -> int:
            return len(words & set(tool.description.lower().split()))

        if not problem.tools:
            return Trajectory(problem.id, session.trial, answer="There is nothing to call.")
        tool = max(problem.tools, key=shared)
        wanted = dict.fromkeys(tool.parameters.get("required", ()), problem.text)
        said = Message("assistant", calls=(ToolCall(tool.name, wanted),))
        answer = f"I have called {tool.name}."
        return Trajectory(problem.id, session.trial, (said,), answer=answer)
