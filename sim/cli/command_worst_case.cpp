// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_worst_case.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>

#include "arch/input_error.h"
#include "arch/load.h"
#include "mapping/perturbation_file.h"
#include "sim/cli/build_info.h"
#include "sim/cli/data_path.h"
#include "sim/cli/inputs.h"
#include "sim/cli/interruption.h"
#include "sim/cli/manifest.h"
#include "sim/cli/progress.h"
#include "sim/cli/quantise_options.h"
#include "sim/cli/result_output.h"
#include "sim/cli/selection_inputs.h"
#include "sim/studies/worst_case.h"
#include "sim/studies/worst_case_page.h"
#include "workloads/dataset.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

struct WorstCaseOptions : CommonOptions {
  std::string architecture = "swim_paper";
  std::vector<std::string> workloads = {"lenet_mnist_4b"};
  std::string data;
  QuantiseOptions quantise;
  int samples = 0;
  std::vector<double> bounds = {0.03};  // The SWIM papers' tolerance leaves a residual of 0.03.
  std::vector<std::string> methods = {"pgd"};
  std::string search_on = "train";
  int search_samples = 0;
  std::vector<double> budgets = {1};
  double loose_bound = 0;
  std::string selection = "swim";
  VerifyOptions how;
  double enough = 0;
  int draws = 0;
  bool force = false;
};

const std::map<std::string, sim::SearchMethod> kMethods = {
    {"pgd", sim::SearchMethod::pgd}, {"lagrangian", sim::SearchMethod::lagrangian}, {"sign", sim::SearchMethod::sign}};

/// A folder that was made for a result goes again when there is none.
struct EmptyFolder {
  fs::path path;
  ~EmptyFolder() {
    std::error_code not_empty;
    if (!path.empty()) fs::remove(path, not_empty);
  }
};

workloads::Dataset load_split(const std::string& name, workloads::Split split, int samples, const char* option) {
  workloads::Dataset data = workloads::load_dataset(name, split, samples, data_search_path());
  if (data.samples() < samples)
    throw InputError(option, "", fmt::format("{} asked for, {} has {}", samples, name, data.samples()));
  return data;
}

sim::WorstCaseRequest request_of(const WorstCaseOptions& options) {
  sim::WorstCaseRequest request;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] { request.architecture = given_architecture(options.architecture, options.set); });
  for (const std::string& workload : options.workloads)
    gather_issues(issues, [&] {
      request.networks.push_back(load_quantised(workload, options.data, options.quantise, options.thread_count()));
    });
  if (!issues.empty()) throw InputError(std::move(issues));
  // Trainings of one network carry its name: then the files tell them apart.
  std::map<std::string, int> names;
  for (const workloads::Network& network : request.networks) ++names[network.name];
  for (std::size_t i = 0; i < request.networks.size(); ++i)
    if (names[request.networks[i].name] > 1) request.networks[i].name = options.workloads[i];
  const std::string data = data_name_of(options.data, request.networks.front());
  gather_issues(issues, [&] { request.data = load_split(data, workloads::Split::test, options.samples, "--samples"); });
  gather_issues(issues, [&] {
    const auto split = options.search_on == "train" ? workloads::Split::train : workloads::Split::test;
    request.search = load_split(data, split, options.search_samples, "--search-samples");
  });
  if (!issues.empty()) throw InputError(std::move(issues));
  request.search_split = options.search_on;
  request.bounds = options.bounds;
  request.budgets = options.budgets;
  request.loose_bound = options.loose_bound;
  request.selection = selection_methods().at(options.selection);
  request.granularity = granularities().at(options.how.granularity);
  request.methods.clear();
  for (const std::string& method : options.methods) request.methods.push_back(kMethods.at(method));
  request.enough = options.enough;
  request.draws = options.draws;
  request.seed = options.seed;
  return request;
}

bool selects(const WorstCaseOptions& options) {
  return std::any_of(options.budgets.begin(), options.budgets.end(), [](double budget) { return budget < 1; });
}

