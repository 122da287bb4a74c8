// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/train_options.h"

namespace nvcim::cli {
void add_train_options(CLI::App& program, TrainOptions& options) {
  add_command(
      program, options, "train", kTrainDescription,
      "  nvcim train lenet --data fashion_mnist --bits 4 --out my_lenet\n"
      "  nvcim run --workload my_lenet/network.onnx\n"
      "  nvcim train mlp --float-epochs 1 --quantised-epochs 1 --samples 2000      a quick try\n"
      "  nvcim train lenet --data mnist --bits 4 --noise trice --sigma-max 0.3 --chip swim_paper --set "
      "/device/sigma=0.2\n"
      "  nvcim train resnet20.onnx --data cifar10 --normalize 0.485,0.456,0.406/0.229,0.224,0.225 --noise gaussian\n\n"
      "Writes network.onnx, result.json, result.csv, report.html and manifest.json to --out (default "
      "results/train-NETWORK-DATA-BITSb).\n"
      "The same seed and thread count give the same network on the same machine. A training that was stopped "
      "goes on\nwhere it was when the same command is given again (OUT.checkpoint). --set changes --chip.");
}

}  // namespace nvcim::cli
