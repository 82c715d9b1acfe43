"""What Python makes of pickles, for differential tests. Lines of hexadecimal in and out.

    pickle_peer.py generate SEED N   N random objects: a label, the pickle, and CBOR of the object
    pickle_peer.py standard SEED N   the same with values of the standard library's classes
    pickle_peer.py numpy SEED        arrays and scalars of every numeric type, in the same way
    pickle_peer.py load              each line of input loaded, as CBOR
    pickle_peer.py judge             each line of input loaded by an unpickler that finds only the
                                     classes of plain data, as CBOR, or the error
    pickle_peer.py resave SEED       each line of input loaded, and pickled again in some way

In CBOR the elements of sets are sorted by their encoding, since Python's own order is arbitrary.
"""

import codecs
import collections
import copyreg
import datetime
import decimal
import fractions
import io
import math
import pathlib
import pickle
import pickletools
import random
import struct
import sys
import uuid


def head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for information, form, limit in ((24, ">B", 8), (25, ">H", 16), (26, ">I", 32), (27, ">Q", 64)):
        if argument < 1 << limit:
            return bytes([major << 5 | information]) + struct.pack(form, argument)
    raise OverflowError("an argument beyond 64 bits")


def cbor(value):
    if value is None or value is True or value is False:
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        major, number = (0, value) if value >= 0 else (1, -1 - value)
        if number < 1 << 64:
            return head(major, number)
        content = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return head(6, 2 + major) + head(2, len(content)) + content
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, (bytes, bytearray)):
        return head(2, len(value)) + bytes(value)
    if isinstance(value, str):
        content = value.encode()
        return head(3, len(content)) + content
    if isinstance(value, (list, tuple, collections.deque)):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, dict):
        pairs = b"".join(cbor(key) + cbor(item) for key, item in value.items())
        return head(5, len(value)) + pairs
    if isinstance(value, (set, frozenset)):
        return head(6, 258) + head(4, len(value)) + b"".join(sorted(map(cbor, value)))
    return standard_cbor(value) or numpy_cbor(value)


def tagged(number, value):
    return head(6, number) + cbor(value)


def standard_cbor(value):
    if isinstance(value, datetime.datetime):
        offset = value.utcoffset()
        if offset is not None and offset % datetime.timedelta(minutes=1) == datetime.timedelta():
            return tagged(0, value.isoformat())
        return cbor(value.isoformat())
    if isinstance(value, datetime.date):
        return tagged(1004, value.isoformat())
    if isinstance(value, datetime.time):
        return cbor(value.isoformat())
    if isinstance(value, datetime.timedelta):
        seconds = {1: value.days * 86400 + value.seconds}
        return tagged(1002, {**seconds, -6: value.microseconds} if value.microseconds else seconds)
    if isinstance(value, datetime.timezone):
        return cbor(datetime.time(tzinfo=value).isoformat()[8:])
    if isinstance(value, decimal.Decimal):
        sign, digits, exponent = value.as_tuple()
        if not value.is_finite() or value.is_zero() and sign:
            return cbor(math.nan if value.is_nan() else float(value))
        number = int("".join(map(str, digits)))
        return tagged(4, [exponent, -number if sign else number])
    if isinstance(value, fractions.Fraction):
        return tagged(30, getattr(value, "written", [value.numerator, value.denominator]))
    if isinstance(value, complex):
        return tagged(43000, [value.real, value.imag])
    if isinstance(value, uuid.UUID):
        return tagged(37, value.bytes)
    if isinstance(value, pathlib.PurePath):
        return cbor(str(value))
    return None


# Random objects


