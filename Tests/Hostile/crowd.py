"""Many connections that are opened at a steady rate and say little: what most loads are."""

import collections
import random
import time

from pace import steadily
from session import Ended
from wires import BROKEN, WOULD_BLOCK, reset_on_close


class Counts(collections.Counter):
    """What a load has done."""


def crowd(target, seconds, rate, opening=None, keep=1500, age=10.0, resets=False, anywhere=False):
    """Opens connections without TLS, says `opening()` on each if there is one, reads nothing, and
    closes those that are old, or more than `keep`."""
    counts, open_ones = Counts(), collections.deque()
    for due in steadily(rate, seconds):
        for _ in range(due):
            stream = target.connect(anywhere)
            if stream is None:
                counts["not taken"] += 1
                continue
            counts["connections"] += 1
            if resets:
                reset_on_close(stream)
            if opening is not None:
                say(stream, opening(), counts)
            open_ones.append((time.monotonic(), stream))
        now = time.monotonic()
        while open_ones and (len(open_ones) > keep or now - open_ones[0][0] > age):
            open_ones.popleft()[1].close()
    for _, stream in open_ones:
        stream.close()
    return counts


def say(stream, message, counts):
    try:
        counts["bytes"] += stream.send(message)
    except WOULD_BLOCK:
        pass
    except BROKEN:
        counts["closed early"] += 1


def visits(target, seconds, rate, visit):
    """Calls `visit(counts)` at a rate: for what needs an answer, such as TLS."""
    counts = Counts()
    for due in steadily(rate, seconds):
        for _ in range(due):
            try:
                visit(counts)
            except (Ended, *BROKEN) as reason:
                counts[kind_of(reason)] += 1
    return counts


def kind_of(reason):
    if isinstance(reason, Ended):
        return "refused"
    return "timed out" if isinstance(reason, TimeoutError) else "broken"


def one_of(*choices):
    """Makes an opening that is one of several, each bytes or a function that makes them."""
    def opening():
        chosen = random.choice(choices)
        return chosen() if callable(chosen) else chosen
    return opening
