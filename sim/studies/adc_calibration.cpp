// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/adc_calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "arch/input_error.h"
#include "mapping/chip_instance.h"
#include "mapping/perturbation.h"
#include "sim/analog/converters.h"
#include "sim/analog/phase_sums.h"
#include "sim/engine.h"
#include "sim/parallel/for_each_item.h"
#include "sim/report/study_page.h"
#include "sim/report/terminal.h"
#include "sim/studies/run.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using workloads::Node;
using workloads::RangeMethod;

constexpr std::int64_t kMostBins = 1 << 16;
constexpr int kMostCandidates = 512;   // full scales that squared_error tries, evenly spaced, beside the largest sum
constexpr int kMostLevels = 10000000;  // of /adc/layer_full_scale
constexpr double kPercentile = 0.9999;
constexpr int kChunk = 16;  // samples whose maps are kept at a time

/// The chip as it was designed: nothing deviates, nothing is added when it is read.
Architecture as_designed(const Architecture& architecture) {
  Architecture ideal = mapping::without_ageing(architecture);
  ideal.adc.model = AdcModel::ideal;
  ideal.device.read_noise_model = ReadNoiseModel::constant;
  ideal.device.read_noise = 0;
  return ideal;
}

int exponent_of(std::int64_t power) {
  return std::bit_width(static_cast<std::uint64_t>(std::abs(power))) - 1;
}

/// What the converters of one layer see of one vector after the other.
class LayerSums {
 public:
  LayerSums(const ChipRun& run, const mapping::LayerPlan& layer)
      : run_(&run), layer_(&layer), node_(&run.network.nodes[layer.node]) {
    const int planes = layer.encoding.planes();
    for (int plane = 0; plane < planes; ++plane) plane_exponents_.push_back(exponent_of(layer.encoding.factor[plane]));
  }

  void add(const std::uint8_t* map, ColumnSums& sums) {
    window_.resize(node_->window_rows());
    for (int position = 0; position < node_->positions(); ++position) {
      workloads::gather_window(*node_, map, position, window_.data());
      for (const int index : layer_->blocks)
        if (run_->plan.blocks[index].copy == 0) add_block(index, sums);
    }
  }

 private:
  void add_block(int index, ColumnSums& sums) {
    const mapping::Block& block = run_->plan.blocks[index];
    const mapping::WeightEncoding& encoding = layer_->encoding;
    const int dac_bits = run_->architecture.dac.bits, planes = encoding.planes(), grid = encoding.grid_per_level;
    sums_.resize(std::size_t(layer_->phases) * block.columns);
    phase_sums_.run(block, run_->chip.blocks[index], std::span(window_).subspan(block.row_begin, block.rows), dac_bits,
                    layer_->phases, sums_.data());
    for (int phase = 0; phase < layer_->phases; ++phase)
      for (int column = 0; column < block.columns; ++column) {
        const bool offset = column == block.outputs * planes;
        const int exponent = offset ? exponent_of(encoding.offset_factor) : plane_exponents_[column % planes];
        const std::int64_t sum = sums_[std::size_t(phase) * block.columns + column];
        // With resistive wires a sum lies between levels.
        sums.add(exponent + phase * dac_bits, (std::abs(sum) + grid / 2) / grid);
      }
  }

  const ChipRun* run_;
  const mapping::LayerPlan* layer_;
  const Node* node_;
  std::vector<int> plane_exponents_;  // [planes]
  PhaseSums phase_sums_;
  std::vector<std::uint8_t> window_;
  std::vector<std::int32_t> sums_;
};

std::vector<std::vector<std::string>> table_rows(const AdcCalibration& calibration) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "full scale", "step of a code", "largest sum", "conversions clipped"}};
  for (const CalibratedLayer& layer : calibration.layers)
    rows.push_back({layer.name, fmt::format("{}", layer.full_scale), fmt::format("{:.3g}", layer.step),
                    fmt::format("{}", layer.largest), fmt::format("{:.4f} %", 100 * layer.clipped)});
  return rows;
}

std::string lead_of(const AdcCalibrationRequest& request, const AdcCalibration& calibration) {
  return fmt::format(
      "Full scale of {}-bit converters by layer, in cell levels: {} over {} conversions of {} training "
      "samples of {}",
      request.architecture.adc.bits, choice_text(request.method), calibration.conversions, request.data.samples(),
      request.data.name);
}

}  // namespace

ColumnSums::ColumnSums(std::int64_t largest) : width_(largest / kMostBins + 1) {}

