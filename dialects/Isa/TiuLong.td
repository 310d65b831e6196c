//===- TiuLong.td - The one layout that all long compute instructions share -*- tablegen -*-===//

def TiuLong : Form<1024, TiuHead # [
      Field<"eu_half_en", 50, 1>, Field<"tsk_opd_num", 51, 2>, Field<"pad_mode", 53, 2>, Field<"cmd_id_en", 55, 4>,
      Field<"pwr_step", 59, 4>, Field<"intr_en", 63, 1>, Field<"res_add", 64, 1>, Field<"relu", 65, 1>,
      Field<"left_tran", 66, 1>, Reserved<67, 1>, Field<"kernel_rotate", 68, 1>, Field<"opd0_sign", 69, 1>,
      Field<"opd1_sign", 70, 1>, Field<"opd2_sign", 71, 1>, Field<"res0_prec", 72, 3>, Field<"opd0_prec", 75, 3>,
      Field<"opd1_prec", 78, 3>, Field<"opd2_prec", 81, 3>, Field<"opd0_const", 84, 1>, Field<"opd1_const", 85, 1>,
      Field<"opd2_const", 86, 1>, Field<"res0_str", 87, 3>, Field<"opd0_str", 90, 3>, Field<"opd1_str", 93, 3>,
      Field<"opd2_str", 96, 3>, Field<"res_add_sign", 99, 1>, Reserved<100, 25>, Reserved<125, 1>,
      Field<"opd3_const", 126, 1>, Reserved<127, 1>, Field<"opd0_x_ins0", 128, 4>, Field<"opd0_y_ins0", 132, 4>,
      Field<"opd1_x_ins0", 136, 4>, Field<"opd1_y_ins0", 140, 4>, Field<"opd0_up_pad", 144, 4>,
      Field<"opd0_dn_pad", 148, 4>, Field<"opd0_lf_pad", 152, 4>, Field<"opd0_rt_pad", 156, 4>,
      Field<"res_op_x_str", 160, 4>, Field<"res_op_y_str", 164, 4>, Field<"res0_h_shift", 168, 4>,
      Field<"res0_w_shift", 172, 4>, Field<"opd0_h_shift", 176, 4>, Field<"opd0_w_shift", 180, 4>,
      Field<"opd1_h_shift", 184, 4>, Field<"opd1_w_shift", 188, 4>, Field<"tsk_lane_num", 192, 64>,
      Field<"res0_n", 256, 16>, Field<"res0_c", 272, 16>, Field<"res0_h", 288, 16>, Field<"res0_w", 304, 16>,
      Field<"opd0_n", 320, 16>, Field<"opd0_c", 336, 16>, Field<"opd0_h", 352, 16>, Field<"opd0_w", 368, 16>,
      Field<"opd1_n", 384, 16>, Field<"opd1_c", 400, 16>, Field<"opd1_h", 416, 16>, Field<"opd1_w", 432, 16>,
      Field<"res0_n_str", 448, 16>, Field<"res0_c_str", 464, 16>, Field<"opd0_n_str", 480, 16>,
      Field<"opd0_c_str", 496, 16>, Field<"opd1_n_str", 512, 16>, Field<"opd1_c_str", 528, 16>,
      Field<"opd2_n_str", 544, 16>, Field<"opd2_c_str", 560, 16>, Field<"res0_addr", 576, 32>,
      Field<"opd0_addr", 608, 32>, Field<"opd1_addr", 640, 32>, Field<"opd2_addr", 672, 32>,
      Field<"res0_h_str", 704, 32>, Field<"res0_w_str", 736, 32>, Field<"opd0_h_str", 768, 32>,
      Field<"opd0_w_str", 800, 32>, Field<"opd1_h_str", 832, 32>, Field<"opd1_w_str", 864, 32>,
      Field<"opd2_h_str", 896, 32>, Field<"opd2_w_str", 928, 32>, Field<"res1_addr", 960, 32>,
      Field<"opd3_addr", 992, 32>
  ]>;
