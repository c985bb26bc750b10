// Fuzzing the trace format: what is accepted round-trips, prints, and is held against its model.
// SPDX-License-Identifier: MIT
#include "traces/itf.hpp"

#include "checker/cli/binding.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "traces/replay/stepper.hpp"
#include "traces/text.hpp"

namespace {

using nsmc::fuzz::require;
using nsmc::fuzz::require_printable;
using nsmc::traces::Trace;

// As `nsmc replay` does: the model is named by the trace itself.
void hold_against_its_model(const Trace& trace) {
  const auto scenario = trace.meta.find("scenario");
  if (scenario == trace.meta.end()) return;
  try {
    const auto bound =
        nsmc::cli::bind(nsmc::traces::parse_scenario("scenario of the trace", scenario->second));
    const auto divergence = nsmc::traces::verify(*bound.system, trace);
    if (divergence) require_printable(divergence->what);
  } catch (const nsmc::traces::ScenarioError& error) {
    require_printable(error.render(false));
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Trace trace;
  try {
    trace = nsmc::traces::from_itf(nsmc::fuzz::text_of(data, size), "fuzz");
  } catch (const nsmc::traces::TraceError& error) {
    require_printable(error.what());
    require(error.line() > 0 && error.column() > 0, "a refusal that points nowhere");
    return 0;
  }
  const std::string canonical = to_itf(trace);
  require(to_itf(nsmc::traces::from_itf(canonical, "canonical")) == canonical,
          "a trace that is written down is another one");
  require_printable(to_text(trace, {.all_fields = true}));
  hold_against_its_model(trace);
  return 0;
}
