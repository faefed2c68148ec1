"""Chat templates come out as transformers fills them, and stay in their sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import TemplateError
from jinja2.exceptions import SecurityError

from models.embedded.templates import rendered

MESSAGES = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": '<b>Äpfel</b> & "Birnen"'},
    {"role": "assistant", "content": "Gut."},
]
TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"b": 1, "a": [True, None]}}}]
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}
TEMPLATES = [
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m['content'] | trim }}\n{% endfor %}",
    "{%- for t in tools %}\n    {{- t | tojson(indent=2) }}{% endfor %}{{ messages | tojson }}",
    """
    {% for m in messages %}
        {% if m.role == 'user' %}{% continue %}{% endif %}
    {{ m.content }}{{ eos_token }}
    {% endfor %}
    {% if add_generation_prompt %}
    <assistant>
    {% endif %}""",
    "{% for m in messages %}{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}"
    "{% endfor %}",
    "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}"
    "{{ ns.n }}{{ documents is none }}{{ tools[0].function.parameters.items() | list }}",
]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("opened", [True, False])
def test_a_template_is_filled_as_transformers_fills_it(template: str, opened: bool) -> None:
    library: Any = pytest.importorskip("transformers.utils.chat_template_utils")
    [wanted], _ = library.render_jinja_template(
        [MESSAGES], tools=TOOLS, chat_template=template, add_generation_prompt=opened, **SPECIAL
    )
    assert rendered(template, MESSAGES, TOOLS, SPECIAL, opened=opened) == wanted


def test_a_template_may_refuse() -> None:
    with pytest.raises(TemplateError, match="no system"):
        rendered("{{ raise_exception('no system') }}", MESSAGES, None, {}, opened=True)


@pytest.mark.parametrize(
    "template",
    [
        "{{ messages.append(1) }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ messages.__class__ }}{{ cycler.__init__.__globals__.os }}",
    ],
)
def test_a_template_reaches_nothing_outside(template: str) -> None:
    with pytest.raises(SecurityError):
        rendered(template, list(MESSAGES), None, {}, opened=True)
