"""A message of OpenAI's chat format becomes LangChain's and is the same again, whatever was written in it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from playhead.graph.chat import AS_GIVEN, call_of, chat_of, message_of

TEXT = st.text(max_size=20)
ARGUMENTS = st.dictionaries(TEXT, st.integers() | TEXT | st.lists(st.booleans()), max_size=3)
SPELT = st.builds(lambda value, indent: json.dumps(value, indent=indent), ARGUMENTS, st.sampled_from([None, 2]))
CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "id": TEXT,
            "type": st.just("function"),
            "function": st.fixed_dictionaries({"name": st.text(min_size=1, max_size=9), "arguments": SPELT}),
        }
    ),
    max_size=3,
)
ASSISTANT = {"content": st.none() | TEXT, "tool_calls": CALLS, "weight": st.integers()}
MESSAGES = st.one_of(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["user", "system", "developer"]), "content": TEXT}, optional={"name": TEXT}
    ),
    st.fixed_dictionaries({"role": st.just("assistant")}, optional=ASSISTANT),
    st.fixed_dictionaries({"role": st.just("tool"), "content": TEXT, "tool_call_id": TEXT}, optional={"name": TEXT}),
)


@given(MESSAGES)
def test_a_message_is_given_back_as_it_came(message: dict[str, Any]) -> None:
    assert chat_of(message_of(message, "m1")) == message


def test_what_langchain_holds_by_itself_is_not_kept_twice() -> None:
    for message in (
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": None, "tool_calls": [call_of("c", "look", {"a": "é", "b": [1.5]})]},
        {"role": "tool", "content": "ok", "tool_call_id": "c", "name": "look"},
    ):
        assert AS_GIVEN not in message_of(message, "m1").additional_kwargs
