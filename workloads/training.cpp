// SPDX-License-Identifier: Apache-2.0
#include "workloads/training.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "arch/check.h"
#include "arch/input_error.h"
#include "arch/random.h"
#include "workloads/training_batches.h"

namespace nvcim::workloads {

namespace {

constexpr int kCalibrationSamples = 2000;
constexpr int kCalibrationValues = 100000;  // of each layer, at least: evenly spaced
constexpr int kReportsPerEpoch = 20;

/// Rounds in the forward pass, passes gradients through unchanged.
at::Tensor round_straight_through(const at::Tensor& x) {
  return x + (x.round() - x).detach();
}

/// Values on the grid 0, scale, … top·scale. Clamping has its true gradient, rounding a straight-through one.
at::Tensor on_activation_grid(const at::Tensor& x, double scale, int top) {
  return round_straight_through(at::clamp(x / scale, 0, top)) * scale;
}

int weight_code_max(const MvmLayer& layer) {
  return (1 << (layer.weight_bits - 1)) - 1;
}

/// The range (largest value kept) of unsigned codes 0…top with the least squared error on `values`.
double calibrate(const at::Tensor& activations, int top) {
  const at::Tensor all = activations.flatten();
  const at::Tensor values = all.slice(0, 0, all.numel(), (all.numel() / kCalibrationValues) | 1);
  const double largest = all.max().item<double>();
  if (!(largest > 0)) return 1;  // a dead layer: any scale will do
  double best_range = largest, best_error = std::numeric_limits<double>::infinity();
  constexpr int candidates = 80;
  for (int i = candidates; i >= 8; --i) {
    const double range = largest * i / candidates;
    const double error = (on_activation_grid(values, range / top, top) - values).square().mean().item<double>();
    if (error < best_error) best_error = error, best_range = range;
  }
  return best_range;
}

/// Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019).
class Optimiser {
 public:
  Optimiser(std::vector<at::Tensor> parameters, double weight_decay)
      : parameters_(std::move(parameters)), weight_decay_(weight_decay) {
    for (const at::Tensor& p : parameters_) {
      mean_.push_back(at::zeros_like(p));
      square_.push_back(at::zeros_like(p));
    }
  }

  void step(double learning_rate) {
    const at::NoGradGuard no_grad;
    constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
    ++steps_;
    const double correction1 = 1 - std::pow(beta1, steps_), correction2 = 1 - std::pow(beta2, steps_);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      at::Tensor& p = parameters_[i];
      at::Tensor& gradient = p.mutable_grad();
      mean_[i].mul_(beta1).add_(gradient, 1 - beta1);
      square_[i].mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
      p.mul_(1 - learning_rate * weight_decay_);
      p.addcdiv_(mean_[i], (square_[i] / correction2).sqrt_().add_(epsilon), -learning_rate / correction1);
      gradient.zero_();
    }
  }

 private:
  std::vector<at::Tensor> parameters_, mean_, square_;
  double weight_decay_;
  int steps_ = 0;
};

/// The network in floating point, one weight and one bias tensor per MVM node.
class Model {
 public:
  Model(const Network& shape, std::uint64_t seed) : shape_(shape) {
    for (std::size_t n = 0; n < shape.nodes.size(); ++n) {
      Layer& layer = layers_.emplace_back();
      const Node& node = shape.nodes[n];
      if (node.kind != Node::Kind::mvm) continue;
      layer.weight = initial_weight(node, seed, int(n));
      layer.bias = at::zeros({node.outputs()});
      layer.weight.set_requires_grad(true);
      layer.bias.set_requires_grad(true);
    }
  }

  std::vector<at::Tensor> parameters() const {
    std::vector<at::Tensor> all;
    for (const Layer& layer : layers_)
      if (layer.weight.defined()) all.insert(all.end(), {layer.weight, layer.bias});
    return all;
  }

  /// Logits [batch][classes] of input values [batch][channels][height][width].
  at::Tensor forward(at::Tensor x, bool quantised) const {
    double scale = shape_.nodes.front().input_scale;
    for (std::size_t n = 0; n < layers_.size(); ++n) x = apply(n, x, quantised, scale);
    return x.flatten(1);
  }

