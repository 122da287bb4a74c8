// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/train_options.h"

namespace nvcim::cli {
namespace {

void add_noise_options(CLI::App& command, TrainOptions& options) {
  const std::string group = "Noise on the weights, judged on the chip";
  CLI::Option* const noise = command
                                 .add_option("--noise", options.noise,
                                             "none, gaussian, trice (right tail censored), left_censored, both_sides. "
                                             "Given, samples are held out, and after every epoch KPP on the chip "
                                             "decides which of three replicas goes on")
                                 ->type_name("KIND")
                                 ->check(is_one_of({"none", "gaussian", "trice", "left_censored", "both_sides"}))
                                 ->group(group);
  const auto add = [&](const char* name, auto& value, const char* type, const char* doc) {
    return command.add_option(name, value, doc)->type_name(type)->capture_default_str()->group(group)->needs(noise);
  };
  const auto add_number = [&](const char* name, double& value, const char* doc) {
    add(name, value, "X", doc)->check(is_number());
  };
  add_number("--sigma-max", options.sigma_max,
             "Largest standard deviation of the noise, in units of each layer's max|W|; searched by three replicas");
  add_number("--sigma-min", options.sigma_min, "Smallest; equal to --sigma-max: known, one replica");
  add_number("--threshold", options.threshold, "Where censored noise is cut, in standard deviations");
  command.add_flag("--zero-mean", options.zero_mean, "Censored noise less its mean")->group(group)->needs(noise);
  add_number(
      "--mid-level-factor", options.mid_level_factor,
      "Spread of levels between a quarter and three quarters over that of the others, as of the device model fefet");
  add("--chip", options.chip, "ARCH", "Architecture that judges: a preset's name or a JSON file");
  add("--validation", options.validation, "N",
      "Samples held out from the end of the training set, on which the chip judges")
      ->check(at_least(1));
  add("--kpp-instances", options.instances, "N", "Programmed chips behind each KPP")->check(at_least(1));
  add("--kpp", options.kpp, "SHARE", "k of the KPP that decides")
      ->transform(is_share({.low = 0, .high = 1, .with_low = false, .with_high = false}));
}

}  // namespace

void add_train_options(CLI::App& program, TrainOptions& options) {
  CLI::App* command = add_command(
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
  command
      ->add_option("--model,NETWORK", options.network,
                   "Built-in network: lenet, mlp, convnet, vgg8, resnet18, resnet20; or an ONNX file or a network that "
                   "ships with the "
                   "program, whose weights are trained further")
      ->capture_default_str();
  command->add_option("--data", options.data, "Data: fashion_mnist, mnist, cifar10 or a folder")
      ->type_name("NAME|DIR")
      ->capture_default_str();
  command->add_option("--bits", options.bits, "Bits of weights, inputs and activations of a built-in network [8]")
      ->type_name("N")
      ->check(at_least(1));
  command
      ->add_option("--float-epochs", options.float_epochs,
                   "Epochs in floating point, first [6; 0 where a network is trained further]")
      ->type_name("N")
      ->check(at_least(0));
  command
      ->add_option("--quantised-epochs", options.quantised_epochs,
                   "Epochs with quantised weights and activations, second; these have the noise")
      ->type_name("N")
      ->check(at_least(1));
  for (const auto& [name, rate, phase] :
       {std::tuple{"--learning-rate", &options.learning_rate, "Adam's learning rate in floating point [0.002]"},
        {"--quantised-learning-rate", &options.quantised_learning_rate,
         "The same of the second phase [0.001; 0.0001 where a network is trained further]"}})
    command->add_option(name, *rate, phase)->type_name("X")->check(is_number());
  command->add_option("--batch-size", options.batch_size, "Samples of a mini-batch [64]")
      ->type_name("N")
      ->check(at_least(1));
  command->add_flag("--mirror", options.mirror, "Half of the images are mirrored left to right");
  command->add_option("--samples", options.samples, "Samples from the start of the training set; all when not given")
      ->type_name("N")
      ->check(at_least(1));
  add_noise_options(*command, options);
  add_quantise_options(*command, options.quantise);
  command->add_flag("--force", options.force, "Replace a former result in --out");
}

}  // namespace nvcim::cli
