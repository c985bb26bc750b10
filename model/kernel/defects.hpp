// Seeded defects of the model: what the checker must find, one row each.
// SPDX-License-Identifier: MIT
//
// Each is one condition in one kernel function.  `breaks` lists every property that fails in the
// run that shows it; tests/matrix_test.cpp demands exactly these, and a row for every property.
#pragma once

#include <span>
#include <string_view>

#include "model/kernel/config.hpp"

namespace nsmc::kernel {

struct DefectRow {
  Defect defect;
  std::string_view name;
  std::string_view what;
  std::string_view breaks;  // property ids with blanks between
};

inline constexpr DefectRow kDefects[] = {
    {Defect::copy_pid_ns_einval_keeps_reference, "copy-pid-ns-einval-keeps-reference",
     "copy_pid_ns() leaves with -EINVAL and its reference", ""},
};

}  // namespace nsmc::kernel
