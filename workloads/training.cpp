// SPDX-License-Identifier: Apache-2.0
#include "workloads/training.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "arch/check.h"
#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "workloads/network_identity.h"
#include "workloads/training_batches.h"
#include "workloads/training_checkpoint.h"
#include "workloads/training_model.h"

namespace nvcim::workloads {

namespace {

constexpr int kCalibrationSamples = 2000;
constexpr int kReportsPerEpoch = 20;
constexpr double kBatchShare = 0.1;  // of a mini-batch in the running statistics of batch normalisation

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

  /// Parameters and moments, in a fixed order.
  std::vector<at::Tensor> tensors() const {
    std::vector<at::Tensor> all = parameters_;
    all.insert(all.end(), mean_.begin(), mean_.end());
    all.insert(all.end(), square_.begin(), square_.end());
    return all;
  }
  int steps() const { return steps_; }
  void set_steps(int steps) { steps_ = steps; }

 private:
  std::vector<at::Tensor> parameters_, mean_, square_;
  double weight_decay_;
  int steps_ = 0;
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
  const NoiseOptions& noise = options.noise;
  require(noise.sigma_low >= 0 && noise.sigma_low <= noise.sigma_high && std::isfinite(noise.sigma_high), "sigma",
          fmt::format("{} to {} is no interval from 0 up", noise.sigma_low, noise.sigma_high));
  require(noise.kind == WeightNoise::none || !(noise.sigma_low < noise.sigma_high) || noise.judge, "sigma",
          "is searched, but nothing judges the replicas");
  require(!is_censored(noise.kind) || positive(noise.threshold), "threshold",
          fmt::format("{} is not above 0", noise.threshold));
  // TRICE's devices end at FeFET6.
  require(noise.mid_level_factor >= 1 && noise.mid_level_factor <= 6, "mid_level_factor",
          fmt::format("{} is outside 1..6", noise.mid_level_factor));
  require(!options.batch_norm || options.batch_size >= 2, "batch_size",
          fmt::format("{} has no statistics for batch normalisation", options.batch_size));
  require(options.threads >= 1, "threads", fmt::format("{} is less than 1", options.threads));
  require(data.samples() > 0, data.name.c_str(), "holds no samples");
  for (const Dataset* set : {&data, options.test})
    if (set)
      require(
          set->shape == shape.input, set->name.c_str(),
          fmt::format("images of {} x {} x {}, the network takes {} x {} x {}", set->shape.channels, set->shape.height,
                      set->shape.width, shape.input.channels, shape.input.height, shape.input.width));
  for (const Dataset* set : {&data, options.test})
    if (set)
      require(set->classes <= shape.classes(), set->name.c_str(),
              fmt::format("{} classes, the network has {} outputs", set->classes, shape.classes()));
  for (const Node& node : shape.nodes)
    if (node.kind == Node::Kind::lookup || node.kind == Node::Kind::multiply)
      issues.push_back({shape.name, node.name,
                        node.kind == Node::Kind::lookup
                            ? "is a table of an activation, which cannot be trained; relu and clip can"
                            : "is a product of maps, which cannot be trained; sums and concatenations can"});
  const Node& last = shape.nodes.back();
  if (!last.gives_logits())
    issues.push_back({shape.name, last.name, "ends the network; only one that ends in raw sums can be trained"});
  if (!issues.empty()) throw InputError(std::move(issues));
  NVCIM_CHECK(options.start.empty() || options.start.size() == shape.nodes.size(), "{} values for {} nodes",
              options.start.size(), shape.nodes.size());
}

/// Everything that decides what comes out.
std::string training_fingerprint(const Network& shape, const Dataset& data, const TrainingOptions& options) {
  std::uint64_t hash = network_fingerprint(shape);
  hash = fingerprint(data.pixels.data(), data.pixels.size(), hash);
  hash = fingerprint(data.labels.data(), data.labels.size(), hash);
  for (const LayerValues& values : options.start) {
    hash = fingerprint(values.weights.data(), values.weights.size() * sizeof(float), hash);
    hash = fingerprint(values.bias.data(), values.bias.size() * sizeof(double), hash);
  }
  const NoiseOptions& noise = options.noise;
  const std::string text =
      fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", options.float_epochs,
                  options.quantised_epochs, options.batch_size, options.learning_rate, options.quantised_learning_rate,
                  options.weight_decay, options.mirror, choice_text(noise.kind), noise.threshold, noise.zero_mean,
                  noise.sigma_low, noise.sigma_high, noise.mid_level_factor, noise.judge != nullptr, noise.judged_by,
                  options.seed, options.threads, options.test ? options.test->samples() : 0, options.batch_norm);
  return fmt::format("{:016x}", fingerprint(text.data(), text.size(), hash));
}