void ColumnSums::add(int significance, std::int64_t sum) {
  if (significance >= static_cast<int>(counts_.size())) counts_.resize(significance + 1);
  std::vector<std::uint64_t>& counts = counts_[significance];
  const auto bin = static_cast<std::size_t>(sum / width_);
  if (bin >= counts.size()) counts.resize(bin + 1);
  ++counts[bin];
}

void ColumnSums::add(const ColumnSums& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t s = 0; s < other.counts_.size(); ++s) {
    if (other.counts_[s].size() > counts_[s].size()) counts_[s].resize(other.counts_[s].size());
    for (std::size_t bin = 0; bin < other.counts_[s].size(); ++bin) counts_[s][bin] += other.counts_[s][bin];
  }
}

std::uint64_t ColumnSums::conversions() const {
  std::uint64_t all = 0;
  for (const auto& counts : counts_)
    for (const std::uint64_t count : counts) all += count;
  return all;
}

std::int64_t ColumnSums::largest() const {
  std::size_t bins = 1;
  for (const auto& counts : counts_) bins = std::max(bins, counts.size());
  return static_cast<std::int64_t>(bins) * width_ - 1;
}

double ColumnSums::share_above(double levels) const {
  std::uint64_t above = 0;
  for (const auto& counts : counts_)
    for (std::size_t bin = 0; bin < counts.size(); ++bin)
      if (level_of(bin) > levels) above += counts[bin];
  return double(above) / double(std::max<std::uint64_t>(1, conversions()));
}

int ColumnSums::full_scale(RangeMethod method, int code_max) const {
  const std::int64_t top = largest();
  if (top <= code_max) return code_max;
  if (method == RangeMethod::maximum) return static_cast<int>(top);
  std::vector<double> counts(static_cast<std::size_t>(top / width_ + 1)), weights(counts.size());
  for (std::size_t s = 0; s < counts_.size(); ++s)
    for (std::size_t bin = 0; bin < counts_[s].size(); ++bin) {
      counts[bin] += double(counts_[s][bin]);
      weights[bin] += std::ldexp(double(counts_[s][bin]), 2 * static_cast<int>(s));
    }
  if (method == RangeMethod::percentile) {
    const double wanted = kPercentile * double(conversions());
    double below = 0;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
      below += counts[bin];
      if (below >= wanted)
        return static_cast<int>(std::clamp<std::int64_t>(std::llround(level_of(bin)), code_max, top));
    }
    return static_cast<int>(top);
  }
  const auto error_of = [&](std::int64_t full_scale) {
    const double step = double(full_scale) / code_max;
    double error = 0;
    for (std::size_t bin = 0; bin < weights.size(); ++bin) {
      if (weights[bin] == 0) continue;
      const double sum = level_of(bin), code = std::min(std::nearbyint(sum / step), double(code_max));
      error += weights[bin] * (sum - code * step) * (sum - code * step);
    }
    return error;
  };
  std::int64_t best = top;
  double least = error_of(top);
  const std::int64_t stride = (top - code_max) / kMostCandidates + 1;
  for (std::int64_t candidate = code_max; candidate < top; candidate += stride) {
    const double error = error_of(candidate);
    if (error > least || (error == least && candidate > best)) continue;
    least = error;
    best = candidate;
  }
  return static_cast<int>(best);
}

