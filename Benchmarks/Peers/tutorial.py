"""Objects as a beginner's Python program sends them: a length in ten characters, and a pickle.

    tutorial.py tcp|unix SIZE WARM_UP COUNT

Sender and receiver are a process each, because the threads of one would take turns. The receiver
checks the number, size, order and content of what it unpickled, and this program prints the
nanoseconds from the last object of the warm-up to the last one.
"""

import os
import pickle
import socket
import sys
import time

HEADER = 10
AT_ONCE = 64 * 1024


def send(connection, size, total):
    body = bytes(range(256)) * (size // 256 + 1)
    for number in range(total):
        content = number.to_bytes(8, "little") + body[: size - 8]
        message = pickle.dumps(content)
        connection.sendall(bytes(f"{len(message):<{HEADER}}", "ascii") + message)


def receive(connection, size, warm_up, total):
    body = (bytes(range(256)) * (size // 256 + 1))[: size - 8]
    buffer = bytearray()
    number = 0
    started = time.monotonic_ns()
    while number < total:
        part = connection.recv(AT_ONCE)
        if not part:
            sys.exit(f"{number} objects arrived of {total}")
        buffer += part
        start = 0
        while len(buffer) - start >= HEADER:
            end = start + HEADER + int(buffer[start : start + HEADER])
            if end > len(buffer):
                break
            content = pickle.loads(memoryview(buffer)[start + HEADER : end])
            if content[:8] != number.to_bytes(8, "little") or content[8:] != body:
                sys.exit(f"object {number} differs from what was sent")
            number += 1
            start = end
            if number == warm_up:
                started = time.monotonic_ns()
        del buffer[:start]
    return time.monotonic_ns() - started


def main():
    transport, size, warm_up, count = sys.argv[1], *map(int, sys.argv[2:])
    if transport == "unix":
        sending, receiving = socket.socketpair()
    else:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            sending = socket.create_connection(listener.getsockname())
            receiving, _ = listener.accept()
    child = os.fork()
    if child == 0:
        receiving.close()
        send(sending, size, warm_up + count)
        sending.close()
        os._exit(0)
    sending.close()
    print(receive(receiving, size, warm_up, warm_up + count))
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