class Training {
 public:
  Training(const Network& shape, const Dataset& data, const TrainingOptions& options)
      : shape_(shape),
        options_(options),
        model_(shape, options.seed, options.start, options.batch_norm),
        batches_(shape, data, options),
        optimiser_(model_.parameters(), options.weight_decay),
        samples_(data.samples()),
        identity_(training_fingerprint(shape, data, options)) {
    state_.sigma_low = options.noise.sigma_low;
    state_.sigma_high = options.noise.sigma_high;
  }

  Network run() {
    if (!options_.checkpoint.empty() && load_checkpoint(options_.checkpoint, identity_, state_)) {
      restore();
      for (const EpochRecord& record : state_.history) tell(record);
    }
    const int epochs = options_.float_epochs + options_.quantised_epochs;
    while (state_.epoch < epochs) {
      run_epoch(state_.epoch + 1);
      tell(state_.history.back());
      if (!options_.checkpoint.empty()) save();
    }
    Network network = model_.integers();
    network.float_accuracy = state_.float_accuracy;
    return network;
  }

 private:
  void tell(const EpochRecord& record) const {
    if (options_.finished_epoch) options_.finished_epoch(record);
  }

  void run_epoch(int epoch) {
    EpochRecord record;
    record.epoch = epoch;
    record.quantised = epoch > options_.float_epochs;
    const bool first = epoch == options_.float_epochs + 1;
    if (first) {
      if (options_.test) state_.float_accuracy = float_accuracy(*options_.test);
      optimiser_ = Optimiser(model_.parameters(), options_.weight_decay);
    }
    const bool noisy = options_.noise.kind != WeightNoise::none;
    if (record.quantised && (noisy || first)) {
      batches_.shuffle(0);
      model_.calibrate_ranges(batches_.inputs(0, std::min(samples_, kCalibrationSamples), false));
    }
    const std::vector<double> sigmas = record.quantised ? sigmas_of_replicas() : std::vector<double>{0};
    if (record.quantised && noisy) {
      record.sigma_low = state_.sigma_low;
      record.sigma_high = state_.sigma_high;
    }
    const bool several = sigmas.size() > 1;
    const TrainingState before = several ? snapshot() : TrainingState();
    TrainingState best;
    for (int replica = 0; replica < static_cast<int>(sigmas.size()); ++replica) {
      if (replica > 0) restore(before);
      ReplicaRecord& one = record.replicas.emplace_back();
      one.sigma = sigmas[replica];
      train_replica(epoch, replica, static_cast<int>(sigmas.size()), record.quantised, one);
      if (record.quantised && options_.noise.judge) one.merit = options_.noise.judge(model_.integers(), epoch, replica);
      if (replica > 0 && one.merit <= record.replicas[record.chosen].merit) continue;
      record.chosen = replica;
      if (several) best = snapshot();
    }
    if (several) {
      restore(best);
      if (record.chosen < 2) state_.sigma_high = record.chosen == 0 ? sigmas[1] : sigmas[2];
      if (record.chosen > 0) state_.sigma_low = record.chosen == 1 ? sigmas[0] : sigmas[1];
    }
    state_.epoch = epoch;
    state_.history.push_back(record);
  }

  /// The quarter points of the interval while sigma is searched.
  std::vector<double> sigmas_of_replicas() const {
    const NoiseOptions& noise = options_.noise;
    const double low = state_.sigma_low, quarter = (state_.sigma_high - low) / 4;
    std::vector<double> sigmas = {low};
    if (noise.judge && noise.sigma_low < noise.sigma_high)
      sigmas = {low + quarter, low + 2 * quarter, low + 3 * quarter};
    if (noise.kind == WeightNoise::none) std::fill(sigmas.begin(), sigmas.end(), 0);
    return sigmas;
  }

