// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <fstream>

#include "arch/input_error.h"
#include "tests/workloads/random_network.h"
#include "workloads/model_file.h"
#include "workloads/networks.h"
#include "workloads/onnx_read.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

using testing::HasSubstr;

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

RC_GTEST_PROP(Onnx, EveryNetworkIsReadBackAsItWas, ()) {
  Network network = random_network(*rc::gen::arbitrary<std::uint32_t>());
  network.data = "mnist";
  network.float_accuracy = 0.875;
  const std::string bytes = write_onnx(network);
  RC_ASSERT(difference(network, read_onnx("other_name.onnx", bytes_of(bytes))) == "");
  RC_ASSERT(write_onnx(network) == bytes);
}

/// What a runtime that knows only the operators computes, in double precision: the meaning of the file without
/// metadata.
std::vector<double> run_operators(const onnx::ModelProto& model, const std::vector<double>& input);

RC_GTEST_PROP(Onnx, TheOperatorsAloneGiveTheSameOutputs, ()) {
  Network network = random_network(*rc::gen::arbitrary<std::uint32_t>());
  // Powers of two are the same in single and double precision, so that no rounding may tip over.
  auto power_of_two = [](double x) { return std::exp2(std::round(std::log2(x))); };
  for (Node& node : network.nodes) {
    node.input_scale = power_of_two(node.input_scale);
    node.mvm.weight_scale = power_of_two(node.mvm.weight_scale);
    node.mvm.requantisation.multiplier = power_of_two(node.mvm.requantisation.multiplier);
  }
  onnx::ModelProto model;
  RC_ASSERT(model.ParseFromString(write_onnx(network)));
  const auto pixels = random_pixels(network, 1, *rc::gen::arbitrary<std::uint32_t>());
  std::vector<std::uint8_t> codes(network.input.size());
  encode_image(network, pixels.data(), codes.data());
  std::vector<double> real;
  const Node& first = network.nodes.front();
  for (const int code : codes) real.push_back((code - first.input_zero_point) * first.input_scale);
  const std::vector<double> got = run_operators(model, real);
  const auto wanted = reference_logits(network, pixels, 1);
  RC_ASSERT(got.size() == wanted.size());
  // The unit of the outputs: of the sums, or of the last codes.
  double scale = first.input_scale;
  int zero_point = 0;
  for (const Node& node : network.nodes) {
    if (node.kind != Node::Kind::mvm) continue;
    scale *= node.mvm.weight_scale;
    zero_point = 0;
    if (!node.mvm.raw_output) scale /= node.mvm.requantisation.multiplier;
    if (!node.mvm.raw_output) zero_point = node.mvm.requantisation.zero_point;
  }
  for (std::size_t i = 0; i < got.size(); ++i) RC_ASSERT(got[i] / scale + zero_point == double(wanted[i]));
}

TEST(Onnx, AFileIsWrittenWholeOrNotAtAll) {
  const auto file = std::filesystem::path(testing::TempDir()) / "nvcim_saved.onnx";
  std::filesystem::remove(file);
  Network network = random_network(7);
  save_network(network, file);
  EXPECT_EQ(difference(network, load_network(file.string())), "");
  network.nodes.front().input_scale = 1e-300;
  std::filesystem::remove(file);
  EXPECT_THROW(save_network(network, file), InputError);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_THROW(save_network(random_network(7), "/nowhere/at/all.onnx"), InputError);
}

TEST(Onnx, DamagedBytesNeverCrashTheReader) {
  // One byte of a small file changed at a time: read to something, or refused by name.
  const std::string good = write_onnx(random_network(11));
  int refused = 0, read = 0;
  for (std::size_t at = 0; at < good.size(); at += 1 + good.size() / 4000)
    for (const int change : {0x01, 0x80, 0xff}) {
      std::string bad = good;
      bad[at] = char(bad[at] ^ change);
      try {
        read_onnx("damaged.onnx", bytes_of(bad));
        ++read;
      } catch (const InputError&) {
        ++refused;
      }
    }
  EXPECT_GT(refused, 0);
  EXPECT_GT(read, 0);  // names and weights may change
  for (std::size_t length = 0; length < good.size(); length += 1 + good.size() / 500) {
    try {
      read_onnx("short.onnx", bytes_of(good.substr(0, length)));
    } catch (const InputError&) {
    }
  }
}

