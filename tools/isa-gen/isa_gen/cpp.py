"""C++ from the instruction table: structs, encode, decode."""

from collections.abc import Iterator

from isa_gen.table import Form, Functions, Instruction

HEAD = "// Made by tools/isa-gen from dialects/Isa; do not edit.\n"


def structs(table: list[Instruction]) -> str:
    """Write the declarations that lib/Isa/Instructions.h includes inside its namespace."""
    known = [i for i in table if i.encodable]
    parts = [HEAD]
    seen: set[str] = set()
    for instruction in known:
        functions = instruction.functions
        if functions and functions.name not in seen:
            seen.add(functions.name)
            parts.append(_enum(functions))
        parts.append(_struct(instruction))
    parts.append("using Instruction = std::variant<" + ", ".join(i.name for i in known) + ">;\n")
    return "\n".join(parts)


def definitions(table: list[Instruction]) -> str:
    """Write the bodies and the decoder's table that lib/Isa/Instructions.cpp includes inside its namespace."""
    known = [i for i in table if i.encodable]
    enums = {i.functions.name: i.functions for i in known if i.functions}
    parts = [HEAD, *(_mnemonic(f) for f in enums.values())]
    done: set[str] = set()
    for instruction in known:
        for form in instruction.forms():
            if form.name not in done:
                done.add(form.name)
                parts += [_put(form, instruction), _get(form, instruction)]
        parts.append(_bodies(instruction))
    rows = [_row(i, f) for i in known for f in i.forms()]
    parts.append("static constexpr Head heads[] = {\n" + _heads(known) + "};\n")
    parts.append("static constexpr Encoding encodings[] = {\n" + "\n".join(rows) + "\n};\n")
    return "\n".join(parts)


def _enum(functions: Functions) -> str:
    cases = "\n".join(f"  {c.name} = {c.value}, // {c.mnemonic}" for c in functions.cases)
    return (
        f"enum class {functions.name} : uint32_t {{\n{cases}\n}};\n"
        f"/// The name of a sub-function in listings; empty if there is no such sub-function.\n"
        f"llvm::StringRef mnemonic({functions.name} function);\n"
    )


def _mnemonic(functions: Functions) -> str:
    name = functions.name
    cases = "\n".join(f'  case {name}::{c.name}:\n    return "{c.mnemonic}";' for c in functions.cases)
    return f"llvm::StringRef mnemonic({name} function) {{\n  switch (function) {{\n{cases}\n  }}\n  return {{}};\n}}\n"


def _type(width: int) -> str:
    return "uint64_t" if width > 32 else "uint32_t"


def _struct(instruction: Instruction) -> str:
    name, has = instruction.name, [str(f is not None).lower() for f in (instruction.long, instruction.short)]
    out = [
        f"/// {instruction.summary}.",
        f"struct {name} {{",
        f"  static constexpr Engine engine = Engine::{instruction.engine.name};",
        f'  static constexpr llvm::StringLiteral name = "{name}";',
        f'  static constexpr llvm::StringLiteral vendorName = "{instruction.vendor_name}";',
        f"  static constexpr uint32_t opcode = {instruction.opcode};",
        f"  static constexpr bool hasLong = {has[0]}, hasShort = {has[1]};",
    ]
    members = instruction.members()
    meanings = {m.name: m.description for m in instruction.meanings}
    for member in ("cmd_id", "cmd_id_dep"):
        if all(m.name != member for m in members):
            out.append(f"  static constexpr uint32_t {member} = 0; // not in this command")
    unread = instruction.unread()
    required = {i.target: i.value for i in instruction.implied if i.is_read}
    for member in members:
        text = "not read by the unit" if member.name in unread else meanings.get(member.name, "")
        note = f" // {text}" if text else ""
        out.append(f"  {_type(member.width)} {member.name} = {required.get(member.name, '0')};{note}")
    if instruction.functions:
        enum, field = instruction.functions.name, instruction.engine.function_field
        out.append(f"  {enum} function() const {{ return {enum}({field}); }}")
        out.append(f"  void setFunction({enum} function) {{ {field} = uint32_t(function); }}")
    for wide in instruction.wides:
        setter = "set" + wide.name[0].upper() + wide.name[1:]
        out.append(f"  uint64_t {wide.name}() const {{ return uint64_t({wide.high}) << 32 | {wide.low}; }}")
        out.append(f"  void {setter}(uint64_t value) {{ {wide.low} = uint32_t(value); {wide.high} = value >> 32; }}")
    out += [
        "  /// The name of the sub-function, or of the instruction if it has none.",
        "  llvm::StringRef mnemonic() const;",
        "  /// Fields of the long form that the unit does not read.",
        "  static llvm::ArrayRef<llvm::StringLiteral> unreadFields();",
        "  /// What a field means, where its name does not tell; else empty.",
        "  static llvm::StringRef meaning(llvm::StringRef field);",
        "  /// Bytes of a form.",
        f"  static constexpr size_t size([[maybe_unused]] Form form) {{ return {_size(instruction)}; }}",
        "  /// The short form exists and means the same.",
        "  bool fitsShort() const;",
        "  /// The first field whose value is too large for the form; empty if all fit.",
        "  llvm::StringRef misfit(Form form) const;",
        "  /// Set each field that the short form lacks to what stands for it.",
        "  void fillImplied();",
        "  void encode(Form form, llvm::MutableArrayRef<uint8_t> bytes) const;",
        f"  static {name} decode(Form form, llvm::ArrayRef<uint8_t> bytes);",
        "  /// Call `visit(name, member)` for each member of `self`, which may be const.",
        "  template <typename Self, typename Visitor> static void forEachField(Self &self, Visitor &&visit) {",
        *(f'    visit("{m.name}", self.{m.name});' for m in members),
        "  }",
        f"  bool operator==(const {name} &other) const;",
        f"  bool operator!=(const {name} &other) const {{ return !(*this == other); }}",
        "};\n",
    ]
    return "\n".join(out)


