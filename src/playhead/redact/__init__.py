"""Which words must never reach the disk, and what stands in their place?

Keys, tokens, passwords and card numbers are replaced before a value is hashed, so that not even their hash is stored.
The placeholder says only the kind (`[redacted api key]`): it is the same for every secret of that kind, so equal texts
stay equal and nothing can be guessed from it. Names, which must not become one, are told apart by a mark that takes as
long to guess as a password. What stands under the name of a secret (`"password": "…"`) goes, too, in JSON and in the
keys of structured data alike. Apart from these, nothing is altered: what cannot be told from an order's number or from
ordinary words is left, a password in a sentence, say.
"""

from __future__ import annotations

from playhead.redact.redactor import Redactor, given_secrets

__all__ = ["Redactor", "given_secrets"]
