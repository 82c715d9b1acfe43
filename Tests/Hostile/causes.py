"""What a line on stderr is about, whoever it happened to."""

import re

NOT_THE_CAUSE = (
    (r" \(\d+ times in the last [^)]*\)", ""),
    (r"unix:\S+|tcp://\S+|tls://\S+", "ENDPOINT"),
    (r"\b\d+\.\d+\.\d+\.\d+(:\d+)?", "ADDRESS"),
    (r"\b0x[0-9a-fA-F]+|\b\d[\d,.]*\b", "N"),
    (r"'[^']*'", "'…'"),
)
LEAST_SECONDS = 59


def warnings(lines):
    """Those that are not about the ordinary, such as an object that has arrived."""
    return [line for line in lines if line.level in ("warning", "error")]


def cause(text):
    for pattern, instead in NOT_THE_CAUSE:
        text = re.sub(pattern, instead, text)
    return text


def too_often(lines):
    """The lines that came less than a minute behind another one of their cause."""
    last, found = {}, []
    for line in warnings(lines):
        about = cause(line.message)
        if about in last and line.time - last[about] < LEAST_SECONDS:
            found.append(line)
        last[about] = line.time
    return found
