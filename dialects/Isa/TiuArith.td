//===- TiuArith.td - Element-wise arithmetic and requantisation -*- tablegen -*-===//

def ArithOps : Functions<"ArithOp", [
    Case<0, "Mul", "arith.mul">,
    Case<1, "Not", "arith.not">,
    Case<2, "Add", "arith.add">,
    Case<3, "Sub", "arith.sub">,
    Case<4, "Max", "arith.max">,
    Case<5, "Min", "arith.min">,
    Case<6, "LogicShift", "arith.logicShift">,
    Case<7, "And", "arith.and">,
    Case<8, "Or", "arith.or">,
    Case<9, "Xor", "arith.xor">,
    Case<10, "SelectGreater", "arith.selectGreat">,
    Case<11, "SelectEqual", "arith.selectEqual">,
    Case<12, "Div", "arith.div">,
    Case<13, "SelectLess", "arith.selectLess">,
    Case<14, "Cast", "arith.cast">,
    Case<15, "AddSaturate", "arith.adds">,
    Case<16, "SubSaturate", "arith.subs">,
    Case<18, "Mac", "arith.mac">,
    Case<19, "Copy", "arith.copy">,
    Case<20, "MulSaturate", "arith.muls">,
    Case<21, "ArithShift", "arith.ashift">,
    Case<22, "CircularShift", "arith.cshift">,
    Case<23, "MulDoubleHigh", "arith.mulDHR">,
    Case<24, "EuIndex", "arith.euIdxGen">,
    Case<25, "LaneIndex", "arith.npuIdxGen">,
    Case<26, "Abs", "arith.abs">,
    Case<27, "AbsDifference", "arith.fsubabs">,
    Case<28, "CopyBatch", "arith.copyMb">,
    Case<29, "FirstOne", "arith.getFirstOne">,
    Case<30, "FirstZero", "arith.getFirstZero">
]>;

def Arith : Instruction<Tiu, "AR", 3> {
  let summary = "Element-wise arithmetic with operands of any layout; a stride of zero broadcasts";
  let functions = ArithOps;
  let longForm = TiuLong;
  let shortForm = Form<512, TiuHead # [
      Field<"opd0_const", 50, 1>, Field<"opd1_const", 51, 1>, Field<"opd2_const", 52, 1>,
      Field<"tsk_opd_num", 53, 2>, Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>, Field<"intr_en", 63, 1>,
      Field<"res0_prec", 64, 3>, Field<"opd0_prec", 67, 3>, Field<"opd1_prec", 70, 3>, Field<"opd2_prec", 73, 3>,
      Field<"opd0_sign", 76, 1>, Field<"opd1_sign", 77, 1>, Field<"res0_str", 78, 3>, Field<"opd0_str", 81, 3>,
      Field<"opd1_str", 84, 3>, Field<"opd2_n_str", 87, 3>, Reserved<90, 6>, Field<"res0_n", 96, 16>,
      Field<"res0_c", 112, 16>, Field<"res0_h", 128, 16>, Field<"res0_w", 144, 16>, Field<"res0_addr", 160, 32>,
      Field<"opd0_addr", 192, 32>, Field<"opd1_addr", 224, 32>, Field<"opd2_addr", 256, 32>,
      Field<"res0_n_str", 288, 16>, Field<"res0_c_str", 304, 16>, Field<"opd0_n_str", 320, 16>,
      Field<"opd0_c_str", 336, 16>, Field<"opd1_n_str", 352, 16>, Field<"opd1_c_str", 368, 16>,
      Field<"res0_h_str", 384, 20>, Field<"res0_w_str", 404, 20>, Field<"opd0_h_str", 424, 20>,
      Field<"opd2_sign", 444, 1>, Reserved<445, 3>, Field<"opd0_w_str", 448, 20>, Field<"opd1_h_str", 468, 20>,
      Field<"opd1_w_str", 488, 20>, Reserved<508, 4>
  ]>;
  let implied = [
    Implied<"opd0_n", "res0_n">,
    Implied<"opd0_c", "res0_c">,
    Implied<"opd0_h", "res0_h">,
    Implied<"opd0_w", "res0_w">,
    Implied<"opd1_n", "res0_n">,
    Implied<"opd1_c", "res0_c">,
    Implied<"opd1_h", "res0_h">,
    Implied<"opd1_w", "res0_w">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "first operand [res0_n, res0_c, res0_h, res0_w], layout opd0_str; a constant if opd0_const">,
    Operand<"opd1", "read", "second operand, if tsk_opd_num > 1">,
    Operand<"opd2", "read", "third operand, one value a channel, compact, if tsk_opd_num > 2">,
    Operand<"res0", "write", "result, layout res0_str">
  ];
  let meanings = [
    Meaning<"opd2_n_str", "round mode; division: iterations less one">,
    Meaning<"tsk_opd_num", "number of operands">,
    Meaning<"opd2_sign", "cast: sign of the result">
  ];
}

