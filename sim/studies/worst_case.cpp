// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/worst_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "arch/check.h"
#include "arch/input_error.h"
#include "mapping/chip_instance.h"
#include "mapping/plan.h"
#include "sim/engine.h"
#include "sim/studies/options/job_identity.h"
#include "sim/studies/run.h"
#include "workloads/reference.h"

namespace nvcim::sim {
namespace {

using mapping::BoundedDraw;
using mapping::Perturbation;

constexpr std::array kDraws = {BoundedDraw::gaussian, BoundedDraw::uniform, BoundedDraw::extreme};

void check(const WorstCaseRequest& request) {
  std::vector<InputIssue> issues = option_issues(request);
  const auto say = [&](const auto& member, std::string text) {
    issues.push_back({option_name(request, &member), "", std::move(text)});
  };
  if (request.networks.empty()) say(request.from.workloads, "none given");
  if (request.selects()) {
    for (double bound : request.bounds)
      if (bound > request.loose_bound)
        say(request.loose_bound,
            fmt::format("{} of unverified cells is tighter than {} of verified ones", request.loose_bound, bound));
    if (request.selection == mapping::SelectionMethod::swim && request.curvature.size() != request.networks.size())
      say(request.selection, "swim needs the curvature of the weights");
  }
  for (const workloads::Network& network : request.networks)
    for (const workloads::Dataset* data : {&request.data, &request.search}) try {
        check_data(network, *data);
      } catch (const InputError& error) {
        issues.insert(issues.end(), error.issues().begin(), error.issues().end());
      }
  if (!issues.empty()) throw InputError(std::move(issues));
}

/// @param leave_out  as job_identity
std::string identity(const WorstCaseRequest& request, const char* stage,
                     const std::vector<const void*>& leave_out = {}) {
  InputFingerprint inputs;
  inputs.add(request.architecture).add(request.search).add(request.data);
  for (const workloads::Network& network : request.networks) inputs.add(network);
  for (const mapping::WeightValues& curvature : request.curvature) inputs.add(curvature);
  return job_identity(stage, request, request.networks.front(), inputs, leave_out);
}

/// Numbers of a line, separated by blanks.
class Words {
 public:
  Words(const WorstCaseRequest& request, const std::string& line) : request_(request), line_(line) {}

  std::string_view word() {
    const std::size_t end = std::min(line_.find(' ', at_), line_.size());
    const std::string_view word = std::string_view(line_).substr(at_, end - at_);
    at_ = std::min(end + 1, line_.size());
    return word;
  }
  int number() {
    const std::string_view text = word();
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
      throw InputError(request_.journal.string(), "", "holds what is no outcome of this study");
    return value;
  }

 private:
  const WorstCaseRequest& request_;
  const std::string& line_;
  std::size_t at_ = 0;
};

/// One network placed on the chip.
class Target {
 public:
  Target(const WorstCaseRequest& request, int network)
      : request_(request),
        network_(request.networks[network]),
        plan_(mapping::make_plan(request.architecture, network_)),
        still_(mapping::without_ageing(request.architecture)) {
    if (std::all_of(request.budgets.begin(), request.budgets.end(), [](double b) { return b >= 1; })) return;
    mapping::SelectionOptions options;
    options.method = request.selection;
    options.granularity = request.how.granularity;
    if (request.selection == mapping::SelectionMethod::swim) options.values = request.curvature[network];
    options.seed = request.seed;
    selection_ = mapping::select_cells(request.architecture, network_, plan_, options);
  }

