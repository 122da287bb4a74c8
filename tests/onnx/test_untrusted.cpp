// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "tests/onnx/model_file.h"
#include "workloads/onnx_float.h"

/// Files that nobody vouches for.
namespace nvcim::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A folder with a model whose weights lie beside it.
class ExternalData : public ::testing::Test {
 protected:
  ExternalData() : model({-1, 2}) {
    const fs::path base = fs::temp_directory_path();
    for (int i = 0;; ++i) {
      folder = base / ("nvcim_onnx_" + std::to_string(std::random_device()()) + "_" + std::to_string(i));
      if (fs::create_directories(folder / "model")) break;
    }
    write("model/weights.bin", {9, 1, 2, 3, 4});
    write("secret.bin", {5, 6, 7, 8});
    model.constant("w", {2, 2}, {});
    model.node("MatMul", "y", {"x", "w"});
    place("weights.bin", "4", "16");
  }
  ~ExternalData() override { fs::remove_all(folder); }

  void write(const std::string& name, std::vector<float> values) {
    std::ofstream stream(folder / name, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(values.data()), std::streamsize(values.size() * sizeof(float)));
  }
  void place(const std::string& location, const std::string& offset, const std::string& length) {
    onnx::TensorProto& tensor = *model.proto.mutable_graph()->mutable_initializer(0);
    tensor.clear_external_data();
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    for (const auto& [key, value] :
         {std::pair<std::string, std::string>{"location", location}, {"offset", offset}, {"length", length}}) {
      auto& entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
  }
  std::vector<std::string> complaints_here() const { return complaints(model.proto, folder / "model"); }

  fs::path folder;
  ModelMaker model;
};

TEST_F(ExternalData, BesideTheModelAreRead) {
  const auto network = workloads::read_float_onnx("m", bytes_of(model.proto), folder / "model");
  EXPECT_THAT(std::get<workloads::GraphConvolution>(network.graph.nodes[1].operation).weights, ElementsAre(1, 3, 2, 4));
}

TEST_F(ExternalData, AreRefusedOutsideTheModelsFolder) {
  place("../secret.bin", "0", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("tensor \"w\": its data lie in \"../secret.bin\", which is "
                                                       "outside the model's folder")));
  place("sub/../weights.bin", "0", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("outside the model's folder")));
  place((folder / "secret.bin").string(), "0", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("a path from the model's folder is wanted")));
  fs::create_symlink("../secret.bin", folder / "model/link.bin");
  place("link.bin", "0", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("\"link.bin\", which is outside the model's folder")));
  fs::create_directory_symlink("..", folder / "model/up");
  place("up/secret.bin", "0", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("outside the model's folder")));
}

TEST_F(ExternalData, AreRefusedWhereTheyAreNotWhatIsPromised) {
  place("missing.bin", "0", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("\"missing.bin\", which is no file in the model's folder")));
  place(".", "0", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("which is no file in the model's folder")));
  place("", "0", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("a path from the model's folder is wanted")));
  place("weights.bin", "8", "16");
  EXPECT_THAT(complaints_here(),
              ElementsAre(HasSubstr("its 16 bytes from 8 on are not all in \"weights.bin\", which has 20")));
  place("weights.bin", "18446744073709551615", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("are not all in")));
  place("weights.bin", "4", "12");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("its dimensions promise 16 bytes, \"weights.bin\" 12")));
  place("weights.bin", "-4", "16");
  EXPECT_THAT(complaints_here(), ElementsAre(HasSubstr("at a offset that is no whole number")));
}

TEST_F(ExternalData, AreRefusedWithoutAFolder) {
  EXPECT_THAT(complaints(model.proto), Contains(HasSubstr("its data lie in another file; only models with their data "
                                                          "inside are read")));
}

ModelMaker large_map() {
  return ModelMaker({-1, 1 << 24});
}

TEST(Limits, ASmallFileCannotAskForMuchMemory) {
  ModelMaker filled({-1, 2});
  filled.integers("s", {std::int64_t{1} << 40}).node("ConstantOfShape", "c", {"s"});
  filled.node("Add", "y", {"x", "c"});
  EXPECT_THAT(complaints(filled.proto), Contains(HasSubstr("have more than 268435456 elements")));

  // Every factor would be a list of 2^24 numbers.
  ModelMaker scaled = large_map();
  scaled.constant("c", {}, 2);
  std::string last = "x";
  for (int i = 0; i < 40; ++i) {
    const std::string next = i == 39 ? "y" : "s" + std::to_string(i);
    scaled.node("Mul", next, {last, "c"});
    last = next;
  }
  EXPECT_THAT(complaints(scaled.proto), Contains(HasSubstr("have more than 268435456 elements")));

  ModelMaker sliced = large_map();
  sliced.integers("from", {1}).integers("to", {1 << 24}).integers("axis", {1});
  for (int i = 0; i < 40; ++i)
    sliced.node("Slice", i == 39 ? "y" : "s" + std::to_string(i), {"x", "from", "to", "axis"});
  EXPECT_THAT(complaints(sliced.proto), Contains(HasSubstr("have more than 268435456 elements")));
}

TEST(Limits, MapsAndComplaintsAreBounded) {
  ModelMaker wide({-1, 1 << 20});
  wide.constant("w", {1 << 20, 1}, 1.0f).constant("v", {1, 1 << 20}, 1.0f);
  wide.node("MatMul", "small", {"x", "w"});
  wide.integers("pads", {0, 0, 0, std::int64_t{1} << 62}).node("Pad", "y", {"small", "pads"});
  EXPECT_THAT(complaints(wide.proto), ElementsAre(HasSubstr("pads 0 and 4611686018427387904 of an axis of 1")));

  ModelMaker many({-1, 2});
  for (int i = 0; i < 3000; ++i) many.node("Gelu", "n", {"x"}).set_output(0, "o" + std::to_string(i));
  const auto texts = complaints(many.proto);
  EXPECT_LT(texts.size(), 1010u);
  EXPECT_THAT(texts, Contains(HasSubstr("there is more; this list ends here")));
}

TEST(Limits, ManyNodesOfOneNameAreRead) {
  ModelMaker model({-1, 2});
  std::string last = "x";
  for (int i = 0; i < 20000; ++i) {
    const std::string next = i == 19999 ? "y" : "t" + std::to_string(i);
    model.node("Relu", "same", {last}).set_output(0, next);
    last = next;
  }
  EXPECT_THAT(complaints(model.proto), IsEmpty());
}

TEST(Damage, AnyPrefixOfAModelIsRefusedOrReadButNeverCrashes) {
  const std::vector<std::uint8_t> whole = bytes_of(models_folder() / "residual_open_shapes.onnx");
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const std::vector<std::uint8_t> part(whole.begin(), whole.begin() + std::ptrdiff_t(size));
    EXPECT_THROW(workloads::read_float_onnx("m", part), InputError) << size;
  }
}

TEST(Damage, ChangedBytesAreRefusedOrReadButNeverCrash) {
  std::mt19937 random(1);
  int refused = 0, read = 0;
  for (const auto& entry : fs::directory_iterator(models_folder())) {
    if (entry.path().extension() != ".onnx") continue;
    const std::vector<std::uint8_t> whole = bytes_of(entry.path());
    for (int round = 0; round < 30; ++round) {
      std::vector<std::uint8_t> changed = whole;
      for (int i = 0; i < 3; ++i) changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
      try {
        workloads::read_float_onnx("m", changed);
        ++read;
      } catch (const InputError& error) {
        EXPECT_FALSE(error.issues().empty());
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(read, 100);  // changed weights
}

}  // namespace
}  // namespace nvcim::testing
