// The page's own parts, as the build put them into page.cpp: see embed.cmake.
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace nsmc::traces::page {

extern const std::string_view kHtml;
extern const std::string_view kStyle;
extern const std::string_view kScript;
extern const std::string_view kStyleSha256;  // in hex, of the bytes above
extern const std::string_view kScriptSha256;

}  // namespace nsmc::traces::page
