"""What the system knows of a process."""

import os
import pathlib
import re

TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    def __init__(self, number):
        self.at = pathlib.Path(f"/proc/{number}")

    def _kibibytes(self, field):
        found = re.search(rf"^{field}:\s+(\d+) kB$", (self.at / "status").read_text(), re.MULTILINE)
        return int(found[1])

    @property
    def resident(self):
        """In KiB."""
        return self._kibibytes("VmRSS")

    @property
    def peak(self):
        """The most that was resident since `forget_peak`, in KiB."""
        return self._kibibytes("VmHWM")

    def forget_peak(self):
        (self.at / "clear_refs").write_text("5")

    @property
    def descriptors(self):
        return len(os.listdir(self.at / "fd"))

    @property
    def processor_seconds(self):
        fields = (self.at / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
