//===- Isa.td - Every instruction of BM1684X -*- tablegen -*-===//

include "IsaBase.td"
include "TiuLong.td"
include "TiuConv.td"
include "TiuMatrix.td"
include "TiuArith.td"
include "TiuElementwise.td"
include "TiuMovement.td"
include "TiuSystem.td"
include "GdmaTensor.td"
include "GdmaIndexed.td"
include "GdmaSystem.td"
