// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <fstream>
#include <functional>

#include "arch/input_error.h"
#include "workloads/model_file.h"
#include "workloads/networks.h"
#include "workloads/onnx_read.h"

namespace nvcim::workloads {
namespace {

using testing::HasSubstr;

/// conv → average pool → fc, small.
Network small_network() {
  Network network = NetworkBuilder("small", {1, 4, 4}, 8, 8, 8)
                        .convolution("conv1", 2, 3, 1)
                        .average_pool("pool1", 2)
                        .fully_connected("fc1", 3)
                        .build();
  for (Node& node : network.nodes)
    for (std::size_t i = 0; i < node.mvm.weights.size(); ++i) node.mvm.weights[i] = std::int16_t(i % 7);
  return network;
}

/// A good model, to be spoilt in one place.
class Model {
 public:
  Model() { EXPECT_TRUE(proto.ParseFromString(write_onnx(small_network()))); }

  onnx::NodeProto& node(const std::string& name) {
    for (auto& node : *proto.mutable_graph()->mutable_node())
      if (node.name() == name) return node;
    ADD_FAILURE() << "no node " << name;
    return *proto.mutable_graph()->add_node();
  }
  onnx::TensorProto& tensor(const std::string& name) {
    for (auto& tensor : *proto.mutable_graph()->mutable_initializer())
      if (tensor.name() == name) return tensor;
    ADD_FAILURE() << "no tensor " << name;
    return *proto.mutable_graph()->add_initializer();
  }
  void set_float(const std::string& name, float value) {
    tensor(name).set_raw_data(std::string(reinterpret_cast<const char*>(&value), sizeof value));
  }
  void set_ints(const std::string& name, const char* attribute, std::vector<std::int64_t> values) {
    for (auto& a : *node(name).mutable_attribute())
      if (a.name() == attribute) {
        a.clear_ints();
        for (const auto v : values) a.add_ints(v);
        return;
      }
    auto& a = *node(name).add_attribute();
    a.set_name(attribute);
    a.set_type(onnx::AttributeProto::INTS);
    for (const auto v : values) a.add_ints(v);
  }
  void set_int(const std::string& name, const char* attribute, std::int64_t value) {
    auto& a = *node(name).add_attribute();
    a.set_name(attribute);
    a.set_type(onnx::AttributeProto::INT);
    a.set_i(value);
  }
  std::string* metadata(const std::string& key) {
    for (auto& property : *proto.mutable_metadata_props())
      if (property.key() == key) return property.mutable_value();
    auto& property = *proto.add_metadata_props();
    property.set_key(key);
    return property.mutable_value();
  }
  void replace_in_metadata(const std::string& from, const std::string& to) {
    std::string& text = *metadata("nvcim.network");
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << text;
    text.replace(at, from.size(), to);
  }
  void insert_after(const std::string& name, const std::string& op) {
    // The new node takes the output's name, so that its followers need no change.
    onnx::NodeProto& before = node(name);
    const std::string output = before.output(0);
    before.set_output(0, output + ".before");
    auto& added = *proto.mutable_graph()->add_node();
    added.set_name("added");
    added.set_op_type(op);
    added.add_input(output + ".before");
    added.add_output(output);
  }