  void train_replica(int epoch, int replica, int replicas, bool quantised, ReplicaRecord& record) {
    const int phase_epochs = quantised ? options_.quantised_epochs : options_.float_epochs;
    const int phase_epoch = epoch - 1 - (quantised ? options_.float_epochs : 0);
    const double top_rate = quantised ? options_.quantised_learning_rate : options_.learning_rate;
    const bool noisy = quantised && options_.noise.kind != WeightNoise::none;
    NoiseAddress address{.seed = options_.seed,
                         .replica = static_cast<std::uint32_t>(replica),
                         .epoch = static_cast<std::uint32_t>(epoch)};
    TrainingProgress progress;
    progress.epoch = epoch;
    progress.epochs = options_.float_epochs + options_.quantised_epochs;
    progress.samples_per_epoch = samples_ * replicas;
    progress.quantised = quantised;
    double loss_sum = 0, right = 0;
    int reports = 0;
    batches_.shuffle(epoch, replica);
    if (options_.batch_norm) model_.use_batch_statistics(kBatchShare);
    for (int begin = 0; begin < samples_; begin += options_.batch_size, ++address.batch) {
      const int end = std::min(begin + options_.batch_size, samples_);
      if (options_.batch_norm && end - begin == 1) break;  // one sample has no variance
      const double done = (phase_epoch + double(begin) / samples_) / phase_epochs;
      if (noisy) model_.draw_noise(options_.noise, record.sigma, address);
      const at::Tensor labels = batches_.labels(begin, end);
      const at::Tensor logits = model_.forward(batches_.inputs(begin, end, true), quantised);
      const at::Tensor loss = at::nll_loss(at::log_softmax(logits, 1), labels);
      loss.backward();
      optimiser_.step(0.5 * top_rate * (1 + std::cos(std::numbers::pi * done)));
      loss_sum += loss.item<double>() * (end - begin);
      right += double(logits.argmax(1).eq(labels).sum().item<std::int64_t>());
      if (!std::isfinite(loss_sum))
        throw InputError("", "learning_rate",
                         fmt::format("the loss is no longer finite in epoch {}: try less than {}", epoch, top_rate));
      progress.samples = replica * samples_ + end;
      progress.loss = loss_sum / end;
      progress.accuracy = right / end;
      if (options_.progress && std::int64_t{end} * kReportsPerEpoch >= std::int64_t{reports + 1} * samples_) {
        reports = int(std::int64_t{end} * kReportsPerEpoch / samples_);
        options_.progress(progress);
      }
    }
    if (options_.batch_norm && quantised) estimate_statistics(record.sigma, address);
    model_.use_batch_statistics(0);
    model_.clear_noise();
    record.loss = progress.loss;
    record.accuracy = progress.accuracy;
  }

  /// Statistics of batch normalisation as the means over mini-batches, each with noise of its own.
  void estimate_statistics(double sigma, NoiseAddress address) {
    const at::NoGradGuard no_grad;
    const int samples = std::min(samples_, kCalibrationSamples), size = std::min(options_.batch_size, samples);
    batches_.shuffle(0);
    for (int batch = 0; (batch + 1) * size <= samples; ++batch, ++address.batch) {
      if (options_.noise.kind != WeightNoise::none) model_.draw_noise(options_.noise, sigma, address);
      model_.use_batch_statistics(1.0 / (batch + 1));
      model_.forward(batches_.inputs(batch * size, (batch + 1) * size, false), true);
    }
  }

  double float_accuracy(const Dataset& test) const {
    const at::NoGradGuard no_grad;
    Batches batches(shape_, test, options_);
    batches.shuffle(0);
    std::int64_t right = 0;
    for (int begin = 0; begin < test.samples(); begin += 500) {
      const int end = std::min(begin + 500, test.samples());
      const at::Tensor best = model_.forward(batches.inputs(begin, end, false), false).argmax(1);
      right += best.eq(batches.labels(begin, end)).sum().item<std::int64_t>();
    }
    return double(right) / test.samples();
  }

  std::vector<at::Tensor> tensors() const {
    std::vector<at::Tensor> all = optimiser_.tensors();
    for (const at::Tensor& tensor : model_.statistics()) all.push_back(tensor);
    return all;
  }

  /// Tensors, scales and steps as they are now.
  TrainingState snapshot() const {
    TrainingState state;
    state.steps = optimiser_.steps();
    state.scales = model_.scales();
    for (const at::Tensor& tensor : tensors()) {
      const at::Tensor values = tensor.detach().contiguous();
      state.values.emplace_back(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    }
    return state;
  }
  void restore(const TrainingState& state) {
    const at::NoGradGuard no_grad;
    model_.set_scales(state.scales);
    optimiser_.set_steps(state.steps);
    const std::vector<at::Tensor> all = tensors();
    for (std::size_t i = 0; i < all.size(); ++i)
      std::copy(state.values[i].begin(), state.values[i].end(), all[i].data_ptr<float>());
  }
  void restore() {
    const TrainingState now = snapshot();
    bool fits = now.values.size() == state_.values.size() && now.scales.size() == state_.scales.size();
    for (std::size_t i = 0; fits && i < now.values.size(); ++i) fits = now.values[i].size() == state_.values[i].size();
    if (!fits) throw InputError(options_.checkpoint.string(), "", "is of another network; remove it to start anew");
    restore(state_);
  }
  void save() {
    TrainingState whole = snapshot();
    whole.epoch = state_.epoch;
    whole.sigma_low = state_.sigma_low;
    whole.sigma_high = state_.sigma_high;
    whole.float_accuracy = state_.float_accuracy;
    whole.history = state_.history;
    save_checkpoint(options_.checkpoint, identity_, whole);
  }

  const Network& shape_;
  const TrainingOptions& options_;
  TrainingModel model_;
  Batches batches_;
  Optimiser optimiser_;
  int samples_;
  std::string identity_;
  TrainingState state_;  // its tensors are those of a checkpoint
};

}  // namespace

Network train(const Network& shape, const Dataset& data, const TrainingOptions& options) {
  check_options(shape, data, options);
  const Threads threads(options.threads);
  Network network = Training(shape, data, options).run();
  network.data = data.name;
  return network;
}

}  // namespace nvcim::workloads
