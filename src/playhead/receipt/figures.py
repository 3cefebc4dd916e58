"""Which figures stand on a receipt?

Money is told only where every model's price is known: a sum that leaves a model out would be a lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple


class Price(NamedTuple):
    """USD per million tokens."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Planned:
    """A recorded model call that is certain to be asked, or that may follow; tokens as recorded, None if unknown.

    `characters` are those of the recorded request, `new_characters` those of the one to be sent; `counted` are its
    tokens where the model's own tokenizer counted them. `turn` names what is replayed as one: a turn of a conversation.
    """

    model: str
    input_tokens: int | None
    output_tokens: int | None
    characters: int = 0
    new_characters: int = 0
    turn: str = ""
    prompt: str = ""
    counted: int | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """What an earlier backtest came to: calls certain, calls that might have followed, and calls asked in the end."""

    certain: int
    may_follow: int
    asked: int


@dataclass(frozen=True, slots=True)
class Amount:
    """Model calls, their tokens, and their price in USD (None where a model has no price)."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    price: float | None = 0.0

    def __add__(self, other: Amount) -> Amount:
        """Both together."""
        price = None if self.price is None or other.price is None else self.price + other.price
        return Amount(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            price,
        )


@dataclass(frozen=True, slots=True)
class Prices:
    """USD per million tokens, by model. The embedded model costs nothing."""

    table: Mapping[str, Price] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Mapping[str, Mapping[str, float]]) -> Prices:
        """From the configuration: `"gpt-5-mini" = {input = 0.25, output = 2.0}`."""
        free = {"embedded": Price(0.0, 0.0)}
        return cls(free | {model: Price(each["input"], each["output"]) for model, each in table.items()})

    def missing(self, models: Iterable[str]) -> tuple[str, ...]:
        """Those of the models that have no price, sorted."""
        return tuple(sorted({model for model in models if model not in self.table}))

    def of_call(self, model: str, input_tokens: float, output_tokens: float) -> float | None:
        """What a call costs in USD; None for a model without a price."""
        price = self.table.get(model)
        return None if price is None else (input_tokens * price.input + output_tokens * price.output) / 1e6


@dataclass(frozen=True, slots=True)
class Spent:
    """What a replay cost in the end, and how many `seconds` it took."""

    amount: Amount
    seconds: float

    @classmethod
    def of(cls, calls: Iterable[Planned], prices: Prices, seconds: float) -> Spent:
        """Of the calls that were asked, with the tokens they really took."""
        total = Amount()
        for call in calls:
            read, written = call.input_tokens or 0, call.output_tokens or 0
            total += Amount(1, read, written, prices.of_call(call.model, read, written))
        return cls(total, seconds)


@dataclass(frozen=True, slots=True)
class Share:
    """What falls to one model: at the low and the high end of the expected interval, and in the worst case."""

    model: str
    low: Amount
    high: Amount
    worst: Amount


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a replay with changes will cost, and, once it was made, what it did cost (`actual`).

    `certain` calls will be asked, `may_follow` are recorded downstream of them. `low` to `high` is the expected
    interval, `worst` what it can never exceed. `unpriced` are models without a price, `guessed` the calls nobody
    reported the usage of.
    """

    certain: int
    may_follow: int
    low: Amount
    high: Amount
    worst: Amount
    by_model: tuple[Share, ...] = ()
    unpriced: tuple[str, ...] = ()
    guessed: int = 0
    actual: Spent | None = None

    def settled(self, spent: Spent) -> Receipt:
        """The receipt after the replay, predicted against actual."""
        return replace(self, actual=spent)

    @property
    def as_expected(self) -> bool | None:
        """Did the calls come out inside the expected interval? None before the replay."""
        return None if self.actual is None else self.low.calls <= self.actual.amount.calls <= self.high.calls

    @property
    def lines(self) -> list[str]:
        """The receipt in words."""
        return in_words(self)

    @property
    def data(self) -> dict[str, Any]:
        """The receipt as JSON data."""
        return {
            **asdict(self),
            "as_expected": self.as_expected,
            "text": self.lines,
        }

    def __str__(self) -> str:
        return "\n".join(self.lines)


def in_words(receipt: Receipt) -> list[str]:
    """What a receipt says, line by line."""
    lines = [_calls(receipt), _tokens(receipt)] if receipt.worst.calls else ["Nothing has to be asked."]
    if receipt.worst.calls:
        lines += _price(receipt)
    if receipt.guessed:
        has, its = ("has", "its") if receipt.guessed == 1 else ("have", "theirs")
        lines.append(f"{_count(receipt.guessed, 'call')} of them {has} no recorded usage: {its} is estimated.")
    return lines + _actual(receipt)


def _calls(receipt: Receipt) -> str:
    verb = "is" if receipt.certain == 1 else "are"
    first = f"{_count(receipt.certain, 'call')} {verb} certain to be asked (the first wave)"
    if receipt.high.calls > receipt.certain:
        low, more = receipt.low.calls - receipt.certain, receipt.high.calls - receipt.certain
        first += f", {low} to {more} more will likely follow" if low else f", up to {more} more may follow"
    return f"{first}; at the very most {receipt.worst.calls}."


def _tokens(receipt: Receipt) -> str:
    read = _span(receipt.low.input_tokens, receipt.high.input_tokens)
    written = _span(receipt.low.output_tokens, receipt.high.output_tokens)
    worst = f"{receipt.worst.input_tokens:,} and {receipt.worst.output_tokens:,}"
    return f"Tokens: {read} to read, {written} to write; at the very most {worst}."


def _price(receipt: Receipt) -> list[str]:
    low, high, worst = receipt.low.price, receipt.high.price, receipt.worst.price
    if low is None or high is None or worst is None:
        return [f"Price: unknown. {missing_prices(receipt.unpriced)}"]
    if not worst:
        return ["Price: nothing."]
    lines = [f"Price: {_span(low, high)} USD; at the very most {_money(worst)} USD."]
    if len(receipt.by_model) > 1:
        lines += [
            f"  {share.model}: {_span(share.low.calls, share.high.calls)} calls, "
            f"{_span(share.low.price or 0.0, share.high.price or 0.0)} USD"
            for share in receipt.by_model
        ]
    return lines


def missing_prices(models: Iterable[str]) -> str:
    """What to add to the configuration for these models."""
    entries = ", ".join(f'"{model}" = {{input = …, output = …}}' for model in models)
    return f"Add to [tool.playhead.prices], in USD per million tokens: {entries}."


def _actual(receipt: Receipt) -> list[str]:
    if receipt.actual is None:
        return []
    spent, seconds = receipt.actual.amount, receipt.actual.seconds
    price = "" if spent.price is None else f", {_money(spent.price)} USD"
    return [
        f"Asked: {_count(spent.calls, 'call')} (predicted {_span(receipt.low.calls, receipt.high.calls)}), "
        f"{spent.input_tokens:,} tokens read, {spent.output_tokens:,} written{price}, in {seconds:,.1f} s."
    ]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _span(low: float, high: float) -> str:
    show = _money if isinstance(low, float) else "{:,}".format
    return show(low) if show(low) == show(high) else f"{show(low)} to {show(high)}"


def _money(amount: float) -> str:
    return f"{amount:.2f}" if amount == 0 or amount >= 1 else f"{amount:.2g}"
