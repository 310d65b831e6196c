//===- TiuElementwise.td - Comparison, special functions, fused and outer element-wise work -*- tablegen -*-===//

def CompareOps : Functions<"CompareOp", [
    Case<22, "GreaterAndSelect", "cmp.gt_and_sel">,
    Case<23, "SelectGreater", "cmp.sel_gt">,
    Case<24, "SelectEqual", "cmp.sel_eq">,
    Case<25, "LessAndSelect", "cmp.lt_and_sel">,
    Case<26, "SelectLess", "cmp.sel_lt">
]>;

def Compare : Instruction<Tiu, "CMP", 13> {
  let summary = "res1 = opd0 (compare) opd1 ? opd2 : opd3, and the greater or lesser in res0";
  let functions = CompareOps;
  let longForm = TiuLong;
  let shortForm = Form<384, TiuHead # [
      Field<"opd0_const", 50, 1>, Field<"opd1_const", 51, 1>, Field<"opd2_const", 52, 1>,
      Field<"opd3_const", 53, 1>, Reserved<54, 1>, Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>,
      Field<"intr_en", 63, 1>, Field<"opd0_prec", 64, 3>, Field<"opd2_prec", 67, 3>, Field<"opd0_str", 70, 3>,
      Field<"opd1_str", 73, 3>, Reserved<76, 51>, Field<"opd0_sign", 127, 1>, Field<"res0_n", 128, 16>,
      Field<"res0_c", 144, 16>, Field<"res0_h", 160, 16>, Field<"res0_w", 176, 16>, Field<"res0_addr", 192, 32>,
      Field<"res1_addr", 224, 32>, Field<"opd0_addr", 256, 32>, Field<"opd1_addr", 288, 32>,
      Field<"opd2_addr", 320, 32>, Field<"opd3_addr", 352, 32>
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
    Implied<"opd1_prec", "opd0_prec">,
    Implied<"opd1_sign", "opd0_sign">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "first compared, layout opd0_str">,
    Operand<"opd1", "read", "second compared, layout opd1_str">,
    Operand<"opd2", "read", "result where true">,
    Operand<"opd3", "read", "result where false">,
    Operand<"res0", "write", "selected value; gt_and_sel, lt_and_sel: the greater or lesser of opd0 and opd1">,
    Operand<"res1", "write", "gt_and_sel, lt_and_sel: the selected value">
  ];
}

def SpecialOps : Functions<"SpecialOp", [
    Case<12, "Taylor4x", "sfu.taylor_4x">,
    Case<13, "Taylor", "sfu.taylor">,
    Case<15, "Normalize", "sfu.normalize">,
    Case<17, "Rsqrt", "sfu.rsqrt">
]>;

def Special : Instruction<Tiu, "SFU", 9> {
  let summary = "Polynomial by a table of coefficients, exponent split, reciprocal square root";
  let functions = SpecialOps;
  let longForm = TiuLong;
  let shortForm = Form<256, TiuHead # [
      Reserved<50, 5>, Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>, Field<"intr_en", 63, 1>,
      Field<"res0_prec", 64, 3>, Field<"opd0_prec", 67, 3>, Field<"opd2_n_str", 70, 2>, Reserved<72, 8>,
      Field<"res0_n", 80, 16>, Field<"res0_c", 96, 16>, Field<"res0_h", 112, 16>, Field<"res0_w", 128, 16>,
      Field<"opd1_n", 144, 16>, Field<"res0_addr", 160, 32>, Field<"opd0_addr", 192, 32>,
      Field<"opd1_addr", 224, 32>
  ]>;
  let implied = [
    Implied<"opd0_n", "res0_n">,
    Implied<"opd0_c", "res0_c">,
    Implied<"opd0_h", "res0_h">,
    Implied<"opd0_w", "res0_w">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "input, aligned">,
    Operand<"opd1", "read", "taylor: opd1_n coefficients at the same address of each lane">,
    Operand<"res0", "write", "result, aligned">
  ];
  let meanings = [
    Meaning<"opd2_n_str", "rsqrt: iterations less one">,
    Meaning<"opd1_n", "number of coefficients">
  ];
}

def LinearOps : Functions<"LinearOp", [
    Case<1, "Mac", "lin.mac">,
    Case<20, "SquareSum", "lin.square_sum">,
    Case<21, "SquareDiff", "lin.square_diff">
]>;

