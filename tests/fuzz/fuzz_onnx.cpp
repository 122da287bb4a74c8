// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "arch/input_error.h"
#include "workloads/lowering.h"
#include "workloads/onnx_float.h"
#include "workloads/onnx_read.h"
#include "workloads/onnx_stored.h"
#include "workloads/quantisation.h"

/// Any bytes as an ONNX file: they are read or refused with InputError. Anything else that happens is a bug.
namespace {

using namespace nvcim;

template <class Work>
void may_refuse(const Work& work) {
  try {
    work();
  } catch (const InputError&) {
    // what is refused is no concern here
  }
}

/// Weights that are worth quantising: the work is bounded by the file's size, but not small.
bool is_small(const workloads::FloatGraph& graph) {
  std::size_t elements = 0;
  for (const workloads::GraphNode& node : graph.nodes) elements += static_cast<std::size_t>(node.output.size());
  return elements < std::size_t{1} << 20;
}

void quantise(const workloads::FloatNetwork& network) {
  if (!is_small(network.graph)) return;
  const workloads::Lowered lowered = workloads::lower(network.name, network.graph, network.pixels);
  workloads::quantise_shape(lowered, 8, 8);
  if (network.quantisation) workloads::quantise(lowered, *network.quantisation);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  google::protobuf::SetLogHandler(nullptr);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::vector<std::uint8_t> bytes(data, data + size);
  may_refuse([&] { workloads::read_onnx("fuzzed", bytes); });
  may_refuse([&] { workloads::read_stored_network("fuzzed", bytes); });
  may_refuse([&] { quantise(workloads::read_float_onnx("fuzzed", bytes)); });
  may_refuse([&] { quantise(workloads::read_quantised_graph("fuzzed", bytes)); });
  return 0;
}
