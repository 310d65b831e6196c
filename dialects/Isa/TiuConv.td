//===- TiuConv.td - Convolution, depthwise convolution and pooling -*- tablegen -*-===//

def ConvOps : Functions<"ConvOp", [
    Case<0, "Normal", "conv.normal">,
    Case<1, "Requant", "conv.wrq">,
    Case<2, "RequantRelu", "conv.wrqrelu">
]>;

def Conv : Instruction<Tiu, "CONV", 0> {
  let summary = "Convolution over channels: res0 = opd0 * opd1 + opd2 (+ res0 if res_add)";
  let functions = ConvOps;
  let longForm = TiuLong;
  let shortForm = Form<512, TiuHead # [
      Field<"opd0_sign", 50, 1>, Field<"opd1_sign", 51, 1>, Field<"opd2_sign", 52, 1>, Field<"pad_mode", 53, 2>,
      Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>, Field<"res_add", 63, 1>, Field<"kernel_rotate", 64, 1>,
      Field<"res0_prec", 65, 3>, Field<"opd0_prec", 68, 3>, Field<"opd1_const", 71, 1>, Field<"opd2_const", 72, 1>,
      Field<"opd0_up_pad", 73, 4>, Field<"opd0_dn_pad", 77, 4>, Field<"opd0_lf_pad", 81, 4>,
      Field<"opd0_rt_pad", 85, 4>, Field<"res_op_x_str", 89, 4>, Field<"res_op_y_str", 93, 4>,
      Field<"opd3_const", 97, 1>, Field<"opd0_str", 98, 3>, Field<"res0_addr", 101, 26>, Field<"intr_en", 127, 1>,
      Field<"opd0_x_ins0", 128, 4>, Field<"opd0_y_ins0", 132, 4>, Field<"opd1_x_ins0", 136, 4>,
      Field<"opd1_y_ins0", 140, 4>, Field<"opd0_n_str", 144, 16>, Field<"res0_n", 160, 16>,
      Field<"res0_c", 176, 16>, Field<"res0_h", 192, 16>, Field<"res0_w", 208, 16>, Field<"opd0_c", 224, 16>,
      Field<"opd0_h", 240, 16>, Field<"opd0_w", 256, 16>, Field<"opd1_h", 272, 16>, Field<"opd1_w", 288, 16>,
      Field<"opd0_c_str", 304, 16>, Field<"opd0_addr", 320, 32>, Field<"opd1_addr", 352, 32>,
      Field<"opd2_addr", 384, 32>, Field<"res1_addr", 416, 32>, Field<"opd3_addr", 448, 32>,
      Field<"opd0_h_str", 480, 16>, Field<"opd0_w_str", 496, 16>
  ]>;
  let implied = [
    Implied<"opd0_n", "res0_n">,
    Implied<"opd1_c", "opd0_c">,
    Implied<"opd1_prec", "opd0_prec">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "input [res0_n, opd0_c, opd0_h, opd0_w], layout opd0_str">,
    Operand<"opd1", "read", "weights [res0_c, opd0_c, opd1_h, opd1_w]: a lane an output channel; a constant if opd1_const">,
    Operand<"opd2", "read", "8-bit normal: weight zero point a channel; 8-bit requantising: 16-bit bias a channel; otherwise an f32 bias a channel, compact; a constant if opd2_const">,
    Operand<"opd3", "read", "padding value; a constant if opd3_const; requantising functions: shift right, a constant">,
    Operand<"res0", "write", "result [res0_n, res0_c, res0_h, res0_w], aligned; also read if res_add">
  ];
  let meanings = [
    Meaning<"opd1_h", "kernel height">,
    Meaning<"opd1_w", "kernel width">,
    Meaning<"opd0_x_ins0", "zeros between input columns">,
    Meaning<"opd0_y_ins0", "zeros between input rows">,
    Meaning<"opd1_x_ins0", "zeros between kernel columns">,
    Meaning<"opd1_y_ins0", "zeros between kernel rows">,
    Meaning<"res_op_x_str", "step along w">,
    Meaning<"res_op_y_str", "step along h">,
    Meaning<"pad_mode", "what the padding holds: 0 constant (opd3), 1 reflection, 2 replication, 3 circular">
  ];
}