AdcCalibration calibrate_adc(const AdcCalibrationRequest& request) {
  if (request.architecture.adc.model == AdcModel::ideal)
    throw InputError(request.architecture.name, "/adc/model", "ideal converters have no range to calibrate");
  check_data(request.network, request.data);
  const Architecture designed = as_designed(request.architecture);
  const mapping::Plan plan = mapping::make_plan(designed, request.network);
  const mapping::ChipInstance chip = mapping::make_instance(
      designed, request.network, plan,
      mapping::perturbed_cells(designed, request.network, plan, mapping::at_targets(request.network, plan, {}), {}),
      request.threads);
  const ChipRun run{designed, request.network, plan, chip};

  const std::int64_t digit_max = (std::int64_t{1} << designed.dac.bits) - 1;
  std::vector<ColumnSums> blank;
  for (const mapping::LayerPlan& layer : plan.layers)
    blank.emplace_back(designed.crossbar.rows * digit_max * layer.encoding.max_level);
  std::vector<std::vector<ColumnSums>> of_worker(std::max(1, request.threads), blank);

  const int samples = request.data.samples(), size = request.network.input.size();
  for (int first = 0; first < samples; first += kChunk) {
    const int chunk = std::min(kChunk, samples - first);
    const auto pixels = std::span(request.data.pixels).subspan(std::size_t(first) * size, std::size_t(chunk) * size);
    const InferenceResult result =
        run_functional(run, pixels, chunk, {.threads = request.threads, .keep_traces = true, .progress = {}});
    for_each_item(chunk, request.threads, [&](int worker, int sample) {
      std::vector<std::uint8_t> image(size);
      workloads::encode_image(request.network, pixels.data() + std::size_t(sample) * size, image.data());
      for (std::size_t l = 0; l < plan.layers.size(); ++l) {
        const int source = request.network.sources(plan.layers[l].node)[0];
        const std::vector<std::uint8_t>& map =
            source == workloads::kNetworkInput ? image : result.traces[sample].codes[source];
        LayerSums(run, plan.layers[l]).add(map.data(), of_worker[worker][l]);
      }
    });
    if (request.progress) request.progress(first + chunk, samples);
  }

  AdcCalibration calibration;
  calibration.architecture = request.architecture;
  AdcParameters& adc = calibration.architecture.adc;
  adc.range = AdcRange::per_layer;
  adc.layer_full_scale.clear();
  const bool bipolar = designed.crossbar.encoding == Encoding::ideal_signed;
  const int code_max = std::max((1 << (bipolar ? adc.bits - 1 : adc.bits)) - 1, 1);
  for (std::size_t l = 0; l < plan.layers.size(); ++l) {
    ColumnSums sums = blank[l];
    for (const auto& worker : of_worker) sums.add(worker[l]);
    const std::string& name = request.network.nodes[plan.layers[l].node].name;
    const int full_scale = sums.full_scale(request.method, code_max);
    if (full_scale > kMostLevels)
      throw InputError(
          request.architecture.name, "/adc/layer_full_scale",
          fmt::format("layer {} needs {} cell levels; at most {} are allowed", name, full_scale, kMostLevels));
    const double step = double(full_scale) / code_max;
    adc.layer_full_scale[name] = full_scale;
    calibration.layers.push_back({name, full_scale, step, sums.largest(), sums.share_above(full_scale + step / 2)});
    calibration.conversions += sums.conversions();
  }
  return calibration;
}

Result result_of(const AdcCalibrationRequest& request, const AdcCalibration& calibration) {
  Result result{
      {.study = "calibrate", .seed = {}, .architecture = request.architecture.name, .workload = request.network.name}};
  result.add("samples.training", request.data.samples());
  result.add("conversions.calibration", double(calibration.conversions));
  result.tell("data", request.data.name, "data set or folder of the samples");
  result.tell("method", choice_text(request.method), "how the ranges are chosen");
  ResultTable layers{"layers",
                     {{"layer", "text", "name of a layer on crossbars"},
                      {"full_scale", "levels", "column sum that the highest code stands for"},
                      {"step", "levels", "of a code"},
                      {"largest_sum", "levels", "largest column sum on the calibration samples"},
                      {"clipped", "fraction", "share of their conversions past full scale"}}};
  for (const CalibratedLayer& layer : calibration.layers)
    layers.rows.push_back({layer.name, layer.full_scale, layer.step, layer.largest, layer.clipped});
  result.tables.push_back(std::move(layers));
  return result;
}

std::string adc_calibration_table(const AdcCalibrationRequest& request, const AdcCalibration& calibration) {
  return fmt::format("{} on {}\n{}\n\n", request.network.name, request.architecture.name,
                     lead_of(request, calibration)) +
         aligned_table(table_rows(calibration), {false, true, true, true, true});
}

std::string adc_calibration_page(const AdcCalibrationRequest& request, const AdcCalibration& calibration,
                                 const PageTexts& texts) {
  StudyPage page{"ADC ranges", request.network.name, request.architecture.name, lead_of(request, calibration), {}};
  BarChart scales{"cell levels", "", {}, {{"full scale", {}}, {"largest sum", {}}}};
  for (const CalibratedLayer& layer : calibration.layers) {
    scales.labels.push_back(layer.name);
    scales.series[0].values.push_back(layer.full_scale);
    scales.series[1].values.push_back(double(layer.largest));
  }
  page.sections = {{"Full scale by layer",
                    "A code never stands for less than one cell level; sums past full scale read full scale.",
                    {scales, PageTable{table_rows(calibration)}}}};
  return study_page(page, texts);
}

}  // namespace nvcim::sim
