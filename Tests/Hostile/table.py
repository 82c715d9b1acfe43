"""The tables, as Markdown."""

HEAD = (
    "phase", "over", "load", "its CPU s", "own CPU s", "held failed / sent", "held p50 / p99 ms",
    "fresh failed / tried", "fresh p50 / p99 ms", "peak MiB", "RSS − start MiB", "fds", "back after s",
    "warnings", "verdict",
)


def number(value):
    if value is None:
        return "–"
    return f"{value:.2f}" if value < 10 else f"{value:.0f}"


def times(tries):
    return f"{number(tries.percentile(0.5))} / {number(tries.percentile(0.99))}"


def failed(tries):
    return f"{len(tries.failures)} / {tries.count}"


def load(row):
    words = []
    for name, count in row.done.items():
        if name == "bytes":
            words.append(f"{count / (1 << 20):.1f} MiB")
        else:
            words.append(f"{count:,} {name}")
    return ", ".join(words) + f" in {row.seconds:.0f} s"


def cells(row):
    verdict = "; ".join(row.faults).replace("|", "/") if row.faults else "ok"
    return (
        row.phase, row.transport, load(row), f"{row.load_cpu:.1f}", f"{row.own_cpu:.1f}",
        failed(row.held), times(row.held), failed(row.fresh), times(row.fresh),
        f"{row.peak / 1024:.0f}", f"{row.resident / 1024:+.1f}", f"{row.descriptors:+d}",
        f"{row.settled:.0f}", str(row.lines), verdict,
    )  # fmt: skip


def table(run):
    lines = [f"### {run.station.name[0].upper()}{run.station.name[1:]}", ""]
    lines += ["Without load: " + "; ".join(
        f"{transport}: held p50 / p99 {times(base.held)} ms of {base.held.count}, "
        f"fresh {times(base.fresh)} ms of {base.fresh.count}"
        for transport, base in run.baselines.items())
        + f". At the start {run.resident / 1024:.0f} MiB and {run.descriptors} descriptors.", ""]
    lines += [line(HEAD), line(["---"] * len(HEAD))]
    lines += [line(cells(row)) for row in run.rows]
    return "\n".join(lines) + "\n"


def line(words):
    return "| " + " | ".join(words) + " |"
