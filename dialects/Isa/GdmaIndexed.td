//===- GdmaIndexed.td - Transfers that depend on data -*- tablegen -*-===//

def GdmaMaskedSelect : Instruction<Gdma, "DMA_masked_select", 2> {
  let summary = "Elements of a local tensor where a mask is set, packed";
  let longForm = Form<768, GdmaHead # [
      Field<"mask_data_format", 43, 3>, Reserved<46, 18>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>,
      Field<"constant_value", 96, 32>, Field<"src_nstride", 128, 32>, Field<"src_cstride", 160, 32>,
      Field<"src_hstride", 192, 32>, Field<"src_wstride", 224, 32>, Field<"dst_nstride", 256, 32>,
      Field<"dst_cstride", 288, 32>, Field<"dst_hstride", 320, 32>, Field<"dst_wstride", 352, 32>,
      Field<"src_nsize", 384, 16>, Field<"src_csize", 400, 16>, Field<"src_hsize", 416, 16>,
      Field<"src_wsize", 432, 16>, Field<"dst_nsize", 448, 16>, Field<"dst_csize", 464, 16>,
      Field<"dst_hsize", 480, 16>, Field<"dst_wsize", 496, 16>, Field<"src_start_addr_l32", 512, 32>,
      Field<"src_start_addr_h8", 544, 8>, Reserved<552, 24>, Field<"dst_start_addr_l32", 576, 32>,
      Field<"dst_start_addr_h8", 608, 8>, Reserved<616, 24>, Field<"mask_start_addr_l32", 640, 32>,
      Field<"mask_start_addr_h8", 672, 32>, Field<"localmem_mask_l32", 704, 32>,
      Field<"localmem_mask_h32", 736, 32>
  ]>;
  let shortForm = Form<512, GdmaHead # [
      Field<"mask_data_format", 43, 3>, Reserved<46, 18>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>,
      Field<"src_nsize", 96, 16>, Field<"src_csize", 112, 16>, Field<"src_hsize", 128, 16>,
      Field<"src_wsize", 144, 16>, Field<"dst_nsize", 160, 16>, Field<"dst_csize", 176, 16>,
      Field<"dst_hsize", 192, 16>, Field<"dst_wsize", 208, 16>, Field<"src_start_addr_l32", 224, 32>,
      Field<"src_start_addr_h8", 256, 8>, Reserved<264, 24>, Field<"dst_start_addr_l32", 288, 32>,
      Field<"dst_start_addr_h8", 320, 8>, Reserved<328, 24>, Field<"mask_start_addr_l32", 352, 32>,
      Field<"mask_start_addr_h8", 384, 32>, Reserved<416, 32>, Reserved<448, 32>, Reserved<480, 32>
  ]>;
  let implied = [Required<"constant_value", "0">];
  let operands = [
    Operand<"src", "read", "data">,
    Operand<"mask", "read", "mask">,
    Operand<"dst", "write", "packed elements">
  ];
  let wides = [
    Wide<"srcAddress", "src_start_addr_l32", "src_start_addr_h8">,
    Wide<"dstAddress", "dst_start_addr_l32", "dst_start_addr_h8">,
    Wide<"maskAddress", "mask_start_addr_l32", "mask_start_addr_h8">,
    Wide<"laneMask", "localmem_mask_l32", "localmem_mask_h32">
  ];
}

def GdmaNonzero : Instruction<Gdma, "DMA_nonzero", 5> {
  let summary = "Indices of the elements that are not zero";
  let longForm = Form<768, GdmaHead # [
      Field<"index_data_format", 43, 3>, Reserved<46, 18>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>,
      Field<"constant_value", 96, 32>, Field<"src_nstride", 128, 32>, Field<"src_cstride", 160, 32>,
      Field<"src_hstride", 192, 32>, Field<"src_wstride", 224, 32>, Field<"dst_nstride", 256, 32>,
      Field<"dst_cstride", 288, 32>, Field<"dst_hstride", 320, 32>, Field<"dst_wstride", 352, 32>,
      Field<"src_nsize", 384, 16>, Field<"src_csize", 400, 16>, Field<"src_hsize", 416, 16>,
      Field<"src_wsize", 432, 16>, Field<"dst_nsize", 448, 16>, Field<"dst_csize", 464, 16>,
      Field<"dst_hsize", 480, 16>, Field<"dst_wsize", 496, 16>, Field<"src_start_addr_l32", 512, 32>,
      Field<"src_start_addr_h8", 544, 8>, Reserved<552, 24>, Field<"dst_start_addr_l32", 576, 32>,
      Field<"dst_start_addr_h8", 608, 8>, Reserved<616, 24>, Reserved<640, 32>, Reserved<672, 32>,
      Field<"localmem_mask_l32", 704, 32>, Field<"localmem_mask_h32", 736, 32>
  ]>;
  let shortForm = Form<384, GdmaHead # [
      Field<"index_data_format", 43, 3>, Reserved<46, 18>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>,
      Field<"dst_nstride", 96, 32>, Field<"src_nsize", 128, 16>, Field<"src_csize", 144, 16>,
      Field<"src_hsize", 160, 16>, Field<"src_wsize", 176, 16>, Field<"src_start_addr_l32", 192, 32>,
      Field<"src_start_addr_h8", 224, 8>, Reserved<232, 24>, Field<"dst_start_addr_l32", 256, 32>,
      Field<"dst_start_addr_h8", 288, 8>, Reserved<296, 24>, Reserved<320, 32>, Reserved<352, 32>
  ]>;
  let implied = [Required<"constant_value", "0">];
  let operands = [
    Operand<"src", "read", "data">,
    Operand<"dst", "write", "indices">
  ];
  let meanings = [
    Meaning<"dst_nstride", "number added to every index">
  ];
  let wides = [
    Wide<"srcAddress", "src_start_addr_l32", "src_start_addr_h8">,
    Wide<"dstAddress", "dst_start_addr_l32", "dst_start_addr_h8">,
    Wide<"laneMask", "localmem_mask_l32", "localmem_mask_h32">
  ];
}