def LaneArith : Instruction<Tiu, "LAR", 7> {
  let summary = "Arithmetic on one vector of each lane";
  let functions = ArithOps;
  let longForm = Form<128, [
      Field<"opd0_w_str", 0, 1>, Field<"opd1_w_str", 1, 1>, Field<"opd2_const", 2, 1>, Field<"res0_prec", 3, 3>,
      Field<"opd0_prec", 6, 3>, Field<"opd1_prec", 9, 3>, Field<"opd2_n_str", 12, 3>, Field<"opd0_sign", 15, 1>,
      Field<"opd1_sign", 16, 1>, Field<"start_tid", 17, 6>, Field<"res0_c", 23, 8>, Field<"res0_w", 31, 8>,
      Reserved<39, 2>, Field<"tsk_typ", 41, 4>, Field<"tsk_eu_typ", 45, 5>, Reserved<50, 1>,
      Field<"tsk_opd_num", 51, 2>, Reserved<53, 6>, Field<"pwr_step", 59, 4>, Reserved<63, 1>,
      Field<"res0_addr", 64, 16>, Field<"opd0_addr", 80, 16>, Field<"opd1_addr", 96, 16>,
      Field<"opd2_addr", 112, 16>
  ]>;
}

def RequantOps : Functions<"RequantOp", [
    Case<0, "RequantFloat", "quant.rq0">,
    Case<1, "Requant", "quant.rq1">,
    Case<2, "Requant2", "quant.rq2">,
    Case<3, "DequantFloat", "quant.dq0">,
    Case<4, "Dequant", "quant.dq1">,
    Case<5, "Dequant2", "quant.dq2">
]>;

def Requant : Instruction<Tiu, "RQ_DQ", 4> {
  let summary = "Requantisation and dequantisation, with a scale for all or one a channel";
  let functions = RequantOps;
  let longForm = TiuLong;
  let shortForm = Form<256, TiuHead # [
      Field<"opd0_sign", 50, 1>, Field<"opd2_sign", 51, 1>, Field<"res0_prec", 52, 3>, Field<"cmd_id_en", 55, 4>,
      Field<"pwr_step", 59, 4>, Field<"opd1_const", 63, 1>, Field<"opd0_prec", 64, 3>, Field<"opd2_n_str", 67, 6>,
      Field<"res0_addr", 73, 27>, Field<"opd0_addr", 100, 27>, Field<"intr_en", 127, 1>, Field<"res0_n", 128, 16>,
      Field<"res0_c", 144, 16>, Field<"res0_h", 160, 16>, Field<"res0_w", 176, 16>, Field<"opd1_addr", 192, 32>,
      Field<"opd2_addr", 224, 32>
  ]>;
  let implied = [
    Implied<"opd0_n", "res0_n">,
    Implied<"opd0_c", "res0_c">,
    Implied<"opd0_h", "res0_h">,
    Implied<"opd0_w", "res0_w">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "input [res0_n, res0_c, res0_h, res0_w], aligned">,
    Operand<"opd1", "read", "32-bit words a channel, aligned: rq1 multiplier, shift, zero point; rq0 and dq0 scale and offset; constants in opd1_addr and opd2_addr if opd1_const">,
    Operand<"res0", "write", "result, aligned">
  ];
  let meanings = [
    Meaning<"opd2_n_str", "round mode">,
    Meaning<"opd2_sign", "sign of the result">,
    Meaning<"opd2_addr", "opd1_const: second (and third) constant">
  ];
}
