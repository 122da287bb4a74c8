// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "sim/studies/options/common_options.h"
#include "sim/studies/options/input_options.h"
#include "workloads/training_noise.h"

namespace nvcim::sim {

/// Noise on the weights of a training, and the chip that judges it.
struct TrainNoiseOptions {
  std::optional<workloads::WeightNoise> kind;  ///< not given: nothing is held out
  double sigma_max = 0.3, sigma_min = 0;
  double threshold = 1;
  bool zero_mean = false;
  double mid_level_factor = 1;
  std::string chip = kSwimArchitecture;
  int validation = 2000;
  int instances = 100;
  double kpp = 0.05;

  template <class V>
  void describe(V& v) {
    const auto with_noise = [&](const char* value = nullptr, Decides decides = Decides::outcome) {
      return About{.decides = decides, .value = value, .needs = &kind};
    };
    v.heading("Noise on the weights, judged on the chip");
    v.choice("--noise", kind,
             "none, gaussian, trice (right tail censored), left_censored, both_sides. Given, samples are held out, and "
             "after every epoch KPP on the chip decides which of three replicas goes on",
             {.value = "KIND"});
    v.number("--sigma-max", sigma_max, kAnyNumber,
             "Largest standard deviation of the noise, in units of each layer's max|W|; searched by three replicas",
             with_noise());
    v.number("--sigma-min", sigma_min, kAnyNumber, "Smallest; equal to --sigma-max: known, one replica", with_noise());
    v.number("--threshold", threshold, kAnyNumber, "Where censored noise is cut, in standard deviations", with_noise());
    v.flag("--zero-mean", zero_mean, "Censored noise less its mean", with_noise());
    v.number("--mid-level-factor", mid_level_factor, kAnyNumber,
             "Spread of levels between a quarter and three quarters over that of the others, as of the device model "
             "fefet",
             with_noise());
    v.text("--chip", chip, kArchitectureKind, "Architecture that judges: a preset's name or a JSON file",
           with_noise("ARCH", Decides::input));
    v.whole("--validation", validation, kCount,
            "Samples held out from the end of the training set, on which the chip judges", with_noise());
    v.whole("--kpp-instances", instances, kCount, "Programmed chips behind each KPP", with_noise());
    v.share("--kpp", kpp, kOpenShare, "k of the KPP that decides", with_noise());
  }
  bool operator==(const TrainNoiseOptions&) const = default;
};

inline constexpr TextKind kTrainedKind{.is_path = true, .is_name = is_trained_name};

/// What is asked of a training. Not given: what workloads::TrainingOptions say, or less where a network is trained
/// further.
struct TrainOptions : CommonOptions {
  std::string network = "lenet";
  std::string data = "fashion_mnist";
  std::optional<int> bits;  ///< of a built-in network
  std::optional<int> float_epochs;
  std::optional<int> quantised_epochs;
  std::optional<double> learning_rate, quantised_learning_rate;
  std::optional<int> batch_size;
  bool mirror = false;
  std::optional<int> samples;  ///< of the training set, held-out ones included; not given: all
  TrainNoiseOptions noise;
  QuantiseOptions quantise;  ///< of a file in floating point
  bool force = false;

  template <class V>
  void describe(V& v) {
    CommonOptions::describe(v, {.threads = Decides::outcome});  // sums of gradients depend on how they are cut
    v.text("--model,NETWORK", network, kTrainedKind,
           "Built-in network: lenet, mlp, convnet, vgg8, resnet18, resnet20; or an ONNX file or a network that ships "
           "with the program, whose weights are trained further",
           {.decides = Decides::input});
    v.text("--data", data, kDataKind, "Data: fashion_mnist, mnist, cifar10 or a folder", {.decides = Decides::input});
    v.whole("--bits", bits, kCount, "Bits of weights, inputs and activations of a built-in network [8]");
    v.whole("--float-epochs", float_epochs, kCountOrAll,
            "Epochs in floating point, first [6; 0 where a network is trained further]");
    v.whole("--quantised-epochs", quantised_epochs, kCount,
            "Epochs with quantised weights and activations, second; these have the noise");
    v.number("--learning-rate", learning_rate, kAnyNumber, "Adam's learning rate in floating point [0.002]");
    v.number("--quantised-learning-rate", quantised_learning_rate, kAnyNumber,
             "The same of the second phase [0.001; 0.0001 where a network is trained further]");
    v.whole("--batch-size", batch_size, kCount, "Samples of a mini-batch [64]");
    v.flag("--mirror", mirror, "Half of the images are mirrored left to right");
    v.whole("--samples", samples, kCount, "Samples from the start of the training set; all when not given",
            {.decides = Decides::input});
    v.include(noise);
    v.include(quantise);
    describe_force(v, force);
  }
  bool operator==(const TrainOptions&) const = default;
};

}  // namespace nvcim::sim
