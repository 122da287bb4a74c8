// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_views.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "workloads/onnx_float_shapes.h"

namespace nvcim::workloads::onnx_file {
namespace {

using Order = std::vector<int>;

Order all_of(std::int64_t size) {
  Order order(size);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

/// Picks elements along the axes behind the batch. @param orders  [axes - 1], -1 for `fill`
void give_rearranged(Step& step, const Value& in, const std::vector<Order>& orders, double fill, int output = 0) {
  Value result = in;
  result.direct = false;
  bool same = true;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    result.dims[i + 1] = static_cast<std::int64_t>(orders[i].size());
    same = same && orders[i] == all_of(in.dims[i + 1]);
  }
  if (!same) {
    const std::optional<Shape> out = map_of(result.dims);
    if (!out || !step.checked(out->channels, out->height, out->width)) return;
    GraphRearrange order{orders[0], {0}, {0}, fill};
    if (orders.size() > 1) order.columns = orders.back();
    if (orders.size() > 2) order.rows = orders[1];
    const int from = step.as_map(in, *map_of(in.dims));
    result.node = step.builder().rearrange(step.name(), from, std::move(order));
  }
  step.give(std::move(result), output);
}

/// Counts what the lists of a rearrangement take, which is done even when they turn out to change nothing.
bool spend_on_orders(Step& step, const Dims& in) {
  std::size_t entries = 0;
  for (std::size_t axis = 1; axis < in.size(); ++axis) entries += static_cast<std::size_t>(in[axis]);
  return step.spend(entries);
}

bool is_map(Step& step, const Value& in) {
  if (map_of(in.dims)) return true;
  return step.refuse(fmt::format("its input is {}; 2 to 4 dimensions are supported", text_of(in.dims)));
}

/// The sizes of a Split's parts.
std::optional<Dims> parts_of(Step& step, std::int64_t dim) {
  std::optional<Dims> sizes = step.list_or_input("split", 1);
  if (step.failed()) return std::nullopt;
  const std::int64_t parts = step.proto().output_size();
  if (!sizes) {
    const std::int64_t each = (dim + parts - 1) / parts;
    sizes = Dims(parts, each);
    sizes->back() = dim - each * (parts - 1);
  }
  std::int64_t left = dim;
  for (const std::int64_t size : *sizes) left -= size < 1 || size > dim ? dim + 1 : size;
  if (left == 0 && static_cast<std::int64_t>(sizes->size()) == parts) return sizes;
  step.refuse(fmt::format("{} in parts of {} for {} outputs", dim, text_of(*sizes), parts));
  return std::nullopt;
}

/// Indices of one padded or cropped axis.
std::optional<Order> padded(Step& step, const std::string& mode, std::int64_t dim, std::int64_t before,
                            std::int64_t after) {
  constexpr std::int64_t kLongest = std::int64_t{1} << 24;
  const std::int64_t reach = mode == "reflect" ? dim - 1 : mode == "wrap" ? dim : kLongest;
  const bool far = std::max(before, after) > reach || std::min(before, after) < -kLongest;
  if (far || before + dim + after < 1 || before + dim + after > kLongest) {
    step.refuse(fmt::format("pads {} and {} of an axis of {} in mode {}", before, after, dim, mode));
    return std::nullopt;
  }
  const auto count = static_cast<std::size_t>(before + dim + after);
  if (!step.spend(count)) return std::nullopt;
  Order order;
  order.reserve(count);
  for (std::int64_t at = -before; at < dim + after; ++at) {
    std::int64_t from = at;
    if (at < 0 || at >= dim) {
      if (mode == "constant") from = -1;
      if (mode == "edge") from = at < 0 ? 0 : dim - 1;
      if (mode == "reflect") from = at < 0 ? -at : 2 * dim - 2 - at;
      if (mode == "wrap") from = at < 0 ? at + dim : at - dim;
    }
    order.push_back(static_cast<int>(from));
  }
  return order;
}

}  // namespace

void read_identity(Step& step) {
  if (step.op() == "Cast") {
    const std::int64_t to = step.integer("to", 0);
    if (to != onnx::TensorProto::FLOAT && to != onnx::TensorProto::DOUBLE)
      step.refuse("casts what the network computes to something else than floating point");
  }
  if (step.op() == "Dropout" && step.has(2)) {
    const std::shared_ptr<const Tensor> training = step.constant(2, "training mode");
    if (training && std::count(training->values.begin(), training->values.end(), 0) == 0)
      step.refuse("drops values at random; export the network after model.eval()");
  }
  if (const std::optional<Value> in = step.data(0, true)) step.give_view(*in, in->dims);
}

void read_shape_change(Step& step) {
  const std::optional<Value> in = step.data(0, true);
  if (!in) {
    // The target of a Reshape can be wrong whatever comes in.
    if (step.op() == "Reshape") step.integers(1, "target shape");
    return;
  }
  const std::string& op = step.op();
  if (op == "Squeeze" && in->dims.front() == 1 && !step.has(1) && !step.has_attribute("axes")) {
    step.refuse("takes away every dimension of 1, the batch too; export it with the dimension to squeeze");
    return;
  }
  const std::optional<Dims> dims = op == "Reshape"   ? read_reshape(step, in->dims)
                                   : op == "Flatten" ? read_flatten(step, in->dims)
                                   : op == "Squeeze" ? read_squeeze(step, in->dims, 1)
                                                     : read_unsqueeze(step, in->dims, 1);
  if (!dims) return;
  if (dims->empty() || dims->front() != in->dims.front()) {
    step.refuse(
        fmt::format("{} becomes {}: the batch must stay the first dimension", text_of(in->dims), text_of(*dims)));
    return;
  }
  step.give_view(*in, *dims);
}

void read_transpose(Step& step) {
  const std::optional<Value> in = step.data();
  if (!in) return;
  const std::size_t rank = in->dims.size();
  const std::optional<std::vector<int>> order = read_permutation(step, rank);
  if (!order) return;
  if (order->front() != 0) {
    step.refuse("the batch must stay the first dimension");
    return;
  }
  Dims dims;
  for (const int axis : *order) dims.push_back(in->dims[axis]);
  std::vector<int> long_axes;
  for (const int axis : *order)
    if (axis != 0 && in->dims[axis] > 1) long_axes.push_back(axis);
  if (std::is_sorted(long_axes.begin(), long_axes.end())) {
    step.give_view(*in, std::move(dims));
    return;
  }
  // Axes that keep their place at the end move together; what stands before them is put in order as channels.
  std::size_t moved = rank;
  while (moved > 1 && (*order)[moved - 1] == static_cast<int>(moved - 1)) --moved;
  const std::int64_t channels = count_of(Dims(in->dims.begin() + 1, in->dims.begin() + std::ptrdiff_t(moved)));
  const std::int64_t together = count_of(Dims(in->dims.begin() + std::ptrdiff_t(moved), in->dims.end()));
  if (!step.spend(std::size_t(channels) + together)) return;
  GraphRearrange rearrange{Order(channels), {0}, all_of(together)};
  std::vector<std::int64_t> strides(moved, 1);  // of the input's axes
  for (std::size_t i = moved - 1; i-- > 1;) strides[i] = strides[i + 1] * in->dims[i + 1];
  for (std::int64_t at = 0; at < channels; ++at) {
    std::int64_t left = at, from = 0;
    for (std::size_t i = moved; i-- > 1; left /= dims[i]) from += left % dims[i] * strides[(*order)[i]];
    rearrange.channels[at] = static_cast<int>(from);
  }
  const int from = step.as_map(*in, {int(channels), 1, int(together)});
  step.give(step.builder().rearrange(step.name(), from, std::move(rearrange)), std::move(dims));
}

void read_slice(Step& step) {
  const std::optional<Value> in = step.data();
  if (!in || !is_map(step, *in)) return;
  const auto slices = read_slices(step, in->dims);
  if (!slices) return;
  if (slices->front().first != 0 || slices->front().step != 1 || slices->front().count != in->dims.front()) {
    step.refuse("slices the batch");
    return;
  }
  if (!spend_on_orders(step, in->dims)) return;
  std::vector<Order> orders;
  for (std::size_t axis = 1; axis < slices->size(); ++axis) {
    const AxisSlice& slice = (*slices)[axis];
    if (slice.count == 0) {
      step.refuse(fmt::format("takes nothing of axis {} of {}", axis, text_of(in->dims)));
      return;
    }
    Order order;
    for (std::int64_t i = 0; i < slice.count; ++i) order.push_back(static_cast<int>(slice.first + i * slice.step));
    orders.push_back(std::move(order));
  }
  give_rearranged(step, *in, orders, 0);
}

void read_split(Step& step) {
  const std::int64_t asked = step.integer("axis", 0);
  const std::optional<Value> in = step.data();
  if (!in || !is_map(step, *in)) return;
  const std::optional<int> axis = step.axis(asked, in->dims.size(), 1);
  if (!axis) return;
  const std::optional<Dims> parts = parts_of(step, in->dims[*axis]);
  if (!parts) return;
  std::int64_t begin = 0;
  for (int output = 0; output < step.proto().output_size(); ++output) {
    if (!spend_on_orders(step, in->dims)) return;
    std::vector<Order> orders;
    for (std::size_t i = 1; i < in->dims.size(); ++i) orders.push_back(all_of(in->dims[i]));
    Order& order = orders[*axis - 1];
    order.assign((*parts)[output], 0);
    std::iota(order.begin(), order.end(), static_cast<int>(begin));
    give_rearranged(step, *in, orders, 0, output);
    begin += (*parts)[output];
  }
}

void read_pad(Step& step) {
  const std::string mode = step.text("mode", "constant");
  if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap")
    step.refuse(fmt::format("mode {}; constant, reflect, edge and wrap are supported", mode));
  double fill = step.real("value", 0);
  if (step.has(2)) {
    const std::shared_ptr<const Tensor> value = step.constant(2, "padding value");
    if (value && value->values.size() != 1) step.refuse("its padding value is not one number");
    if (value && value->values.size() == 1) fill = value->values[0];
  }
  const std::optional<Dims> pads = step.list_or_input("pads", 1);
  if (!pads && !step.failed()) step.refuse("its pads are missing");
  const std::optional<Value> in = step.data();
  if (step.failed() || !in || !is_map(step, *in)) return;
  const std::size_t rank = in->dims.size();
  Dims axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (step.has(3)) axes = step.integers(3, "axes").value_or(Dims());
  if (step.failed()) return;
  if (pads->size() != 2 * axes.size()) {
    step.refuse(fmt::format("{} pads for {} axes", pads->size(), axes.size()));
    return;
  }
  if (!spend_on_orders(step, in->dims)) return;
  std::vector<Order> orders;
  for (std::size_t i = 1; i < rank; ++i) orders.push_back(all_of(in->dims[i]));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::optional<int> axis = step.axis(axes[i], rank, 0);
    if (!axis) return;
    const std::int64_t before = (*pads)[i], after = (*pads)[i + axes.size()];
    if (before == 0 && after == 0) continue;
    if (*axis == 0) {
      step.refuse("pads the batch");
      return;
    }
    const std::optional<Order> order = padded(step, mode, in->dims[*axis], before, after);
    if (!order) return;
    orders[*axis - 1] = *order;
  }
  give_rearranged(step, *in, orders, fill);
}

