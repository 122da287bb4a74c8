// SPDX-License-Identifier: Apache-2.0
#include "workloads/reference.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <thread>

#include "arch/check.h"
#include "arch/helper_threads.h"
#include "workloads/map_slots.h"
#include "workloads/operators/digital_operator.h"

namespace nvcim::workloads {

namespace {

// Adding and taking away 1.5·2^52 rounds a double of magnitude below 2^51 to the nearest integer, ties to even, in the
// default rounding mode: no library call, and the compiler can vectorise it.
constexpr double kRounder = 6755399441055744.0;

// Row sums of |weight| · |code - zero point| that stay below this fit the 32-bit accumulators.
constexpr std::int64_t kInt32Bound = std::int64_t{1} << 31;

constexpr int kLanes = 16;  // rows are padded with zeros to a multiple of this, so that no dot product has a tail

int round_up(int value, int multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// The weights of a node, ready for dot products of 16-bit numbers.
struct PackedMatrix {
  int rows = 0;  // padded
  int outputs = 0;
  bool fits_int32 = false;
  std::vector<std::int16_t> weights;  // [outputs][rows]
};

PackedMatrix pack(const Node& node) {
  PackedMatrix packed;
  const int rows = node.matrix_rows();
  packed.rows = round_up(rows, kLanes);
  packed.outputs = node.outputs();
  NVCIM_CHECK(node.mvm.weights.size() == std::size_t(rows) * packed.outputs, "{}: {} weights for {} x {}", node.name,
              node.mvm.weights.size(), packed.outputs, rows);
  packed.weights.assign(std::size_t(packed.rows) * packed.outputs, 0);
  const std::int64_t code_max = (std::int64_t{1} << node.input_bits) - 1;
  const std::int64_t magnitude_max = std::max<std::int64_t>(node.input_zero_point, code_max - node.input_zero_point);
  std::int64_t largest_sum = 0;
  for (int output = 0; output < packed.outputs; ++output) {
    const std::int16_t* source = node.mvm.weights.data() + std::size_t(output) * rows;
    std::copy(source, source + rows, packed.weights.data() + std::size_t(output) * packed.rows);
    std::int64_t sum = 0;
    for (int row = 0; row < rows; ++row) sum += std::abs(int{source[row]}) * magnitude_max;
    largest_sum = std::max(largest_sum, sum);
  }
  packed.fits_int32 = largest_sum < kInt32Bound;
  return packed;
}

/// Every window of one group's channels as signed differences to the zero point: [positions][packed.rows].
void unroll(const Node& node, int group, const std::uint8_t* input, int padded_rows, std::int16_t* out) {
  const MvmLayer& mvm = node.mvm;
  const Window& window = mvm.window;
  const Shape& in = node.input;
  const int zero_point = node.input_zero_point, step = mvm.dilation_w;
  const int channels = in.channels / mvm.groups;
  const std::uint8_t* first = input + std::size_t(group) * channels * in.height * in.width;
  for (int y = 0; y < node.output.height; ++y)
    for (int x = 0; x < node.output.width; ++x, out += padded_rows) {
      const int y0 = y * window.stride_h - window.pad_top;
      const int x0 = x * window.stride_w - window.pad_left;
      const bool inside = y0 >= 0 && x0 >= 0 && y0 + mvm.span_h() <= in.height && x0 + mvm.span_w() <= in.width;
      std::int16_t* row = out;
      for (int channel = 0; channel < channels; ++channel) {
        const std::uint8_t* plane = first + std::size_t(channel) * in.height * in.width;
        for (int ky = 0; ky < window.kernel_h; ++ky) {
          const int iy = y0 + ky * mvm.dilation_h;
          if (inside) {
            const std::uint8_t* source = plane + std::size_t(iy) * in.width + x0;
            for (int kx = 0; kx < window.kernel_w; ++kx)
              *row++ = static_cast<std::int16_t>(source[kx * step] - zero_point);
            continue;
          }
          for (int kx = 0; kx < window.kernel_w; ++kx) {
            const int ix = x0 + kx * step;
            const bool padding = iy < 0 || iy >= in.height || ix < 0 || ix >= in.width;
            *row++ = padding ? std::int16_t{0}
                             : static_cast<std::int16_t>(plane[std::size_t(iy) * in.width + ix] - zero_point);
          }
        }
      }
      std::fill(row, out + padded_rows, std::int16_t{0});
    }
}

// Four outputs at a time share the loads of the inputs; 16-bit products summed to 32 bits are one instruction on x86.
void dot4(const std::int16_t* a, const std::int16_t* w, int rows, std::int32_t* sums) {
  const std::int16_t *w0 = w, *w1 = w + rows, *w2 = w + 2 * rows, *w3 = w + 3 * rows;
  std::int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  for (int i = 0; i < rows; ++i) {
    s0 += a[i] * w0[i];
    s1 += a[i] * w1[i];
    s2 += a[i] * w2[i];
    s3 += a[i] * w3[i];
  }
  sums[0] = s0, sums[1] = s1, sums[2] = s2, sums[3] = s3;
}

template <class Sum>
Sum dot(const std::int16_t* a, const std::int16_t* w, int rows) {
  Sum sum = 0;
  for (int i = 0; i < rows; ++i) sum += Sum(a[i]) * w[i];
  return sum;
}

/// sums [outputs][positions] of outputs begin … end for the unrolled windows [positions][rows].
void multiply(const PackedMatrix& matrix, int begin, int end, const std::int16_t* windows, int positions,
              std::int64_t* sums) {
  const int rows = matrix.rows;
  for (int position = 0; position < positions; ++position) {
    const std::int16_t* a = windows + std::size_t(position) * rows;
    int output = begin;
    if (matrix.fits_int32) {
      for (; output + 4 <= end; output += 4) {
        std::int32_t four[4];
        dot4(a, matrix.weights.data() + std::size_t(output) * rows, rows, four);
        for (int k = 0; k < 4; ++k) sums[std::size_t(output + k) * positions + position] = four[k];
      }
    }
    for (; output < end; ++output) {
      const std::int16_t* w = matrix.weights.data() + std::size_t(output) * rows;
      sums[std::size_t(output) * positions + position] =
          matrix.fits_int32 ? dot<std::int32_t>(a, w, rows) : dot<std::int64_t>(a, w, rows);
    }
  }
}

void sums_of(const Node& node, const PackedMatrix& matrix, const std::uint8_t* input, std::int16_t* windows,
             std::int64_t* sums) {
  for (int group = 0; group < node.mvm.groups; ++group) {
    unroll(node, group, input, matrix.rows, windows);
    multiply(matrix, group * node.group_outputs(), (group + 1) * node.group_outputs(), windows, node.positions(), sums);
  }
}

/// One thread's way through a network.
class Runner {
 public:
  Runner(const Network& network, const MapSlots& slots, const std::vector<PackedMatrix>& matrices);
  void run(const std::uint8_t* pixels, std::int64_t* logits);

 private:
  const Network& network_;
  const MapSlots& slots_;
  const std::vector<PackedMatrix>& matrices_;
  std::vector<std::vector<int>> sources_;        // [nodes]
  std::vector<std::vector<std::uint8_t>> maps_;  // [slots]
  std::vector<std::int16_t> windows_;
  std::vector<std::int64_t> sums_;
};

Runner::Runner(const Network& network, const MapSlots& slots, const std::vector<PackedMatrix>& matrices)
    : network_(network), slots_(slots), matrices_(matrices) {
  for (const std::size_t size : slots.size) maps_.emplace_back(size);
  std::size_t largest_windows = 0, largest_sums = 0;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const Node& node = network.nodes[n];
    sources_.push_back(network.sources(static_cast<int>(n)));
    if (!node.is_mvm()) continue;
    largest_windows = std::max(largest_windows, std::size_t(matrices[n].rows) * node.positions());
    largest_sums = std::max(largest_sums, std::size_t(node.output.size()));
    NVCIM_CHECK(!node.mvm.raw_output || n + 1 == network.nodes.size(), "{}: raw sums before the last node", node.name);
  }
  windows_.resize(largest_windows);
  sums_.resize(largest_sums);
}

void Runner::run(const std::uint8_t* pixels, std::int64_t* logits) {
  encode_image(network_, pixels, maps_[slots_.of(kNetworkInput)].data());
  std::vector<const std::uint8_t*> inputs;
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    const Node& node = network_.nodes[n];
    inputs.clear();
    for (const int source : sources_[n]) inputs.push_back(maps_[slots_.of(source)].data());
    const int slot = slots_.of(static_cast<int>(n));
    std::uint8_t* output = slot < 0 ? nullptr : maps_[slot].data();
    if (!node.is_mvm()) {
      operator_of(network_.nodes[n]).compute(network_, static_cast<int>(n), inputs, output);
    } else {
      sums_of(node, matrices_[n], inputs[0], windows_.data(), sums_.data());
      const int positions = node.positions();
      for (int channel = 0; channel < node.outputs(); ++channel) {
        const std::int64_t bias = node.mvm.bias.empty() ? 0 : node.mvm.bias[channel];
        const std::size_t offset = std::size_t(channel) * positions;
        if (node.mvm.raw_output)
          for (int i = 0; i < positions; ++i) logits[offset + i] = sums_[offset + i] + bias;
        else
          for (int i = 0; i < positions; ++i)
            output[offset + i] = requantise(double(sums_[offset + i]), bias, node.mvm.requantisation_of(channel));
      }
    }
    if (n + 1 == network_.nodes.size() && output != nullptr) std::copy_n(output, network_.classes(), logits);
  }
}

}  // namespace

