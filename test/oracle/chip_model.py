"""Serve the vendor's chip model over a pipe: run single commands and report every byte they changed.

    DIR/bin/python chip_model.py        (Python 3.10 of the oracle's environment; started by machines.py beside it)

Requests and replies are pickled lists of built-in types, each preceded by its length as eight little-endian bytes:
  ["image", space, rows, row_stride, window, bytes]   the background of a space; `window` leading bytes of each row
       are given
  ["run", [[space, offset, rows, row_stride, bytes], ...], [[engine, command bytes], ...]]
       write blocks, execute, reply [[space, offsets (int64 bytes), new values], ...]; the background is then restored
  ["check"]   reply the names of the spaces that changed outside their windows since the start
A space is local (offset = lane * 262144 + byte), static, l2 or global (offset from 0x1_0000_0000).
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
L2_BYTES = 2076672  # what tpu_l2_sram_size() returns: a little less than the 2 MiB of the address map


class Space:
    """One memory of the chip model, its background, and the window in which changes are looked for."""

    def __init__(self, address, size):
        self.bytes = np.frombuffer((ctypes.c_uint8 * size).from_address(address), dtype=np.uint8)
        self.bytes[:] = 0
        self.window = None
        self.base = None

    def set_image(self, rows, stride, window, content):
        self.window = np.lib.stride_tricks.as_strided(self.bytes, (rows, window), (stride, 1))
        self.stride = stride
        self.base = np.frombuffer(content, np.uint8).reshape(rows, window).copy()
        self.window[...] = self.base

    def changes(self, before):
        """Offsets and values of the window's bytes that differ from `before`; restores the background."""
        rows = np.flatnonzero((self.window.view(np.uint64) != before.view(np.uint64)).any(axis=1))
        found, values = [], []
        for row in rows:
            columns = np.flatnonzero(self.window[row] != before[row])
            found.append(columns + row * self.stride)
            values.append(self.window[row, columns])
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
            "static": Space(self.lib.get_static_memaddr_by_node(0), 16384),
            "l2": Space(self.lib.get_l2_sram(0), L2_BYTES),
            "global": Space(self.lib.get_global_memaddr(0), GLOBAL_BYTES),
        }

    def execute(self, writes, commands):
        for space, offset, rows, stride, content in writes:
            block = np.frombuffer(content, np.uint8).reshape(rows, -1)
            target = self.spaces[space].bytes[offset:]
            np.lib.stride_tricks.as_strided(target, block.shape, (stride, 1))[...] = block
        before = {name: space.window.copy() for name, space in self.spaces.items() if space.window is not None}
        for engine, command in commands:
            self.lib.execute_command(0, command, engine)
        reply = []
        for name, image in before.items():
            space = self.spaces[name]
            reply.append([name, *space.changes(image)])
            space.window[...] = space.base
        return reply

    def stray(self):
        """Names of the spaces with a byte outside the window that is no longer zero."""
        names = []
        for name, space in self.spaces.items():
            if space.window is not None:
                space.window[...] = 0
            if space.bytes.any():
                names.append(name)
            if space.window is not None:
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
        reply = pickle.dumps(model.execute(*arguments) if kind == "run" else model.stray(), protocol=4)
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