void read_concat(Step& step) {
  const std::int64_t asked = step.integer("axis", 1);
  if (!step.has_attribute("axis")) step.refuse("its axis is missing");
  std::vector<Value> parts;
  for (int i = 0; i < step.inputs(); ++i)
    if (const std::optional<Value> part = step.data(i)) parts.push_back(*part);
  if (step.failed() || parts.empty()) return;
  Dims dims = parts.front().dims;
  const std::optional<int> axis = step.axis(asked, dims.size(), 1);
  if (!axis || !is_map(step, parts.front())) return;
  if (*axis != 1) {
    step.refuse(fmt::format("joins axis {} of {}; channels (axis 1) can be joined", *axis, text_of(dims)));
    return;
  }
  if (parts.size() == 1) return step.give_view(parts.front(), std::move(dims));  // the same map under another name
  dims[1] = 0;
  for (const Value& part : parts) {
    Dims like = part.dims;
    if (like.size() == dims.size()) like[1] = dims[1];
    if (like != dims) {
      step.refuse(fmt::format("joins {} and {}", text_of(parts.front().dims), text_of(part.dims)));
      return;
    }
    dims[1] += part.dims[1];
  }
  const Shape out = *map_of(dims);
  if (!step.checked(dims[1], out.height, out.width)) return;
  std::vector<int> from;
  for (const Value& part : parts) from.push_back(step.as_map(part, *map_of(part.dims)));
  step.give(step.builder().concat(step.name(), std::move(from)), std::move(dims));
}

}  // namespace nvcim::workloads::onnx_file