/// The command that repeats the work from the result's folder.
std::string repeat_of(const WorstCaseOptions& options, const sim::WorstCaseRequest& request, const fs::path& out) {
  std::vector<std::string> networks;
  for (const std::string& workload : options.workloads)
    networks.push_back(lasting(workload, is_zoo_name(workload), out));
  const std::string data = data_name_of(options.data, request.networks.front());
  std::vector<std::string> words = {"nvcim", "worst-case", "architecture.json"};
  const auto add = [&](std::string option, std::string value) {
    words.push_back(std::move(option));
    words.push_back(std::move(value));
  };
  add("--workload", fmt::format("{}", fmt::join(networks, ",")));
  add("--data", lasting(data, is_data_name(data), out));
  add("--samples", fmt::format("{}", request.data.samples()));
  add("--bound", fmt::format("{}", fmt::join(options.bounds, ",")));
  add("--method", fmt::format("{}", fmt::join(options.methods, ",")));
  add("--search-on", options.search_on);
  add("--search-samples", fmt::format("{}", request.search.samples()));
  if (selects(options)) {
    add("--verify", fmt::format("{}", fmt::join(options.budgets, ",")));
    add("--loose-bound", fmt::format("{}", options.loose_bound));
    add("--selection", options.selection);
    for (const std::string& word : verify_words(options.how, out)) words.push_back(word);
  }
  if (options.enough > 0) add("--enough", fmt::format("{}", options.enough));
  if (options.draws > 0) add("--draws", fmt::format("{}", options.draws));
  add("--seed", fmt::format("{}", options.seed));
  for (std::string& word : quantise_words(options.quantise)) words.push_back(std::move(word));
  return shell_command(words);
}

int worst_case(const WorstCaseOptions& options, const std::vector<std::string>& arguments, sim::Ranks& ranks) {
  if (selects(options) && options.loose_bound == 0)
    throw CommandLineError("--verify below 1 leaves cells unverified: say how far they may be off with --loose-bound");
  Manifest manifest(arguments, options);
  sim::WorstCaseRequest request;
  fs::path out;
  ranks.together([&] {
    request = request_of(options);
    out = !options.out.empty()
              ? options.out
              : fs::path("results") / fmt::format("worst-case-{}-{}", request.architecture.name,
                                                  fs::path(request.networks.front().name).stem().string());
    if (ranks.leads()) sim::check_result_folder(out, options.force);
  });
  request.threads = options.thread_count(ranks.on_this_machine());
  Progress progress(options.quiet || !ranks.leads());
  if (selects(options) && request.selection == mapping::SelectionMethod::swim)
    for (const workloads::Network& network : request.networks)
      request.curvature.push_back(get_curvature(options.how.curvature, network,
                                                data_name_of(options.data, request.networks.front()), request.threads,
                                                progress, ranks));
  // Beside the folder, which is written whole at the end; work that was killed goes on from it.
  request.journal = out;
  request.journal += ".journal";
  EmptyFolder parent;
  if (out.has_parent_path() && ranks.leads() && fs::create_directories(out.parent_path()))
    parent.path = out.parent_path();
  Interruption interruption(request.journal, "searches", ranks.leads());
  request.begin = [&](std::string what) { progress.begin(std::move(what)); };
  request.progress = progress.callback();
  const sim::WorstCaseResult result = sim::run_worst_case(request, ranks);
  progress.clear();
  if (!ranks.leads()) return kOk;

  const std::string architecture = to_json(request.architecture).dump(2) + "\n";
  const std::string repeat = repeat_of(options, request, out);
  manifest["architecture"] = request.architecture.name;
  manifest["repeat"] = repeat;
  manifest["processes"] = ranks.count();
  manifest["threads"] = request.threads;
  manifest["search_seconds"] = nlohmann::ordered_json::array();
  for (const sim::WorstCaseFound& found : result.found)
    manifest["search_seconds"].push_back(found.seconds ? nlohmann::ordered_json(*found.seconds) : nullptr);
  const std::string json = sim::worst_case_json(request, result);
  std::vector<sim::OutputFile> files = {
      {"manifest.json", ""},
      {"architecture.json", architecture},
      {"result.json", json},
      {"result.csv", sim::worst_case_csv(request, result)},
      {"report.html", sim::worst_case_page(request, result, {kVersion, repeat, architecture})}};
  for (std::size_t i = 0; i < result.found.size(); ++i) {
    const workloads::Network& network = request.networks[result.settings[result.found[i].setting].network];
    const mapping::Plan plan = mapping::make_plan(request.architecture, network);
    files.push_back({sim::perturbation_file_name(result, i),
                     mapping::perturbation_text(network, plan, result.found[i].perturbation, repeat)});
  }
  files.front().text = manifest.text();
  const std::size_t worst = result.worst(0);
  const std::vector<std::string> check = {"nvcim",
                                          "run",
                                          (out / "architecture.json").string(),
                                          "--workload",
                                          options.workloads[result.settings[0].network],
                                          "--perturbation",
                                          (out / sim::perturbation_file_name(result, worst)).string(),
                                          "--engine",
                                          "functional"};
  write_and_print(options, out, files, options.force, json,
                  sim::worst_case_table(request, result) +
                      fmt::format("\nResult: {} (report.html, result.json, result.csv, perturbation files)\n"
                                  "Check: {}\n",
                                  out.string(), shell_command(check)));
  fs::remove(request.journal);
  fs::path draws = request.journal;
  draws += ".draws";
  fs::remove(draws);
  return kOk;
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const auto& [name, method] : kMethods) names.push_back(name);
  return names;
}

}  // namespace

