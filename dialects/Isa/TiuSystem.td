//===- TiuSystem.td - System commands and the segment table of the compute engine -*- tablegen -*-===//

def TiuSystemOps : Functions<"TiuSystemOp", [
    Case<0, "InterruptBarrier", "sys.intr_barrier">,
    Case<1, "Spb", "sys.spb">,
    Case<5, "DataBarrier", "sys.data_barrier">,
    Case<30, "Nop", "sys.nop">,
    Case<31, "End", "sys.end">
]>;

def TiuSystem : Instruction<Tiu, "SYSID", 15> {
  let summary = "System command of the compute engine";
  let functions = TiuSystemOps;
  let longForm = Form<128, [
      Reserved<0, 1>, Field<"cmd_id", 1, 20>, Field<"cmd_id_dep", 21, 20>, Field<"tsk_typ", 41, 4>,
      Field<"tsk_eu_typ", 45, 5>, Reserved<50, 5>, Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>,
      Field<"intr_en", 63, 1>, Field<"cmd_id_eng1", 64, 20>, Field<"cmd_id_eng2", 84, 20>,
      Field<"cmd_id_eng3", 104, 20>, Reserved<124, 4>
  ]>;
}

def LaneMaskOps : Functions<"LaneMaskOp", [
    Case<2, "Write", "sys.swr">,
    Case<3, "WriteFromLocal", "sys.swr_from_lmem">,
    Case<4, "WriteCollectFromLocal", "sys.swr_collect_from_lmem">
]>;

def LaneMask : Instruction<Tiu, "SYSID_swr", 15> {
  let summary = "Sets the lanes that the following compute commands write";
  let source = "fields: found on the vendor's chip model; its public list has those of the other system commands";
  let functions = LaneMaskOps;
  let longForm = Form<128, [
      Reserved<0, 1>, Field<"cmd_id", 1, 20>, Field<"cmd_id_dep", 21, 20>, Field<"tsk_typ", 41, 4>,
      Field<"tsk_eu_typ", 45, 5>, Field<"store_valid", 50, 1>, Field<"load_valid", 51, 1>, Reserved<52, 3>,
      Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>, Field<"intr_en", 63, 1>, Field<"mask_value", 64, 64>
  ]>;
  let operands = [
    Operand<"mask", "read", "swr_from_lmem: 64 bytes of one lane at mask_value; swr_collect_from_lmem: a byte of each lane; not zero: the lane is written">
  ];
  let meanings = [
    Meaning<"mask_value", "the mask, or the address in local memory of its 64 bytes">,
    Meaning<"store_valid", "with it or load_valid the mask holds, instead of tsk_lane_num; with neither it is off">
  ];
}

def Segment : Instruction<Tiu, "SEG", -1> {
  let summary = "Piecewise function";
  let longForm = TiuLong;
  let shortForm = Form<128, TiuHead # [
      Reserved<50, 2>, Field<"res0_prec", 52, 3>, Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>,
      Field<"intr_en", 63, 1>, Field<"res0_c", 64, 16>, Field<"res0_w", 80, 16>, Field<"res0_addr", 96, 32>
  ]>;
}