  double nwc(double budget) const { return budget >= 1 ? 1.0 : selection_.nwc(selection_.units_within(budget)); }
  Perturbation at_targets(const WorstCaseSetting& setting) const {
    return mapping::at_targets(
        network_, plan_,
        {.tight = setting.bound,
         .loose = setting.loose_bound,
         .verify = setting.budget >= 1 ? mapping::WritePlan{} : selection_.within(setting.budget)});
  }
  mapping::WeightReach reach(const Perturbation& bounds) const {
    return mapping::weight_reach(request_.architecture, network_, plan_, bounds);
  }
  void move(const workloads::WeightMatrix& deviation, Perturbation& perturbation) const {
    mapping::move_weights(request_.architecture, network_, plan_, deviation, perturbation);
  }
  void draw(BoundedDraw draw, std::uint32_t instance, Perturbation& perturbation) const {
    mapping::draw_within_bounds(request_.architecture, network_, plan_, draw, {request_.seed, instance}, perturbation);
  }
  mapping::PerturbationExtent extent(const Perturbation& perturbation) const {
    const auto extent = mapping::measure_extent(request_.architecture, network_, plan_, perturbation);
    NVCIM_CHECK(extent.past_bound == 0 && extent.past_range == 0, "{} cells past their bound, {} past their range",
                extent.past_bound, extent.past_range);
    return extent;
  }
  /// Samples that the chip has right.
  int run(const Perturbation& perturbation, std::uint32_t instance, const EngineOptions& options) const {
    const mapping::ChipInstance chip = mapping::make_instance(
        still_, network_, plan_,
        mapping::perturbed_cells(still_, network_, plan_, perturbation, {request_.seed, instance}), options.threads);
    const ChipRun on_chip{still_, network_, plan_, chip};
    const std::vector<int> predicted =
        run_functional(on_chip, request_.data.pixels, request_.data.samples(), options).predicted;
    int correct = 0;
    for (int s = 0; s < request_.data.samples(); ++s) correct += predicted[s] == request_.data.labels[s];
    return correct;
  }
  const workloads::Network& network() const { return network_; }

 private:
  const WorstCaseRequest& request_;
  const workloads::Network& network_;
  mapping::Plan plan_;
  Architecture still_;
  mapping::Selection selection_;
};

class Study {
 public:
  Study(const WorstCaseRequest& request, Ranks& ranks) : request_(request), ranks_(ranks) {
    for (int network = 0; network < static_cast<int>(request.networks.size()); ++network) {
      targets_.emplace_back(request, network);
      for (const double budget : request.budgets)
        for (const double bound : request.bounds)
          result_.settings.push_back(
              {network, budget, bound, budget < 1 ? request.loose_bound : bound, targets_.back().nwc(budget)});
    }
  }

  WorstCaseResult run() {
    search();
    if (request_.draws > 0) draw();
    if (ranks_.leads())
      for (const workloads::Network& network : request_.networks) result_.reference.push_back(reference(network));
    return std::move(result_);
  }

 private:
  /// A unit is one search. They follow each other, each on all threads of its process.
  void search() {
    const int methods = static_cast<int>(request_.methods.size());
    std::vector<std::optional<double>> seconds(result_.settings.size() * methods);
    UnitJob job;
    job.units = static_cast<int>(seconds.size());
    job.threads = 1;
    job.journal = request_.journal;
    job.identity = identity(request_, "worst-case");
    job.compute = [&](int unit) {
      const auto start = std::chrono::steady_clock::now();
      std::string outcome = search_one(unit / methods, request_.methods[unit % methods],
                                       fmt::format("search {} of {}", unit + 1, seconds.size()));
      seconds[unit] = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      return outcome;
    };
    const Outcomes outcomes = ranks_.run(job);
    for (int unit = 0; unit < job.units; ++unit) {
      result_.found.push_back(parse(unit / methods, request_.methods[unit % methods], outcomes[unit].value()));
      if (ranks_.leads()) result_.found.back().seconds = seconds[unit];
    }
  }

  std::string search_one(int setting_index, SearchMethod method, const std::string& what) const {
    if (request_.begin) request_.begin(what);
    const WorstCaseSetting& setting = result_.settings[setting_index];
    const Target& target = targets_[setting.network];
    Perturbation perturbation = target.at_targets(setting);
    const mapping::WeightReach reach = target.reach(perturbation);
    const SearchOutcome found = search_worst_case({.network = target.network(),
                                                   .pixels = request_.search.pixels,
                                                   .labels = request_.search.labels,
                                                   .reach = reach,
                                                   .method = method,
                                                   .enough = request_.enough,
                                                   .seed = request_.seed,
                                                   .threads = request_.threads,
                                                   .progress = request_.progress});
    target.move(found.deviation, perturbation);
    target.extent(perturbation);
    const int correct = target.run(perturbation, 0, {.threads = request_.threads, .progress = {}});
    std::string by = found.found_by;
    std::replace(by.begin(), by.end(), ' ', '_');
    std::string text =
        fmt::format("{} {} {} {} {}", found.correct, found.iterations, found.converged ? 1 : 0, by, correct);
    for (const mapping::LayerPerturbation& layer : perturbation.layers)
      for (const std::int16_t steps : layer.deviation) {
        text += ' ';
        text += fmt::format_int(steps).c_str();
      }
    return text;
  }

