// Options over the words of a scenario.
// SPDX-License-Identifier: MIT
#include "checker/cli/asked.hpp"

#include <algorithm>
#include <stdexcept>

#include "model/kernel/changes.hpp"
#include "model/kernel/defects.hpp"
#include "props/props.hpp"

namespace nsmc::cli {

using traces::Scenario;

void apply(const CheckOptions& o, Scenario& s) {
  if (!o.kernel.empty()) s.kernel = traces::Name{o.kernel, {}};
  const auto change = [&](const std::string& id, bool with) {
    if (!s.kernel) s.kernel = traces::Name{kSeedKernel, {}};
    const auto same = [&](const traces::Change& c) { return c.id.text == id; };
    s.changes.erase(std::remove_if(s.changes.begin(), s.changes.end(), same), s.changes.end());
    s.changes.push_back({with, traces::Name{id, {}}});
  };
  for (const std::string& id : o.with) change(id, true);
  for (const std::string& id : o.without) change(id, false);
  if (!o.defect.empty()) change(o.defect, true);
  for (const std::string& word : o.settings) {
    const auto equals = word.find('=');
    if (equals == std::string::npos)
      throw std::invalid_argument("--config takes key=value, and not `" + word + "`");
    // The reader's own rules for a setting, by reading one.
    const Scenario one = traces::parse_scenario(
        "--config " + word, "scenario x\n\"x\"\nconfig " + word + "\nfree fork()\nsurvey\n");
    if (one.config.size() != 1)
      throw std::invalid_argument("--config takes one setting at a time, and not `" + word + "`");
    const auto same = std::find_if(s.config.begin(), s.config.end(), [&](const auto& setting) {
      return setting.key == one.config.at(0).key;
    });
    if (same == s.config.end())
      s.config.push_back(one.config.at(0));
    else
      same->value = one.config.at(0).value;
  }
}

void require_known(const CheckOptions& o) {
  for (const std::string& id : o.properties)
    if (props::find(id) == nullptr)
      throw std::invalid_argument("unknown property `" + id + "`; see `nsmc list properties`");
  if (!o.kernel.empty() && kernel::find_kernel(o.kernel) == nullptr)
    throw std::invalid_argument("unknown kernel `" + o.kernel + "`; see `nsmc list kernels`");
  for (const auto* ids : {&o.with, &o.without})
    for (const std::string& id : *ids)
      if (const auto* row = kernel::find_change(id); row == nullptr || !row->change)
        throw std::invalid_argument("unknown change `" + id + "`; see `nsmc list changes`");
  if (!o.defect.empty() && kernel::find_defect(o.defect) == nullptr)
    throw std::invalid_argument("unknown defect `" + o.defect + "`; see `nsmc list defects`");
}

}  // namespace nsmc::cli
