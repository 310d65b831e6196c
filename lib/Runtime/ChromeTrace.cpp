//===- ChromeTrace.cpp - A run as a timeline for trace viewers ------------===//
#include "lib/Runtime/ChromeTrace.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace tpu_mlir;
using namespace tpu_mlir::runtime;

static int64_t trackOf(isa::Engine engine) {
  return engine == isa::Engine::Tiu ? 1 : 2;
}

static double microseconds(const RunReport &report, double cycles) {
  return cycles / report.chip->cyclesPerMicrosecond;
}

/// An arrow from each command that kept the other engine waiting to the command
/// that waited.
static void arrows(llvm::json::OStream &json, const RunReport &report) {
  std::map<std::tuple<isa::Engine, uint32_t, uint32_t>, uint64_t> ends;
  for (const TimedCommand &command : report.commands)
    ends[{command.engine, command.group, command.id}] = command.end;
  int64_t count = 0;
  for (const TimedCommand &command : report.commands) {
    if (!command.waited || !command.waitsFor)
      continue;
    isa::Engine other = sim::otherEngine(command.engine);
    uint64_t end = ends[{other, command.group, command.waitsFor}];
    ++count;
    auto event = [&](llvm::StringRef phase, isa::Engine engine, double at) {
      json.object([&] {
        json.attribute("ph", phase);
        json.attribute("pid", 1);
        json.attribute("tid", trackOf(engine));
        json.attribute("id", count);
        json.attribute("name", "waits");
        json.attribute("cat", "waits");
        json.attribute("ts", at);
        if (phase == "f")
          json.attribute("bp", "e"); // ends at the slice that encloses it
      });
    };
    // Within the slices: a viewer binds an arrow to the slice at its time.
    event("s", other, microseconds(report, end - 0.5));
    event("f", command.engine, microseconds(report, command.start + 0.5));
  }
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
      name("process_name", 0,
           llvm::json::fixUTF8((report.chip->title + ": " + network).str()));
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
          json.attribute("ts", microseconds(report, command.start));
          json.attribute("dur",
                         microseconds(report, command.end - command.start));
          json.attributeObject("args", [&] {
            json.attribute("instruction", command.mnemonic);
            json.attribute("cmd_id", command.id);
            json.attribute("group", command.group);
            json.attribute("cycles", command.end - command.start);
            if (command.waitsFor)
              json.attribute("waits_for", command.waitsFor);
            if (command.waited)
              json.attribute("idle_cycles_before", command.waited);
            if (command.work.macs)
              json.attribute("macs", command.work.macs);
            if (command.work.bytesRead)
              json.attribute("bytes_read", command.work.bytesRead);
            if (command.work.bytesWritten)
              json.attribute("bytes_written", command.work.bytesWritten);
          });
        });
      arrows(json, report);
    });
  });
  return stream.str();
}
