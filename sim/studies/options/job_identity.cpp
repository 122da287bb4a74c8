// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/options/job_identity.h"

#include "arch/load.h"
#include "workloads/network_identity.h"

namespace nvcim::sim {

void InputFingerprint::add_bytes(const void* bytes, std::size_t count) {
  hash_ = fingerprint(&count, sizeof(count), hash_);
  hash_ = fingerprint(bytes, count, hash_);
}

InputFingerprint& InputFingerprint::add(std::string_view text) {
  add_bytes(text.data(), text.size());
  return *this;
}

InputFingerprint& InputFingerprint::add(const Architecture& architecture) {
  return add(to_json_without_comments(architecture).dump());
}

InputFingerprint& InputFingerprint::add(const workloads::Network& network) {
  const std::uint64_t of_network = workloads::network_fingerprint(network);
  add_bytes(&of_network, sizeof(of_network));
  return *this;
}

InputFingerprint& InputFingerprint::add(const workloads::Dataset& data) {
  add_bytes(data.pixels.data(), data.pixels.size());
  add_bytes(data.labels.data(), data.labels.size());
  return *this;
}

InputFingerprint& InputFingerprint::add(const mapping::WeightValues& values) {
  for (const auto& of_node : values) add_bytes(of_node.data(), of_node.size() * sizeof(of_node[0]));
  return *this;
}

InputFingerprint& InputFingerprint::add(const mapping::WritePlan& plan) {
  for (const auto& block : plan.verify) add_bytes(block.data(), block.size() * sizeof(block[0]));
  return *this;
}

}  // namespace nvcim::sim