def scalar(source):
    kind = source.randrange(10)
    if kind == 0:
        return source.choice([0, 1, -1, 255, 256, 65535, 65536, 2**31 - 1, 2**31, -(2**31),
                              -(2**31) - 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63),
                              -(2**63) - 1, -(2**64), -(2**64) - 1, 2**2040, -(2**2039)])
    if kind == 1:
        return source.choice([1, -1]) * source.getrandbits(source.randrange(1, 70))
    if kind == 2:
        return source.choice([1, -1]) * source.getrandbits(source.randrange(64, 3000))
    if kind == 3:
        return source.uniform(-1e9, 1e9)
    if kind == 4:
        return source.choice([math.inf, -math.inf, 0.0, -0.0, 5e-324, 1.7e308, 1e16, 0.1, -2.5])
    if kind == 5:
        return source.choice([None, True, False])
    if kind == 6:
        return source.randbytes(source.choice([0, 1, 5, 255, 256, 300]))
    alphabet = "aZ0\"'\\\n\r\0\x1a\t\u00e9\u00fc\u6c34\U00010151"
    length = source.choice([0, 1, 5, 15, 16, 40, 255, 256, 300])
    return "".join(source.choice(alphabet) for _ in range(length))


def key(source, depth=2):
    kind = source.randrange(12)
    if depth and kind == 0:
        return tuple(key(source, depth - 1) for _ in range(source.randrange(5)))
    if depth and kind == 1:
        return frozenset(key(source, depth - 1) for _ in range(source.randrange(5)))
    if kind < 6:
        return "k%d" % source.randrange(200)
    if kind < 8:
        return source.choice([0, 1, 2, True, False, 1.0, 0.0, -0.0, 2.0, None, 2**70, float(2**70)])
    return scalar(source)


def thing(source, made, depth=4):
    if made and source.randrange(8) == 0:
        # Shared, which the pickler writes once.
        return source.choice(made)
    kind = source.randrange(14)
    count = source.choice([0, 1, 2, 3, 4, 5, 12, 30])
    if depth == 0 or kind < 6:
        value = scalar(source)
    elif kind < 8:
        value = [thing(source, made, depth - 1) for _ in range(count)]
    elif kind == 8:
        value = tuple(thing(source, made, depth - 1) for _ in range(min(count, 5)))
    elif kind < 11:
        value = {key(source): thing(source, made, depth - 1) for _ in range(count)}
    elif kind == 11:
        value = {key(source) for _ in range(count)}
    elif kind == 12:
        value = frozenset(key(source) for _ in range(count))
    else:
        value = bytearray(source.randbytes(count))
    made.append(value)
    return value


def objects(seed, count):
    source = random.Random(seed)
    for index in range(count):
        if index == 7:
            # More than the pickler writes in one batch, and than it keeps in one frame.
            yield [list(range(2500)), source.randbytes(70_000), "\u00e9" * 40_000, {
                number: str(number) for number in range(1500)}, set(range(1200))]
        else:
            yield thing(source, [])


def offset(source):
    kind = source.randrange(5)
    if kind == 0:
        return datetime.timezone.utc
    if kind == 1:
        return datetime.timezone(datetime.timedelta(
            microseconds=source.randrange(1 - 86_400_000_000, 86_400_000_000)))
    minutes = datetime.timedelta(minutes=source.randrange(-1439, 1440))
    return datetime.timezone(minutes, "CEST") if kind == 2 else datetime.timezone(minutes)


def moment(source):
    micro = source.choice([0, 1, 999_999, source.randrange(1_000_000)])
    fold = source.randrange(2)
    zone = offset(source) if source.randrange(2) else None
    clock = datetime.time(source.randrange(24), source.randrange(60), source.randrange(60), micro,
                          zone, fold=fold)
    day = datetime.date.fromordinal(source.choice([
        1, datetime.date.max.toordinal(), source.randrange(1, datetime.date.max.toordinal())]))
    return source.choice([clock, day, datetime.datetime.combine(day, clock)])


def span(source):
    if source.randrange(3) == 0:
        return source.choice([datetime.timedelta.min, datetime.timedelta.max,
                              datetime.timedelta(), datetime.timedelta(microseconds=-1)])
    return datetime.timedelta(source.randrange(-999_999_999, 999_999_999), source.randrange(86400),
                              source.choice([0, source.randrange(1_000_000)]))