  /// Fixes the activation ranges, one layer after the other, on the activations of these inputs.
  void calibrate_ranges(at::Tensor x) {
    const at::NoGradGuard no_grad;
    double scale = shape_.nodes.front().input_scale;
    for (std::size_t n = 0; n < layers_.size(); ++n) {
      const MvmLayer& mvm = shape_.nodes[n].mvm;
      if (layers_[n].weight.defined() && !mvm.raw_output) {
        const int top = mvm.requantisation.code_max;
        layers_[n].scale = calibrate(at::relu(sums(n, x, true, scale)), top) / top;
      }
      x = apply(n, x, true, scale);
    }
  }

  /// Weight, bias and requantisation codes of the integer network.
  Network integers() const {
    const at::NoGradGuard no_grad;
    Network network = shape_;
    double scale = network.nodes.front().input_scale;
    for (std::size_t n = 0; n < layers_.size(); ++n) {
      Node& node = network.nodes[n];
      node.input_scale = scale;
      if (!layers_[n].weight.defined()) continue;
      MvmLayer& mvm = node.mvm;
      mvm.weight_scale = weight_scale(n);
      const at::Tensor codes = weight_codes(n).round().to(at::kShort).contiguous();
      const auto* first = codes.data_ptr<std::int16_t>();
      mvm.weights.assign(first, first + codes.numel());
      const at::Tensor bias = layers_[n].bias.to(at::kDouble).contiguous();
      for (std::size_t i = 0; i < mvm.bias.size(); ++i)
        mvm.bias[i] = std::llround(bias.data_ptr<double>()[i] / (scale * mvm.weight_scale));
      if (mvm.raw_output) continue;
      mvm.requantisation.multiplier = scale * mvm.weight_scale / layers_[n].scale;
      scale = layers_[n].scale;
    }
    return network;
  }

 private:
  struct Layer {
    at::Tensor weight, bias;  // undefined for a pool; weight [outputs][channels][kernel_h][kernel_w]
    double scale = 0;         // of the activation after it, once calibrated
  };

  /// Uniform with variance 2 / rows (He et al., ICCV 2015), each weight its own addressed draw.
  static at::Tensor initial_weight(const Node& node, std::uint64_t seed, int layer) {
    const DrawStream stream(seed, Purpose::training_weights, 0, std::uint32_t(layer), 0);
    const int rows = node.matrix_rows();
    const double limit = std::sqrt(6.0 / rows);
    const Window& w = node.mvm.window;
    at::Tensor weight = at::empty({node.outputs(), node.input.channels, w.kernel_h, w.kernel_w});
    float* out = weight.data_ptr<float>();
    for (int output = 0; output < node.outputs(); ++output)
      for (int row = 0; row < rows; ++row) {
        const double u = DrawStream::uniform(stream.block(std::uint32_t(row), std::uint32_t(output))[0]);
        *out++ = float(limit * (2 * u - 1));
      }
    return weight;
  }

  double weight_scale(std::size_t n) const {
    const double largest = layers_[n].weight.detach().abs().max().item<double>();
    return (largest > 0 ? largest : 1) / weight_code_max(shape_.nodes[n].mvm);
  }
  at::Tensor weight_codes(std::size_t n) const {
    const double limit = weight_code_max(shape_.nodes[n].mvm);
    return at::clamp(layers_[n].weight / weight_scale(n), -limit, limit);
  }

  /// The weights that the forward pass multiplies with. Weight noise belongs here: added after the rounding, its
  /// gradient passes straight through to the stored weight.
  at::Tensor effective_weight(std::size_t n, bool quantised) const {
    return quantised ? round_straight_through(weight_codes(n)) * weight_scale(n) : layers_[n].weight;
  }

  at::Tensor sums(std::size_t n, const at::Tensor& x, bool quantised, double input_scale) const {
    const MvmLayer& mvm = shape_.nodes[n].mvm;
    const at::Tensor weight = effective_weight(n, quantised);
    at::Tensor bias = layers_[n].bias;
    if (quantised) {
      const double unit = input_scale * weight_scale(n);
      bias = round_straight_through(bias / unit) * unit;
    }
    if (mvm.is_linear) return at::linear(x.flatten(1), weight.flatten(1), bias).unsqueeze(2).unsqueeze(3);
    const Window& w = mvm.window;
    if (w.pad_top == w.pad_bottom && w.pad_left == w.pad_right)
      return at::conv2d(x, weight, bias, {w.stride_h, w.stride_w}, {w.pad_top, w.pad_left});
    return at::conv2d(at::constant_pad_nd(x, {w.pad_left, w.pad_right, w.pad_top, w.pad_bottom}), weight, bias,
                      {w.stride_h, w.stride_w});
  }