def GdmaGather : Instruction<Gdma, "DMA_gather", 7> {
  let summary = "Rows of a tensor chosen by indices";
  let longForm = Form<768, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>, Field<"constant_value", 96, 32>,
      Field<"src_cstride", 128, 32>, Field<"src_hstride", 160, 32>, Field<"dst_cstride", 192, 32>,
      Field<"dst_hstride", 224, 32>, Field<"index_cstride", 256, 32>, Field<"index_hstride", 288, 32>,
      Reserved<320, 16>, Field<"src_csize", 336, 16>, Field<"src_hsize", 352, 32>, Field<"src_wsize", 384, 16>,
      Field<"dst_csize", 400, 16>, Field<"dst_hsize", 416, 32>, Field<"dst_wsize", 448, 16>,
      Field<"index_csize", 464, 16>, Field<"index_hsize", 480, 32>, Field<"src_start_addr_l32", 512, 32>,
      Field<"src_start_addr_h8", 544, 8>, Reserved<552, 24>, Field<"dst_start_addr_l32", 576, 32>,
      Field<"dst_start_addr_h8", 608, 8>, Reserved<616, 24>, Field<"index_start_addr_l32", 640, 32>,
      Field<"index_start_addr_h8", 672, 8>, Reserved<680, 24>, Field<"localmem_mask_l32", 704, 32>,
      Field<"localmem_mask_h32", 736, 32>
  ]>;
  let operands = [
    Operand<"src", "read", "data">,
    Operand<"index", "read", "indices, 32 bits">,
    Operand<"dst", "write", "target">
  ];
  let meanings = [
    Meaning<"nchw_copy", "the target has the height of the source">
  ];
  let wides = [
    Wide<"srcAddress", "src_start_addr_l32", "src_start_addr_h8">,
    Wide<"dstAddress", "dst_start_addr_l32", "dst_start_addr_h8">,
    Wide<"indexAddress", "index_start_addr_l32", "index_start_addr_h8">,
    Wide<"laneMask", "localmem_mask_l32", "localmem_mask_h32">
  ];
}

def GdmaScatter : Instruction<Gdma, "DMA_scatter", 8> {
  let summary = "Rows written to places chosen by indices";
  let longForm = Form<768, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>, Field<"constant_value", 96, 32>,
      Field<"src_cstride", 128, 32>, Field<"src_hstride", 160, 32>, Field<"dst_cstride", 192, 32>,
      Field<"dst_hstride", 224, 32>, Field<"index_cstride", 256, 32>, Field<"index_hstride", 288, 32>,
      Reserved<320, 16>, Field<"src_csize", 336, 16>, Field<"src_hsize", 352, 32>, Field<"src_wsize", 384, 16>,
      Field<"dst_csize", 400, 16>, Field<"dst_hsize", 416, 32>, Field<"dst_wsize", 448, 16>,
      Field<"index_csize", 464, 16>, Field<"index_hsize", 480, 32>, Field<"src_start_addr_l32", 512, 32>,
      Field<"src_start_addr_h8", 544, 8>, Reserved<552, 24>, Field<"dst_start_addr_l32", 576, 32>,
      Field<"dst_start_addr_h8", 608, 8>, Reserved<616, 24>, Field<"index_start_addr_l32", 640, 32>,
      Field<"index_start_addr_h8", 672, 8>, Reserved<680, 24>, Field<"localmem_mask_l32", 704, 32>,
      Field<"localmem_mask_h32", 736, 32>
  ]>;
  let operands = [
    Operand<"src", "read", "data">,
    Operand<"index", "read", "indices, 32 bits">,
    Operand<"dst", "write", "target">
  ];
  let wides = [
    Wide<"srcAddress", "src_start_addr_l32", "src_start_addr_h8">,
    Wide<"dstAddress", "dst_start_addr_l32", "dst_start_addr_h8">,
    Wide<"indexAddress", "index_start_addr_l32", "index_start_addr_h8">,
    Wide<"laneMask", "localmem_mask_l32", "localmem_mask_h32">
  ];
}
