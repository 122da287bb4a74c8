// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/train_options.h"

namespace nvcim::cli {

void add_train_options(CLI::App& program, TrainOptions& options) {
  CLI::App* command =
      add_command(program, options, "train", kTrainDescription,
                  "  nvcim train lenet --data fashion_mnist --bits 4 --out my_lenet\n"
                  "  nvcim run --workload my_lenet/network.onnx\n"
                  "  nvcim train mlp --float-epochs 1 --quantised-epochs 1 --samples 2000      a quick try\n\n"
                  "Writes network.onnx, result.json and manifest.json to --out (default "
                  "results/train-NETWORK-DATA-BITSb). The same\n"
                  "seed and thread count give the same network on the same machine. --set: no effect here.");
  command->add_option("NETWORK", options.network, "Built-in network: lenet, mlp, vgg8")->capture_default_str();
  command->add_option("--data", options.data, "Data: fashion_mnist, mnist, cifar10 or a folder")
      ->type_name("NAME|DIR")
      ->capture_default_str();
  command->add_option("--bits", options.bits, "Bits of weights, inputs and activations")
      ->type_name("N")
      ->check(at_least(1))
      ->capture_default_str();
  command->add_option("--float-epochs", options.float_epochs, "Epochs in floating point, first")
      ->type_name("N")
      ->check(at_least(1));
  command
      ->add_option("--quantised-epochs", options.quantised_epochs,
                   "Epochs with quantised weights and activations, second")
      ->type_name("N")
      ->check(at_least(1));
  command->add_option("--samples", options.samples, "Samples from the start of the training set; all when not given")
      ->type_name("N")
      ->check(at_least(1));
  command->add_flag("--force", options.force, "Replace a former result in --out");
}

}  // namespace nvcim::cli
