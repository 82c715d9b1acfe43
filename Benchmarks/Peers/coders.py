"""Times Python's coders for the `coders` benchmark, which starts it and asks for one sample a line.

Standard input and output carry one JSON object a line. `prepare` reads a workload's files, checks
that every coder gives the same data back, writes its pickles, and names the coders that there are;
`sample` times one of them.
"""

import array
import functools
import gc
import importlib.metadata
import json
import pathlib
import pickle
import platform
import statistics
import sys
import time

try:
    import cbor2
except ImportError:
    cbor2 = None

BATCHES = 5


def is_compiled(function):
    return type(function).__name__ == "builtin_function_or_method"


class Coder:
    """Two functions, what they work on, and how often they fill a batch."""

    def __init__(self, encode, decode, value):
        self.work = {"encode": (encode, value), "decode": (decode, encode(value))}
        self.repetitions = {}
        if decode(encode(value)) != value:
            raise ValueError("what was decoded is not what was encoded")

    def sample(self, operation, seconds):
        """Seconds for each time: the median of five batches, or of one that takes all the time."""
        function, argument = self.work[operation]
        if operation not in self.repetitions:
            self.repetitions[operation] = calibrate(function, argument, seconds)
        count = self.repetitions[operation]
        times, total = [], 0.0
        while len(times) < BATCHES and (not times or total < seconds):
            taken = batch(function, argument, count)
            times.append(taken / count)
            total += taken
        return statistics.median(times)


def batch(function, argument, count):
    repeat = range(count)
    start = time.perf_counter()
    for _ in repeat:
        function(argument)
    return time.perf_counter() - start


def calibrate(function, argument, seconds):
    count, wanted = 1, seconds / BATCHES
    while True:
        taken = batch(function, argument, count)
        if taken >= wanted / 4:
            return max(1, int(count * wanted / taken))
        count *= 4


def read(folder, name, form):
    """The value of a workload, and its files by their endings."""
    files = {path.suffix[1:]: path for path in folder.iterdir() if path.stem == name}
    if form == "plain":
        return json.loads(files["json"].read_bytes()), files
    value = array.array("d" if form == "doubles" else "f")
    value.frombytes(files["raw"].read_bytes())
    return value, files


def prepare(folder, name, form):
    value, files = read(folder, name, form)
    coders = {}
    for protocol in (5, 4):
        encode = functools.partial(pickle.dumps, protocol=protocol)
        (folder / f"{name}.pickle{protocol}").write_bytes(encode(value))
        coders[f"pickle {protocol}"] = Coder(encode, pickle.loads, value)
    # cbor2 knows no typed arrays.
    if cbor2 and form == "plain":
        if cbor2.loads(files["cbor"].read_bytes()) != value:
            raise ValueError(f"{name}: the CBOR and the JSON file differ")
        coders["cbor2"] = Coder(cbor2.dumps, cbor2.loads, value)
    # Nothing that is there now becomes garbage.
    gc.collect()
    gc.freeze()
    return coders


def main():
    folder = pathlib.Path(sys.argv[1])
    gc.disable()  # as timeit does
    if not (is_compiled(pickle.dumps) and is_compiled(pickle.loads)):
        sys.exit("coders.py: this Python has no compiled pickle")
    answer(
        python=platform.python_version(),
        cbor2=importlib.metadata.version("cbor2") if cbor2 else None,
        isCompiled=bool(cbor2) and is_compiled(cbor2.loads),
    )
    workloads = {}
    for line in sys.stdin:
        request = json.loads(line)
        name = request["workload"]
        try:
            if request["command"] == "prepare":
                workloads[name] = prepare(folder, name, request["form"])
                answer(subjects=list(workloads[name]))
            else:
                coder = workloads[name][request["subject"]]
                answer(seconds=coder.sample(request["operation"], request["seconds"]))
        except Exception as error:
            answer(error=f"{name}: {error}")


def answer(**fields):
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    main()
