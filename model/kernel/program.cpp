// The interpreter on the machines of bytes, compiled once.
// SPDX-License-Identifier: MIT
#include "model/kernel/program.hpp"

namespace nsmc::kernel {

template class StepTable<Concrete>;
template bool run<Concrete>(Concrete& machine, int context);
template class StepTable<Observed>;
template bool run<Observed>(Observed& machine, int context);

std::span<const NumberedStep> all_steps() { return StepTable<Concrete>::get().steps(); }

}  // namespace nsmc::kernel
