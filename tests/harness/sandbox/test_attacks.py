"""Programs that try to get out, or to use up more than they may. None does."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from harness.loop import run
from harness.records import Observation, ToolCall, ToolSpec
from harness.sandbox import Limits, run_program, running, warm

pytest.importorskip("pydantic_monty", reason="needs the extra sandbox")

SECRET = "canary-5f1c7a"
LIMITS = Limits(seconds=0.5, memory=32 * 2**20, depth=100, output=20_000, calls=20)
NEXT = "total = 0\nfor n in range(10):\n    total += n\nprint(total, echo(text='still here'))"


@dataclass
class World:
    """A world with one tool on show and one that is not."""

    reached: list[ToolCall] = field(default_factory=list)

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        parameters = {"type": "object", "properties": {"text": {}, "times": {}}}
        return (ToolSpec("echo", parameters=parameters),)

    async def call(self, call: ToolCall) -> Observation:
        self.reached.append(call)
        return Observation('{"echo": "ok"}')


FILES = {
    "open reads": "print(open('{file}').read())",
    "open writes": "with open('{file}', 'w') as f:\n    f.write('x')",
    "open creates": "open('{file}.new', 'x')",
    "open by descriptor": "print(open(0).read())",
    "open procfs": "print(open('/proc/self/environ').read())",
    "pathlib reads": "from pathlib import Path\nprint(Path('{file}').read_text())",
    "pathlib writes": "from pathlib import Path\nPath('{file}').write_text('x')",
    "pathlib deletes": "from pathlib import Path\nPath('{file}').unlink()",
    "pathlib lists": "from pathlib import Path\nprint(list(Path('{folder}').iterdir()))",
    "pathlib home": "from pathlib import Path\nprint(Path.home())",
    "os removes": "import os\nos.remove('{file}')",
    "os lists": "import os\nprint(os.listdir('{folder}'))",
    "relative path": "print(open('../../../../../../../../{file}').read())",
    "io module": "import io\nprint(io.open('{file}').read())",
    "shutil": "import shutil\nshutil.rmtree('{folder}')",
}
MACHINE = {
    "environ": "import os\nprint(os.environ)",
    "getenv": "import os\nprint(os.getenv('ASSAY_CANARY'))",
    "os.system": "import os\nos.system('touch {file}.new')",
    "os.popen": "import os\nos.popen('touch {file}.new')",
    "subprocess": "import subprocess\nsubprocess.run(['touch', '{file}.new'])",
    "fork": "import os\nwhile True:\n    os.fork()",
    "fork imported": "from os import fork\nfork()",
    "kill": "import os\nos.kill(os.getppid(), 9)",
    "signals": "import signal\nsignal.raise_signal(9)",
    "threads": "import threading\nthreading.Thread(target=print).start()",
    "multiprocessing": "import multiprocessing\nmultiprocessing.Process().start()",
    "socket": "import socket\nsocket.create_connection(('127.0.0.1', {port}))",
    "urllib": "from urllib.request import urlopen\nurlopen('http://127.0.0.1:{port}')",
    "http": "import http.client\nhttp.client.HTTPConnection('127.0.0.1', {port}).connect()",
    "asyncio connects": "import asyncio\nawait asyncio.open_connection('127.0.0.1', {port})",
    "sys.exit": "import sys\nsys.exit(0)",
    "SystemExit": "raise SystemExit(0)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "input": "print(input())",
    "stdout of the process": "import sys\nsys.__stdout__.write('{{}}')",
    "breakpoint": "breakpoint()",
}
IMPORTS = {
    "ctypes": "import ctypes\nctypes.string_at(0)",
    "builtins": "import builtins\nbuiltins.open('{file}').read()",
    "importlib": "import importlib\nimportlib.import_module('subprocess')",
    "__import__": "__import__('os').system('touch {file}.new')",
    "sys.modules": "import sys\nprint(sys.modules['os'])",
    "harness": "import harness.sandbox\nprint(harness.sandbox)",
    "relative import": "from . import inside\nprint(inside)",
    "pickle": "import pickle\npickle.loads(b'cos\\nsystem\\n(S\"id\"\\ntR.')",
    "gc": "import gc\nprint(gc.get_objects())",
    "inspect": "import inspect\nprint(inspect.stack())",
    "eval": "print(eval(\"open('{file}').read()\"))",
    "exec": "exec(\"import subprocess\\nsubprocess.run(['touch', '{file}.new'])\")",
    "eval with builtins": "eval('__builtins__')['open']('{file}')",
    "compile": "exec(compile(\"open('{file}')\", '', 'exec'))",
}
WALKS = {
    "subclasses": "print(().__class__.__bases__[0].__subclasses__())",
    "mro": "print(int.__mro__[1].__subclasses__())",
    "type": "print(type(type(1)).__subclasses__(type))",
    "globals of a function": "def f(): pass\nprint(f.__globals__)",
    "globals of a tool": "print(echo.__globals__['os'])",
    "code of a tool": "print(echo.__code__, echo.__closure__)",
    "globals()": "print(globals()['__builtins__'])",
    "vars": "print(vars(echo))",
    "str.format": "print('{{0.__class__.__mro__}}'.format(1))",
    "str.format of a tool": "print('{{0.__globals__}}'.format(echo))",
    "f-string": "print(f'{{().__class__.__bases__}}')",
    "getattr": "print(getattr((), '__cl' + 'ass__').__base__)",
    "traceback frames": "try:\n    1/0\nexcept Exception as e:\n"
    "    print(e.__traceback__.tb_frame.f_back.f_globals)",
    "generator frames": "print((n for n in ()).gi_frame.f_back)",
    "metaclass": "class M(type):\n    def __call__(cls): open('{file}')\n",
    "builtins subscript": "print(__builtins__['open'])",
    "monkeypatching a tool": "echo.__call__ = print\necho('x')",
    "monkeypatching a module": "import json\njson.dumps = open\njson.dumps('{file}')",
}
TIME = {
    "endless loop": "while True: pass",
    "endless loop, caught": "try:\n    while True: pass\nexcept BaseException:\n    print('no')",
    "endless loop, finally": "while True:\n    try:\n        while True: pass\n"
    "    except BaseException: continue\n    finally: continue",
    "endless with": "class C:\n    def __enter__(self): return self\n"
    "    def __exit__(self, *a): return True\nwhile True:\n    with C():\n        while True: pass",
    "endless iterator": "import itertools\nsum(itertools.count())",
    "endless sort key": "def k(n):\n    while True: pass\nsorted([2, 1], key=k)",
    "endless repr": "class C:\n    def __repr__(self):\n        while True: pass\nprint(C())",
    "power modulo": "pow(3, 10**9000, 10**9000 + 1)\nwhile True: pow(3, 10**3000, 10**3001 + 7)",
    "regex backtracking": "import re\nre.match(r'(?=(a+)+$)(a|aa)+$', 'a' * 60 + 'b')\n"
    "while True: re.match(r'(a*)*b', 'a' * 5000)",
    "sleep": "import time\nwhile True: time.sleep(1000)",
}
TIME_OR_MEMORY = {
    "eval loop": "while True: eval('1 + 1')",
}
HANDED_OUT = {
    "set that hashes for ever": "a = ()\nfor _ in range(60): a = (a, a)\necho({{a}})",
    "value that hashes for ever": "a = ()\nfor _ in range(60): a = (a, a)\n{{a: 1}}",
}
MEMORY = {
    "list bomb": "x = []\nwhile True: x.append('a' * 1000)",
    "string doubling": "x = 'a'\nwhile True: x += x",
    "string times": "x = 'a' * 10**12",
    "list times": "x = [0] * 10**10",
    "power": "9 ** 9 ** 9",
    "shift": "1 << 10**12",
    "width": "f'{{1:>1000000000000}}'",
    "replace": "('a' * 10**5).replace('a', 'b' * 10**6)",
    "dict bomb": "d = {{}}\nfor n in range(10**9): d[n] = [n] * 100",
    "caught": "while True:\n    try:\n        x = [0] * 10**9\n    except BaseException: continue",
    "bytes": "bytes(10**12)",
    "range listed": "list(range(10**11))",
    "join": "','.join(['a' * 10**5] * 10**6)",
    "argument": "echo([None] * 900_000)",
}
OUTPUT = {
    "one print": "print('a' * 10**6)",
    "many prints": "while True: print('x')",
    "prints, caught": "while True:\n    try: print('x' * 1000)\n    except BaseException: pass",
    "stderr": "import sys\nwhile True: print('x' * 100, file=sys.stderr)",
    "long argument": "echo('a' * 10**6)",
    "shared lists": "a = []\nfor _ in range(16): a = [a, a]\necho(a)",
    "wide argument": "echo([0] * 100_000)",
}
DEPTH = {
    "recursion": "def f(n): return f(n + 1)\nf(0)",
    "recursive repr": "class C:\n    def __repr__(self): return repr(self)\nrepr(C())",
    "recursive key": "def k(n): return max([1, 2], key=k)\nk(1)",
    "recursive eval": "s = 'eval(s)'\neval(s)",
    "recursive map": "def m(n): return list(map(m, [n]))\nm(1)",
    "nested JSON": "import json\njson.loads('[' * 100_000)",
}
SOURCE = {
    "parentheses": "(" * 5000 + ")" * 5000,
    "brackets": "[" * 50_000,
    "signs": "-" * 90_000 + "1",
    "sums": "1+" * 40_000 + "1",
    "attributes": "a" + ".a" * 40_000,
    "indents": "\n".join(" " * n + "if 1:" for n in range(300)) + "\n" + " " * 300 + "pass",
    "nested functions": "lambda: " * 10_000 + "1",
    "null byte": "print(1)\x00open('{file}')",
    "huge": "x = 1\n" * 100_000,
    "lone surrogate": "print('\ud800')",
    "generator": "def g():\n    yield 1\nlist(g())",
    "not Python": "I would first search for the song.",
    "finally copies": "def f(x):\n    try:\n"
    + "        if x: return 1\n" * 1100
    + "    finally:\n        x = 2\n",
}
CALLS = {
    "too many": "while True: echo('x')",
    "too many, caught": "while True:\n    try: echo('x')\n    except BaseException: pass",
    "too many odd ones": "while True:\n    try: echo({{1}})\n    except BaseException: pass",
    "too many names": "while True:\n    try: nothing()\n    except BaseException: pass",
    "too many files": "while True:\n    try: open('{file}')\n    except BaseException: pass",
    "too many imports": "while True:\n    try: import nothing\n    except BaseException: pass",
}
HIDDEN = {
    "by name": "hidden('x')",
    "by attribute": "echo.hidden('x')",
    "by eval": "eval('hid' + 'den')('x')",
    "by module": "import hidden\nhidden.hidden()",
    "by rebinding": "def hidden(x): return echo(x)\nhidden.__name__ = 'hidden'\nopen = hidden\n"
    "raise KeyError",
    "by the protocol": 'print(\'{{"call": "hidden", "args": [], "named": {{}}}}\')\nraise KeyError',
    "gathered": "import asyncio\nawait asyncio.gather(echo('a'), echo('b'), hidden('c'))",
}
ODD = {
    "a set": "echo({{1, 2}})",
    "a function": "echo(**{{'text': lambda: 1}}, **{{'text': 2}})",
    "bytes": "echo(b'x')",
    "an instance": "class C:\n    x = 1\necho(C())",
    "not a number": "echo(float('nan'))",
    "infinite": "echo(float('inf'))",
    "a giant number": "echo(10 ** 5000)",
    "keys that are no text": "echo({{1: 2}})",
    "itself": "a = []\na.append(a)\nb = [a]\necho(a, b, 3)",
    "deep": "a = []\nfor _ in range(90): a = [a]\necho(a)",
    "too many": "echo(1, 2, 3)",
    "twice": "echo('a', text='b')",
    "a complex number": "echo(1j)",
    "the ellipsis": "echo(...)",
    "a type": "echo(int)",
    "an exception": "echo(ValueError('x'))",
    "shared lists, deep": "a = []\nfor _ in range(60): a = [a, a]\necho(a)",
}

ATTACKS = [
    pytest.param(code, ended, id=f"{group}: {name}", marks=() if n < 5 else pytest.mark.slow)
    for group, codes, ended in (
        ("files", FILES, {"raised"}),
        ("machine", MACHINE, {"raised"}),
        ("imports", IMPORTS, {"raised", "refused"}),
        ("walks", WALKS, {"raised", "refused"}),
        ("time", TIME, {"time"}),
        ("time or memory", TIME_OR_MEMORY, {"time", "memory"}),
        ("handed out", HANDED_OUT, {"time"}),
        ("memory", MEMORY, {"memory"}),
        ("output", OUTPUT, {"output"}),
        ("depth", DEPTH, {"raised"}),
        ("source", SOURCE, {"refused"}),
        ("calls", CALLS, {"calls"}),
        ("hidden", HIDDEN, {"raised"}),
        ("odd", ODD, {"raised"}),
    )
    for n, (name, code) in enumerate(codes.items())
]


@pytest.fixture
def canaries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A file, an environment variable and a port; afterwards nobody has been at any of them."""
    file = tmp_path / "canary"
    file.write_text(SECRET)
    monkeypatch.setenv("ASSAY_CANARY", SECRET)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield {"file": file, "folder": tmp_path, "port": server.getsockname()[1]}
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert file.read_text() == SECRET
    assert [path.name for path in tmp_path.iterdir() if path.name != ".cache"] == ["canary"]


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The process groups in which programs were run."""
    used: list[int] = []
    take = warm.take

    async def noted(script: Path, limits: Limits) -> warm.Process:
        process = await take(script, limits)
        used.append(process.pid)
        return process

    monkeypatch.setattr(running, "take", noted)
    return used


def gone(group: int) -> bool:
    """Whether no process of the group runs, after a moment for the system to sweep."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        if not any(_runs(path, group) for path in Path("/proc").glob("[0-9]*/stat")):
            return True
        time.sleep(0.02)
    return False


