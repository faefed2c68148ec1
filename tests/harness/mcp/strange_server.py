"""An MCP server in raw JSON lines that misbehaves as it is told, by argument or by tool."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

MODE = sys.argv[1] if len(sys.argv) > 1 else ""
EMPTY = {"type": "object"}
NAMES = (
    "echo", "count", "state", "pid", "environment", "picture", "structure", "failing", "refusing",
    "internal", "leaking", "dying", "silent", "giant", "long", "broken", "nan", "growing",
)  # fmt: skip
counted = 0
grown = False


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tool(name: str, description: str = "") -> dict[str, Any]:
    return {"name": name, "description": description, "inputSchema": EMPTY}


def listing(cursor: str | None) -> dict[str, Any]:
    number = int(cursor or 0)
    if MODE == "endless":
        return {"tools": [tool(f"t{number}")], "nextCursor": str(number + 1)}
    if MODE == "circle":
        return {"tools": [], "nextCursor": "7"}
    if MODE == "many":
        tools = [tool(f"t{number}-{i}") for i in range(1000)]
        return {"tools": tools, "nextCursor": str(number + 1)}
    if MODE == "repeats":
        return {"tools": [tool("echo"), tool("echo"), tool("echo", "Another.")]}
    if MODE == "deep":
        schema: dict[str, Any] = {"type": "object"}
        for _ in range(80):
            schema = {"type": "object", "properties": {"x": schema}}
        return {"tools": [{"name": "echo", "inputSchema": schema}]}
    names = [*NAMES, "grown"] if grown else list(NAMES)
    pages = [names[:5], names[5:]]
    more = {"nextCursor": "1"} if number == 0 else {}
    repeated = [tool("echo")] if number else []  # said on both pages, in the same words
    return {"tools": [tool(name) for name in pages[number]] + repeated, **more}


def text(content: str, **more: Any) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": content}], **more}


def called(name: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    global counted, grown
    if name == "count":
        counted += 1
    if name in ("count", "state"):
        return text(json.dumps({"counted": counted}))
    if name == "pid":
        return text(json.dumps([os.getpid(), child.pid if child else 0]))
    if name == "environment":
        return text(json.dumps(dict(os.environ)))
    if name == "picture":
        picture = {"type": "image", "mimeType": "image/png", "data": "AAAA"}
        return {"content": [{"type": "text", "text": "Look:"}, picture]}
    if name == "structure":
        same = [{"type": "text", "text": one} for one in arguments["texts"]]
        return {"content": same, "structuredContent": arguments["structure"]}
    if name == "failing":
        return text("It is shut.", isError=True)
    if name == "leaking":
        padding = "x" * int(arguments.get("padding", 278))
        return text(f"{padding}{os.environ.get('SECRET')} is wrong", isError=True)
    if name == "dying":
        sys.stderr.write(f"the disk is full, and so is {os.environ.get('SECRET')}\n")
        sys.exit(3)
    if name == "silent":
        return None
    if name == "giant":
        return text("x" * (2**20 + 5))
    if name == "long":
        while True:
            sys.stdout.write("x" * 2**16)
    if name == "growing":
        grown = True
        say(json.dumps({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}))
    return text(json.dumps(arguments))


def answer(message: dict[str, Any]) -> None:
    method, id = message["method"], message.get("id")
    result: Any
    params = message.get("params", {})
    if method == "tools/call" and params["name"] == "broken":
        return say(f'{{"jsonrpc": "2.0", "id": {id}, "result": {{"content": [')
    if method == "tools/call" and params["name"] == "nan":
        result = '{"content": [], "structuredContent": {"a": NaN}}'
        return say(f'{{"jsonrpc": "2.0", "id": {id}, "result": {result}}}')
    if MODE == "deaf" and method == "subscriptions/listen":
        return None
    if MODE == "deaf" and method == "server/discover":
        able = {"tools": {"listChanged": True}}
        result = {"supportedVersions": ["2026-07-28"], "capabilities": able}
    elif method == "initialize":
        info = {"name": "strange", "version": "1"}
        result = {
            "protocolVersion": "2025-06-18",
            "capabilities": {"tools": {"listChanged": True}},
            "serverInfo": info,
        }
    elif method == "tools/list":
        result = listing(params.get("cursor"))
    elif method == "tools/call":
        codes = {"refusing": -32602, "internal": -32603}
        if params["name"] in codes:
            padding = "x" * int((params.get("arguments") or {}).get("padding", 0))
            said = f"{padding}no, with hunter2"
            error = {"code": codes[params["name"]], "message": said}
            return say(json.dumps({"jsonrpc": "2.0", "id": id, "error": error}))
        if (result := called(params["name"], params.get("arguments") or {})) is None:
            return None
    else:
        error = {"code": -32601, "message": "there is no such method"}
        return say(json.dumps({"jsonrpc": "2.0", "id": id, "error": error}))
    modern = {"ttlMs": 0, "cacheScope": "private", "resultType": "complete"}
    result = {**result, **modern} if MODE == "deaf" else result
    say(json.dumps({"jsonrpc": "2.0", "id": id, "result": result}))
    return None


child = None
if MODE in ("stubborn", "mute"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
if len(sys.argv) > 2:
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(str(os.getpid()))
if MODE == "noisy":
    say("Welcome!")
    say('{"level": "info", "message": "serving"}')
for line in sys.stdin if MODE != "mute" else ():
    if "id" in (message := json.loads(line)):
        answer(message)
while MODE in ("stubborn", "mute"):
    time.sleep(1)