  WorstCaseFound parse(int setting, SearchMethod method, const std::string& line) const {
    const Target& target = targets_[result_.settings[setting].network];
    WorstCaseFound found;
    found.setting = setting;
    found.method = method;
    Words words(request_, line);
    found.correct_searched = words.number();
    found.iterations = words.number();
    found.converged = words.number() != 0;
    found.found_by = words.word();
    std::replace(found.found_by.begin(), found.found_by.end(), '_', ' ');
    found.correct = words.number();
    found.perturbation = target.at_targets(result_.settings[setting]);
    for (mapping::LayerPerturbation& layer : found.perturbation.layers)
      for (std::int16_t& steps : layer.deviation) steps = static_cast<std::int16_t>(words.number());
    found.extent = target.extent(found.perturbation);
    return found;
  }

  /// A unit is one drawn chip; more draws later continue the job.
  void draw() {
    if (request_.begin) request_.begin("draws");
    const int settings = static_cast<int>(result_.settings.size()), kinds = static_cast<int>(kDraws.size());
    UnitJob job;
    job.units = request_.draws * settings * kinds;
    job.threads = request_.threads;
    job.journal = request_.journal;
    if (!job.journal.empty()) job.journal += ".draws";
    job.identity = identity(request_, "worst-case draws", {&request_.methods, &request_.enough});
    job.compute = [&](int unit) {
      const int instance = unit / (settings * kinds), setting = unit / kinds % settings;
      const Target& target = targets_[result_.settings[setting].network];
      Perturbation perturbation = target.at_targets(result_.settings[setting]);
      target.draw(kDraws[unit % kinds], static_cast<std::uint32_t>(instance), perturbation);
      return fmt::format("{}", target.run(perturbation, static_cast<std::uint32_t>(instance), {}));
    };
    int done = 0;
    job.finished = [&](int, const std::string&, bool) {
      if (request_.progress) request_.progress(++done, job.units);
      return false;
    };
    const Outcomes outcomes = ranks_.run(job);
    for (int setting = 0; setting < settings; ++setting)
      for (int kind = 0; kind < kinds; ++kind) {
        WorstCaseDrawn& drawn = result_.drawn.emplace_back();
        drawn.setting = setting;
        drawn.draw = kDraws[kind];
        for (int instance = 0; instance < request_.draws; ++instance)
          drawn.correct.push_back(
              Words(request_, outcomes[(instance * settings + setting) * kinds + kind].value()).number());
      }
  }

  double reference(const workloads::Network& network) const {
    const int samples = request_.data.samples();
    const std::size_t classes = network.classes();
    const auto logits = workloads::reference_logits(network, request_.data.pixels, samples, request_.threads);
    int correct = 0;
    for (int s = 0; s < samples; ++s)
      correct += workloads::predicted_class(std::span(logits).subspan(s * classes, classes)) == request_.data.labels[s];
    return double(correct) / samples;
  }

  const WorstCaseRequest& request_;
  Ranks& ranks_;
  std::vector<Target> targets_;  // [networks]
  WorstCaseResult result_;
};

}  // namespace

const char* draw_name(BoundedDraw draw) {
  switch (draw) {
    case BoundedDraw::gaussian:
      return "gaussian";
    case BoundedDraw::uniform:
      return "uniform";
    case BoundedDraw::extreme:
      return "extreme";
  }
  return "?";
}

std::size_t WorstCaseResult::worst(int setting) const {
  std::size_t best = found.size();
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i].setting == setting &&
        (best == found.size() || found[i].correct_searched < found[best].correct_searched))
      best = i;
  NVCIM_CHECK(best < found.size(), "no search of setting {}", setting);
  return best;
}

WorstCaseResult run_worst_case(const WorstCaseRequest& request, Ranks& ranks) {
  std::optional<Study> study;
  ranks.together([&] {
    check(request);
    study.emplace(request, ranks);
  });
  return study->run();
}

}  // namespace nvcim::sim
