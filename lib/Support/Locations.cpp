//===- Locations.cpp - What the location of a value says of it ------------===//
#include "lib/Support/Locations.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace tpu_mlir;

static constexpr StringLiteral orderKey = "order", partsKey = "parts",
                               clippedKey = "clipped";

StringRef tpu_mlir::nameOf(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName();
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : llvm::reverse(fused.getLocations()))
      if (StringRef name = nameOf(part); !name.empty())
        return name;
  return "";
}

Location tpu_mlir::locationOf(OpResult result) {
  Operation *op = result.getOwner();
  unsigned index = result.getResultNumber();
  if (op->getNumResults() == 1)
    return op->getLoc();
  auto fused = dyn_cast<FusedLoc>(op->getLoc());
  if (fused && fused.getLocations().size() == op->getNumResults())
    return fused.getLocations()[index];
  StringRef name = nameOf(op->getLoc());
  if (index == 0 || name.empty())
    return op->getLoc();
  return NameLoc::get(
      StringAttr::get(op->getContext(), name + "/" + Twine(index)));
}

/// What stands beside the name; null if nothing does.
static DictionaryAttr notesOf(Location location) {
  auto fused = dyn_cast<FusedLoc>(location);
  return fused ? dyn_cast_or_null<DictionaryAttr>(fused.getMetadata())
               : DictionaryAttr();
}

static Location withNote(Location location, StringRef key, Attribute note) {
  NamedAttrList notes(notesOf(location));
  if (note)
    notes.set(key, note);
  else
    notes.erase(key);
  MLIRContext *context = location.getContext();
  Location name = notesOf(location)
                      ? cast<FusedLoc>(location).getLocations().front()
                      : location;
  return notes.empty()
             ? name
             : FusedLoc::get({name}, notes.getDictionary(context), context);
}

bool tpu_mlir::holdsTensor(Location location) {
  auto fused = dyn_cast<FusedLoc>(location);
  DictionaryAttr notes = notesOf(location);
  return !fused || !fused.getMetadata() ||
         (notes && !notes.contains(clippedKey));
}

Location tpu_mlir::markClipped(Location location) {
  if (nameOf(location).empty() || !holdsTensor(location))
    return location;
  return withNote(location, clippedKey, UnitAttr::get(location.getContext()));
}

ArrayRef<int64_t> tpu_mlir::orderOf(Location location) {
  DictionaryAttr notes = notesOf(location);
  auto order = notes ? notes.getAs<DenseI64ArrayAttr>(orderKey) : nullptr;
  return order ? order.asArrayRef() : ArrayRef<int64_t>();
}

Location tpu_mlir::beforeTranspose(Location location, ArrayRef<int64_t> perm) {
  if (nameOf(location).empty())
    return location;
  SmallVector<int64_t> order(perm);
  if (ArrayRef<int64_t> present = orderOf(location); !present.empty())
    for (auto [dim, source] : llvm::enumerate(present))
      order[dim] = perm[source];
  bool isOwn = llvm::all_of(llvm::enumerate(order), [](auto each) {
    return int64_t(each.index()) == each.value();
  });
  auto note = DenseI64ArrayAttr::get(location.getContext(), order);
  return withNote(location, orderKey, isOwn ? Attribute() : note);
}

SmallVector<StringRef> tpu_mlir::partsOf(Location location) {
  SmallVector<StringRef> names;
  DictionaryAttr notes = notesOf(location);
  if (auto parts = notes ? notes.getAs<ArrayAttr>(partsKey) : nullptr)
    for (auto part : parts.getAsRange<StringAttr>())
      names.push_back(part.getValue());
  return names;
}

Location tpu_mlir::addParts(Location location, ArrayRef<StringRef> names) {
  SmallVector<StringRef> all = partsOf(location);
  for (StringRef name : names)
    if (!llvm::is_contained(all, name))
      all.push_back(name);
  SmallVector<Attribute> parts;
  for (StringRef name : all)
    parts.push_back(StringAttr::get(location.getContext(), name));
  return withNote(location, partsKey,
                  ArrayAttr::get(location.getContext(), parts));
}
