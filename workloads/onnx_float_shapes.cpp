// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_shapes.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace nvcim::workloads::onnx_file {
namespace {

constexpr std::int64_t kMany = std::int64_t{1} << 62;
constexpr std::size_t kHighestRank = 16;

AxisSlice slice_of(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t dim) {
  if (dim == 0) return {0, 1, 0};
  const bool forward = step > 0;
  if (start < 0) start += dim;
  if (end < 0) end += dim;
  start = std::clamp<std::int64_t>(start, 0, forward ? dim : dim - 1);
  end = std::clamp<std::int64_t>(end, forward ? 0 : -1, dim);
  const std::int64_t way = forward ? end - start : start - end, stride = forward ? step : -step;
  // A stride past the whole axis takes one element; written so that nothing can overflow.
  return {start, step, way <= 0 ? 0 : (way - 1) / stride + 1};
}

/// Axes, each once. @param rank  of the tensor they count in
std::optional<std::vector<bool>> marked(Step& step, const Dims& axes, std::size_t rank, int least) {
  std::vector<bool> marks(rank, false);
  for (const std::int64_t a : axes) {
    const std::optional<int> axis = step.axis(a, rank, least);
    if (!axis) return std::nullopt;
    if (marks[*axis]) {
      step.refuse(fmt::format("axis {} twice", *axis));
      return std::nullopt;
    }
    marks[*axis] = true;
  }
  return marks;
}

}  // namespace

std::int64_t count_of(const Dims& dims) {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim <= 0) return 0;
    count = count > kMany / dim ? kMany : count * dim;
  }
  return count;
}

std::optional<std::vector<AxisSlice>> read_slices(Step& step, const Dims& dims) {
  const std::optional<Dims> starts = step.list_or_input("starts", 1), ends = step.list_or_input("ends", 2);
  const std::optional<Dims> axes = step.list_or_input("axes", 3);
  std::optional<Dims> steps;
  if (step.has(4)) steps = step.integers(4, "steps");
  if (step.failed()) return std::nullopt;
  if (!starts || !ends || starts->size() != ends->size() || (axes && axes->size() != starts->size()) ||
      (steps && steps->size() != starts->size()) || (!axes && starts->size() > dims.size())) {
    step.refuse("starts, ends, axes and steps do not fit each other");
    return std::nullopt;
  }
  Dims default_axes(starts->size());
  std::iota(default_axes.begin(), default_axes.end(), 0);
  if (!marked(step, axes.value_or(default_axes), dims.size(), 0)) return std::nullopt;
  std::vector<AxisSlice> slices;
  for (const std::int64_t dim : dims) slices.push_back({0, 1, dim});
  for (std::size_t i = 0; i < starts->size(); ++i) {
    const int axis = *step.axis(axes.value_or(default_axes)[i], dims.size(), 0);
    const std::int64_t stride = steps ? (*steps)[i] : 1;
    if (stride == 0) {
      step.refuse("a step of 0");
      return std::nullopt;
    }
    slices[axis] = slice_of((*starts)[i], (*ends)[i], stride, dims[axis]);
  }
  return slices;
}

std::optional<Dims> read_reshape(Step& step, const Dims& dims) {
  const bool zero_is_zero = step.integer("allowzero", 0) != 0;
  std::optional<Dims> target = step.integers(1, "target shape");
  if (!target || step.failed()) return std::nullopt;
  const Dims asked = *target;
  for (std::size_t i = 0; i < target->size(); ++i)
    if ((*target)[i] == 0 && !zero_is_zero && i < dims.size()) (*target)[i] = dims[i];
  const auto rest = std::find(target->begin(), target->end(), -1);
  if (rest != target->end()) {
    *rest = 1;
    const std::int64_t known = count_of(*target);
    *rest = known > 0 && count_of(dims) % known == 0 ? count_of(dims) / known : -1;
  }
  const bool negative = std::any_of(target->begin(), target->end(), [](std::int64_t d) { return d < 0; });
  if (negative || count_of(*target) != count_of(dims) || target->size() > kHighestRank) {
    step.refuse(fmt::format("{} cannot become {}", text_of(dims), text_of(asked)));
    return std::nullopt;
  }
  return target;
}

std::optional<Dims> read_squeeze(Step& step, const Dims& dims, int least) {
  const std::optional<Dims> axes = step.list_or_input("axes", 1);
  if (step.failed()) return std::nullopt;
  std::vector<bool> gone(dims.size(), false);
  if (axes) {
    const auto marks = marked(step, *axes, dims.size(), least);
    if (!marks) return std::nullopt;
    gone = *marks;
  } else {
    for (std::size_t i = least; i < dims.size(); ++i) gone[i] = dims[i] == 1;
  }
  Dims result;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (!gone[i]) result.push_back(dims[i]);
    if (!gone[i] || dims[i] == 1) continue;
    step.refuse(fmt::format("axis {} of {} is not 1", i, text_of(dims)));
    return std::nullopt;
  }
  return result;
}

std::optional<Dims> read_unsqueeze(Step& step, const Dims& dims, int least) {
  const std::optional<Dims> axes = step.list_or_input("axes", 1);
  if (!axes && !step.failed()) step.refuse("its axes are missing");
  if (!axes || step.failed()) return std::nullopt;
  if (dims.size() + axes->size() > kHighestRank) {
    step.refuse(fmt::format("more than {} dimensions", kHighestRank));
    return std::nullopt;
  }
  const auto added = marked(step, *axes, dims.size() + axes->size(), least);
  if (!added) return std::nullopt;
  Dims result;
  std::size_t next = 0;
  for (const bool is_new : *added) result.push_back(is_new ? 1 : dims[next++]);
  return result;
}

std::optional<Dims> read_flatten(Step& step, const Dims& dims) {
  const std::int64_t asked = step.integer("axis", 1);
  const std::int64_t axis = asked < 0 ? asked + static_cast<std::int64_t>(dims.size()) : asked;
  if (step.failed()) return std::nullopt;
  if (axis < 0 || axis > static_cast<std::int64_t>(dims.size())) {
    step.refuse(fmt::format("axis {} of {} dimensions", asked, dims.size()));
    return std::nullopt;
  }
  return Dims{count_of(Dims(dims.begin(), dims.begin() + axis)), count_of(Dims(dims.begin() + axis, dims.end()))};
}

std::optional<std::vector<int>> read_permutation(Step& step, std::size_t rank) {
  std::vector<int> order;
  if (const std::optional<Dims> perm = step.list("perm")) {
    const auto marks = perm->size() == rank ? marked(step, *perm, rank, 0) : std::nullopt;
    if (!marks) {
      if (!step.failed()) step.refuse(fmt::format("perm {} for {} dimensions", text_of(*perm), rank));
      return std::nullopt;
    }
    for (const std::int64_t axis : *perm)
      order.push_back(static_cast<int>(axis < 0 ? axis + std::int64_t(rank) : axis));
  } else {
    for (std::size_t i = rank; i-- > 0;) order.push_back(static_cast<int>(i));
  }
  if (step.failed()) return std::nullopt;
  return order;
}

}  // namespace nvcim::workloads::onnx_file
