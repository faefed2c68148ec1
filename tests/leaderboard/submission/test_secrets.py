"""Keys in these tests are made by a seeded generator: none of them is anybody's."""

from __future__ import annotations

import base64
import gzip
import random
import string
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from harness.contracts import ProblemSet
from harness.errors import MissingData
from harness.loading import all_tasks
from harness.records import Setting
from harness.sources import Source
from leaderboard.submission.folder import safe_files
from leaderboard.submission.secrets import Secret, find_secrets, secrets_in, values_of

_drawn = random.Random(4)


def drawn(length: int, characters: str = string.ascii_letters + string.digits) -> str:
    return "".join(_drawn.choices(characters, k=length))


KEYS = {
    "sk-" + drawn(48): "sk-",
    "sk-proj-" + drawn(120, string.ascii_letters + string.digits + "_-"): "sk-",
    "sk-ant-api03-" + drawn(93, string.ascii_letters + string.digits + "_-") + "AA": "sk-",
    "sk-or-v1-" + drawn(64, "0123456789abcdef"): "sk-",
    "hf_" + drawn(34): "Hugging Face",
    "ghp_" + drawn(36): "GitHub",
    "github_pat_" + drawn(22) + "_" + drawn(59): "GitHub",
    "glpat-" + drawn(20): "GitLab",
    "AKIA" + drawn(16, string.ascii_uppercase + string.digits): "Amazon",
    "AIza" + drawn(35): "Google",
    "xoxb-" + drawn(12, string.digits) + "-" + drawn(24): "Slack",
    "gsk_" + drawn(52): "model provider",
    "npm_" + drawn(36): "npm",
    "sk_live_" + drawn(24): "Stripe",
    "-----BEGIN RSA PRIVATE KEY-----": "private key",
    "-----BEGIN PRIVATE KEY-----": "private key",
    "-----BEGIN OPENSSH PRIVATE KEY-----": "private key",
    f"eyJ{drawn(20)}.eyJ{drawn(40)}.{drawn(43)}": "JWT",
    f"Authorization: Bearer {drawn(40)}": "authorisation",
    f"https://anna:{drawn(12)}@example.org/v1": "web address",
    f'api_key="{drawn(32)}"': "named as a key",
    f'\\"api-key\\": \\"{drawn(32)}\\"': "named as a key",
    f"AWS_SECRET_ACCESS_KEY={drawn(40)}": "named as a key",
    f"password: {drawn(20)}": "named as a key",
}


@pytest.mark.parametrize("key", KEYS, ids=KEYS.values())
def test_a_key_is_found_and_never_repeated(key: str) -> None:
    for text in (key, f'{{"error": "HTTP 401 for {key}"}}', f"q1 Q0 d1 1 0.5 {key}"):
        found = find_secrets({"model.yaml": f"first line\n{text}\n".encode()})
        assert found
        assert {(secret.file, secret.line) for secret in found} == {("model.yaml", 2)}
        assert any(KEYS[key] in secret.kind for secret in found)
        assert not any(key[10:] in str(secret) for secret in found if len(key) > 20)


def test_a_key_is_found_in_escaped_text() -> None:
    key = "hf_" + drawn(34)
    json_text = f'{{"a": "\\u0068{key[1:]}"}}'  # "h" as JSON may write it
    yaml_text = f'a: "\\x68{key[1:]}"\nb: "the key:\\n{key}"'
    kind = "a token of Hugging Face (hf_)"
    found = find_secrets({"a.json": json_text.encode(), "b.yaml": yaml_text.encode()})
    assert found == [
        Secret("a.json", 1, kind),
        Secret("b.yaml", 1, kind),
        Secret("b.yaml", 2, kind),
    ]


