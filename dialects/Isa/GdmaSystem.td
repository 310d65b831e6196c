//===- GdmaSystem.td - System commands of the transfer engine -*- tablegen -*-===//

def GdmaSystemOps : Functions<"GdmaSystemOp", [
    Case<0, "End", "dma.sys">,
    Case<1, "Nop", "dma.sys.nop">
]>;

def GdmaSystem : Instruction<Gdma, "sDMA_sys", 6> {
  let summary = "System command of the transfer engine";
  let functions = GdmaSystemOps;
  let shortForm = Form<128, GdmaHead # [
      Reserved<43, 21>, Field<"cmd_id_dep", 64, 20>, Reserved<84, 12>, Field<"constant_value", 96, 32>
  ]>;
}
