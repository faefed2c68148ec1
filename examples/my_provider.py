"""A chat model behind an API of its own: Ollama's /api/chat, asked with the standard library.

assay run -m 'function-calling(my_provider.py:Ollama("qwen3"))' -s starter-agent
"""

import asyncio
import json
import os
import random
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from harness import Completion, ToolCall, Usage, UserError
from harness.errors import InfrastructureError


class Ollama:
    """Continues a conversation by one request, which is repeated while the server is busy."""

    version = "1"
    runtime = ("host", "tries", "wait")  # they change no answer

    def __init__(self, name: str, host="", tries=5, wait=0.5):
        self.name, self.tries, self.wait = name, tries, wait
        self.host = host or os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434")

    async def complete(self, messages, *, tools=(), max_tokens=None, temperature=0.0):
        """The next turn of the assistant."""
        most = -1 if max_tokens is None else max_tokens
        asked = {
            "model": self.name,
            "messages": [written(message) for message in messages],
            "tools": [{"type": "function", "function": described(tool)} for tool in tools],
            "options": {"temperature": temperature, "num_predict": most},
            "stream": False,
        }
        said, answer = await self.post(json.dumps(asked).encode())
        called = enumerate(call["function"] for call in said.get("tool_calls") or ())
        calls = tuple(
            ToolCall(f["name"], f["arguments"], f"{len(messages)}-{i}") for i, f in called
        )
        usage = Usage(answer.get("prompt_eval_count", 0), answer.get("eval_count", 0))
        return Completion(said["content"], usage, answer.get("done_reason", "stop"), calls)

    async def post(self, body):
        """The server's answer. What is no fault of the model is told as such, and tried again."""
        for left in reversed(range(self.tries)):
            try:
                return await asyncio.to_thread(self.send, body)
            except HTTPError as error:
                reason = f"{error.code} {error.read(300).decode(errors='replace')}"
                if error.code < 500 and error.code != 429:
                    raise UserError(f"Ollama refuses to answer: {reason}") from None
            except (OSError, HTTPException, ValueError, LookupError, TypeError) as error:
                reason = str(error)
            await asyncio.sleep(bool(left) * self.wait * 2 ** (self.tries - left) * random.random())
        raise InfrastructureError(f"no answer from {self.host}: {reason}")

    def send(self, body):
        """One request."""
        request = Request(f"{self.host}/api/chat", body, {"content-type": "application/json"})
        with urlopen(request, timeout=600) as answer:
            found = json.load(answer)
        return found["message"], found


def written(message):
    """A message in the API's form."""
    calls = [{"name": c.name, "arguments": dict(c.arguments)} for c in message.calls]
    more = {"tool_calls": [{"function": call} for call in calls]} if calls else {}
    if message.images:
        more["images"] = [image.url.partition("base64,")[2] for image in message.images]
    return {"role": message.role, "content": message.content, **more}


def described(tool):
    """A tool in the API's form."""
    return {name: getattr(tool, name) for name in ("name", "description", "parameters")}
