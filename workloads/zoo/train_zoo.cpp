// SPDX-License-Identifier: Apache-2.0
// Trains the networks of the zoo and writes them, with what zoo.json says about each. usage: train_zoo OUT_DIR [NAME…]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "arch/input_error.h"
#include "workloads/model_file.h"
#include "workloads/networks.h"
#include "workloads/reference.h"
#include "workloads/training.h"

namespace {

using namespace nvcim::workloads;

struct Recipe {
  const char* name;
  const char* network;
  const char* data;
  int bits;
  const char* description;
  TrainingOptions options;
};

std::vector<Recipe> recipes() {
  const TrainingOptions eight_bits{.float_epochs = 7, .quantised_epochs = 2, .quantised_learning_rate = 5e-4};
  const TrainingOptions four_bits{.float_epochs = 7, .quantised_epochs = 4};
  std::vector<Recipe> list{
      {"lenet_fashion_mnist_8b", "lenet", "fashion_mnist", 8, "LeNet, 8-bit weights and activations", eight_bits},
      {"lenet_fashion_mnist_4b", "lenet", "fashion_mnist", 4, "LeNet, 4-bit weights, activations and inputs",
       four_bits},
      {"lenet_mnist_8b", "lenet", "mnist", 8, "LeNet, 8-bit weights and activations", eight_bits},
      {"lenet_mnist_4b", "lenet", "mnist", 4, "LeNet, 4-bit weights, activations and inputs", four_bits},
      {"mlp_fashion_mnist_8b", "mlp", "fashion_mnist", 8, "MLP 784-128-10, 8-bit weights and activations", eight_bits},
  };
  for (Recipe& recipe : list) recipe.options.mirror = std::string(recipe.data) == "fashion_mnist";
  return list;
}

double accuracy(const Network& network, const Dataset& test) {
  const auto logits = reference_logits(network, test.pixels, test.samples());
  int right = 0;
  for (int s = 0; s < test.samples(); ++s) {
    const std::span<const std::int64_t> row(logits.data() + std::size_t(s) * network.classes(), network.classes());
    right += predicted_class(row) == test.labels[s];
  }
  return double(right) / test.samples();
}

void train_one(const Recipe& recipe, const std::filesystem::path& folder) {
  const Dataset data = load_dataset(recipe.data, Split::train), test = load_dataset(recipe.data, Split::test);
  TrainingOptions options = recipe.options;
  options.test = &test;
  options.progress = [&](const TrainingProgress& p) {
    if (p.samples == p.samples_per_epoch)
      fmt::print(stderr, "{} epoch {}/{}: loss {:.4f}, {:.2f} %\n", recipe.name, p.epoch, p.epochs, p.loss,
                 100 * p.accuracy);
  };
  Network network = train(built_in_network(recipe.network, recipe.bits, data.shape), data, options);
  network.name = recipe.name;
  const std::filesystem::path file = folder / fmt::format("{}.onnx", recipe.name);
  save_network(network, file);
  const nlohmann::ordered_json entry{
      {"name", recipe.name},
      {"description", fmt::format("{}, trained on {}", recipe.description, recipe.data)},
      {"data", recipe.data},
      {"accuracy", accuracy(network, test)},
      {"float_accuracy", network.float_accuracy},
      {"origin", fmt::format("train_zoo, seed {}, {} + {} epochs, one thread, libtorch {}", options.seed,
                             options.float_epochs, options.quantised_epochs, NVCIM_TORCH_VERSION)}};
  std::ofstream(folder / fmt::format("{}.json", recipe.name)) << entry.dump(2) << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: train_zoo OUT_DIR [NAME...]   (in a folder with data/mnist)\n");
    return 2;
  }
  try {
    std::filesystem::create_directories(argv[1]);
    const std::vector<std::string> wanted(argv + 2, argv + argc);
    for (const Recipe& recipe : recipes())
      if (wanted.empty() || std::count(wanted.begin(), wanted.end(), recipe.name)) train_one(recipe, argv[1]);
  } catch (const nvcim::InputError& error) {
    for (const auto& issue : error.issues()) fmt::print(stderr, "{}\n", issue.text());
    return 3;
  }
}
