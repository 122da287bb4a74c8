// SPDX-License-Identifier: Apache-2.0
#include "tests/onnx/model_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <numeric>

#include "workloads/onnx_float.h"

namespace nvcim::testing {
namespace {

onnx::AttributeProto& add(onnx::NodeProto& node, const char* name, onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& a = *node.add_attribute();
  a.set_name(name);
  a.set_type(type);
  return a;
}

}  // namespace

std::filesystem::path models_folder() {
  return std::filesystem::path(NVCIM_SOURCE_DIR) / "tests/onnx/models";
}

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  EXPECT_TRUE(stream) << file;
  return {std::istreambuf_iterator<char>(stream), {}};
}

onnx::ModelProto model_of(const std::vector<std::uint8_t>& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return model;
}

std::vector<std::uint8_t> bytes_of(const onnx::ModelProto& model) {
  const std::string bytes = model.SerializeAsString();
  return {bytes.begin(), bytes.end()};
}

ModelMaker::ModelMaker(std::vector<std::int64_t> input, int opset) {
  proto.set_ir_version(8);
  proto.add_opset_import()->set_version(opset);
  auto& tensor = *proto.mutable_graph()->add_input();
  tensor.set_name("x");
  auto& type = *tensor.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : input) {
    auto& added = *type.mutable_shape()->add_dim();
    if (dim < 0)
      added.set_dim_param("n");
    else
      added.set_dim_value(dim);
  }
  proto.mutable_graph()->add_output()->set_name("y");
}

onnx::NodeProto& ModelMaker::node(const std::string& op, const std::string& name, std::vector<std::string> inputs) {
  onnx::NodeProto& node = *proto.mutable_graph()->add_node();
  node.set_op_type(op);
  node.set_name(name);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(name);
  return node;
}

ModelMaker& ModelMaker::constant(const std::string& name, std::vector<std::int64_t> dims, std::vector<float> values) {
  onnx::TensorProto& tensor = *proto.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : dims) tensor.add_dims(dim);
  for (const float value : values) tensor.add_float_data(value);
  return *this;
}

ModelMaker& ModelMaker::constant(const std::string& name, std::vector<std::int64_t> dims, float value) {
  const auto count = std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
  return constant(name, dims, std::vector<float>(count, value));
}

ModelMaker& ModelMaker::integers(const std::string& name, std::vector<std::int64_t> values) {
  onnx::TensorProto& tensor = *proto.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(static_cast<std::int64_t>(values.size()));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
  return *this;
}

ModelMaker& ModelMaker::output(const std::string& tensor) {
  proto.mutable_graph()->mutable_output(0)->set_name(tensor);
  return *this;
}

onnx::AttributeProto& set(onnx::NodeProto& node, const char* name, std::int64_t value) {
  onnx::AttributeProto& a = add(node, name, onnx::AttributeProto::INT);
  a.set_i(value);
  return a;
}

onnx::AttributeProto& set_list(onnx::NodeProto& node, const char* name, std::vector<std::int64_t> values) {
  onnx::AttributeProto& a = add(node, name, onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) a.add_ints(value);
  return a;
}

onnx::AttributeProto& set(onnx::NodeProto& node, const char* name, float value) {
  onnx::AttributeProto& a = add(node, name, onnx::AttributeProto::FLOAT);
  a.set_f(value);
  return a;
}

onnx::AttributeProto& set(onnx::NodeProto& node, const char* name, const char* value) {
  onnx::AttributeProto& a = add(node, name, onnx::AttributeProto::STRING);
  a.set_s(value);
  return a;
}

std::vector<std::string> complaints(const onnx::ModelProto& model, const std::filesystem::path& folder) {
  std::vector<std::string> texts;
  try {
    workloads::read_float_onnx("m.onnx", bytes_of(model),
                               folder.empty() ? std::nullopt : std::optional<std::filesystem::path>(folder));
  } catch (const InputError& error) {
    for (const InputIssue& issue : error.issues()) texts.push_back(issue.text());
  }
  return texts;
}

}  // namespace nvcim::testing