/// A hand-made model as another tool writes it: uint8 input, int8 activations, MatMul + Add, float bias, no names.
TEST(Onnx, AForeignModelMeansWhatItsOperatorsSay) {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(13);
  onnx::GraphProto& graph = *model.mutable_graph();
  auto tensor = [&](const char* name, onnx::TensorProto::DataType type, std::vector<std::int64_t> dims,
                    std::vector<double> values) {
    onnx::TensorProto& t = *graph.add_initializer();
    t.set_name(name);
    t.set_data_type(type);
    for (const auto d : dims) t.add_dims(d);
    for (const double v : values)
      if (type == onnx::TensorProto::FLOAT)
        t.add_float_data(float(v));
      else
        t.add_int32_data(int(v));
  };
  auto node = [&](const char* op, std::vector<const char*> inputs, const char* output) {
    onnx::NodeProto& n = *graph.add_node();
    n.set_op_type(op);
    for (const char* i : inputs) n.add_input(i);
    n.add_output(output);
  };
  auto& in = *graph.add_input();
  in.set_name("x");
  in.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::UINT8);
  in.mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_param("N");
  in.mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(2);
  graph.add_output()->set_name("y");
  tensor("sx", onnx::TensorProto::FLOAT, {}, {0.5});
  tensor("zx", onnx::TensorProto::UINT8, {}, {10});
  tensor("w", onnx::TensorProto::INT8, {2, 3}, {1, -2, 127, 4, 5, -127});  // [inputs][outputs]
  tensor("sw", onnx::TensorProto::FLOAT, {1}, {0.25});
  tensor("b", onnx::TensorProto::FLOAT, {3}, {1, -0.5, 0.25});
  tensor("sy", onnx::TensorProto::FLOAT, {}, {2});
  tensor("zy", onnx::TensorProto::INT8, {}, {-8});
  node("DequantizeLinear", {"x", "sx", "zx"}, "xd");
  node("DequantizeLinear", {"w", "sw"}, "wd");
  node("MatMul", {"xd", "wd"}, "m");
  node("Add", {"b", "m"}, "s");
  node("QuantizeLinear", {"s", "sy", "zy"}, "q");
  node("DequantizeLinear", {"q", "sy", "zy"}, "y");
  const Network network = read_onnx("a/foreign.onnx", bytes_of(model.SerializeAsString()));
  EXPECT_EQ(network.name, "foreign");
  EXPECT_EQ(network.input_table[0][200], 200);
  ASSERT_EQ(network.nodes.size(), 1u);
  const Node& fc = network.nodes[0];
  EXPECT_EQ(fc.input_zero_point, 10);
  EXPECT_THAT(fc.mvm.weights, testing::ElementsAre(1, 4, -2, 5, 127, -127));
  EXPECT_THAT(fc.mvm.bias, testing::ElementsAre(8, -4, 2));  // in units of 0.5 · 0.25
  EXPECT_EQ(fc.mvm.requantisation.multiplier, 0.5 * 0.25 / 2);
  EXPECT_EQ(fc.mvm.requantisation.zero_point, 120);  // int8 codes are shifted by 128
  const std::vector<std::uint8_t> pixels{20, 40};
  // Real inputs 5 and 15; sums 16.25+…: y = x·w + b.
  const double x0 = 5, x1 = 15;
  const double sums[] = {x0 * 0.25 + x1 * 1 + 1, x0 * -0.5 + x1 * 1.25 - 0.5, x0 * 31.75 - x1 * 31.75 + 0.25};
  const auto codes = reference_logits(network, pixels, 1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(codes[i], std::clamp(std::nearbyint(sums[i] / 2) + 120, 0.0, 255.0)) << i;
}

// ---- a small interpreter of the operators, in double precision ----

struct Value {
  std::vector<std::int64_t> dims;
  std::vector<double> data;
};

std::vector<std::int64_t> ints(const onnx::NodeProto& node, const char* name) {
  for (const auto& a : node.attribute())
    if (a.name() == name) return {a.ints().begin(), a.ints().end()};
  return {};
}

template <class T>
std::vector<double> raw(const onnx::TensorProto& t) {
  std::vector<double> out(t.raw_data().size() / sizeof(T));
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, t.raw_data().data() + i * sizeof(T), sizeof(T));
    out[i] = double(value);
  }
  return out;
}

Value constant_value(const onnx::TensorProto& t) {
  Value v{{t.dims().begin(), t.dims().end()}, {}};
  v.data = t.data_type() == onnx::TensorProto::FLOAT   ? raw<float>(t)
           : t.data_type() == onnx::TensorProto::INT8  ? raw<std::int8_t>(t)
           : t.data_type() == onnx::TensorProto::UINT8 ? raw<std::uint8_t>(t)
           : t.data_type() == onnx::TensorProto::INT32 ? raw<std::int32_t>(t)
                                                       : raw<std::int64_t>(t);
  return v;
}

