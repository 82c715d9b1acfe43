"""What Python makes of pickles, for differential tests. Lines of hexadecimal in and out.

    pickle_peer.py generate SEED N   N random objects: a label, the pickle, and CBOR of the object
    pickle_peer.py numpy SEED        arrays and scalars of every numeric type, in the same way
    pickle_peer.py load              each line of input loaded, as CBOR
    pickle_peer.py judge             each line of input loaded by an unpickler that finds only the
                                     classes of plain data, as CBOR, or the error
    pickle_peer.py resave SEED       each line of input loaded, and pickled again in some way

In CBOR the elements of sets are sorted by their encoding, since Python's own order is arbitrary.
"""

import codecs
import io
import math
import pickle
import pickletools
import random
import struct
import sys


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
    if isinstance(value, (list, tuple)):
        return head(4, len(value)) + b"".join(map(cbor, value))
    if isinstance(value, dict):
        pairs = b"".join(cbor(key) + cbor(item) for key, item in value.items())
        return head(5, len(value)) + pairs
    if isinstance(value, (set, frozenset)):
        return head(6, 258) + head(4, len(value)) + b"".join(sorted(map(cbor, value)))
    return numpy_cbor(value)


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


PICKLERS = {
    "C": pickle.dumps,
    "Python": pickle._dumps,
    "optimized": lambda value, protocol: pickletools.optimize(pickle.dumps(value, protocol)),
}


def save(source, value):
    protocol = source.randrange(6)
    name = source.choice(list(PICKLERS))
    return "%s-%d" % (name, protocol), PICKLERS[name](value, protocol)


class PlainUnpickler(pickle._Unpickler):
    """Reads what anybody may have written: it is in Python, so that no number makes it reserve
    memory, and it finds nothing that could do harm."""

    PLAIN = {
        "builtins": {"set": set, "frozenset": frozenset, "bytearray": bytearray, "bytes": bytes},
        "_codecs": {"encode": codecs.encode},
    }

    def _decode_string(self, value):
        # A str of Python 2, of which Swift makes text where it can.
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value

    def find_class(self, module, name):
        module = {"__builtin__": "builtins"}.get(module, module)
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