  onnx::ModelProto proto;
};

std::vector<InputIssue> issues_of(const std::string& bytes) {
  try {
    read_onnx("model.onnx", {bytes.begin(), bytes.end()});
  } catch (const InputError& error) {
    return error.issues();
  }
  return {};
}

struct Mistake {
  const char* name;
  std::function<void(Model&)> spoil;
  const char* text;  ///< the first complaint must hold this
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
  *out << mistake.name;
}

class ModelMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ModelMistake, IsNamed) {
  Model model;
  GetParam().spoil(model);
  const auto issues = issues_of(model.proto.SerializeAsString());
  ASSERT_FALSE(issues.empty()) << "was accepted";
  EXPECT_THAT(issues.front().text(), HasSubstr(GetParam().text));
}

const Mistake kMistakes[] = {
    {"UnsupportedOperator", [](Model& m) { m.insert_after("conv1.relu", "Sigmoid"); },
     "model.onnx:node \"added\" (Sigmoid): this operator is not supported; supported are Conv, Gemm, MatMul"},
    {"ForeignDomain", [](Model& m) { m.node("conv1").set_domain("com.microsoft"); },
     "node \"conv1\" (Conv): the operator domain com.microsoft is not supported"},
    {"OldOperatorSet", [](Model& m) { m.proto.mutable_opset_import(0)->set_version(9); },
     "opset_import: operator set 9; 10..21 are read"},
    {"NoOperatorSet", [](Model& m) { m.proto.clear_opset_import(); }, "operator set 0; 10..21"},
    {"NoNodes", [](Model& m) { m.proto.mutable_graph()->clear_node(); }, "it holds no graph with nodes"},
    {"ExternalData", [](Model& m) { m.tensor("conv1.weight.codes").set_data_location(onnx::TensorProto::EXTERNAL); },
     "initializer \"conv1.weight.codes\": its data lie in another file"},
    {"TensorTwice", [](Model& m) { *m.proto.mutable_graph()->add_initializer() = m.tensor("input.scale"); },
     "initializer \"input.scale\": appears twice"},
    {"OutputTwice", [](Model& m) { m.node("pool1").set_output(0, "conv1.sums"); },
     "its output \"conv1.sums\" is already defined"},
    {"TensorCutOff", [](Model& m) { m.tensor("conv1.weight.codes").set_raw_data(std::string(17, '\0')); },
     "tensor \"conv1.weight.codes\": its dimensions promise 18 elements"},
    {"DimensionOverflow",
     [](Model& m) {
       for (int i = 0; i < 4; ++i) m.tensor("conv1.weight.codes").set_dims(i, std::int64_t{1} << 62);
     },
     "more than 268435456 elements, or a negative dimension"},
    {"NegativeDimension", [](Model& m) { m.tensor("conv1.weight.codes").set_dims(0, -2); }, "a negative dimension"},
    {"ElementType", [](Model& m) { m.tensor("conv1.weight.codes").set_data_type(onnx::TensorProto::FLOAT16); },
     "element type FLOAT16; float, double, uint8, int8, int32, int64 and bool are read"},
    {"ScaleNotFinite", [](Model& m) { m.set_float("conv1.scale", std::numeric_limits<float>::quiet_NaN()); },
     "tensor \"conv1.scale\": holds a value that is not finite"},
    {"ScaleZero", [](Model& m) { m.set_float("conv1.scale", 0); }, "scale 0; it must be a float above 0"},
    {"ScaleNegative", [](Model& m) { m.set_float("input.scale", -1); }, "scale -1; it must be a float above 0"},
    {"ScalePerChannel",
     [](Model& m) {
       m.tensor("conv1.weight.scale").add_dims(2);
       m.tensor("conv1.weight.scale").set_raw_data(std::string(8, '\x3f'));
     },
     "node \"conv1.weight.dequantize\" (DequantizeLinear): 2 scales; only one scale per tensor is supported"},
    {"WeightOutOfRange", [](Model& m) { m.tensor("conv1.weight.codes").mutable_raw_data()->at(3) = char(-128); },
     "node \"conv1\" (Conv): a weight code of magnitude 128 is outside ±127"},
    {"WeightWiderThanItsBits", [](Model& m) { m.replace_in_metadata("\"weight_bits\":8", "\"weight_bits\":3"); },
     "nvcim.network: /nodes/0: weight code 4 is outside ±3 of 3 bits"},
    {"WeightsUnsigned", [](Model& m) { m.tensor("conv1.weight.codes").set_data_type(onnx::TensorProto::UINT8); },
     "its weights must be int8"},
    {"WeightsNotQuantised", [](Model& m) { m.node("conv1").set_input(1, "input.scale"); },
     "node \"conv1\" (Conv): \"input.scale\" must be a constant behind DequantizeLinear"},
    {"WeightShape",
     [](Model& m) { m.tensor("conv1.weight.codes").set_dims(0, 1), m.tensor("conv1.weight.codes").set_dims(1, 2); },
     "weights for 2 channels, the input has 1"},
    {"FcShape",
     [](Model& m) {
       m.tensor("fc1.weight.codes").set_dims(0, 8);
       m.tensor("fc1.weight.codes").set_dims(1, 3);
     },
     "node \"fc1\" (Gemm): weights for 3 inputs, it has 8"},
    {"BiasCount",
     [](Model& m) {
       m.tensor("fc1.bias.codes").set_dims(0, 2);
       m.tensor("fc1.bias.codes").mutable_raw_data()->resize(8);
     },
     "node \"fc1\" (Gemm): 2 biases for 3 outputs"},
    {"BiasScale", [](Model& m) { m.set_float("fc1.bias.scale", 3); }, "bias scale 3, zero point 0; it must be weight"},
    {"Group", [](Model& m) { m.set_int("conv1", "group", 2); }, "grouped convolutions are not supported"},
    {"Dilations",
     [](Model& m) {
       m.set_ints("conv1", "dilations", {2, 2});
     },
     "dilations 2 x 2; only 1 x 1 is supported"},
    {"StrideZero",
     [](Model& m) {
       m.set_ints("conv1", "strides", {0, 1});
     },
     "strides is 0 x 1; two values of 1..4096"},
    {"PadsOfKernelSize",
     [](Model& m) {
       m.set_ints("conv1", "pads", {3, 0, 0, 0});
     },
     "pads 3 x 0 x 0 x 0; four values, not negative and less than the kernel 3 x 3"},
    {"KernelTooLarge",
     [](Model& m) {
       m.set_ints("pool1", "kernel_shape", {9, 2});
     },
     "node \"pool1\" (AveragePool): its window of 9 x 2 is larger than its padded input of 4 x 4"},
    {"CeilMode", [](Model& m) { m.set_int("pool1", "ceil_mode", 1); }, "ceil_mode 1 is not supported"},
    {"PoolChangesScale", [](Model& m) { m.set_float("pool1.scale", 7); },
     "node \"pool1.quantize\" (QuantizeLinear): scale 7, zero point 0, but its input has 0.00392"},
    {"Branch",
     [](Model& m) {
       auto& node = *m.proto.mutable_graph()->add_node();
       node = m.node("conv1.relu");
       node.set_name("second");
       node.set_output(0, "elsewhere");
     },
     "tensor \"conv1.sums\": the network branches here, to \"conv1.relu\" (Relu), \"second\" (Relu)"},
    {"ResidualAdd", [](Model& m) { m.node("pool1.round").set_input(1, "conv1.grid"); },
     "tensor \"conv1.grid\": the network branches here"},
    {"LeftOver",
     [](Model& m) {
       auto& node = *m.proto.mutable_graph()->add_node();
       node.set_name("idle");
       node.set_op_type("Relu");
       node.add_input("loop");
       node.add_output("loop");
     },
     "node \"idle\" (Relu): is not on the chain from the input to the output"},
    {"TwoInputs",
     [](Model& m) {
       *m.proto.mutable_graph()->add_input() = m.proto.graph().input(0);
       m.proto.mutable_graph()->mutable_input(1)->set_name("more");
     },
     "input: 2 inputs; networks of one input are supported"},
    {"InputShapeOpen",
     [](Model& m) {
       m.proto.mutable_graph()
           ->mutable_input(0)
           ->mutable_type()
           ->mutable_tensor_type()
           ->mutable_shape()
           ->mutable_dim(2)
           ->set_dim_param("h");
     },
     "input \"input\": dimension 2 is not given; it must be a number above 0"},
    {"InputRank",
     [](Model& m) {
       m.proto.mutable_graph()
           ->mutable_input(0)
           ->mutable_type()
           ->mutable_tensor_type()
           ->mutable_shape()
           ->add_dim()
           ->set_dim_value(1);
     },
     "5 dimensions; batch x channels x height x width or batch x features wanted"},
    {"InputHuge",
     [](Model& m) {
       for (int i = 1; i < 4; ++i)
         m.proto.mutable_graph()
             ->mutable_input(0)
             ->mutable_type()
             ->mutable_tensor_type()
             ->mutable_shape()
             ->mutable_dim(i)
             ->set_dim_value(4096);
     },
     "4096 x 4096 x 4096 is larger than 16777216 elements"},
    {"InputType",
     [](Model& m) {
       m.proto.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
           onnx::TensorProto::INT64);
     },
     "it must be float or uint8"},
    {"GemmBeforeFlatten", [](Model& m) { m.node("fc1.flatten").set_op_type("Identity"); },
     "its input has four dimensions; flatten it before"},
    {"GemmAlpha",
     [](Model& m) {
       auto& a = *m.node("fc1").add_attribute();
       a.set_name("alpha");
       a.set_type(onnx::AttributeProto::FLOAT);
       a.set_f(0.5f);
     },
     "only alpha = beta = 1 and transA = 0 are supported"},
    {"MetadataNoJson", [](Model& m) { *m.metadata("nvcim.network") = "{"; }, "model.onnx:nvcim.network: is no JSON"},
    {"MetadataContradictsTheGraph",
     [](Model& m) { m.replace_in_metadata("\"weight_scale\":1.0", "\"weight_scale\":2.0"); },
     "/nodes/0: \"weight_scale\" is 2, the graph says 1"},
    {"MetadataOfAnotherNetwork",
     [](Model& m) {
       *m.metadata("nvcim.network") = R"({"name":"x","data":"","float_accuracy":-1,"input_bits":8,"nodes":[]})";
     },
     "\"nodes\" does not list the 3 nodes of the graph"},
    {"InputBitsTooFew",
     [](Model& m) { m.replace_in_metadata("\"input_bits\":8,\"input_scale\"", "\"input_bits\":7,\"input_scale\""); },
     "node \"conv1\": its input reaches code 255, zero point 0; 7 bits end at 127"},
    {"TableCutOff", [](Model& m) { m.metadata("nvcim.input_table")->pop_back(); },
     "has 511 digits; 1 channels need 512"},
    {"TableNotHexadecimal", [](Model& m) { m.metadata("nvcim.input_table")->at(4) = 'g'; },
     "nvcim.input_table: digit 4: is not hexadecimal"},
    {"NoPixelScale", [](Model& m) { m.proto.clear_metadata_props(); },
     "metadata_props: the input is in floating point and nothing says how pixels become inputs: add nvcim.pixel_scale"},
    {"BadPixelScale",
     [](Model& m) {
       m.proto.clear_metadata_props();
       *m.metadata("nvcim.pixel_scale") = "1/255";
     },
     "nvcim.pixel_scale: \"1/255\" is no list of numbers"},
    {"MetadataTwice", [](Model& m) { *m.proto.add_metadata_props() = m.proto.metadata_props(0); },
     "metadata_props: the key \"nvcim.input_table\" appears twice"},
};

