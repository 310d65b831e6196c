"""SG: gathers along w, with one list of indices for all channels or a list for each."""

import numpy as np

from oracle.case import ALIGNED, I8, I16, Case, Forms, Generate, Scene, shape_fields
from oracle.machines import LANE_BYTES, LANES

INDEX_TYPES = {I8: np.uint8, I16: np.uint16}


def gather(code: int, index_precision: int) -> Generate:
    """Code 0: index w of all channels is channel w of opd1; code 5: each channel has a row of opd1."""

    def generate(scene: Scene) -> Case:
        n, c, _, _ = scene.shape()
        w = scene.integer(1, 5) if scene.small else scene.integer(1, 80)
        width = scene.integer(1, 8) if scene.small else scene.integer(1, 100)
        lane = scene.lane()
        precision = scene.integer(0, 5)
        fields = shape_fields((n, c, 1, w)) | {"tsk_eu_typ": code, "opd0_h": 1, "opd0_w": width}
        fields |= {"res0_prec": precision, "opd0_prec": precision, "opd1_prec": index_precision}
        images = n if code == 0 else 1
        fields["opd0_addr"] = scene.source((images, c, 1, width), precision, lane, (ALIGNED,)).address
        shape = (1, w, 1, 1) if code == 0 else (n, c, 1, w)
        first = scene.lane() if code == 0 else lane
        layout = 1 if code == 0 else ALIGNED
        operand, extent = scene.place(shape, index_precision, first, layout, broadcast=False)
        lanes = min(LANES, shape[1])
        content = scene.rng.integers(0, width, (lanes, extent)).astype(INDEX_TYPES[index_precision])
        scene.fill(operand.address % LANE_BYTES, lanes, content.view(np.uint8), first)
        fields |= {"opd1_addr": operand.address, "opd1_c": w if code == 0 else c, "opd1_w": 1 if code == 0 else w}
        fields["res0_addr"] = scene.target((n, c, 1, w), precision, lane, (ALIGNED,)).address
        return scene.case("ScatterGather", scene.one_of(("long", "short")), fields)

    return generate


FORMS: Forms = {
    "sg.pl_gather_d1coor u8": gather(0, I8),
    "sg.pl_gather_d1coor u16": gather(0, I16),
    "sg.pe_s_gather_d1coor u8": gather(5, I8),
    "sg.pe_s_gather_d1coor u16": gather(5, I16),
}
