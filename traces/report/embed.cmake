# Writes the parts of the report's page as C++: cmake -DFOLDER=... -DOUT=... -DSCRIPTS=... -P this
# SPDX-License-Identifier: MIT
#
# The hashes are those of the strings as they stand in the page, for its content security policy.

# A string literal may not be longer than 64 KiB everywhere; a part is cut into pieces at lines.
function(literal text out)
  set(pieces "")
  string(LENGTH "${text}" left)
  set(at 0)
  while(left GREATER 0)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND pieces "\n    R\"nsmc-page(${piece})nsmc-page\"")
    math(EXPR at "${at} + 8000")
    math(EXPR left "${left} - 8000")
  endwhile()
  set(${out} "${pieces}" PARENT_SCOPE)
endfunction()

file(READ ${FOLDER}/page.html html)
file(READ ${FOLDER}/page.css style)
set(script "\"use strict\";\n")
string(REPLACE "," ";" names "${SCRIPTS}")
foreach(name ${names})
  file(READ ${FOLDER}/${name} part)
  string(APPEND script "${part}")
endforeach()
string(SHA256 style_hash "${style}")
string(SHA256 script_hash "${script}")
literal("${html}" html)
literal("${style}" style)
literal("${script}" script)
file(WRITE ${OUT} "// Generated from traces/report/page*.
#include \"traces/report/page.hpp\"

namespace nsmc::traces::page {

const std::string_view kHtml =${html};
const std::string_view kStyle =${style};
const std::string_view kScript =${script};
const std::string_view kStyleSha256 = \"${style_hash}\";
const std::string_view kScriptSha256 = \"${script_hash}\";

}  // namespace nsmc::traces::page
")
