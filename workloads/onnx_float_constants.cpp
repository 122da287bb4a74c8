// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_float_constants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "workloads/onnx_float_quantisers.h"
#include "workloads/onnx_float_shapes.h"

namespace nvcim::workloads::onnx_file {
namespace {

using TensorPointer = std::shared_ptr<const Tensor>;

bool is_whole(int type) {
  return type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::DOUBLE;
}

void give_constant(Step& step, Tensor tensor) {
  if (step.failed()) return;
  if (!std::all_of(tensor.values.begin(), tensor.values.end(), [](double v) { return std::isfinite(v); })) {
    step.refuse("its constants give a value that is not finite");
    return;
  }
  Value value;
  value.kind = Value::Kind::constant;
  value.folded = std::make_shared<const Tensor>(std::move(tensor));
  step.give(std::move(value));
}

Tensor whole_numbers(const Dims& list) {
  return {onnx::TensorProto::INT64, {std::int64_t(list.size())}, std::vector<double>(list.begin(), list.end())};
}

void fold_constant(Step& step) {
  if (const onnx::AttributeProto* value = attribute(step.proto(), "value"); value != nullptr && value->has_t()) {
    // Stays in the file until it is used.
    Value constant;
    constant.kind = Value::Kind::constant;
    constant.stored = &value->t();
    step.give(std::move(constant));
  } else if (step.has_attribute("value_int")) {
    give_constant(step, {onnx::TensorProto::INT64, {}, {double(step.integer("value_int", 0))}});
  } else if (step.has_attribute("value_float")) {
    give_constant(step, {onnx::TensorProto::FLOAT, {}, {step.real("value_float", 0)}});
  } else if (const std::optional<Dims> list = step.list("value_ints")) {
    give_constant(step, whole_numbers(*list));
  } else {
    step.refuse("holds no tensor and no numbers");
  }
}

void fold_shape(Step& step) {
  Dims dims;
  const Value in = step.value(0);
  if (in.kind == Value::Kind::computed) {
    dims = in.dims;
  } else {
    const TensorPointer constant = step.constant(0, "input");
    if (!constant) return;
    dims = constant->dims;
  }
  const auto rank = static_cast<std::int64_t>(dims.size());
  const auto place = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
  const std::int64_t begin = place(step.integer("start", 0)), end = place(step.integer("end", rank));
  Dims part;
  for (std::int64_t i = begin; i < end; ++i) part.push_back(dims[i]);
  give_constant(step, whole_numbers(part));
}

void fold_constant_of_shape(Step& step) {
  const std::optional<Dims> dims = step.integers(0, "shape");
  if (!dims) return;
  Tensor tensor{onnx::TensorProto::FLOAT, *dims, {}};
  double fill = 0;
  if (const onnx::AttributeProto* value = attribute(step.proto(), "value"); value != nullptr && value->has_t()) {
    std::string problem;
    const std::optional<Tensor> one = decode_tensor(value->t(), std::nullopt, problem);
    if (!one || one->values.size() != 1) {
      step.refuse(one ? "its value is not one number" : "its value " + problem);
      return;
    }
    fill = one->values[0];
    tensor.type = one->type;
  }
  const std::int64_t count = count_of(*dims);
  if (std::any_of(dims->begin(), dims->end(), [](std::int64_t d) { return d < 0; })) {
    step.refuse(fmt::format("a tensor of {}", text_of(*dims)));
    return;
  }
  if (!step.spend(static_cast<std::size_t>(count))) return;
  tensor.values.assign(count, fill);
  give_constant(step, std::move(tensor));
}

void fold_concat(Step& step) {
  Tensor joined;
  for (int i = 0; i < step.inputs(); ++i) {
    const TensorPointer part = step.constant(i, "input");
    if (!part) return;
    const std::optional<int> axis = step.axis(step.integer("axis", 0), part->dims.size(), 0);
    if (!axis) return;
    // Along the first axis elements just follow each other; that is what shapes and paddings need.
    if (*axis != 0 || (i > 0 && (part->dims.size() != joined.dims.size() ||
                                 !std::equal(part->dims.begin() + 1, part->dims.end(), joined.dims.begin() + 1)))) {
      step.refuse("constants are joined only along their first axis; export with constant folding");
      return;
    }
    if (!step.spend(part->values.size())) return;
    if (i == 0) joined = {part->type, part->dims, {}};
    if (i > 0) joined.dims[0] += part->dims[0];
    joined.values.insert(joined.values.end(), part->values.begin(), part->values.end());
  }
  give_constant(step, std::move(joined));
}

/// The same elements in another shape.
void fold_view(Step& step) {
  const TensorPointer in = step.constant(0, "input");
  if (!in) return;
  const std::string& op = step.op();
  const std::optional<Dims> dims = op == "Reshape"   ? read_reshape(step, in->dims)
                                   : op == "Flatten" ? read_flatten(step, in->dims)
                                   : op == "Squeeze" ? read_squeeze(step, in->dims, 0)
                                                     : read_unsqueeze(step, in->dims, 0);
  if (!dims || !step.spend(in->values.size())) return;
  give_constant(step, {in->type, *dims, in->values});
}

void fold_cast(Step& step) {
  const TensorPointer in = step.constant(0, "input");
  const auto type = static_cast<int>(step.integer("to", 0));
  if (!in || !step.spend(in->values.size())) return;
  if (type != onnx::TensorProto::FLOAT && type != onnx::TensorProto::DOUBLE && type != onnx::TensorProto::INT64 &&
      type != onnx::TensorProto::INT32 && type != onnx::TensorProto::BOOL) {
    step.refuse("casts to a type that is not read; float, double, int32, int64 and bool are");
    return;
  }
  Tensor cast{type, in->dims, in->values};
  for (double& v : cast.values) {
    if (type == onnx::TensorProto::BOOL)
      v = v != 0 ? 1 : 0;
    else if (is_whole(type))
      v = std::trunc(v);
    else if (type == onnx::TensorProto::FLOAT)
      v = double{static_cast<float>(std::clamp(v, -0x1.fffffep+127, 0x1.fffffep+127))};
  }
  give_constant(step, std::move(cast));
}

/// Elements of `in` at first + sum of index * stride.
void give_strided(Step& step, const Tensor& in, Dims dims, std::int64_t first, const Dims& strides) {
  const std::int64_t count = count_of(dims);
  if (!step.spend(static_cast<std::size_t>(count))) return;
  Tensor out{in.type, std::move(dims), {}};
  out.values.reserve(count);
  Dims index(out.dims.size(), 0);
  std::int64_t from = first;
  for (std::int64_t at = 0; at < count; ++at) {
    out.values.push_back(in.values[from]);
    for (std::size_t axis = index.size(); axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < out.dims[axis]) break;
      from -= strides[axis] * out.dims[axis];
      index[axis] = 0;
    }
  }
  give_constant(step, std::move(out));
}

Dims strides_of(const Dims& dims) {
  Dims strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * std::max<std::int64_t>(1, dims[i]);
  return strides;
}

void fold_transpose(Step& step) {
  const TensorPointer in = step.constant(0, "input");
  if (!in) return;
  const std::optional<std::vector<int>> order = read_permutation(step, in->dims.size());
  if (!order) return;
  const Dims strides = strides_of(in->dims);
  Dims dims, of_output;
  for (const int axis : *order) dims.push_back(in->dims[axis]), of_output.push_back(strides[axis]);
  give_strided(step, *in, std::move(dims), 0, of_output);
}

void fold_slice(Step& step) {
  const TensorPointer in = step.constant(0, "input");
  if (!in) return;
  const auto slices = read_slices(step, in->dims);
  if (!slices) return;
  Dims strides = strides_of(in->dims), dims;
  std::int64_t first = 0;
  for (std::size_t axis = 0; axis < slices->size(); ++axis) {
    const AxisSlice& slice = (*slices)[axis];
    dims.push_back(slice.count);
    if (slice.count == 0) continue;
    first += slice.first * strides[axis];
    // The step matters, and is small, only where there is a second element.
    strides[axis] *= slice.count > 1 ? slice.step : 0;
  }
  give_strided(step, *in, std::move(dims), first, strides);
}

void fold_gather(Step& step) {
  const TensorPointer in = step.constant(0, "input"), indices = step.constant(1, "indices");
  if (!in || !indices) return;
  const std::optional<int> axis = step.axis(step.integer("axis", 0), in->dims.size(), 0);
  if (!axis) return;
  if (*axis != 0 || in->dims.size() != 1) {
    step.refuse("constants are gathered only from a list; export with constant folding");
    return;
  }
  if (!step.spend(indices->values.size())) return;
  Tensor out{in->type, indices->dims, {}};
  const auto size = static_cast<double>(in->values.size());
  for (double i : indices->values) {
    if (i < 0) i += size;
    if (!(i >= 0 && i < size) || i != std::floor(i)) {
      step.refuse(fmt::format("index {} of a list of {}", i, in->values.size()));
      return;
    }
    out.values.push_back(in->values[static_cast<std::size_t>(i)]);
  }
  give_constant(step, std::move(out));
}

void fold_arithmetic(Step& step) {
  const TensorPointer a = step.constant(0, "input"), b = step.constant(1, "input");
  if (!a || !b) return;
  const bool same = a->dims == b->dims, one_a = a->values.size() == 1, one_b = b->values.size() == 1;
  if (!same && !one_a && !one_b) {
    step.refuse(
        fmt::format("constants of {} and {}; export with constant folding", text_of(a->dims), text_of(b->dims)));
    return;
  }
  const Tensor& shape = one_a && (!one_b || b->dims.size() > a->dims.size()) ? *b : *a;
  if (!step.spend(shape.values.size())) return;
  Tensor out{a->type, shape.dims, {}};
  const std::string& op = step.op();
  for (std::size_t i = 0; i < shape.values.size(); ++i) {
    const double x = a->values[one_a ? 0 : i], y = b->values[one_b ? 0 : i];
    const double result = op == "Add" ? x + y : op == "Sub" ? x - y : op == "Mul" ? x * y : x / y;
    out.values.push_back(is_whole(out.type) ? std::trunc(result) : result);
  }
  give_constant(step, std::move(out));
}

void fold_unary(Step& step) {
  const TensorPointer in = step.constant(0, "input");
  if (!in || !step.spend(in->values.size())) return;
  Tensor out = *in;
  for (double& v : out.values) v = step.op() == "Neg" ? -v : step.op() == "Sqrt" ? std::sqrt(v) : std::floor(v);
  give_constant(step, std::move(out));
}

void fold_dequantise(Step& step) {
  if (std::optional<Tensor> real = dequantised(step)) give_constant(step, std::move(*real));
}

void fold_identity(Step& step) {
  step.give(step.value(0));
}

using Fold = void (*)(Step&);

const std::map<std::string, Fold>& folds() {
  static const std::map<std::string, Fold> table = {{"Add", fold_arithmetic},
                                                    {"Sub", fold_arithmetic},
                                                    {"Mul", fold_arithmetic},
                                                    {"Div", fold_arithmetic},
                                                    {"Neg", fold_unary},
                                                    {"Sqrt", fold_unary},
                                                    {"Floor", fold_unary},
                                                    {"Cast", fold_cast},
                                                    {"Concat", fold_concat},
                                                    {"Reshape", fold_view},
                                                    {"Flatten", fold_view},
                                                    {"Squeeze", fold_view},
                                                    {"Unsqueeze", fold_view},
                                                    {"Slice", fold_slice},
                                                    {"Transpose", fold_transpose},
                                                    {"Gather", fold_gather},
                                                    {"Identity", fold_identity},
                                                    {"Dropout", fold_identity},
                                                    {"DequantizeLinear", fold_dequantise},
                                                    {"ConstantOfShape", fold_constant_of_shape}};
  return table;
}

}  // namespace

bool fold_constants(Step& step) {
  if (step.op() == "Constant") {
    fold_constant(step);
    return true;
  }
  if (step.op() == "Shape") {
    if (step.value(0).kind != Value::Kind::unknown) fold_shape(step);
    return true;
  }
  bool any = false;
  for (int i = 0; i < step.inputs(); ++i) {
    if (step.has(i) && !step.is_constant(i)) return false;
    any |= step.has(i);
  }
  if (!any) return false;
  const auto fold = folds().find(step.op());
  if (fold != folds().end())
    fold->second(step);
  else
    step.refuse("all its inputs are constants; export with constant folding");
  return true;
}

}  // namespace nvcim::workloads::onnx_file