std::uint8_t requantise(double sum, std::int64_t bias, const Requantisation& parameters) {
  const double zero_point = parameters.zero_point;
  const double low = parameters.code_min - zero_point, high = parameters.code_max - zero_point;
  // Clamping before rounding gives the same code, since both limits are integers, and keeps the rounder in its range.
  const double scaled = std::min(std::max((sum + double(bias)) * parameters.multiplier, low), high);
  const double rounded = (scaled + kRounder) - kRounder;
  return static_cast<std::uint8_t>(static_cast<int>(rounded + zero_point));
}

void encode_image(const Network& network, const std::uint8_t* pixels, std::uint8_t* codes) {
  const std::size_t plane = std::size_t(network.input.height) * network.input.width;
  for (int channel = 0; channel < network.input.channels; ++channel) {
    const auto& table = network.input_table[channel];
    for (std::size_t i = channel * plane; i < (channel + 1) * plane; ++i) codes[i] = table[pixels[i]];
  }
}

void gather_window(const Node& node, const std::uint8_t* input, int position, std::uint8_t* out) {
  const MvmLayer& mvm = node.mvm;
  const Window& window = mvm.window;
  const Shape& in = node.input;
  const int y0 = position / node.output.width * window.stride_h - window.pad_top;
  const int x0 = position % node.output.width * window.stride_w - window.pad_left;
  const auto padding_code = static_cast<std::uint8_t>(node.input_zero_point);
  for (int channel = 0; channel < in.channels; ++channel) {
    const std::uint8_t* plane = input + std::size_t(channel) * in.height * in.width;
    for (int iy = y0; iy < y0 + mvm.span_h(); iy += mvm.dilation_h)
      for (int ix = x0; ix < x0 + mvm.span_w(); ix += mvm.dilation_w) {
        const bool padding = iy < 0 || iy >= in.height || ix < 0 || ix >= in.width;
        *out++ = padding ? padding_code : plane[std::size_t(iy) * in.width + ix];
      }
  }
}