def _size(instruction: Instruction) -> str:
    lengths = [f.length // 8 for f in instruction.forms()]
    return str(lengths[0]) if len(lengths) == 1 else f"form == Form::Short ? {lengths[1]} : {lengths[0]}"


def _value(form: Form, instruction: Instruction, name: str) -> str:
    if name == "cmd_short":
        return "1" if form is instruction.short else "0"
    return "T::opcode" if name == instruction.engine.opcode_field else f"i.{name}"


def _put(form: Form, instruction: Instruction) -> str:
    """Write the fields of a form into words; a template, since instructions share layouts."""
    out = [f"template <typename T> static void put_{form.name}(const T &i, Words &w) {{"]
    for field in form.fields:
        if field.from_local:
            value = f"toLocal(i) ? i.{field.name} : i.{field.from_local}"
        else:
            value = _value(form, instruction, field.name)
        if field.name:
            out.append(f"  w.put({field.lsb}, {field.width}, {value});")
    out.append("}")
    out.append(f"template <typename T> static llvm::StringRef misfit_{form.name}(const T &i) {{")
    for field in form.fields:
        long_width = next((m.width for m in instruction.members() if m.name == field.name), 0)
        if field.width < (64 if long_width > 32 else 32) and long_width:
            if field.from_local:
                either = ((f"i.{field.name}", "toLocal(i)"), (f"i.{field.from_local}", "!toLocal(i)"))
                for value, condition in either:
                    out.append(f'  if ({condition} && {value} >> {field.width})\n    return "{value[2:]}";')
            else:
                out.append(f'  if (i.{field.name} >> {field.width})\n    return "{field.name}";')
    return "\n".join([*out, "  return {};", "}\n"])


def _get(form: Form, instruction: Instruction) -> str:
    """Read the fields of a form; those that depend on the direction last, when the addresses are known."""
    fixed = ("cmd_short", instruction.engine.opcode_field)
    out = [f"template <typename T> static void get_{form.name}(T &i, const Words &w) {{"]
    for field in sorted((f for f in form.fields if f.name not in ("", *fixed)), key=lambda f: f.from_local != ""):
        target = f"(toLocal(i) ? i.{field.name} : i.{field.from_local})" if field.from_local else f"i.{field.name}"
        out.append(f"  {target} = w.get({field.lsb}, {field.width});")
    return "\n".join([*out, "}\n"])


def _bodies(instruction: Instruction) -> str:
    name, both = instruction.name, instruction.long is not None and instruction.short is not None
    has_form = '  assert((form == Form::Short ? hasShort : hasLong) && "no such form");'
    equal = " &&\n         ".join(f"{m.name} == other.{m.name}" for m in instruction.members())
    out = [
        f"llvm::StringRef {name}::mnemonic() const {{",
        f"  return {'isa::mnemonic(function())' if instruction.functions else 'name'};",
        f"}}\nllvm::StringRef {name}::misfit([[maybe_unused]] Form form) const {{",
        has_form,
        *_by_form(instruction, "return misfit_{0}(*this)"),
        *_descriptions(instruction),
        f"}}\nvoid {name}::fillImplied() {{",
        *_fill(instruction),
        f"}}\nvoid {name}::encode([[maybe_unused]] Form form, llvm::MutableArrayRef<uint8_t> bytes) const {{",
        has_form,
        '  assert(misfit(form).empty() && "a field does not fit");\n  Words words;',
        *_by_form(instruction, "put_{0}(*this, words)"),
        "  words.store(bytes.take_front(size(form)));",
        f"}}\n{name} {name}::decode([[maybe_unused]] Form form, llvm::ArrayRef<uint8_t> bytes) {{",
        has_form,
        f"  Words words(bytes.take_front(size(form)));\n  {name} i;",
        *_by_form(instruction, "get_{0}(i, words)"),
        *(["  if (form == Form::Short)\n    i.fillImplied();"] if both else []),
        "  return i;",
        f"}}\nbool {name}::operator==(const {name} &other) const {{",
        f"  return {equal};",
        f"}}\nbool {name}::fitsShort() const {{",
        f"  return {_fits_short(instruction)};",
        "}\n",
    ]
    return "\n".join(out)


def _descriptions(instruction: Instruction) -> list[str]:
    """What listings need to know of the fields."""
    unread = [m.name for m in instruction.members() if m.name in instruction.unread()]
    names = ", ".join(f'"{n}"' for n in unread)
    return [
        f"}}\nllvm::ArrayRef<llvm::StringLiteral> {instruction.name}::unreadFields() {{",
        f"  static constexpr llvm::StringLiteral names[] = {{{names}}};\n  return names;" if unread else "  return {};",
        f"}}\nllvm::StringRef {instruction.name}::meaning([[maybe_unused]] llvm::StringRef field) {{",
        *(f'  if (field == "{m.name}")\n    return "{m.description}";' for m in instruction.meanings),
        "  return {};",
    ]


def _by_form(instruction: Instruction, call: str) -> Iterator[str]:
    """Name the layout of the form at hand in `call`."""
    long, short = instruction.long, instruction.short
    if long and short:
        yield f"  if (form == Form::Short)\n    {call.format(short.name)};"
        yield f"  else\n    {call.format(long.name)};"
    else:
        yield f"  {call.format(instruction.forms()[0].name)};"


def _fits_short(instruction: Instruction) -> str:
    if instruction.short is None:
        return "false"
    required = [f"{i.target} == {i.value}" for i in instruction.implied if i.is_read]
    return " && ".join([*required, "misfit(Form::Short).empty()"])


def _fill(instruction: Instruction) -> list[str]:
    """Assign the fields that the short form lacks."""
    short = instruction.short
    if short is None or instruction.long is None:
        return []
    given = {i.target for i in instruction.implied}
    lacking = [m.name for m in instruction.members() if not short.field(m.name) and m.name not in given]
    return [
        *(f"  {n} = 0;" for n in lacking),
        *(f"  {i.target} = {i.value};" for i in instruction.implied),
        *_clear_other_side(short),
    ]


def _clear_other_side(short: Form) -> list[str]:
    """Zero the fields that the short form holds only for the other direction."""
    either = [f for f in short.fields if f.from_local]
    to_local, from_local = {f.name for f in either}, {f.from_local for f in either}
    if not either:
        return []
    return [
        "  if (toLocal(*this)) {",
        *(f"    {n} = 0;" for n in sorted(from_local - to_local)),
        "  } else {",
        *(f"    {n} = 0;" for n in sorted(to_local - from_local)),
        "  }",
    ]


def _heads(table: list[Instruction]) -> str:
    """One row an engine, in the order of the C++ enum."""
    rows: list[str] = []
    for name in ("Tiu", "Gdma"):
        form, engine = next((i.forms()[0], i.engine) for i in table if i.engine.name == name)
        places = [engine.short_flag]
        for field in map(form.field, (engine.opcode_field, engine.function_field)):
            places += [field.lsb, field.width] if field else []
        rows.append("    {" + ", ".join(map(str, places)) + "},\n")
    return "".join(rows)


def _row(instruction: Instruction, form: Form) -> str:
    """One row of the decoder's table."""
    flag = form.field("cmd_short")
    short = "Any" if flag is None else "Short" if form is instruction.short else "Long"
    mask = sum(1 << c.value for c in instruction.functions.cases) if instruction.functions else (1 << 32) - 1
    which = "Short" if form is instruction.short else "Long"
    return (
        f"    {{Engine::{instruction.engine.name}, Flag::{short}, {instruction.opcode}, {mask:#x}u, Form::{which}, "
        f"{form.length // 8}, &decodeAs<{instruction.name}>, {instruction.name}::name}},"
    )