def number(source):
    kind = source.randrange(4)
    if kind == 0:
        return decimal.Decimal(source.choice([
            "0", "-0", "0.00", "1E+5", "-0E-9", "NaN", "sNaN3", "-NaN", "Infinity", "-Infinity",
            "1E+999999999999999999", "1E-999999999999999999", "1.50", "100"]))
    if kind == 1:
        digits = tuple(source.randrange(10) for _ in range(source.randrange(1, 60)))
        return decimal.Decimal((source.randrange(2), digits, source.randrange(-400, 400)))
    if kind == 2:
        bits = source.choice([3, 30, 100, 300])
        return fractions.Fraction(source.choice([1, -1]) * source.getrandbits(bits),
                                  1 + source.getrandbits(bits))
    return complex(source.choice([0.0, -0.0, math.inf, math.nan, source.uniform(-9, 9)]),
                   source.choice([0.0, -0.0, -math.inf, source.uniform(-9, 9)]))


def path(source):
    kind = source.choice([pathlib.PurePosixPath, pathlib.PosixPath, pathlib.PureWindowsPath])
    parts = ["/", "//", "///a", "a", "b c", ".", "..", "", "a/b/", "./c", "\u6c34", "x//y/./z",
             "C:", "c:\\", "C:x", "d:/e\\f", "\\\\server\\share", "//server/share/q", "\\g",
             "\\\\?\\UNC\\s\\t", "C:/", "."]
    return kind(*(source.choice(parts) for _ in range(source.randrange(5))))


def single(source):
    kind = source.randrange(6)
    if kind == 0:
        return uuid.UUID(int=source.getrandbits(source.choice([1, 64, 128])))
    if kind == 1:
        return offset(source)
    return source.choice([moment, span, number, path])(source)


def is_number(value):
    return not (isinstance(value, decimal.Decimal) and value.is_nan()) and value == value


def standard(source, depth=3):
    kind = source.randrange(8 if depth else 3)
    count = source.choice([0, 1, 2, 3, 8])
    if kind < 3:
        return single(source) if source.randrange(4) else scalar(source)
    if kind == 3:
        some = [standard(source, depth - 1) for _ in range(count)]
        return collections.deque(some, source.choice([None, 9, count]))
    # A signalling NaN cannot be hashed, and others are no key twice; nor are two that become the
    # same text.
    keys = [k for k in (single(source) for _ in range(count)) if is_number(k)]
    keys = list({cbor(k): k for k in keys}.values())
    items = [(k, standard(source, depth - 1)) for k in keys]
    if kind == 4:
        return collections.OrderedDict(items)
    if kind == 5:
        return collections.defaultdict(
            source.choice([None, int, list, dict, set, str, float, tuple, bool,
                           collections.OrderedDict, collections.Counter, decimal.Decimal]), items)
    if kind == 6:
        return collections.Counter({k: source.randrange(-2, 9) for k in keys})
    return [dict(items), set(keys), tuple(keys)]


PICKLERS = {
    "C": pickle.dumps,
    "Python": pickle._dumps,
    "optimized": lambda value, protocol: pickletools.optimize(pickle.dumps(value, protocol)),
}


def save(source, value):
    protocol = source.randrange(6)
    name = source.choice(list(PICKLERS))
    return "%s-%d" % (name, protocol), PICKLERS[name](value, protocol)


class Rational(fractions.Fraction):
    """As it was written, whether in lowest terms or not."""

    def __new__(cls, *arguments):
        if isinstance(arguments[0], str):
            arguments = tuple(map(int, arguments[0].split("/")))
        if arguments[1:] and arguments[1] < 1:
            raise ValueError("a denominator that is not positive")
        made = super().__new__(cls, *arguments)
        made.written = [*arguments, 1][:2]
        return made