void add_worst_case_command(CLI::App& program, const std::vector<std::string>& arguments, sim::Ranks& ranks,
                            Action& action) {
  const auto options = std::make_shared<WorstCaseOptions>();
  CLI::App* command = add_command(
      program, *options, "worst-case", "The worst that cells within a bound can do to a network's accuracy",
      "  nvcim worst-case swim_paper --workload lenet_mnist_4b --bound 0.01,0.02,0.03 --method pgd,lagrangian\n"
      "  nvcim worst-case --bound 0.03 --search-on test --draws 1000      the papers' definition, and what sampling "
      "sees\n"
      "  nvcim worst-case --workload plain.onnx,trained_with_noise.onnx --bound 0.03\n"
      "  nvcim worst-case --bound 0.03 --verify 0,0.1,0.5,1 --loose-bound 0.1      verified cells get the tight bound\n"
      "  nvcim run swim_paper --workload lenet_mnist_4b --perturbation out/perturbation.txt      check the "
      "certificate\n\n"
      "Searches see the training set and the test set judges, unless --search-on test. Work that was stopped goes on\n"
      "where it was when the same command is given again (OUT.journal).");
  add_architecture_option(*command, options->architecture, *options);
  command->add_option("--workload", options->workloads, "Networks: built-in names or ONNX files")
      ->type_name("NAME|FILE,…")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  command->add_option("--data", options->data, "Data set or folder; the first network's own when not given")
      ->type_name("NAME|DIR");
  add_quantise_options(*command, options->quantise);
  add_test_samples_option(*command, options->samples);
  command
      ->add_option("--bound", options->bounds,
                   "Largest deviation of a cell from its target, share of its conductance range")
      ->type_name("SHARE,…")
      ->transform(is_share())
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  command
      ->add_option("--method", options->methods,
                   "pgd: sign descent on margin and cross entropy; lagrangian: relaxation with Adam; sign: ten plain "
                   "sign steps on cross entropy, a baseline")
      ->type_name("NAME,…")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(is_one_of(method_names()))
      ->capture_default_str();
  command->add_option("--search-on", options->search_on, "train, or test: the samples that are reported on")
      ->type_name("SPLIT")
      ->check(is_one_of({"train", "test"}))
      ->capture_default_str();
  command->add_option("--search-samples", options->search_samples, "Samples from the start of that set; 0: all")
      ->type_name("N")
      ->check(at_least(0))
      ->capture_default_str();
  command
      ->add_option(
          "--verify", options->budgets,
          "Shares of the write cycles of verifying everything: cells that are verified get --bound, the others "
          "--loose-bound")
      ->type_name("SHARE,…")
      ->transform(is_share())
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  command->add_option("--loose-bound", options->loose_bound, "Largest deviation of cells that are not verified")
      ->type_name("SHARE")
      ->transform(is_share());
  command
      ->add_option("--selection", options->selection, "Which cells are verified: swim, magnitude, random, layer_order")
      ->type_name("NAME")
      ->check(is_name_of(selection_methods()))
      ->capture_default_str();
  add_verify_options(*command, options->how);
  command
      ->add_option("--enough", options->enough,
                   "Share of right samples at which a search may end; a large network takes long to its worst")
      ->type_name("SHARE")
      ->transform(is_share())
      ->capture_default_str();
  command
      ->add_option("--draws", options->draws,
                   "Random chips within the bounds, of each kind: gaussian N(0, bound^2) cut at the bound, uniform, "
                   "extreme (plus or minus the bound)")
      ->type_name("N")
      ->check(at_least(0))
      ->capture_default_str();
  command->add_flag("--force", options->force, "Replace a former result in --out");
  command->callback([options, arguments, &ranks, &action] {
    action = [options, arguments, &ranks] { return worst_case(*options, arguments, ranks); };
  });
}

}  // namespace nvcim::cli
