"""What a line on stderr is about, whoever it happened to."""

import re

NOT_THE_CAUSE = (
    (r" \(\d+ times in the last [^)]*\)", ""),
    (r"unix:\S+|tcp://\S+|tls://\S+", "ENDPOINT"),
    (r"\b\d+\.\d+\.\d+\.\d+(:\d+)?", "ADDRESS"),
    (r"\b0x[0-9a-fA-F]+|\b\d[\d,.]*\b", "N"),
    (r"'[^']*'", "'…'"),
)
WARNINGS = ("warning:", "error:")
LEAST_SECONDS = 59


def warnings(lines):
    """Those that are not about the ordinary, such as an object that has arrived."""
    return [line for line in lines if line[1].startswith(WARNINGS)]


def cause(line):
    for pattern, instead in NOT_THE_CAUSE:
        line = re.sub(pattern, instead, line)
    return line


def too_often(lines):
    """The lines that came less than a minute behind another one of their cause."""
    last, found = {}, []
    for when, line in warnings(lines):
        about = cause(line)
        if about in last and when - last[about] < LEAST_SECONDS:
            found.append((when, line))
        last[about] = when
    return found