class PlainUnpickler(pickle._Unpickler):
    """Reads what anybody may have written: it is in Python, so that no number makes it reserve
    memory, and it finds nothing that could do harm."""

    PLAIN = {
        "builtins": {"set": set, "frozenset": frozenset, "bytearray": bytearray, "bytes": bytes},
        "_codecs": {"encode": codecs.encode},
    }
    # What is only data, and what it is made of.
    for kind in (complex, object, int, float, str, bool, list, tuple, dict, datetime.date,
                 datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone,
                 decimal.Decimal, fractions.Fraction, uuid.UUID, collections.OrderedDict,
                 collections.defaultdict, collections.Counter, collections.deque,
                 pathlib.PurePosixPath, pathlib.PosixPath, pathlib.PureWindowsPath):
        PLAIN.setdefault(kind.__module__, {})[kind.__name__] = kind
    PLAIN["fractions"]["Fraction"] = Rational
    PLAIN["copyreg"] = {"_reconstructor": copyreg._reconstructor}

    def _decode_string(self, value):
        # A str of Python 2, of which Swift makes text where it can.
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value

    def find_class(self, module, name):
        module = {"__builtin__": "builtins", "copy_reg": "copyreg"}.get(module, module)
        name = {"long": "int", "unicode": "str"}.get(name, name)
        return self.PLAIN[module][name]


def judge(data):
    try:
        return cbor(PlainUnpickler(io.BytesIO(data)).load()).hex()
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def main():
    mode, *numbers = sys.argv[1:]
    if mode == "generate":
        source = random.Random(-1 - int(numbers[0]))
        for value in objects(int(numbers[0]), int(numbers[1])):
            label, saved = save(source, value)
            print(label, saved.hex(), cbor(value).hex())
    elif mode == "standard":
        source = random.Random(int(numbers[0]))
        for _ in range(int(numbers[1])):
            value = standard(source)
            label, saved = save(source, value)
            print(label, saved.hex(), cbor(value).hex())
    elif mode == "numpy":
        for label, value in arrays(random.Random(int(numbers[0]))):
            for protocol in range(6):
                for name in ("C", "Python"):
                    saved = PICKLERS[name](value, protocol)
                    print("%s-%s-%d" % (label, name, protocol), saved.hex(), cbor(value).hex())
    elif mode == "load":
        for line in sys.stdin:
            print(cbor(pickle.loads(bytes.fromhex(line))).hex())
    elif mode == "judge":
        for line in sys.stdin:
            print(judge(bytes.fromhex(line)).replace("\n", " "))
    elif mode == "resave":
        source = random.Random(int(numbers[0]))
        for line in sys.stdin:
            print(save(source, pickle.loads(bytes.fromhex(line)))[1].hex())
    else:
        raise SystemExit(__doc__)


# NumPy, where there is one

TYPES = ["?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"]


def arrays(source):
    import numpy

    for name in TYPES:
        for order in "<>":
            kind = numpy.dtype(name).newbyteorder(order)
            for shape in [(), (1,), (7,), (0,), (2, 3), (3, 1, 2), (0, 4), (2, 3, 4), (1, 1)]:
                count = math.prod(shape)
                raw = source.randbytes(count * kind.itemsize)
                if name == "?":
                    raw = bytes(byte & 1 for byte in raw)
                array = numpy.frombuffer(raw, kind).reshape(shape)
                label = "%s%s-%s" % (order, name, "x".join(map(str, shape)))
                # Read-only ones travel in band as bytes, others as a bytearray.
                yield label, array
                yield label + "-writable", array.copy()
                yield label + "-Fortran", numpy.asfortranarray(array)
                if len(shape) > 1:
                    yield label + "-transposed", array.T
                if len(shape) == 3:
                    yield label + "-permuted", array.copy().transpose(1, 0, 2)
                    yield label + "-sliced", array[:, :, ::2]
        for _ in range(3):
            number = numpy.frombuffer(source.randbytes(numpy.dtype(name).itemsize), name)[0]
            yield name + "-scalar", number if name != "?" else numpy.bool_(number)


def numpy_cbor(value):
    import numpy

    if isinstance(value, numpy.generic):
        return cbor(value.item())
    kind = value.dtype
    if kind.kind == "b":
        elements = cbor(value.reshape(-1).tolist())
    else:
        little = kind.byteorder in "<=" and kind.itemsize > 1
        width = kind.itemsize.bit_length() - 1
        number = {"u": 64, "i": 72, "f": 79}[kind.kind] + 4 * little + width
        raw = value.tobytes("C")
        elements = head(6, number) + head(2, len(raw)) + raw
    if value.ndim == 1:
        return elements
    return head(6, 40) + head(4, 2) + cbor(list(value.shape)) + elements


if __name__ == "__main__":
    main()