void reference_mvm(const Node& node, const std::uint8_t* input, std::int64_t* sums) {
  const PackedMatrix matrix = pack(node);
  std::vector<std::int16_t> windows(std::size_t(matrix.rows) * node.positions());
  sums_of(node, matrix, input, windows.data(), sums);
}

std::vector<std::int64_t> reference_logits(const Network& network, std::span<const std::uint8_t> pixels, int samples,
                                           int threads) {
  NVCIM_CHECK(!network.nodes.empty() && pixels.size() >= std::size_t(samples) * network.input.size(),
              "{} nodes, {} pixels for {} samples", network.nodes.size(), pixels.size(), samples);
  NVCIM_CHECK(int(network.input_table.size()) == network.input.channels, "{} tables", network.input_table.size());
  std::vector<PackedMatrix> matrices;
  for (const Node& node : network.nodes) matrices.push_back(node.is_mvm() ? pack(node) : PackedMatrix{});
  const MapSlots slots = make_map_slots(network);
  std::vector<std::int64_t> logits(std::size_t(samples) * network.classes());
  const int parts = std::clamp(threads, 1, std::max(samples, 1));
  auto work = [&](int part) {
    const int begin = int(std::int64_t{samples} * part / parts), end = int(std::int64_t{samples} * (part + 1) / parts);
    Runner runner(network, slots, matrices);
    for (int sample = begin; sample < end; ++sample)
      runner.run(pixels.data() + std::size_t(sample) * network.input.size(),
                 logits.data() + std::size_t(sample) * network.classes());
  };
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(parts));
  const auto guarded = [&](int part) {
    try {
      work(part);
    } catch (...) {
      failures[static_cast<std::size_t>(part)] = std::current_exception();
    }
  };
  std::vector<std::jthread> workers;
  int own = parts;  // the first part that no other thread took
  for (int part = 1; part < parts && own == parts; ++part)
    if (!add_helper(workers, guarded, part)) own = part;
  guarded(0);
  for (int part = own; part < parts; ++part) guarded(part);
  workers.clear();
  for (const std::exception_ptr& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return logits;
}

}  // namespace nvcim::workloads
