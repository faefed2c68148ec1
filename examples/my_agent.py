"""An agent of one's own: it calls the tool whose description has most words of the request."""

from __future__ import annotations

from harness import Message, Problem, Session, ToolCall, ToolSpec, Trajectory


class WordMatch:
    """Calls one tool, with the request as every text that the tool wants."""

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
