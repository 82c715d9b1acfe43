"""A steady rate, and how much of it was reached."""

import time

TURN = 0.01
MOST_IN_A_TURN = 100

asked = 0.0
reached = 0


def steadily(rate, seconds):
    """Yields how many are due, turn after turn; what the machine does not manage is left out."""
    global asked, reached
    asked += rate * seconds
    start = time.monotonic()
    done = 0
    while (passed := time.monotonic() - start) < seconds:
        due = min(int(rate * passed) - done, MOST_IN_A_TURN)
        if due > 0:
            yield due
            done += due
            reached += due
        time.sleep(max(0.0, TURN - (time.monotonic() - start - passed)))


def share():
    """How much of the rates was reached; 1 where there was none."""
    return reached / asked if asked else 1.0