def _runs(stat: Path, group: int) -> bool:
    try:
        state, _, of = stat.read_text().rpartition(")")[2].split()[:3]
    except OSError:
        return False
    return int(of) == group and state not in "ZX"


@pytest.mark.parametrize(("code", "ended"), ATTACKS)
def test_an_attack_is_contained(
    code: str, ended: set[str], canaries: dict[str, Any], groups: list[int]
) -> None:
    world = World()
    plain = "{" not in code
    code = code if plain else code.format(**canaries)

    limits = LIMITS if "time" in ended else replace(LIMITS, seconds=10)  # on a loaded machine too

    ran = run(run_program(code, world, limits))

    assert ran.ended in ended, ran
    assert ran.error
    assert SECRET not in f"{ran.output}{ran.value}{ran.error}"
    assert len(ran.output) <= LIMITS.output
    assert len(ran.calls) <= LIMITS.calls
    assert all(call.name == "echo" for call in world.reached)
    assert all(gone(group) for group in groups)

    after = run(run_program(NEXT, world, limits))
    assert (after.ended, after.output) == ("finished", "45 {'echo': 'ok'}\n")


def test_there_are_at_least_sixty_attacks_in_every_run() -> None:
    assert len({case.values[0] for case in ATTACKS if not case.marks}) >= 60


