#!/usr/bin/env bash
# The gate on any CI system: builds, runs it, leaves all reports in a folder.
# SPDX-License-Identifier: MIT
#
#   docs/ci/gate.sh [OPTION of nsmc gate]...     reports in out/gate, or $NSMC_REPORTS
#
# NSMC_BUDGET is a time such as 5m; without, the gate file says it.  Ends with the gate's exit code.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

reports=${NSMC_REPORTS:-out/gate}
options=(--progress none --out "$reports")
[[ -z ${NSMC_BUDGET:-} ]] || options+=(--budget "$NSMC_BUDGET")

status=0
./nsmc gate "${options[@]}" "$@" || status=$?
if [[ -n ${GITHUB_STEP_SUMMARY:-} && -f $reports/gate.md ]]; then
  cat "$reports/gate.md" >>"$GITHUB_STEP_SUMMARY"
fi
exit "$status"