def PoolOps : Functions<"PoolOp", [
    Case<0, "Depthwise", "pord.depthwise">,
    Case<1, "Average", "pord.avgpooling">,
    Case<2, "DepthwiseRelu", "pord.depthwiserelu">,
    Case<4, "Max", "pord.maxpooling">,
    Case<5, "RoiDepthwise", "pord.roiDepthwise">,
    Case<6, "RoiAverage", "pord.roiavgpooling">,
    Case<7, "RoiMax", "pord.roimaxpooling">
]>;

def PoolDepthwise : Instruction<Tiu, "PorD", 1> {
  let summary = "Depthwise convolution and pooling, each channel for itself";
  let functions = PoolOps;
  let longForm = TiuLong;
  let shortForm = Form<512, TiuHead # [
      Field<"kernel_rotate", 50, 1>, Field<"opd0_sign", 51, 1>, Field<"opd1_sign", 52, 1>,
      Field<"pad_mode", 53, 2>, Field<"cmd_id_en", 55, 4>, Field<"pwr_step", 59, 4>, Field<"opd1_const", 63, 1>,
      Field<"opd2_const", 64, 1>, Field<"opd3_const", 65, 1>, Field<"res0_prec", 66, 3>, Field<"opd0_prec", 69, 3>,
      Field<"opd0_x_ins0", 72, 4>, Field<"opd0_y_ins0", 76, 4>, Field<"opd1_x_ins0", 80, 4>,
      Field<"opd1_y_ins0", 84, 4>, Field<"opd0_up_pad", 88, 4>, Field<"opd0_dn_pad", 92, 4>,
      Field<"opd0_lf_pad", 96, 4>, Field<"opd0_rt_pad", 100, 4>, Field<"res_op_x_str", 104, 4>,
      Field<"res_op_y_str", 108, 4>, Field<"opd2_n_str", 112, 3>, Reserved<115, 11>, Field<"opd2_sign", 126, 1>,
      Field<"intr_en", 127, 1>, Field<"res0_n", 128, 16>, Field<"res0_c", 144, 16>, Field<"res0_h", 160, 16>,
      Field<"res0_w", 176, 16>, Field<"opd0_h", 192, 16>, Field<"opd0_w", 208, 16>, Field<"opd1_h", 224, 16>,
      Field<"opd1_w", 240, 16>, Field<"res0_addr", 256, 32>, Field<"opd0_addr", 288, 32>,
      Field<"opd1_addr", 320, 32>, Field<"opd2_addr", 352, 32>, Field<"res1_addr", 384, 32>,
      Field<"opd3_addr", 416, 32>, Reserved<448, 64>
  ]>;
  let implied = [
    Implied<"opd0_n", "res0_n">,
    Implied<"opd0_c", "res0_c">,
    Implied<"opd1_c", "res0_c">,
    Implied<"opd1_prec", "opd0_prec">,
    Required<"tsk_lane_num", "0xffffffffffffffff">
  ];
  let operands = [
    Operand<"opd0", "read", "input [res0_n, res0_c, opd0_h, opd0_w], aligned">,
    Operand<"opd1", "read", "depthwise: kernel [1, res0_c, opd1_h, opd1_w], compact; average: the constant factor (8-bit: unsigned)">,
    Operand<"opd2", "read", "bias a channel, compact, i32 for 8-bit input; a constant if opd2_const; roi functions: what stands beyond a region, a constant">,
    Operand<"opd3", "read", "padding value; roi functions: regions [1, res0_w, 1, 4] of 16 bits (left, top, right, bottom), compact">,
    Operand<"res0", "write", "result [res0_n, res0_c, res0_h, res0_w], aligned">
  ];
  let meanings = [
    Meaning<"opd1_h", "kernel height">,
    Meaning<"opd1_w", "kernel width">,
    Meaning<"opd0_x_ins0", "zeros between input columns">,
    Meaning<"opd0_y_ins0", "zeros between input rows">,
    Meaning<"opd1_x_ins0", "zeros between kernel columns">,
    Meaning<"opd1_y_ins0", "zeros between kernel rows">,
    Meaning<"res_op_x_str", "step along w">,
    Meaning<"res_op_y_str", "step along h">,
    Meaning<"pad_mode", "what the padding holds: 0 constant (opd3), 1 reflection, 2 replication, 3 circular">,
    Meaning<"opd2_n_str", "round mode of an 8-bit depthwise convolution">,
    Meaning<"res1_addr", "bits 8 to 15: shift right of an 8-bit depthwise convolution">,
    Meaning<"opd2_addr", "8-bit average pooling: shift right">
  ];
}
