//===- GdmaTensor.td - Transfers of tensors, matrices and plain ranges -*- tablegen -*-===//

def GdmaTensorOps : Functions<"GdmaTensorOp", [
    Case<0, "Copy", "dma.tensor">,
    Case<1, "Transpose", "dma.tensor.transpose">,
    Case<2, "Collect", "dma.tensor.collect">,
    Case<3, "Broadcast", "dma.tensor.broadcast">,
    Case<4, "Distribute", "dma.tensor.distribute">,
    Case<5, "FourBankCopy", "dma.tensor.4bank_copy">,
    Case<6, "FourBankBroadcast", "dma.tensor.4bank_broadcast">
]>;

def GdmaTensor : Instruction<Gdma, "DMA_tensor", 0> {
  let summary = "Copy of a tensor with strides, in elements, on both sides";
  let functions = GdmaTensorOps;
  let longForm = Form<768, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>, Field<"constant_value", 96, 32>,
      Field<"src_nstride", 128, 32>, Field<"src_cstride", 160, 32>, Field<"src_hstride", 192, 32>,
      Field<"src_wstride", 224, 32>, Field<"dst_nstride", 256, 32>, Field<"dst_cstride", 288, 32>,
      Field<"dst_hstride", 320, 32>, Field<"dst_wstride", 352, 32>, Field<"src_nsize", 384, 16>,
      Field<"src_csize", 400, 16>, Field<"src_hsize", 416, 16>, Field<"src_wsize", 432, 16>,
      Field<"dst_nsize", 448, 16>, Field<"dst_csize", 464, 16>, Field<"dst_hsize", 480, 16>,
      Field<"dst_wsize", 496, 16>, Field<"src_start_addr_l32", 512, 32>, Field<"src_start_addr_h8", 544, 8>,
      Reserved<552, 24>, Field<"dst_start_addr_l32", 576, 32>, Field<"dst_start_addr_h8", 608, 8>,
      Reserved<616, 24>, Reserved<640, 32>, Reserved<672, 32>, Field<"localmem_mask_l32", 704, 32>,
      Field<"localmem_mask_h32", 736, 32>
  ]>;
  let operands = [
    Operand<"src", "read", "source tensor, or constant_value if fill_constant_en">,
    Operand<"dst", "write", "target tensor">
  ];
  let meanings = [
    Meaning<"nchw_copy", "the target has the shape of the source">,
    Meaning<"src_data_format", "precision of the data">
  ];
  let wides = [
    Wide<"srcAddress", "src_start_addr_l32", "src_start_addr_h8">,
    Wide<"dstAddress", "dst_start_addr_l32", "dst_start_addr_h8">,
    Wide<"laneMask", "localmem_mask_l32", "localmem_mask_h32">
  ];
}

def GdmaMatrixOps : Functions<"GdmaMatrixOp", [
    Case<0, "Copy", "dma.matrix">,
    Case<1, "Transpose", "dma.matrix.transpose">
]>;

def GdmaMatrix : Instruction<Gdma, "DMA_matrix", 1> {
  let summary = "Copy of a matrix between rows in system memory and columns over lanes";
  let functions = GdmaMatrixOps;
  let longForm = Form<768, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>, Field<"constant_value", 96, 32>,
      Field<"src_nstride", 128, 32>, Field<"src_cstride", 160, 32>, Field<"src_hstride", 192, 32>,
      Field<"src_wstride", 224, 32>, Field<"dst_nstride", 256, 32>, Field<"dst_cstride", 288, 32>,
      Field<"dst_hstride", 320, 32>, Field<"dst_wstride", 352, 32>, Field<"src_nsize", 384, 16>,
      Field<"src_csize", 400, 16>, Field<"src_hsize", 416, 16>, Field<"src_wsize", 432, 16>,
      Field<"dst_nsize", 448, 16>, Field<"dst_csize", 464, 16>, Field<"dst_hsize", 480, 16>,
      Field<"dst_wsize", 496, 16>, Field<"src_start_addr_l32", 512, 32>, Field<"src_start_addr_h8", 544, 8>,
      Reserved<552, 24>, Field<"dst_start_addr_l32", 576, 32>, Field<"dst_start_addr_h8", 608, 8>,
      Reserved<616, 24>, Reserved<640, 32>, Reserved<672, 32>, Field<"localmem_mask_l32", 704, 32>,
      Field<"localmem_mask_h32", 736, 32>
  ]>;
  let shortForm = Form<512, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>,
      Either<"src_hstride", "dst_hstride", 96, 32>, Either<"dst_nstride", "src_nstride", 128, 32>,
      Either<"dst_cstride", "src_cstride", 160, 32>, Either<"src_hsize", "dst_hsize", 192, 16>,
      Either<"src_wsize", "dst_wsize", 208, 16>, Either<"dst_nsize", "src_nsize", 224, 16>,
      Either<"dst_csize", "src_csize", 240, 16>, Either<"dst_wsize", "src_wsize", 256, 16>, Reserved<272, 16>,
      Field<"src_start_addr_l32", 288, 32>, Field<"src_start_addr_h8", 320, 8>, Reserved<328, 24>,
      Field<"dst_start_addr_l32", 352, 32>, Field<"dst_start_addr_h8", 384, 8>, Reserved<392, 24>,
      Reserved<416, 32>, Field<"localmem_mask_l32", 448, 32>, Field<"localmem_mask_h32", 480, 32>
  ]>;
  let implied = [Required<"constant_value", "0">];
  let operands = [
    Operand<"src", "read", "source tensor, or constant_value if fill_constant_en">,
    Operand<"dst", "write", "target tensor">
  ];
  let meanings = [
    Meaning<"nchw_copy", "the target has the shape of the source">,
    Meaning<"src_data_format", "precision of the data">
  ];
  let wides = [
    Wide<"srcAddress", "src_start_addr_l32", "src_start_addr_h8">,
    Wide<"dstAddress", "dst_start_addr_l32", "dst_start_addr_h8">,
    Wide<"laneMask", "localmem_mask_l32", "localmem_mask_h32">
  ];
}

