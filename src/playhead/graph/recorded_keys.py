"""What did recorded calls ask, by the keys that a replay's calls have?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from playhead.graph.asking import settings_of
from playhead.graph.identity import arguments_key, question_key, request_key, tool_arguments, words_key
from playhead.prompts import PromptSet
from playhead.records import Call
from playhead.redact import Redactor


class RecordedKeys:
    """What recorded calls asked, as keys. `prompts` gives the prompts as they were for a call.

    `by_words` adds a key for what was said to whichever model, where others were put in when the run was made.
    """

    def __init__(
        self, redactor: Redactor, prompts: Callable[[Call], PromptSet | None], *, by_words: bool = False
    ) -> None:
        self._redactor, self._prompts, self._by_words = redactor, prompts, by_words
        # By the reference of the prompt's text:
        self._settings: dict[int | None, dict[str, Any] | None] = {None: None}
        self._marks: dict[int | None, bytes] = {}

    def of(self, call: Call) -> frozenset[bytes]:
        """The keys of one call: of what was sent, and, where it came from a prompt file, of what that asked."""
        request = call.request
        if call.kind == "tool":
            return frozenset({arguments_key(call.name, tool_arguments(request), self._redactor)})
        if not isinstance(request, Mapping):
            return frozenset()
        if call.kind == "memory":
            return frozenset({arguments_key(call.name, request, self._redactor)})
        if call.kind == "effect":
            arguments = {name: value for name, value in request.items() if name != "key"}
            return frozenset({arguments_key(call.name, arguments, self._redactor)})
        if call.kind != "model":
            return frozenset()
        keys = {request_key(request, self._redactor)}
        if (settings := self._settings_of(call)) is not None:
            keys.add(question_key(request["messages"], settings, self._redactor))
        if self._by_words:
            keys.add(words_key(request["messages"], request.get("tools"), self._redactor))
        return frozenset(keys)

    def settings_are(self, call: Call, settings: Mapping[str, Any]) -> bool:
        """Does the prompt file that this call came from say the same of model and schema? As a key would tell."""
        ref = call.refs["prompt"]
        if ref not in self._marks and (recorded := self._settings_of(call)) is not None:
            self._marks[ref] = question_key((), recorded, self._redactor)
        return ref in self._marks and self._marks[ref] == question_key((), settings, self._redactor)

    def _settings_of(self, call: Call) -> dict[str, Any] | None:
        ref = call.refs["prompt"]
        if ref not in self._settings:
            use = call.prompt
            prompts = self._prompts(call) if use else None
            alias, options = settings_of(prompts.get(use.name)) if use and prompts else ("", {})
            self._settings[ref] = {"model": alias, "options": options} if alias else None
        return self._settings[ref]