/// Calls visit(input index or -1 for padding, kernel index, output position) for every element of every window.
template <class Visit>
std::pair<std::int64_t, std::int64_t> windows(const onnx::NodeProto& node, std::int64_t h, std::int64_t w,
                                              Visit visit) {
  const auto k = ints(node, "kernel_shape"), s = ints(node, "strides"), p = ints(node, "pads");
  const std::int64_t oh = (h + p[0] + p[2] - k[0]) / s[0] + 1, ow = (w + p[1] + p[3] - k[1]) / s[1] + 1;
  for (std::int64_t y = 0; y < oh; ++y)
    for (std::int64_t x = 0; x < ow; ++x)
      for (std::int64_t i = 0; i < k[0]; ++i)
        for (std::int64_t j = 0; j < k[1]; ++j) {
          const std::int64_t iy = y * s[0] - p[0] + i, ix = x * s[1] - p[1] + j;
          const bool inside = iy >= 0 && ix >= 0 && iy < h && ix < w;
          visit(inside ? iy * w + ix : -1, i * k[1] + j, y * ow + x);
        }
  return {oh, ow};
}

std::vector<double> run_operators(const onnx::ModelProto& model, const std::vector<double>& input) {
  std::map<std::string, Value> values;
  const auto& graph = model.graph();
  for (const auto& t : graph.initializer()) values[t.name()] = constant_value(t);
  Value in{{}, input};
  for (const auto& d : graph.input(0).type().tensor_type().shape().dim())
    in.dims.push_back(d.has_dim_value() ? d.dim_value() : 1);
  values[graph.input(0).name()] = in;
  for (const auto& node : graph.node()) {
    const Value x = values.at(node.input(0));
    Value y = x;
    auto parameter = [&](int i) { return values.at(node.input(i)).data; };
    const std::string& op = node.op_type();
    if (op == "QuantizeLinear") {
      for (double& v : y.data) v = std::clamp(std::nearbyint(v / parameter(1)[0]) + parameter(2)[0], 0.0, 255.0);
    } else if (op == "DequantizeLinear") {
      const double zero = node.input_size() > 2 ? parameter(2)[0] : 0;
      for (double& v : y.data) v = (v - zero) * parameter(1)[0];
    } else if (op == "Relu") {
      for (double& v : y.data) v = std::max(v, 0.0);
    } else if (op == "Clip") {
      for (double& v : y.data) v = std::clamp(v, parameter(1)[0], parameter(2)[0]);
    } else if (op == "Add") {
      for (double& v : y.data) v += parameter(1)[0];
    } else if (op == "Flatten") {
      y.dims = {1, std::int64_t(x.data.size())};
    } else if (op == "Reshape") {
      const auto dims = parameter(1);
      y.dims = {1, std::int64_t(dims[1]), std::int64_t(dims[2]), std::int64_t(dims[3])};
    } else if (op == "Gemm") {
      const auto w = parameter(1), b = parameter(2);
      y.data = b;
      for (std::size_t o = 0; o < b.size(); ++o)
        for (std::size_t r = 0; r < x.data.size(); ++r) y.data[o] += w[o * x.data.size() + r] * x.data[r];
      y.dims = {1, std::int64_t(b.size())};
    } else if (op == "Conv") {
      const auto w = parameter(1), b = parameter(2);
      const auto k = ints(node, "kernel_shape");
      const std::int64_t area = k[0] * k[1], plane = x.dims[2] * x.dims[3];
      std::map<std::pair<std::int64_t, std::int64_t>, double> sums;
      std::pair<std::int64_t, std::int64_t> out;
      for (std::size_t o = 0; o < b.size(); ++o)
        for (std::int64_t c = 0; c < x.dims[1]; ++c)
          out = windows(node, x.dims[2], x.dims[3], [&](std::int64_t at, std::int64_t kernel, std::int64_t position) {
            double& sum = sums.try_emplace({std::int64_t(o), position}, b[o]).first->second;
            if (at >= 0) sum += w[(o * x.dims[1] + c) * area + kernel] * x.data[c * plane + at];
          });
      y.dims = {1, std::int64_t(b.size()), out.first, out.second};
      y.data.clear();
      for (const auto& [where, sum] : sums) y.data.push_back(sum);
    } else {  // pools
      const bool maximum = op == "MaxPool";
      const auto k = ints(node, "kernel_shape");
      const std::int64_t plane = x.dims[2] * x.dims[3];
      y.data.clear();
      for (std::int64_t c = 0; c < x.dims[1]; ++c) {
        std::map<std::int64_t, double> results;
        const auto out = windows(node, x.dims[2], x.dims[3], [&](std::int64_t at, std::int64_t, std::int64_t position) {
          double& r = results.try_emplace(position, maximum ? -INFINITY : 0.0).first->second;
          if (maximum && at >= 0) r = std::max(r, x.data[c * plane + at]);
          if (!maximum && at >= 0) r += x.data[c * plane + at] / double(k[0] * k[1]);
        });
        for (const auto& [position, r] : results) y.data.push_back(r);
        y.dims = {1, x.dims[1], out.first, out.second};
      }
    }
    values[node.output(0)] = y;
  }
  return values.at(graph.output(0).name()).data;
}

}  // namespace
}  // namespace nvcim::workloads
