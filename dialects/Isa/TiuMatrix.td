//===- TiuMatrix.td - Matrix products -*- tablegen -*-===//

def MatMulOps : Functions<"MatMulOp", [
    Case<1, "Normal", "mm.normal">,
    Case<2, "Requant", "mm.wrq">,
    Case<3, "RequantRelu", "mm.wrqrelu">
]>;

def MatMul : Instruction<Tiu, "MM", 2> {
  let summary = "Matrix product with matrices spread over the lanes by columns";
  let functions = MatMulOps;
  let longForm = TiuLong;
  let shortForm = Form<384, TiuHead # [
      Field<"res_add", 50, 1>, Field<"left_tran", 51, 1>, Field<"opd0_const", 52, 1>, Field<"opd2_const", 53, 1>,
      Reserved<54, 1>, Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>, Field<"intr_en", 63, 1>,
      Field<"opd0_sign", 64, 1>, Field<"opd1_sign", 65, 1>, Field<"opd2_sign", 66, 1>, Field<"res0_prec", 67, 3>,
      Field<"opd0_prec", 70, 3>, Field<"opd2_n_str", 73, 3>, Reserved<76, 20>, Reserved<96, 16>,
      Field<"res0_c", 112, 16>, Field<"res0_w", 128, 16>, Field<"opd0_n", 144, 16>, Field<"opd0_c", 160, 16>,
      Field<"opd0_w", 176, 16>, Reserved<192, 16>, Field<"opd1_w", 208, 16>, Field<"res0_addr", 224, 32>,
      Field<"opd0_addr", 256, 32>, Field<"opd1_addr", 288, 32>, Field<"opd2_addr", 320, 32>,
      Field<"opd3_addr", 352, 32>
  ]>;
  let implied = [
    Implied<"opd1_prec", "opd0_prec">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "left matrix: opd0_n rows, (opd0_c - 1) * opd0_w + opd1_w columns, opd0_w of them a lane; transposed if left_tran">,
    Operand<"opd1", "read", "right matrix: res0_c * res0_w columns, res0_w a lane">,
    Operand<"opd2", "read", "f32: bias [1, columns]; i32: signed 8-bit shift, left if positive; requantising functions: 16-bit bias; a constant if opd2_const">,
    Operand<"res0", "write", "result, res0_w columns a lane; f32: also read if res_add">
  ];
  let meanings = [
    Meaning<"opd1_w", "columns of the left matrix in its last lane">,
    Meaning<"opd3_addr", "bits 8 to 15: shift right of the requantising functions">,
    Meaning<"opd2_n_str", "round mode of the shift of 32-bit factors">
  ];
}

def MatMul2Ops : Functions<"MatMul2Op", [
    Case<4, "NN", "mm2.nn">,
    Case<5, "NT", "mm2.nt">,
    Case<6, "TT", "mm2.tt">
]>;

def MatMul2 : Instruction<Tiu, "MM2", 2> {
  let summary = "Matrix product with one row in one lane";
  let functions = MatMul2Ops;
  let longForm = TiuLong;
  let shortForm = Form<256, TiuHead # [
      Field<"opd0_sign", 50, 1>, Field<"opd1_sign", 51, 1>, Field<"res0_prec", 52, 3>, Field<"cmd_id_en", 55, 4>,
      Field<"pwr_step", 59, 4>, Field<"opd2_const", 63, 1>, Field<"res0_c", 64, 16>, Field<"res0_w", 80, 16>,
      Field<"opd1_c", 96, 16>, Field<"opd1_w", 112, 16>, Field<"opd0_prec", 128, 3>, Field<"opd0_const", 131, 1>,
      Field<"opd1_const", 132, 1>, Field<"res_add", 133, 1>, Field<"res0_addr", 134, 25>, Field<"intr_en", 159, 1>,
      Field<"opd0_addr", 160, 32>, Field<"opd1_addr", 192, 32>, Field<"opd2_addr", 224, 32>
  ]>;
  let implied = [
    Implied<"opd1_prec", "opd0_prec">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "left matrix: row r in lane r mod 64; nn, nt: [res0_c, k]; tt: [k, res0_w]">,
    Operand<"opd1", "read", "right matrix [opd1_c, opd1_w]; nn: [k, res0_w]; nt: [res0_w, k]; tt: [res0_c, k]">,
    Operand<"opd2", "read", "8-bit: zero points of opd1; nn, nt: [1, 64, 1, columns], tt: one a row, compact; a constant if opd2_const">,
    Operand<"res0", "write", "result [res0_c, res0_w], for tt the transposed product; also read if res_add">
  ];
}
