// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "arch/fingerprint.h"
#include "arch/parameters.h"
#include "mapping/selection/selection.h"
#include "mapping/write_plan.h"
#include "sim/studies/options/option_list.h"
#include "workloads/dataset.h"
#include "workloads/network.h"

/// What tells a job from others, so that a journal of another one is not taken for its own (UnitJob::identity).
namespace nvcim::sim {

/// Fingerprint of what a request loaded. The order of the calls and the size of every part take part.
class InputFingerprint {
 public:
  InputFingerprint& add(std::string_view text);
  /// Without its comments.
  InputFingerprint& add(const Architecture& architecture);
  InputFingerprint& add(const workloads::Network& network);
  InputFingerprint& add(const workloads::Dataset& data);
  InputFingerprint& add(const mapping::WeightValues& values);
  InputFingerprint& add(const mapping::WritePlan& plan);
  std::uint64_t value() const { return hash_; }

 private:
  void add_bytes(const void* bytes, std::size_t count);

  std::uint64_t hash_ = kFingerprintStart;
};

/// "mc: NETWORK on ARCHITECTURE, seed S, N samples of DATA, FINGERPRINT": of the options that decide the outcome of a
/// unit of work, and of what was loaded.
/// @param stage      what the units are
/// @param inputs     everything loaded that decides an outcome
/// @param leave_out  members of the request that decide no outcome of these units
template <class R>
std::string job_identity(const char* stage, const R& request, const workloads::Network& network,
                         InputFingerprint inputs, const std::vector<const void*>& leave_out = {}) {
  inputs.add(outcome_text(listed_options(request), leave_out));
  return fmt::format("{}: {} on {}, seed {}, {} samples of {}, {:016x}", stage, network.name, request.architecture.name,
                     request.seed, request.data.samples(), request.data.name, inputs.value());
}

}  // namespace nvcim::sim
