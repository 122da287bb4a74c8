// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "mapping/perturbation_file.h"
#include "mapping/selection/weight_values_file.h"
#include "mapping/summed_text.h"
#include "mapping/write_plan_file.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/fuzz/small_chip.h"

/// Text files that carry a check sum: write plans, perturbations and weight values, changed, their sums made right
/// again.
namespace {

using namespace nvcim;

const fuzzing::SmallChip& small() {
  static const fuzzing::SmallChip chip;
  return chip;
}

mapping::Perturbation no_deviation() {
  mapping::Perturbation perturbation;
  perturbation.tight = perturbation.loose = 0.1;
  for (const mapping::LayerPlan& layer : small().plan.layers) {
    const workloads::Node& node = small().network.nodes[layer.node];
    perturbation.layers.emplace_back().deviation.resize(std::size_t(node.matrix_rows()) * node.outputs() *
                                                        layer.encoding.planes());
  }
  return perturbation;
}

mapping::WeightValues some_values() {
  mapping::WeightValues values;
  for (const workloads::Node& node : small().network.nodes) values.emplace_back(node.mvm.weights.size(), 0.25);
  return values;
}

/// A good file of each kind, without its last line.
const std::array<std::string, 3>& good_files() {
  static const std::array<std::string, 3> files = [] {
    std::array<std::string, 3> all = {
        mapping::write_plan_text(small().architecture, small().network, small().plan, mapping::verify_all(small().plan),
                                 "nvcim select"),
        mapping::perturbation_text(small().network, small().plan, no_deviation(), "nvcim worst-case"),
        mapping::weight_values_text(small().network, some_values(), "second derivatives")};
    for (std::string& text : all) text.resize(text.rfind('\n', text.size() - 2) + 1);
    return all;
  }();
  return files;
}

void read(int kind, const std::string& text) {
  const fuzzing::File file(text);
  if (kind == 0) mapping::load_write_plan(file.name(), small().network, small().plan);
  if (kind == 1) mapping::load_perturbation(file.name(), small().architecture, small().network, small().plan);
  if (kind == 2) mapping::load_weight_values(file.name(), small().network);
}

/// With the last line of its kind.
std::string summed(int kind, const std::string& text) {
  if (kind < 2) return mapping::summed(text);
  const std::string with_end = mapping::summed(text);
  return text + "# " + with_end.substr(text.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const int kind = size == 0 ? 0 : data[0] % 3;
  const std::string text =
      summed(kind, fuzzing::edited(good_files()[std::size_t(kind)], input.substr(size == 0 ? 0 : 1)));
  fuzzing::may_refuse([&] { read(kind, text); });
  fuzzing::may_refuse([&] { read(kind, std::string(input)); });
  if (size <= 1) read(kind, text);  // the good ones are read
  return 0;
}