def Linear : Instruction<Tiu, "LIN", 10> {
  let summary = "opd0 * opd1 + opd2, (opd0 + opd1)^2, (opd0 - opd1)^2 with one opd1 and opd2 a channel";
  let functions = LinearOps;
  let longForm = TiuLong;
  let shortForm = Form<256, TiuHead # [
      Field<"opd1_const", 50, 1>, Field<"opd2_const", 51, 1>, Field<"res0_prec", 52, 3>, Field<"cmd_id_en", 55, 4>,
      Field<"pwr_step", 59, 4>, Field<"intr_en", 63, 1>, Field<"res0_n", 64, 16>, Field<"res0_c", 80, 16>,
      Field<"res0_h", 96, 16>, Field<"res0_w", 112, 16>, Field<"res0_addr", 128, 32>, Field<"opd0_addr", 160, 32>,
      Field<"opd1_addr", 192, 32>, Field<"opd2_addr", 224, 32>
  ]>;
  let implied = [
    Implied<"opd0_n", "res0_n">,
    Implied<"opd0_c", "res0_c">,
    Implied<"opd0_h", "res0_h">,
    Implied<"opd0_w", "res0_w">,
    Implied<"opd0_prec", "res0_prec">,
    Implied<"opd1_prec", "res0_prec">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "input, aligned">,
    Operand<"opd1", "read", "one value a channel, compact; a constant if opd1_const">,
    Operand<"opd2", "read", "mac: one value a channel, compact; a constant if opd2_const">,
    Operand<"res0", "write", "result, aligned">
  ];
}

def VectorOps : Functions<"VectorOp", [
    Case<0, "Mul", "vc.mul">,
    Case<2, "Add", "vc.add">,
    Case<3, "Sub", "vc.sub">,
    Case<4, "Max", "vc.max">,
    Case<5, "Min", "vc.min">,
    Case<7, "And", "vc.and">,
    Case<8, "Or", "vc.or">,
    Case<9, "Xor", "vc.xor">,
    Case<10, "SelectGreater", "vc.select_gt">,
    Case<11, "SelectEqual", "vc.select_eq">,
    Case<12, "Div", "vc.div">,
    Case<13, "SelectLess", "vc.select_lt">,
    Case<15, "AddSaturate", "vc.add_satu">,
    Case<16, "SubSaturate", "vc.sub_satu">,
    Case<20, "MulSaturate", "vc.mul_satu">,
    Case<23, "MulDoubleHigh", "vc.mulDHR">
]>;

def Vector : Instruction<Tiu, "VC", 14> {
  let summary = "Each element of one vector with each of another";
  let functions = VectorOps;
  let longForm = TiuLong;
  let shortForm = Form<384, TiuHead # [
      Field<"opd0_sign", 50, 1>, Field<"opd1_sign", 51, 1>, Field<"opd2_n_str", 52, 3>, Field<"cmd_id_en", 55, 4>,
      Field<"pwr_step", 59, 4>, Field<"intr_en", 63, 1>, Field<"res0_prec", 64, 3>, Field<"opd0_prec", 67, 3>,
      Field<"opd1_prec", 70, 3>, Field<"res0_addr", 73, 32>, Reserved<105, 23>, Field<"opd0_addr", 128, 32>,
      Reserved<160, 16>, Field<"res0_c", 176, 16>, Field<"res0_w", 192, 16>, Field<"opd0_c", 208, 16>,
      Field<"opd0_w", 224, 16>, Field<"opd1_w", 240, 16>, Field<"opd1_addr", 256, 32>, Field<"opd2_addr", 288, 32>,
      Reserved<320, 64>
  ]>;
  let implied = [
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "vector of (opd0_c - 1) * opd0_w + opd1_w elements as [1, opd0_c, 1, opd0_w], aligned">,
    Operand<"opd1", "read", "vector as [1, res0_c, 1, res0_w], aligned">,
    Operand<"res0", "write", "[length of opd0, res0_c, 1, res0_w], aligned">
  ];
  let meanings = [
    Meaning<"opd2_n_str", "round mode">,
    Meaning<"opd1_w", "elements of opd0 in its last lane">
  ];
}
