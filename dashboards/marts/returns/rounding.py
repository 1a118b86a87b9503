"""Whole 千元 that still add up: half up, and by the largest remainder where a stated formula binds the rows (AC-105)."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def half_up(value: Decimal, unit: int) -> int:
    """Whole units, half away from zero: 500 fen in units of 1,000 are 1, -500 are -1."""
    return int((value / unit).quantize(Decimal(1), ROUND_HALF_UP))


def shared(parts: Mapping[K, Decimal], total: int, unit: int) -> dict[K, int]:
    """Whole units for each part so that they add up to ``total``: every part rounded down, what is left by the largest
    remainder (the first of equal ones). ``total`` may differ from the sum of the parts by rounding only."""
    down = {key: int((value / unit).quantize(Decimal(1), ROUND_FLOOR)) for key, value in parts.items()}
    rest = {key: value / unit - down[key] for key, value in parts.items()}
    order: Sequence[K] = sorted(parts, key=lambda key: -rest[key])
    missing = total - sum(down.values())
    for turn in range(abs(missing)):
        if not order:
            break
        step = 1 if missing > 0 else -1
        down[(order if step > 0 else order[::-1])[turn % len(order)]] += step
    return down


def tree(values: Mapping[str, Decimal], formulas: Mapping[str, Sequence[tuple[int, str]]], unit: int) -> dict[str, int]:
    """A column of rows bound by formulas, from the totals down: a total is rounded half up, its parts share it. A row
    made with a minus is computed from rounded rows. ``values`` holds, for a total, its whole value."""
    out: dict[str, int] = {}
    bound = {part for parts in formulas.values() if all(sign > 0 for sign, _ in parts) for _, part in parts}

    def place(row: str, whole: int) -> None:
        out[row] = whole
        parts = formulas.get(row)
        if not parts or any(sign < 0 for sign, _ in parts):
            return
        known = {part: values[part] for _, part in parts if part in values}
        own = values[row] - sum(known.values(), Decimal(0))
        names: dict[str, Decimal] = dict(known) | ({"": own} if own else {})
        for part, number in shared(names, whole, unit).items():
            if part:
                place(part, number)

    for row, value in values.items():
        if row not in bound and not any(sign < 0 for sign, _ in formulas.get(row, ())):
            place(row, half_up(value, unit))
    for row, parts in formulas.items():
        if any(sign < 0 for sign, _ in parts) and row in values:
            out[row] = sum(sign * out.get(part, 0) for sign, part in parts)
    return out
