//===- ChromeTrace.cpp - A run as a timeline for trace viewers ------------===//
#include "lib/Runtime/ChromeTrace.h"

#include "lib/Target/BM1684X/Chip.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

static int64_t trackOf(isa::Engine engine) {
  return engine == isa::Engine::Tiu ? 1 : 2;
}

static double microseconds(uint64_t cycles) {
  return double(cycles) / bm1684x::kCyclesPerMicrosecond;
}

std::string tpu_mlir::runtime::chromeTrace(const RunReport &report,
                                           llvm::StringRef network) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  llvm::json::OStream json(stream);
  auto name = [&](llvm::StringRef kind, int64_t track, llvm::StringRef value) {
    json.object([&] {
      json.attribute("ph", "M");
      json.attribute("pid", 1);
      json.attribute("tid", track);
      json.attribute("name", kind);
      json.attributeObject("args", [&] { json.attribute("name", value); });
    });
  };
  json.object([&] {
    json.attribute("displayTimeUnit", "ns");
    json.attributeArray("traceEvents", [&] {
      name("process_name", 0, llvm::json::fixUTF8("BM1684X: " + network.str()));
      for (isa::Engine engine : {isa::Engine::Tiu, isa::Engine::Gdma})
        name("thread_name", trackOf(engine), sim::engineName(engine));
      for (const TimedCommand &command : report.commands)
        json.object([&] {
          std::string layer = llvm::json::fixUTF8(command.layer);
          json.attribute("ph", "X");
          json.attribute("pid", 1);
          json.attribute("tid", trackOf(command.engine));
          json.attribute("name", layer.empty() ? command.mnemonic : layer);
          json.attribute("cat", command.mnemonic);
          json.attribute("ts", microseconds(command.start));
          json.attribute("dur", microseconds(command.end - command.start));
          json.attributeObject("args", [&] {
            json.attribute("instruction", command.mnemonic);
            json.attribute("cmd_id", command.id);
            json.attribute("group", command.group);
            json.attribute("cycles", command.end - command.start);
          });
        });
    });
  });
  return stream.str();
}
