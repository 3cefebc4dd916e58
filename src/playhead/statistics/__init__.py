"""Did a change make the recorded conversations better, worse, or can nobody tell yet?

Pure arithmetic on results that others have gathered; no run, no store. `verdicts` after a run, `detectable` before it,
`UntilSure` in the middle of it, to stop as soon as it is clear.
"""

from __future__ import annotations

from playhead.statistics.planning import detectable, detectable_number, fewest, needed
from playhead.statistics.sequential import UntilSure
from playhead.statistics.verdict import Check, Pair, Verdict, holm, no_clear_change, verdicts

__all__ = [
    "Check",
    "Pair",
    "UntilSure",
    "Verdict",
    "detectable",
    "detectable_number",
    "fewest",
    "holm",
    "needed",
    "no_clear_change",
    "verdicts",
]
