"""Where an axis is marked: at round numbers, each another one."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

_MOST_STEPS = 4
_ROUND = (1, 2, 5, 10)


def ticks(values: Iterable[float | Decimal], *, whole: bool | None = None) -> list[float]:
    """The marks of an axis that begins at nothing and has room for all of `values`; the last is its end.

    They are whole where the values are: half a lead is none. Say `whole` where an estimate of such things is drawn.
    """
    known = [float(value) for value in values]
    most = max([*known, 0.0])
    if whole is None:
        whole = all(value.is_integer() for value in known)
    if most <= 0:
        return [0.0, 1.0]
    size = 10.0 ** math.floor(math.log10(most / _MOST_STEPS))
    step = next(one * size for one in _ROUND if one * size * _MOST_STEPS >= most * (1 - 1e-9))
    if whole:
        step = max(1.0, step)
    count = max(1, math.ceil(most / step - 1e-9))
    return [round(step * place, 12) for place in range(count + 1)]
