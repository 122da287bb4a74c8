// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_window.h"

#include <fmt/format.h>

#include <algorithm>

#include "workloads/onnx_limits.h"

namespace nvcim::workloads::onnx_file {
namespace {

/// One direction of a window on a map.
struct Direction {
  std::int64_t kernel, stride, dilation, begin, end;
};

struct Fitted {
  std::int64_t begin, end, size;
  bool overhangs;
};

Fitted fit(const WindowAttributes& attributes, Direction d, std::int64_t in) {
  using Padding = WindowAttributes::Padding;
  const std::int64_t span = (d.kernel - 1) * d.dilation + 1;
  if (attributes.padding == Padding::valid) d.begin = d.end = 0;
  if (attributes.padding == Padding::same_upper || attributes.padding == Padding::same_lower) {
    const std::int64_t total = std::max<std::int64_t>(0, ((in + d.stride - 1) / d.stride - 1) * d.stride + span - in);
    d.begin = attributes.padding == Padding::same_upper ? total / 2 : total - total / 2;
    d.end = total - d.begin;
  }
  const std::int64_t room = in + d.begin + d.end - span;
  if (room < 0) return {d.begin, d.end, 0, false};
  std::int64_t size = room / d.stride + 1;
  if (!attributes.ceil || room % d.stride == 0) return {d.begin, d.end, size, false};
  // As PyTorch has it: a window that would begin in the padding behind the map is left out.
  if (size * d.stride >= in + d.begin) return {d.begin, d.end, size, false};
  return {d.begin, size * d.stride + span - in - d.begin, size + 1, true};
}

bool in_range(const Dims& list, std::int64_t least) {
  return std::all_of(list.begin(), list.end(), [&](std::int64_t v) { return v >= least && v <= kLargestWindow; });
}

/// A list of one or two entries, as two.
bool two_of(Step& step, const char* name, Dims& list, std::size_t sides, std::int64_t otherwise) {
  if (list.empty()) list.assign(sides, otherwise);
  if (list.size() != sides || !in_range(list, 1))
    return step.refuse(fmt::format("{} {}; {} in 1..{} wanted", name, text_of(list),
                                   sides == 1 ? "one value" : "two values", kLargestWindow));
  if (sides == 1) list.insert(list.begin(), 1);
  return true;
}

/// A pool over the input as it is; the output has as many dimensions.
std::optional<WindowAttributes> read_pool_window(Step& step) {
  const std::optional<Dims> kernel = step.list("kernel_shape");
  if (!kernel) {
    step.refuse("kernel_shape is missing");
    return std::nullopt;
  }
  std::optional<WindowAttributes> attributes = read_window(step, *kernel);
  if (!attributes) return std::nullopt;
  const Window& w = attributes->window;
  if (attributes->dilation_h != 1 || attributes->dilation_w != 1) {
    step.refuse("a pool with gaps in its window has no unit on the chip; dilations of 1 are supported");
    return std::nullopt;
  }
  if (std::max(w.pad_top, w.pad_bottom) >= w.kernel_h || std::max(w.pad_left, w.pad_right) >= w.kernel_w) {
    step.refuse("a pool's pads must be less than its kernel");
    return std::nullopt;
  }
  return attributes;
}

/// Of rank 3 (a line) or 4.
std::optional<Shape> input_map(Step& step, const Value& in, std::size_t rank) {
  if (in.dims.size() == rank) return map_of(in.dims);
  step.refuse(fmt::format("its input is {}; {} dimensions wanted: batch x channels x {}", text_of(in.dims), rank,
                          rank == 3 ? "length" : "height x width"));
  return std::nullopt;
}

/// Of the dimensions of a map's output.
Dims dims_like(const Dims& in, const Shape& out) {
  if (in.size() == 3) return {in[0], out.channels, out.width};
  return {in[0], out.channels, out.height, out.width};
}

/// Zeros around a map.
int pad_map(Step& step, int from, const Window& w) {
  const Shape& in = step.builder().node(from).output;
  const auto list = [](int size, int before, int after) {
    std::vector<int> order(before, -1);
    for (int i = 0; i < size; ++i) order.push_back(i);
    order.insert(order.end(), after, -1);
    return order;
  };
  GraphRearrange padding{list(in.channels, 0, 0), list(in.height, w.pad_top, w.pad_bottom),
                         list(in.width, w.pad_left, w.pad_right)};
  if (!step.spend(padding.channels.size() + padding.rows.size() + padding.columns.size())) return from;
  return step.builder().rearrange(step.name(".pad"), from, std::move(padding));
}

}  // namespace

std::optional<WindowAttributes> read_window(Step& step, const Dims& kernel) {
  using Padding = WindowAttributes::Padding;
  const std::size_t sides = kernel.size();
  if (sides != 1 && sides != 2) {
    step.refuse(fmt::format("a window of {} sides; networks on lines and images are supported", sides));
    return std::nullopt;
  }
  Dims shape = kernel, strides = step.list("strides").value_or(Dims()),
       dilations = step.list("dilations").value_or(Dims());
  Dims pads = step.list("pads").value_or(Dims());
  if (pads.empty()) pads.assign(2 * sides, 0);
  const std::string auto_pad = step.text("auto_pad", "NOTSET");
  WindowAttributes attributes;
  attributes.ceil = step.integer("ceil_mode", 0) != 0;
  if (!two_of(step, "kernel", shape, sides, 1) || !two_of(step, "strides", strides, sides, 1) ||
      !two_of(step, "dilations", dilations, sides, 1))
    return std::nullopt;
  if (pads.size() != 2 * sides || !in_range(pads, 0)) {
    step.refuse(fmt::format("pads {}; {} values in 0..{} wanted", text_of(pads), 2 * sides, kLargestWindow));
    return std::nullopt;
  }
  if (sides == 1) pads = {0, pads[0], 0, pads[1]};
  if (auto_pad == "SAME_UPPER") {
    attributes.padding = Padding::same_upper;
  } else if (auto_pad == "SAME_LOWER") {
    attributes.padding = Padding::same_lower;
  } else if (auto_pad == "VALID") {
    attributes.padding = Padding::valid;
  } else if (auto_pad != "NOTSET") {
    step.refuse(fmt::format("auto_pad {}; NOTSET, SAME_UPPER, SAME_LOWER and VALID are known", auto_pad));
    return std::nullopt;
  }
  if (attributes.padding != Padding::explicit_pads) pads.assign(4, 0);
  attributes.window = {int(shape[0]), int(shape[1]), int(strides[0]), int(strides[1]),
                       int(pads[0]),  int(pads[1]),  int(pads[2]),    int(pads[3])};
  attributes.dilation_h = int(dilations[0]);
  attributes.dilation_w = int(dilations[1]);
  if (step.failed()) return std::nullopt;
  return attributes;
}

FittedWindow fit_window(const WindowAttributes& attributes, const Shape& in) {
  Window w = attributes.window;
  const Fitted rows =
      fit(attributes, {w.kernel_h, w.stride_h, attributes.dilation_h, w.pad_top, w.pad_bottom}, in.height);
  const Fitted columns =
      fit(attributes, {w.kernel_w, w.stride_w, attributes.dilation_w, w.pad_left, w.pad_right}, in.width);
  w.pad_top = int(rows.begin), w.pad_bottom = int(rows.end);
  w.pad_left = int(columns.begin), w.pad_right = int(columns.end);
  return {w, rows.size, columns.size, rows.overhangs || columns.overhangs};
}

namespace {

/// Both pools. @param count_padding  average: as the file has it
void read_pool(Step& step, PoolKind kind, bool count_padding) {
  const std::optional<WindowAttributes> attributes = read_pool_window(step);
  const std::optional<Value> in = step.data();
  if (!attributes || !in) return;
  const std::optional<Shape> map = input_map(step, *in, step.list("kernel_shape")->size() + 2);
  if (!map) return;
  FittedWindow fitted = fit_window(*attributes, *map);
  const std::optional<Shape> out = step.checked(map->channels, fitted.height, fitted.width);
  if (!out) return;
  int from = step.as_map(*in, *map);
  if (kind == PoolKind::average && count_padding && fitted.overhangs) {
    // The padding counts, what a window reads beyond it does not: padding by itself keeps the two apart.
    const Window& padding = attributes->window;
    if (!step.checked(map->channels, map->height + padding.pad_top + padding.pad_bottom,
                      map->width + padding.pad_left + padding.pad_right))
      return;
    from = pad_map(step, from, padding);
    if (step.failed()) return;
    fitted.window.pad_top = fitted.window.pad_left = 0;
    fitted.window.pad_bottom -= padding.pad_bottom;
    fitted.window.pad_right -= padding.pad_right;
    count_padding = false;
  }
  const int node = step.builder().pool(
      step.name(), from, {.kind = kind, .window = fitted.window, .count_padding = count_padding, .round = false});
  step.give(node, dims_like(in->dims, step.builder().node(node).output));
}

}  // namespace

void read_max_pool(Step& step) {
  if (step.gives(1)) step.refuse("the indices of the maximum are used; only its value is supported");
  read_pool(step, PoolKind::maximum, false);
}

void read_average_pool(Step& step) {
  read_pool(step, PoolKind::average, step.integer("count_include_pad", 0) != 0);
}

void read_global_pool(Step& step) {
  const std::optional<Value> in = step.data();
  if (!in) return;
  const std::optional<Shape> map = input_map(step, *in, in->dims.size() == 3 ? 3 : 4);
  if (!map) return;
  const PoolKind kind = step.op() == "GlobalMaxPool" ? PoolKind::maximum : PoolKind::average;
  const int node = step.builder().global_pool(step.name(), step.as_map(*in, *map), kind);
  step.give(node, dims_like(in->dims, step.builder().node(node).output));
}

void read_reduce_mean(Step& step) {
  const bool keep = step.integer("keepdims", 1) != 0;
  const std::optional<Dims> axes = step.list_or_input("axes", 1);
  if (!axes && !step.failed())
    step.refuse("averages everything, the batch too; axes 2 and 3 (height and width) are supported");
  const std::optional<Value> in = step.data();
  if (!axes || !in || step.failed()) return;
  const std::size_t rank = in->dims.size();
  if (rank != 3 && rank != 4) {
    step.refuse(
        fmt::format("its input is {}; the mean over height and width of batch x channels x height x width, or "
                    "over a line, is supported",
                    text_of(in->dims)));
    return;
  }
  std::vector<bool> mean(rank, false);
  for (const std::int64_t a : *axes) {
    const std::optional<int> axis = step.axis(a, rank, 0);
    if (!axis) return;
    if (*axis < 2) {
      step.refuse(fmt::format("averages over axis {}, which is the {}; only height and width can be averaged", *axis,
                              *axis == 0 ? "batch" : "channels"));
      return;
    }
    mean[*axis] = true;
  }
  const Shape map = *map_of(in->dims);
  const Window window{.kernel_h = rank == 4 && mean[2] ? map.height : 1, .kernel_w = mean[rank - 1] ? map.width : 1};
  const int node =
      step.builder().pool(step.name(), step.as_map(*in, map), {.kind = PoolKind::average, .window = window});
  Dims dims;
  for (std::size_t i = 0; i < rank; ++i)
    if (!mean[i] || keep) dims.push_back(mean[i] ? 1 : in->dims[i]);
  step.give(node, std::move(dims));
}

}  // namespace nvcim::workloads::onnx_file