INSTANTIATE_TEST_SUITE_P(Onnx, ModelMistake, testing::ValuesIn(kMistakes),
                         [](const auto& instance) { return std::string(instance.param.name); });

TEST(ModelFile, AFloatNetworkIsRefusedWithAdvice) {
  Model model;
  auto* nodes = model.proto.mutable_graph()->mutable_node();
  for (int i = nodes->size() - 1; i >= 0; --i)
    if (nodes->Get(i).op_type().find("uantizeLinear") != std::string::npos) nodes->DeleteSubrange(i, 1);
  const auto issues = issues_of(model.proto.SerializeAsString());
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_THAT(issues[0].text(), HasSubstr("holds no quantisation (no QuantizeLinear or DequantizeLinear)"));
}

TEST(ModelFile, EveryUnsupportedNodeIsNamedAtOnce) {
  Model model;
  model.insert_after("conv1.relu", "Sigmoid");
  model.insert_after("pool1.round", "LSTM");
  model.node("fc1").set_op_type("Einsum");
  const auto issues = issues_of(model.proto.SerializeAsString());
  ASSERT_EQ(issues.size(), 3u);
  EXPECT_THAT(issues[0].text(), HasSubstr("(Einsum)"));
  EXPECT_THAT(issues[1].text(), HasSubstr("(Sigmoid)"));
  EXPECT_THAT(issues[2].text(), HasSubstr("(LSTM)"));
}

