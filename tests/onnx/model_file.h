// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "arch/input_error.h"

/// Models for the tests: those of models/, and small ones made here.
namespace nvcim::testing {

std::filesystem::path models_folder();
std::vector<std::uint8_t> bytes_of(const std::filesystem::path& file);
onnx::ModelProto model_of(const std::vector<std::uint8_t>& bytes);
std::vector<std::uint8_t> bytes_of(const onnx::ModelProto& model);

/// A model from "x" to "y" in floating point, node by node.
class ModelMaker {
 public:
  explicit ModelMaker(std::vector<std::int64_t> input, int opset = 13);

  /// One output, called after the node, or "y" for the last: say so with output().
  onnx::NodeProto& node(const std::string& op, const std::string& name, std::vector<std::string> inputs);
  ModelMaker& constant(const std::string& name, std::vector<std::int64_t> dims, std::vector<float> values);
  /// All elements alike.
  ModelMaker& constant(const std::string& name, std::vector<std::int64_t> dims, float value);
  ModelMaker& integers(const std::string& name, std::vector<std::int64_t> values);
  /// The network's output.
  ModelMaker& output(const std::string& tensor);

  onnx::ModelProto proto;
};

onnx::AttributeProto& set(onnx::NodeProto& node, const char* name, std::int64_t value);
onnx::AttributeProto& set_list(onnx::NodeProto& node, const char* name, std::vector<std::int64_t> values);
onnx::AttributeProto& set(onnx::NodeProto& node, const char* name, float value);
onnx::AttributeProto& set(onnx::NodeProto& node, const char* name, const char* value);

/// What reading it complains about: nothing when it can be read.
std::vector<std::string> complaints(const onnx::ModelProto& model, const std::filesystem::path& folder = {});

}  // namespace nvcim::testing
