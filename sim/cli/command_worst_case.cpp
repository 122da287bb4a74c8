// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command_worst_case.h"

#include <fmt/format.h>

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
#include "sim/studies/run/request.h"
#include "sim/studies/worst_case.h"
#include "sim/studies/worst_case_page.h"
#include "workloads/dataset.h"

namespace nvcim::cli {
namespace fs = std::filesystem;
namespace {

using sim::WorstCaseOptions;

/// A folder that was made for a result goes again when there is none.
struct EmptyFolder {
  fs::path path;
  ~EmptyFolder() {
    std::error_code not_empty;
    if (!path.empty()) fs::remove(path, not_empty);
  }
};

workloads::Dataset load_split(const std::string& name, workloads::Split split, int samples, const std::string& option) {
  workloads::Dataset data = workloads::load_dataset(name, split, samples, data_search_path());
  if (data.samples() < samples)
    throw InputError(option, "", fmt::format("{} asked for, {} has {}", samples, name, data.samples()));
  return data;
}

sim::WorstCaseRequest request_of(const WorstCaseOptions& options) {
  sim::WorstCaseRequest request;
  static_cast<WorstCaseOptions&>(request) = options;
  std::vector<InputIssue> issues;
  gather_issues(issues, [&] {
    request.architecture =
        given_architecture(options.from.architecture, sim::architecture_changes(options.set, options.from.duplicate));
  });
  for (const std::string& workload : options.from.workloads)
    gather_issues(issues, [&] {
      request.networks.push_back(
          load_quantised(workload, options.from.data, options.from.quantise, thread_count(options)));
    });
  if (!issues.empty()) throw InputError(std::move(issues));
  // Trainings of one network carry its name: then the files tell them apart.
  std::map<std::string, int> names;
  for (const workloads::Network& network : request.networks) ++names[network.name];
  for (std::size_t i = 0; i < request.networks.size(); ++i)
    if (names[request.networks[i].name] > 1) request.networks[i].name = options.from.workloads[i];
  request.from.data = data_name_of(options.from.data, request.networks.front());
  gather_issues(issues, [&] {
    request.data = load_split(request.from.data, workloads::Split::test, options.samples,
                              sim::option_name(options, &options.samples));
  });
  gather_issues(issues, [&] {
    const auto split = options.search_on == sim::SearchSplit::train ? workloads::Split::train : workloads::Split::test;
    request.search = load_split(request.from.data, split, options.search_samples,
                                sim::option_name(options, &options.search_samples));
  });
  if (!issues.empty()) throw InputError(std::move(issues));
  request.samples = request.data.samples();
  request.search_samples = request.search.samples();
  request.search_split = choice_text(options.search_on);
  return request;
}

/// `nvcim run`, as short as it can be.
std::string run_command(const sim::RunOptions& options) {
  std::vector<std::string> words = {"nvcim", "run"};
  for (std::string& word : sim::request_words(options, {}, sim::Defaults::left_out)) words.push_back(std::move(word));
  return shell_command(words);
}

int worst_case(const WorstCaseOptions& options, const std::vector<std::string>& arguments, sim::Ranks& ranks) {
  if (options.selects() && options.loose_bound == 0)
    throw CommandLineError(fmt::format("{} below 1 leaves cells unverified: say how far they may be off with {}",
                                       sim::option_name(options, &options.budgets),
                                       sim::option_name(options, &options.loose_bound)));
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
  request.threads = thread_count(options, ranks.on_this_machine());
  Progress progress(options.quiet || !ranks.leads());
  if (options.selects() && request.selection == mapping::SelectionMethod::swim)
    for (const workloads::Network& network : request.networks)
      request.curvature.push_back(from_lead(network, ranks, [&] {
        return get_curvature(options.how.curvature, network, request.from.data, request.threads, progress);
      }));
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
  use_resolved_architecture(request, request.from.architecture, request.from.duplicate, out);
  const std::string repeat = manifest.note("worst-case", request, out);
  manifest["architecture"] = request.architecture.name;
  manifest["processes"] = ranks.count();
  manifest["threads"] = request.threads;
  manifest["search_seconds"] = nlohmann::ordered_json::array();
  for (const sim::WorstCaseFound& found : result.found)
    manifest["search_seconds"].push_back(found.seconds ? nlohmann::ordered_json(*found.seconds) : nullptr);
  std::vector<sim::OutputFile> files = {
      {"manifest.json", ""},
      {"architecture.json", architecture},
      {"report.html", sim::worst_case_page(request, result, {kVersion, repeat, architecture})}};
  for (std::size_t i = 0; i < result.found.size(); ++i) {
    const workloads::Network& network = request.networks[result.settings[result.found[i].setting].network];
    const mapping::Plan plan = mapping::make_plan(request.architecture, network);
    files.push_back({sim::perturbation_file_name(result, i),
                     mapping::perturbation_text(network, plan, result.found[i].perturbation, repeat)});
  }
  files.front().text = manifest.text();
  const std::size_t worst = result.worst(0);
  sim::RunOptions check;
  check.architecture = architecture_in(out);
  check.workload = options.from.workloads[result.settings[0].network];
  check.perturbation = (out / sim::perturbation_file_name(result, worst)).string();
  check.engine = sim::Engines::functional;
  write_and_print(options, out, sim::result_of(request, result), repeat, files, options.force,
                  sim::worst_case_table(request, result) +
                      fmt::format("\nResult: {} (report.html, result.json, result.csv, perturbation files)\n"
                                  "Check: {}\n",
                                  out.string(), run_command(check)));
  fs::remove(request.journal);
  fs::path draws = request.journal;
  draws += ".draws";
  fs::remove(draws);
  return kOk;
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
  command->callback([options, arguments, &ranks, &action] {
    action = [options, arguments, &ranks] { return worst_case(*options, arguments, ranks); };
  });
}

}  // namespace nvcim::cli