INNOCENT = {
    "hashes": "\n".join(sha256(bytes([i])).hexdigest() for i in range(256)),
    "values in base64": "\n".join(
        base64.b64encode(np.random.default_rng(i).random(3000, dtype="<f4").tobytes()).decode()
        for i in range(40)
    ),
    "noise in base64 for web addresses": "\n".join(
        base64.urlsafe_b64encode(np.random.default_rng(i).bytes(9000)).decode() for i in range(40)
    ),
    "ids of words": "\n".join(
        ["sk-wikipedia-clanok-o-slovensku-2024-01", "risk-assessment-of-something-1234567890",
         "task-00000000000000000001", "ask-ubuntu-question-123456789012345", "hf_transfer_and_more",
         "sk-learn-sklearn-model-selection-cross-val-score", "toolbench_tool_1234",
         "pa-rtial-match", "xoxo-hugs-and-kisses", "SG.UN.POP", "d1e2f3-4455-6677",
         "apigen_get_api_key_for_user"]
    ),
    "uuids": "\n".join(
        f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:32]}"
        for h in (sha256(bytes([i, 1])).hexdigest() for i in range(256))
    ),
    "a citation": "@misc{gao-2024, title={Secret: a Token}, key = {gao-2024-secret-token},\n"
    " eprint={2403.12345}, url={https://arxiv.org/abs/2403.12345}, doi={10.1145/3404835.3462891}}",
    "prose": "The bearer of bad news: password: correct horse battery staple; tokens: 512; "
    'api_key="YOUR_API_KEY_GOES_HERE" secret = undisclosed-for-now',
    "an expression": 'hf("intfloat/e5-base", revision="1c644c92ad3ba1efdad3f1451a637716616a20e8")',
    "addresses": "https://example.org:8000/v1 http://localhost:8000/a@b contact: anna@example.org",
}  # fmt: skip


@pytest.mark.parametrize("text", INNOCENT.values(), ids=INNOCENT)
def test_what_only_looks_alike_is_no_key(text: str) -> None:
    assert find_secrets({"result.json": text.encode()}) == []


def test_a_submission_has_no_keys(packed: Path) -> None:
    assert secrets_in(safe_files(packed)) == []


def test_compressed_files_are_searched(packed: Path) -> None:
    run = next(packed.glob("results/*/*/run.trec.gz"))
    run.write_bytes(gzip.compress(f"q Q0 d 1 0.5 x\nq Q0 ghp_{drawn(36)} 2 0.4 x\n".encode()))
    name = run.relative_to(packed).as_posix()
    assert secrets_in(safe_files(packed)) == [Secret(name, 2, "a token of GitHub")]


def test_the_values_of_variables_that_hold_keys_are_found(packed: Path) -> None:
    values = values_of({"MY_TOKEN": 'odd "value" 1', "PLAIN": "BM25 of a test"})
    assert values == {"MY_TOKEN": 'odd "value" 1'}
    for text in ('x\nnote: odd "value" 1', 'x\n{"a": "odd \\"value\\" 1"}'):
        found = find_secrets({"a": text.encode()}, values)
        assert found == [Secret("a", 2, "the value of MY_TOKEN")]


def test_variables_are_told_by_the_end_of_their_name() -> None:
    environment = {
        "OPENAI_API_KEY": "local-endpoint-1",
        "hf_token": "12345678",
        "CI_SECRET": "a b c d 1",
        "DB_PASSWORD": "hunter-two",
        "GITHUB_TOKEN": "short1",  # occurs by chance
        "TEST_PASSWORD": "password",  # a plain word
        "TOKENIZERS_PARALLELISM": "false-or-true",
        "PATH": "/usr/bin:/bin",
    }
    assert list(values_of(environment)) == [
        "CI_SECRET",
        "DB_PASSWORD",
        "OPENAI_API_KEY",
        "hf_token",
    ]


@pytest.mark.realdata
def test_ids_of_real_data_are_no_keys(data: Path) -> None:
    source, searched = Source(data), 0
    for task in all_tasks():
        try:
            material = task.load(source, Setting())
        except MissingData:
            continue
        for part in material:
            if isinstance(part, ProblemSet):
                ids = [problem.id for problem in part.problems]
            else:
                ids = [q.id for q in part.queries] + [document.id for document in part.corpus]
            searched += len(ids)
            lines = "\n".join(f"{id} Q0 {id} 1 0.5 bm25" for id in ids)
            assert find_secrets({task.card.name: lines.encode()}) == []
    assert searched > 10_000