TEST(ModelFile, PixelScaleAndOffsetMakeTheInputTable) {
  Model model;
  model.proto.clear_metadata_props();
  *model.metadata("nvcim.pixel_scale") = "0.00392156862745098";
  *model.metadata("nvcim.pixel_offset") = "0.5";
  const std::string bytes = model.proto.SerializeAsString();
  const Network network = read_onnx("model.onnx", {bytes.begin(), bytes.end()});
  // Scale 1/255: code = round(pixel + 127.5), saturated.
  EXPECT_EQ(network.input_table[0][1], 128);
  EXPECT_EQ(network.input_table[0][255], 255);
  EXPECT_EQ(network.nodes[0].name, "conv1");
}

TEST(ModelFile, AMissingFileListsTheZoo) {
  try {
    load_network("lenet5000");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.issues()[0].text(),
                HasSubstr("lenet5000: is neither a file nor a network that ships with the program ("));
  }
}

TEST(ModelFile, AnotherKindOfFileIsRefused) {
  for (const std::string bytes : {"", "not a model",
                                  "\x7f"
                                  "ELF"}) {
    const auto issues = issues_of(bytes);
    ASSERT_EQ(issues.size(), 1u);
    EXPECT_THAT(issues[0].text(), HasSubstr("is no ONNX file"));
  }
  EXPECT_THROW(load_network(testing::TempDir()), InputError);
}

}  // namespace
}  // namespace nvcim::workloads
