"""Serve the vendor's chip model over a pipe: run single commands and report every byte they changed.

    DIR/bin/python chip_model.py        (Python 3.10 of the oracle's environment; started by machines.py beside it)

Requests and replies are pickled lists of built-in types, each preceded by its length as eight little-endian bytes:
  ["image", space, rows, row_stride, window, bytes]   the background of a space; `window` leading bytes of each row
       are given
  ["run", [job, ...]]   for each job, [[[space, offset, rows, row_stride, bytes], ...], [[engine, command bytes], ...],
       [[space, width], ...]], write the blocks, execute the commands and compare the first `width` bytes of the rows
       of these spaces; reply a list of [[space, offsets (int64 bytes), new values], ...]. After each job the
       compared bytes are those of the background again, and what a block placed elsewhere is zero
  ["check"]   reply the names of the spaces that no longer are as at the start
A space is local (offset = lane * 262144 + byte), banks (the same memory from byte 24 Ki on, in rows of 32 KiB: what
the functions that write four banks reach), static, l2 or global (offset from 0x1_0000_0000).
The model prints to standard output, so that is sent to standard error; it may abort on an illegal command: the pipe
closes.
"""

import ctypes
import os
import pickle
import sys
from pathlib import Path

import numpy as np

ROOT = Path(sys.prefix) / "lib/python3.10/site-packages/tpu_mlir"
LANES, LANE_BYTES = 64, 262144
GLOBAL_BYTES = 1 << 24
BANKS_AT = 24 << 10  # the first byte of the space "banks" in local memory
L2_BYTES = 2076672  # what tpu_l2_sram_size() returns: a little less than the 2 MiB of the address map


class Space:
    """One memory of the chip model, its background, and the window in which changes are looked for."""

    def __init__(self, address, size):
        self.bytes = np.frombuffer((ctypes.c_uint8 * size).from_address(address), dtype=np.uint8)
        self.window = None
        self.base = None

    def set_image(self, rows, stride, window, content):
        self.window = np.lib.stride_tricks.as_strided(self.bytes, (rows, window), (stride, 1))
        self.stride = stride
        self.base = np.frombuffer(content, np.uint8).reshape(rows, window).copy()
        self.window[...] = self.base

    def changes(self, before):
        """Offsets and values of the leading bytes of rows that differ from `before`."""
        window = self.window[:, : before.shape[1]]
        rows = np.flatnonzero((window.view(np.uint64) != before.view(np.uint64)).any(axis=1))
        found, values = [], []
        for row in rows:
            columns = np.flatnonzero(window[row] != before[row])
            found.append(columns + row * self.stride)
            values.append(window[row, columns])
        offsets = np.concatenate(found).astype(np.int64) if found else np.zeros(0, np.int64)
        content = np.concatenate(values) if values else np.zeros(0, np.uint8)
        return offsets.tobytes(), content.tobytes()


class ChipModel:
    def __init__(self):
        self.lib = ctypes.CDLL(str(ROOT / "lib/libcmodel_bm1684x.so"))
        self.lib.cmodel_init.argtypes = [ctypes.c_int32, ctypes.c_int64]
        for name in ("get_local_mem", "get_static_memaddr_by_node", "get_l2_sram", "get_global_memaddr"):
            getattr(self.lib, name).argtypes = [ctypes.c_int32]
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.lib.execute_command.argtypes = [ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint]
        self.lib.cmodel_init(0, GLOBAL_BYTES)
        # get_local_mem returns a structure whose first member points to the bytes
        local = ctypes.c_void_p.from_address(self.lib.get_local_mem(0)).value
        self.spaces = {
            "local": Space(local, LANES * LANE_BYTES),
            "banks": Space(local + BANKS_AT, LANES * LANE_BYTES - BANKS_AT),
            "static": Space(self.lib.get_static_memaddr_by_node(0), 16384),
            "l2": Space(self.lib.get_l2_sram(0), L2_BYTES),
            "global": Space(self.lib.get_global_memaddr(0), GLOBAL_BYTES),
        }
        for space in self.spaces.values():
            space.bytes[:] = 0

    def place(self, space, offset, stride, block):
        """Write the rows of `block`, `stride` bytes apart."""
        target = self.spaces[space].bytes[offset:]
        np.lib.stride_tricks.as_strided(target, block.shape, (stride, 1))[...] = block

    def execute(self, writes, commands, watched):
        for space, offset, rows, stride, content in writes:
            self.place(space, offset, stride, np.frombuffer(content, np.uint8).reshape(rows, -1))
        before = {name: self.spaces[name].window[:, :width].copy() for name, width in watched}
        for engine, command in commands:
            self.lib.execute_command(0, command, engine)
        reply = [[name, *self.spaces[name].changes(image)] for name, image in before.items()]
        for space, offset, rows, stride, content in writes:
            self.place(space, offset, stride, np.zeros((rows, len(content) // rows), np.uint8))
        for name, width in watched:
            self.spaces[name].window[:, :width] = self.spaces[name].base[:, :width]
        return reply

    def stray(self):
        """Names of the spaces that are not as `image` made them, which are then restored."""
        names = [name for name, space in self.spaces.items() if not np.array_equal(space.window, space.base)]
        for space in self.spaces.values():
            space.window[...] = 0
        names += [name for name, space in self.spaces.items() if space.bytes.any()]
        for space in self.spaces.values():
            space.bytes[:] = 0
        for space in self.spaces.values():
            space.window[...] = space.base
        return names


def serve(source, sink):
    model = ChipModel()
    while True:
        header = source.read(8)
        if len(header) < 8:
            return
        kind, *arguments = pickle.loads(source.read(int.from_bytes(header, "little")))
        if kind == "image":
            name, *image = arguments
            model.spaces[name].set_image(*image)
            continue
        found = [model.execute(*job) for job in arguments[0]] if kind == "run" else model.stray()
        reply = pickle.dumps(found, protocol=4)
        sink.write(len(reply).to_bytes(8, "little") + reply)
        sink.flush()


def main():
    # The model resolves its libraries through LD_LIBRARY_PATH, which must be set before the process starts.
    libraries = str(ROOT / "lib")
    if libraries not in os.environ.get("LD_LIBRARY_PATH", "").split(":"):
        os.environ["LD_LIBRARY_PATH"] = libraries
        os.environ["TPUC_ROOT"] = str(ROOT)
        os.execv(sys.executable, [sys.executable, *sys.argv])
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, sink)
    os._exit(0)  # the library's own exit handlers may hang


if __name__ == "__main__":
    main()