  /// @param scale  of the input on entry, of the output on return
  at::Tensor apply(std::size_t n, const at::Tensor& x, bool quantised, double& scale) const {
    const Node& node = shape_.nodes[n];
    if (node.kind == Node::Kind::mvm) {
      const at::Tensor y = sums(n, x, quantised, scale);
      if (node.mvm.raw_output) return y;
      const double input_scale = scale;
      scale = layers_[n].scale > 0 ? layers_[n].scale : input_scale;
      return quantised ? on_activation_grid(y, scale, node.mvm.requantisation.code_max) : at::relu(y);
    }
    const Window& w = node.pool.window;
    // Activations are not negative, so a zero in the padding never wins a maximum.
    const at::Tensor padded = at::constant_pad_nd(x, {w.pad_left, w.pad_right, w.pad_top, w.pad_bottom});
    if (node.pool.kind == PoolKind::maximum)
      return at::max_pool2d(padded, {w.kernel_h, w.kernel_w}, {w.stride_h, w.stride_w});
    const at::Tensor mean = at::avg_pool2d(padded, {w.kernel_h, w.kernel_w}, {w.stride_h, w.stride_w});
    return quantised ? on_activation_grid(mean, scale, (1 << node.input_bits) - 1) : mean;
  }

  const Network& shape_;
  std::vector<Layer> layers_;
};

/// Threads of libtorch, and of OpenBLAS where libtorch uses it: that has a setting of its own, and its sums depend on
/// it.
class Threads {
 public:
  explicit Threads(int threads) : torch_before_(at::get_num_threads()) {
    at::set_num_threads(threads);
    // Looked up, not linked: another libtorch may bring another BLAS.
    set_blas_ = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    const auto get_blas = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
    if (!set_blas_ || !get_blas) return;
    blas_before_ = get_blas();
    set_blas_(threads);
  }
  ~Threads() {
    at::set_num_threads(torch_before_);
    if (blas_before_ > 0) set_blas_(blas_before_);
  }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int torch_before_;
  void (*set_blas_)(int) = nullptr;
  int blas_before_ = 0;
};

double accuracy_of(const Model& model, const Network& shape, const Dataset& test, const TrainingOptions& options) {
  const at::NoGradGuard no_grad;
  Batches batches(shape, test, options);
  batches.shuffle(0);
  std::int64_t right = 0;
  for (int begin = 0; begin < test.samples(); begin += 500) {
    const int end = std::min(begin + 500, test.samples());
    const at::Tensor best = model.forward(batches.inputs(begin, end, false), false).argmax(1);
    right += best.eq(batches.labels(begin, end)).sum().item<std::int64_t>();
  }
  return double(right) / test.samples();
}

void run_epoch(Model& model, Batches& batches, Optimiser& optimiser, const TrainingOptions& options,
               TrainingProgress& progress, int phase_epoch) {
  const int phase_epochs = progress.quantised ? options.quantised_epochs : options.float_epochs;
  const double top_rate = progress.quantised ? options.quantised_learning_rate : options.learning_rate;
  const int samples = progress.samples_per_epoch;
  double loss_sum = 0, right = 0;
  int reports = 0;
  batches.shuffle(progress.epoch);
  for (int begin = 0; begin < samples; begin += options.batch_size) {
    const int end = std::min(begin + options.batch_size, samples);
    const double done = (phase_epoch + double(begin) / samples) / phase_epochs;
    const at::Tensor labels = batches.labels(begin, end);
    const at::Tensor logits = model.forward(batches.inputs(begin, end, true), progress.quantised);
    const at::Tensor loss = at::nll_loss(at::log_softmax(logits, 1), labels);
    loss.backward();
    optimiser.step(0.5 * top_rate * (1 + std::cos(std::numbers::pi * done)));
    loss_sum += loss.item<double>() * (end - begin);
    right += double(logits.argmax(1).eq(labels).sum().item<std::int64_t>());
    if (!std::isfinite(loss_sum))
      throw InputError(
          "", "learning_rate",
          fmt::format("the loss is no longer finite in epoch {}: try less than {}", progress.epoch, top_rate));
    progress.samples = end;
    progress.loss = loss_sum / end;
    progress.accuracy = right / end;
    if (options.progress && std::int64_t{end} * kReportsPerEpoch >= std::int64_t{reports + 1} * samples) {
      reports = int(std::int64_t{end} * kReportsPerEpoch / samples);
      options.progress(progress);
    }
  }
}

void check_options(const Network& shape, const Dataset& data, const TrainingOptions& options) {
  std::vector<InputIssue> issues;
  auto require = [&](bool good, const char* what, std::string message) {
    if (!good) issues.push_back({"", what, std::move(message)});
  };
  auto positive = [](double x) { return x > 0 && std::isfinite(x); };
  require(options.float_epochs >= 0, "float_epochs", fmt::format("{} is less than 0", options.float_epochs));
  require(options.quantised_epochs >= 1, "quantised_epochs",
          fmt::format("{} is less than 1", options.quantised_epochs));
  require(options.batch_size >= 1, "batch_size", fmt::format("{} is less than 1", options.batch_size));
  require(positive(options.learning_rate), "learning_rate", fmt::format("{} is not above 0", options.learning_rate));
  require(positive(options.quantised_learning_rate), "quantised_learning_rate",
          fmt::format("{} is not above 0", options.quantised_learning_rate));
  require(options.weight_decay >= 0 && options.weight_decay < 1, "weight_decay",
          fmt::format("{} is outside 0..1", options.weight_decay));
  require(options.threads >= 1, "threads", fmt::format("{} is less than 1", options.threads));
  require(data.samples() > 0, data.name.c_str(), "holds no samples");
  for (const Dataset* set : {&data, options.test})
    if (set)
      require(
          set->shape == shape.input, set->name.c_str(),
          fmt::format("images of {} x {} x {}, the network takes {} x {} x {}", set->shape.channels, set->shape.height,
                      set->shape.width, shape.input.channels, shape.input.height, shape.input.width));
  require(data.classes <= shape.classes(), data.name.c_str(),
          fmt::format("{} classes, the network has {} outputs", data.classes, shape.classes()));
  if (!issues.empty()) throw InputError(std::move(issues));
  NVCIM_CHECK(shape.nodes.back().kind == Node::Kind::mvm && shape.nodes.back().mvm.raw_output, "{}: last node not raw",
              shape.name);
  NVCIM_CHECK(shape.is_chain(), "{}: not a chain", shape.name);
  for (const Node& node : shape.nodes)
    NVCIM_CHECK(node.input_zero_point == 0 && node.mvm.groups == 1 && node.mvm.dilation_h == 1 &&
                    node.mvm.dilation_w == 1 && (node.kind == Node::Kind::mvm || node.kind == Node::Kind::pool),
                "{}: zero point, groups, dilation or kind", node.name);
}

}  // namespace

Network train(const Network& shape, const Dataset& data, const TrainingOptions& options) {
  check_options(shape, data, options);
  const Threads threads(options.threads);
  Model model(shape, options.seed);
  Batches batches(shape, data, options);
  TrainingProgress progress;
  progress.epochs = options.float_epochs + options.quantised_epochs;
  progress.samples_per_epoch = data.samples();
  auto run_phase = [&](int epochs) {
    Optimiser optimiser(model.parameters(), options.weight_decay);
    for (int epoch = 0; epoch < epochs; ++epoch) {
      ++progress.epoch;
      run_epoch(model, batches, optimiser, options, progress, epoch);
    }
  };
  run_phase(options.float_epochs);
  const double float_accuracy = options.test ? accuracy_of(model, shape, *options.test, options) : -1;
  batches.shuffle(0);
  model.calibrate_ranges(batches.inputs(0, std::min(data.samples(), kCalibrationSamples), false));
  progress.quantised = true;
  run_phase(options.quantised_epochs);
  Network network = model.integers();
  network.data = data.name;
  network.float_accuracy = float_accuracy;
  return network;
}

}  // namespace nvcim::workloads
