"""The groups of a compiled network: what each computes, finds in local memory, loads early, keeps and stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.local_memory import Buffer
from tpu_mlir.runtime.profile import Profile
from tpu_mlir.runtime.session import Session


@dataclass(frozen=True)
class Group:
    """Tensors that are computed together; the last is the result.

    slices: into how many along n, c, h and w. share: its cycles, as those of layers. held: tensors of other groups that
    it reads in local memory. loads: buffers that are loaded for it, of which `early` end before their first use begins.
    keeps_for, loaded_by: tensors whose commands read the result in local memory, or load it again. stored: bytes of the
    result that go to global memory.
    """

    tensors: tuple[str, ...]
    slices: tuple[int, ...]
    share: int
    held: tuple[str, ...]
    loads: int
    early: int
    keeps_for: tuple[str, ...]
    loaded_by: tuple[str, ...]
    stored: int

    @property
    def cut(self) -> str:
        """Why it ends there, as far as its commands tell; "" if its result just goes on in local memory."""
        if self.keeps_for and not self.stored:
            return ""
        readers = len({*self.keeps_for, *self.loaded_by})
        if readers > 1:
            return f"{readers} tensors need its result"
        return "longer takes more cycles, or does not fit" if readers else "its result leaves, or is moved as it is"


def groups_of(bmodel: BModel, profile: Profile, buffers: Sequence[Buffer]) -> list[Group]:
    """Return the groups of a profiled stage in order; none of other compilers' files. Raises what Session does."""
    return list(_groups(Session(bmodel, net=profile.network).stage(profile.stage).schedule(), profile, buffers))


def _groups(
    schedule: Sequence[tuple[list[str], list[int]]], profile: Profile, buffers: Sequence[Buffer]
) -> Iterator[Group]:
    shares = {layer.name: layer.share for layer in profile.layers}
    for tensors, slices in schedule:
        own, result = set(tensors), tensors[-1]
        read = [each for each in buffers if each.readers & own]
        loads = [each for each in read if each.kind != "computed"]
        results = [each for each in buffers if each.name == result and each.kind == "computed"]
        again = [each for each in buffers if each.name == result and each.kind == "loaded"]
        yield Group(
            tensors=tuple(dict.fromkeys(tensors)),
            slices=tuple(slices),
            share=sum(shares.pop(name, 0) for name in own),  # a name counts in the first group that has it
            held=tuple(sorted({each.name for each in read if each.kind == "computed"} - own)),
            loads=len(loads),
            early=sum(each.ahead > 0 for each in loads),
            keeps_for=_readers(results, own),
            loaded_by=_readers(again, own),
            stored=sum(each.stored for each in results),
        )


def _readers(buffers: Sequence[Buffer], own: set[str]) -> tuple[str, ...]:
    return tuple(sorted({reader for each in buffers for reader in each.readers} - own))
