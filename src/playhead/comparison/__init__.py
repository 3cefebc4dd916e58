"""How do two runs, two conversations or two versions of a prompt differ?

Turn by turn and step by step. A call that answered otherwise although it was asked the same, or was asked otherwise
although nothing before it differed, is a divergence. What comes after one is another talk: where a request differs only
because of it, the call is said to follow from it, and is not compared as if it were the same.
"""

from __future__ import annotations

from playhead.comparison.conversation import compare
from playhead.comparison.findings import CallComparison, Comparison, RunComparison, Said, StepComparison
from playhead.comparison.prompts import PromptComparison, compare_prompts
from playhead.comparison.views import comparison_view, prompt_comparison_view
from playhead.comparison.wording import Told, told

__all__ = [
    "CallComparison",
    "Comparison",
    "PromptComparison",
    "RunComparison",
    "Said",
    "StepComparison",
    "Told",
    "compare",
    "compare_prompts",
    "comparison_view",
    "prompt_comparison_view",
    "told",
]
