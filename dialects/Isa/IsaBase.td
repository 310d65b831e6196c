//===- IsaBase.td - What an instruction record of BM1684X holds -*- tablegen -*-===//
//
// tools/isa-gen reads the records of Isa.td through `llvm-tblgen --dump-json` and writes the C++ structs, the Python
// mirror and the reference page. It refuses gaps, overlaps, fields past the end, two instructions of one encoding,
// and implied values that name no field.
//
//===----------------------------------------------------------------------===//

/// `width` bits from bit `lsb` (bit 0 is the lowest bit of the first byte; bytes are little-endian).
class Field<string fieldName, int firstBit, int bitWidth> {
  string name = fieldName;
  int lsb = firstBit;
  int width = bitWidth;
  /// The field this holds instead when data leaves local memory; empty: `name` always.
  string fromLocal = "";
}

/// Bits that no instruction uses: written as zero, not a member of the struct.
class Reserved<int firstBit, int bitWidth> : Field<"", firstBit, bitWidth>;

/// One field of a short form that stands for a source or a target field of the long one, depending on which side is
/// local memory: `toLocalName` if the target is local, `fromLocalName` otherwise.
class Either<string toLocalName, string fromLocalName, int firstBit, int bitWidth>
    : Field<toLocalName, firstBit, bitWidth> {
  let fromLocal = fromLocalName;
}

/// What every compute command with an id starts with.
defvar TiuHead = [
  Field<"cmd_short", 0, 1>, Field<"cmd_id", 1, 20>, Field<"cmd_id_dep", 21, 20>, Field<"tsk_typ", 41, 4>,
  Field<"tsk_eu_typ", 45, 5>
];

/// What every transfer command starts with.
defvar GdmaHead = [
  Field<"intr_en", 0, 1>, Field<"stride_enable", 1, 1>, Field<"nchw_copy", 2, 1>, Field<"cmd_short", 3, 1>,
  Field<"decompress_enable", 4, 1>, Field<"cmd_id_en", 5, 4>, Field<"cmd_id", 9, 20>, Reserved<29, 3>,
  Field<"cmd_type", 32, 4>, Field<"cmd_special_function", 36, 3>, Field<"fill_constant_en", 39, 1>,
  Field<"src_data_format", 40, 3>
];

/// A form of an instruction: its length and every bit of it, heads included.
class Form<int lengthInBits, list<Field> allFields> {
  int length = lengthInBits;
  list<Field> fields = allFields;
}
def NoForm : Form<0, []>;

/// What stands for a field that the short form lacks: a number or the name of a field that it has; zero if not listed.
/// The unit does not read such a field, in neither form (tested on the vendor's chip model with random values there,
/// for every sub-function that the model runs): it is filled in for the reader of a listing.
class Implied<string fieldName, string impliedValue> {
  string target = fieldName;
  string value = impliedValue;
  bit isRead = 0;
}

/// A field of the long form that the unit does read: only with this value does a command have a short form.
class Required<string fieldName, string requiredValue> : Implied<fieldName, requiredValue> {
  let isRead = 1;
}

/// One sub-function: the value of the sub-function field, the C++ enumerator, the name in listings.
class Case<int caseValue, string enumerator, string listingName> {
  int value = caseValue;
  string name = enumerator;
  string mnemonic = listingName;
}

/// The sub-functions of an instruction as a C++ enum class.
class Functions<string enumName, list<Case> allCases> {
  string cppName = enumName;
  list<Case> cases = allCases;
}
def NoFunctions : Functions<"", []>;

/// What an operand is, for the reference page.
class Operand<string operandName, string directionName, string text> {
  string name = operandName;
  string direction = directionName; // read, write
  string description = text;
}

/// What a field means in this instruction, where its name does not tell.
class Meaning<string fieldName, string text> {
  string target = fieldName;
  string description = text;
}

/// Two fields of which one is the low part (32 bits) and one the high part of a 40- or 64-bit number: a getter and
/// a setter of this name.
class Wide<string getterName, string lowField, string highField> {
  string name = getterName;
  string low = lowField;
  string high = highField;
}

/// An engine's head: which fields every command of it starts with and which tell the instruction.
class Engine<string cppEnumerator, string opcode, string function, int shortBit> {
  string cppName = cppEnumerator;
  string opcodeField = opcode;
  string functionField = function;
  int shortFlag = shortBit; // lsb of cmd_short
}
def Tiu : Engine<"Tiu", "tsk_typ", "tsk_eu_typ", 0>;
def Gdma : Engine<"Gdma", "cmd_type", "cmd_special_function", 3>;

/// An instruction; the record's name is the C++ struct's. `vendorName` is the name in the vendor's public decoder.
class Instruction<Engine unit, string vendor, int operationCode> {
  Engine engine = unit;
  string vendorName = vendor;
  int opcode = operationCode; // -1: no public source gives one, so no struct is made
  string summary;
  string source = "fields: sophgo/tpu-mlir python/debugger/target_1684x/regdef.py; meaning: opparam.py, opdef.py";
  Form longForm = NoForm;
  Form shortForm = NoForm;
  Functions functions = NoFunctions;
  list<Implied> implied = [];
  list<Operand> operands = [];
  list<Meaning> meanings = [];
  list<Wide> wides = [];
}
