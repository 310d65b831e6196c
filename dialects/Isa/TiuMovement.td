//===- TiuMovement.td - Transposition, broadcast, gather and scatter inside local memory -*- tablegen -*-===//

def TransBroadcastOps : Functions<"TransBroadcastOp", [
    Case<0, "TransposeCW", "tsbc.cw_ts">,
    Case<1, "TransposeWC", "tsbc.wc_ts">,
    Case<2, "LaneCopy", "tsbc.l_copy">,
    Case<3, "LaneBroadcast", "tsbc.l_bc">,
    Case<4, "StaticBroadcast", "tsbc.s_bc">,
    Case<5, "StaticDistribute", "tsbc.s_distribute">
]>;

def TransBroadcast : Instruction<Tiu, "TRANS_BC", 5> {
  let summary = "Transposition of c and w, copy and broadcast over lanes";
  let functions = TransBroadcastOps;
  let longForm = TiuLong;
  let shortForm = Form<256, TiuHead # [
      Field<"res0_prec", 50, 3>, Reserved<53, 2>, Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>,
      Field<"intr_en", 63, 1>, Field<"res0_n", 64, 16>, Field<"res0_c", 80, 16>, Field<"res0_h", 96, 16>,
      Field<"res0_w", 112, 16>, Field<"opd0_c", 128, 16>, Field<"opd0_w", 144, 16>, Reserved<160, 32>,
      Field<"res0_addr", 192, 32>, Field<"opd0_addr", 224, 32>
  ]>;
  let implied = [
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "cw_ts, wc_ts: [res0_n, res0_w, res0_h, res0_c], aligned; copies: of the result's shape; s_bc, s_distribute: a run in static memory at an absolute address">,
    Operand<"res0", "write", "[res0_n, res0_c, res0_h, res0_w], aligned; cw_ts: every row begins at a multiple of 64 bytes; s_distribute: compact">
  ];
}

def ScatterGatherOps : Functions<"ScatterGatherOp", [
    Case<0, "GatherD1", "sg.pl_gather_d1coor">,
    Case<1, "GatherD2", "sg.pl_gather_d2coor">,
    Case<2, "GatherRect", "sg.pl_gather_rec">,
    Case<3, "ScatterD1", "sg.pl_scatter_d1coor">,
    Case<4, "ScatterD2", "sg.pl_scatter_d2coor">,
    Case<5, "LaneGatherD1", "sg.pe_s_gather_d1coor">,
    Case<6, "LaneScatterD1", "sg.pe_s_scatter_d1coor">,
    Case<7, "LaneMultiGatherD1", "sg.pe_m_gather_d1coor">,
    Case<8, "LaneMaskSelect", "sg.pe_s_mask_select">,
    Case<9, "LaneNonzero", "sg.pe_s_nonzero">,
    Case<10, "LaneScatterPingPong", "sg.pe_s_scatter_pp_d1coor">,
    Case<11, "GatherPerW", "sg.pl_gather_perw">,
    Case<12, "ScatterPerW", "sg.pl_scatter_perw">,
    Case<13, "LaneGatherHazard", "sg.pe_s_gather_hzd">,
    Case<14, "LaneScatterHazard", "sg.pe_s_scatter_hzd">,
    Case<15, "LaneMaskSelectHazard", "sg.pe_s_mask_selhzd">,
    Case<16, "LaneNonzeroHazard", "sg.pe_s_nonzero_hzd">
]>;

def ScatterGather : Instruction<Tiu, "SG", 6> {
  let summary = "Gather and scatter of elements by indices";
  let functions = ScatterGatherOps;
  let longForm = TiuLong;
  let shortForm = Form<384, TiuHead # [
      Field<"opd3_const", 50, 1>, Field<"intr_en", 51, 1>, Field<"opd0_str", 52, 3>, Field<"cmd_id_en", 55, 4>,
      Field<"pwr_step", 59, 4>, Field<"opd2_const", 63, 1>, Field<"res0_n", 64, 16>, Field<"res0_c", 80, 16>,
      Field<"res0_h", 96, 16>, Field<"res0_w", 112, 16>, Field<"opd0_h", 128, 16>, Field<"opd0_w", 144, 16>,
      Field<"opd1_c", 160, 16>, Field<"opd1_w", 176, 16>, Field<"res0_prec", 192, 3>, Field<"res0_addr", 195, 29>,
      Field<"opd0_prec", 224, 3>, Field<"opd0_addr", 227, 29>, Field<"opd1_prec", 256, 3>,
      Field<"opd1_addr", 259, 29>, Field<"opd2_addr", 288, 32>, Field<"res1_addr", 320, 32>,
      Field<"opd3_addr", 352, 32>
  ]>;
  let implied = [
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "data: pl_*: [res0_n, res0_c, opd0_h, opd0_w], aligned; pe_*: one [res0_c, opd0_h, opd0_w] for all n">,
    Operand<"opd1", "read", "indices: pl_*: opd1_c values (pairs h, w for d2coor, four for rec), compact over the lanes; pe_*: [res0_n, res0_c, 1, opd1_w], aligned">,
    Operand<"res0", "write", "[res0_n, res0_c, res0_h, res0_w], aligned; rec: opd3_addr holds the rows and columns of a rectangle, rows aligned">,
    Operand<"res1", "write", "mask_select, nonzero: number of elements a channel">
  ];
  let meanings = [
    Meaning<"opd2_const", "write opd2_addr where an index is out of range">,
    Meaning<"opd2_addr", "the constant">,
    Meaning<"opd3_const", "limit the indices">
  ];
}

def ScatterGatherLineOps : Functions<"ScatterGatherLineOp", [
    Case<17, "GatherLine", "sgl.pe_s_gather_line">,
    Case<18, "ScatterLine", "sgl.pe_s_scatter_line">
]>;

def ScatterGatherLine : Instruction<Tiu, "SGL", 6> {
  let summary = "Gather and scatter of rows by indices";
  let functions = ScatterGatherLineOps;
  let longForm = TiuLong;
  let shortForm = Form<384, TiuHead # [
      Reserved<50, 3>, Field<"opd3_const", 53, 1>, Field<"intr_en", 54, 1>, Field<"cmd_id_en", 55, 4>,
      Field<"pwr_step", 59, 4>, Field<"opd2_const", 63, 1>, Field<"res0_prec", 64, 3>, Field<"opd1_prec", 67, 3>,
      Field<"opd0_str", 70, 3>, Reserved<73, 7>, Field<"res0_n", 80, 16>, Field<"res0_c", 96, 16>,
      Field<"res0_h", 112, 16>, Field<"res0_w", 128, 16>, Field<"opd0_h", 144, 16>, Field<"res0_addr", 160, 32>,
      Field<"opd0_addr", 192, 32>, Field<"opd1_addr", 224, 32>, Field<"opd2_addr", 256, 32>,
      Field<"res1_addr", 288, 32>, Reserved<320, 64>
  ]>;
  let implied = [
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "[1, res0_c, opd0_h, res0_w], rows aligned">,
    Operand<"opd1", "read", "[res0_n, res0_c, lines, 1], aligned">,
    Operand<"res0", "write", "[res0_n, res0_c, res0_h, res0_w], rows aligned">
  ];
  let meanings = [
    Meaning<"opd2_const", "write opd2_addr where an index is out of range">,
    Meaning<"opd2_addr", "the constant">,
    Meaning<"opd3_const", "limit the indices">
  ];
}
