// The interpreter on the concrete machine, compiled once.
// SPDX-License-Identifier: MIT
#include "model/kernel/program.hpp"

namespace nsmc::kernel {

template class StepTable<Concrete>;
template bool run<Concrete>(Concrete& machine, int context);

std::span<const NumberedStep> all_steps() { return StepTable<Concrete>::get().steps(); }

}  // namespace nsmc::kernel
