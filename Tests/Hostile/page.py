"""docs/security-tests.md, of which the part between two marks is written here."""

import datetime
import os
import pathlib
import platform
import subprocess

BEGIN, END = "<!-- hostile -->", "<!-- end of hostile -->"


def commit():
    try:
        told = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    except OSError:
        return ""
    return f", commit {told.stdout.strip()}" if told.returncode == 0 else ""


def head(began, options):
    day = datetime.datetime.fromtimestamp(began, datetime.timezone.utc)
    return (
        f"`make hostile` on {day:%Y-%m-%d %H:%M} UTC{commit()}: {os.cpu_count()} cores, "
        f"{platform.machine()}, Linux {platform.release()}, Python {platform.python_version()}; "
        f"{options.seconds:g} s for each phase at least, {options.baseline:g} s without load.\n")


def write(path, tables, began, options):
    file = pathlib.Path(path)
    before, _, rest = file.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    file.write_text(f"{before}{BEGIN}\n\n{head(began, options)}\n{tables}\n{END}{after}")
