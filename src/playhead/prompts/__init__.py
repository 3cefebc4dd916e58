"""What do the prompt files of a project say, and what does a model receive for given inputs?

A prompt is a Markdown file that a domain expert owns: a header that declares inputs, answer, checks and examples, and
blocks of text with {{tags}}. This room reads, checks, renders and compares such files; it knows no model and no graph.
"""

from __future__ import annotations

from playhead.prompts.checks import run_check
from playhead.prompts.examples import Message
from playhead.prompts.finding import Finding
from playhead.prompts.folder import PromptFolder
from playhead.prompts.header import Example
from playhead.prompts.inputs import InputSpec
from playhead.prompts.lint import lint, lint_files
from playhead.prompts.prompt import Prompt
from playhead.prompts.prompt_set import PromptSet

__all__ = [
    "Example",
    "Finding",
    "InputSpec",
    "Message",
    "Prompt",
    "PromptFolder",
    "PromptSet",
    "lint",
    "lint_files",
    "run_check",
]