def GdmaGeneralOps : Functions<"GdmaGeneralOp", [
    Case<0, "Copy", "dma.general">,
    Case<1, "Broadcast", "dma.general.broadcast">
]>;

def GdmaGeneral : Instruction<Gdma, "DMA_general", 3> {
  let summary = "Copy of a contiguous range";
  let functions = GdmaGeneralOps;
  let longForm = Form<768, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>, Field<"constant_value", 96, 32>,
      Field<"src_nstride", 128, 32>, Field<"src_cstride", 160, 32>, Field<"src_hstride", 192, 32>,
      Field<"src_wstride", 224, 32>, Field<"dst_nstride", 256, 32>, Field<"dst_cstride", 288, 32>,
      Field<"dst_hstride", 320, 32>, Field<"dst_wstride", 352, 32>, Field<"src_nsize", 384, 16>,
      Field<"src_csize", 400, 16>, Field<"src_hsize", 416, 16>, Field<"src_wsize", 432, 16>,
      Field<"dst_nsize", 448, 16>, Field<"dst_csize", 464, 16>, Field<"dst_hsize", 480, 16>,
      Field<"dst_wsize", 496, 16>, Field<"src_start_addr_l32", 512, 32>, Field<"src_start_addr_h8", 544, 8>,
      Reserved<552, 24>, Field<"dst_start_addr_l32", 576, 32>, Field<"dst_start_addr_h8", 608, 8>,
      Reserved<616, 24>, Reserved<640, 32>, Reserved<672, 32>, Field<"localmem_mask_l32", 704, 32>,
      Field<"localmem_mask_h32", 736, 32>
  ]>;
  let shortForm = Form<384, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>, Field<"constant_value", 96, 32>,
      Field<"src_cstride", 128, 32>, Field<"dst_csize", 160, 16>, Reserved<176, 16>,
      Field<"src_start_addr_l32", 192, 32>, Field<"src_start_addr_h8", 224, 8>, Reserved<232, 24>,
      Field<"dst_start_addr_l32", 256, 32>, Field<"dst_start_addr_h8", 288, 8>, Reserved<296, 24>,
      Field<"localmem_mask_l32", 320, 32>, Field<"localmem_mask_h32", 352, 32>
  ]>;
  let operands = [
    Operand<"src", "read", "source tensor, or constant_value if fill_constant_en">,
    Operand<"dst", "write", "target tensor">
  ];
  let meanings = [
    Meaning<"src_cstride", "number of elements">,
    Meaning<"dst_csize", "broadcast: number of lanes">
  ];
  let wides = [
    Wide<"srcAddress", "src_start_addr_l32", "src_start_addr_h8">,
    Wide<"dstAddress", "dst_start_addr_l32", "dst_start_addr_h8">,
    Wide<"laneMask", "localmem_mask_l32", "localmem_mask_h32">
  ];
}

def GdmaCwTranspose : Instruction<Gdma, "DMA_cw_transpose", 4> {
  let summary = "Copy of a tensor with c and w exchanged";
  let longForm = Form<768, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>, Field<"constant_value", 96, 32>,
      Field<"src_nstride", 128, 32>, Field<"src_cstride", 160, 32>, Field<"src_hstride", 192, 32>,
      Field<"src_wstride", 224, 32>, Field<"dst_nstride", 256, 32>, Field<"dst_cstride", 288, 32>,
      Field<"dst_hstride", 320, 32>, Field<"dst_wstride", 352, 32>, Field<"src_nsize", 384, 16>,
      Field<"src_csize", 400, 16>, Field<"src_hsize", 416, 16>, Field<"src_wsize", 432, 16>,
      Field<"dst_nsize", 448, 16>, Field<"dst_csize", 464, 16>, Field<"dst_hsize", 480, 16>,
      Field<"dst_wsize", 496, 16>, Field<"src_start_addr_l32", 512, 32>, Field<"src_start_addr_h8", 544, 8>,
      Reserved<552, 24>, Field<"dst_start_addr_l32", 576, 32>, Field<"dst_start_addr_h8", 608, 8>,
      Reserved<616, 24>, Reserved<640, 32>, Reserved<672, 32>, Field<"localmem_mask_l32", 704, 32>,
      Field<"localmem_mask_h32", 736, 32>
  ]>;
  let operands = [
    Operand<"src", "read", "source tensor, or constant_value if fill_constant_en">,
    Operand<"dst", "write", "target tensor">
  ];
  let meanings = [
    Meaning<"nchw_copy", "the target has the shape of the source">,
    Meaning<"src_data_format", "precision of the data">
  ];
  let wides = [
    Wide<"srcAddress", "src_start_addr_l32", "src_start_addr_h8">,
    Wide<"dstAddress", "dst_start_addr_l32", "dst_start_addr_h8">,
    Wide<"laneMask", "localmem_mask_l32", "localmem_mask_h32">
  ];
}
