// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "arch/input_error.h"
#include "tests/support/random_graph.h"
#include "tests/support/random_network.h"
#include "tests/workloads/random_network.h"
#include "workloads/float_inference.h"
#include "workloads/model_file.h"
#include "workloads/network_identity.h"
#include "workloads/onnx_read.h"
#include "workloads/onnx_stored.h"
#include "workloads/reference.h"

namespace nvcim::workloads {
namespace {

using nvcim::testing::with_scales;
using ::testing::HasSubstr;
using Kind = Node::Kind;

bool can_be_written(const Network& network) {
  for (const Node& node : network.nodes)
    if (node.kind == Kind::lookup || node.kind == Kind::multiply) return false;
  return true;
}

std::vector<std::uint8_t> bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

TEST(StoredNetwork, IsReadBackToTheLastBit) {
  int networks = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Network network = nvcim::testing::random_graph(seed);
    if (!can_be_written(network)) continue;
    network = with_scales(network);
    network.data = "cifar10";
    network.float_accuracy = 0.7;
    const auto read = read_stored_network("file", bytes_of(write_onnx(network)));
    ASSERT_TRUE(read) << seed;
    EXPECT_EQ(difference(*read, network), "") << seed;
    EXPECT_EQ(network_fingerprint(*read), [&] {
      for (std::size_t n = 0; n < network.nodes.size(); ++n) network.nodes[n].inputs = network.sources(int(n));
      return network_fingerprint(network);
    }()) << seed;
    const auto images = nvcim::testing::random_images(network, 5, seed);
    EXPECT_EQ(reference_logits(*read, images, 5), reference_logits(network, images, 5)) << seed;
    ++networks;
  }
  EXPECT_GT(networks, 10);
}

TEST(StoredNetwork, OfAChainIsNoneBecauseTheGraphSuffices) {
  const Network chain = nvcim::testing::random_lenet(1);
  EXPECT_FALSE(read_stored_network("file", bytes_of(write_onnx(chain))));
}

TEST(StoredNetwork, ItsFileIsTakenByEveryCommand) {
  const Network network = with_scales(nvcim::testing::random_resnet20(1, 4, 8));
  const auto file = std::filesystem::temp_directory_path() / "nvcim_stored_network.onnx";
  save_network(network, file);
  EXPECT_EQ(difference(load_network(file.string()), network), "");
  std::filesystem::remove(file);
}

class StoredMistake : public ::testing::Test {
 protected:
  StoredMistake() {
    const std::string bytes = write_onnx(with_scales(nvcim::testing::random_resnet20(1, 4, 8)));
    EXPECT_TRUE(model_.ParseFromString(bytes));
  }
  std::string& entry(const std::string& key) {
    for (auto& property : *model_.mutable_metadata_props())
      if (property.key() == key) return *property.mutable_value();
    throw std::logic_error(key);
  }
  void replace(const std::string& from, const std::string& to) {
    std::string& text = entry("nvcim.graph");
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  }
  std::string message() const {
    try {
      read_stored_network("file", bytes_of(model_.SerializeAsString()));
    } catch (const InputError& error) {
      return error.issues()[0].text();
    }
    return "";
  }

  onnx::ModelProto model_;
};

TEST_F(StoredMistake, NoneGivesNoMessage) {
  EXPECT_EQ(message(), "");
}

TEST_F(StoredMistake, TextThatIsNoJson) {
  entry("nvcim.graph") = "{";
  EXPECT_THAT(message(), HasSubstr("file:nvcim.graph: is no JSON"));
}

TEST_F(StoredMistake, AGraphThatWasChangedSince) {
  model_.mutable_graph()->mutable_node(0)->set_name("another");
  EXPECT_THAT(message(), HasSubstr("the graph is not the one that was written with these metadata"));
}

TEST_F(StoredMistake, FiguresOutOfRangeWithTheirPlace) {
  replace("\"input_bits\":8", "\"input_bits\":9");
  EXPECT_THAT(message(), HasSubstr("input_bits: is 9; integers of 1..8 are allowed"));
}

TEST_F(StoredMistake, AKindThatIsNone) {
  replace("\"kind\":\"add\"", "\"kind\":\"sum\"");
  EXPECT_THAT(message(), HasSubstr("kind: \"sum\" is no kind of node"));
}

TEST_F(StoredMistake, NodesThatContradictEachOther) {
  replace("\"groups\":1", "\"groups\":2");
  EXPECT_THAT(message(), HasSubstr("has 2 groups of 3 and 4 channels"));
}

TEST_F(StoredMistake, AMissingTable) {
  entry("nvcim.input_table") = "00";
  EXPECT_THAT(message(), HasSubstr("nvcim.input_table: has 2 digits; 3 channels need 1536"));
}

TEST(StoredNetwork, ProductsAndTablesAreRefusedByName) {
  nvcim::testing::GraphBuilder graph({2, 4, 4}, 8, 1);
  const int table = graph.lookup(kNetworkInput, 8);
  const Network network = graph.logits(graph.multiply(table, table), 3);
  try {
    write_onnx(network);
    FAIL();
  } catch (const InputError& error) {
    ASSERT_EQ(error.issues().size(), 2u);
    EXPECT_THAT(error.issues()[0].text(), HasSubstr("lookup0: products of maps and tables of activations cannot be"));
    EXPECT_THAT(error.issues()[1].text(), HasSubstr("multiply1"));
  }
}

// Without the metadata the graph itself, with its own scales in single precision, computes the same classes.
TEST(StoredNetwork, ItsGraphComputesTheSameWithoutTheMetadata) {
  Network network = with_scales(nvcim::testing::random_resnet20(2, 4, 8));
  for (Node& node : network.nodes)
    for (JoinInput& input : node.join.inputs) input.multiplier = 1;  // what is added has one size of step
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(write_onnx(network)));
  model.clear_metadata_props();
  const FloatNetwork real = read_quantised_graph("file", bytes_of(model.SerializeAsString()));
  ASSERT_TRUE(real.quantisation);
  PixelScale pixels{{0.5, 0.5, 0.5}, {0, 0, 0}};  // the input's codes are its pixels, in steps of 0.5
  const Network read = quantise(real, pixels, *real.quantisation);
  const auto images = nvcim::testing::random_images(network, 20, 3);
  const auto expected = reference_logits(network, images, 20), got = reference_logits(read, images, 20);
  int same = 0;
  for (int i = 0; i < 20; ++i)
    same +=
        predicted_class(std::span(expected).subspan(i * 10, 10)) == predicted_class(std::span(got).subspan(i * 10, 10));
  EXPECT_GE(same, 18);
}

}  // namespace
}  // namespace nvcim::workloads