def test_odd_arguments_reach_no_tool() -> None:
    world = World()
    for code in ("echo({1})", "echo(float('nan'))", "echo(1, 2, 3)", "echo('a', text='b')"):
        ran = run(run_program(code, world, LIMITS))
        ((call, seen),) = ran.calls
        assert call.problem
        assert not call.arguments
        assert seen.failed
        assert ran.error is not None
        assert ran.error.startswith("TypeError: echo() ")
    assert world.reached == []


def test_programs_at_once_do_not_meet() -> None:
    async def all_at_once() -> list[str]:
        codes = [f"x = echo({n})\nprint({n} * 2)" for n in range(6)]
        bombs = ["while True: pass", "x = []\nwhile True: x.append('a' * 1000)"]
        ran = await asyncio.gather(*(run_program(c, World(), LIMITS) for c in codes + bombs))
        return [one.output or one.ended for one in ran]

    assert run(all_at_once()) == [*(f"{n * 2}\n" for n in range(6)), "time", "memory"]


def test_what_is_cancelled_leaves_no_process(groups: list[int]) -> None:
    async def cancelled() -> None:
        running = asyncio.create_task(run_program("while True: pass", World(), Limits(seconds=30)))
        await asyncio.sleep(0.3)
        running.cancel()
        await asyncio.wait([running])

    run(cancelled())
    assert len(groups) == 1
    assert gone(groups[0])
