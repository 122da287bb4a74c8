// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/training_report.h"

#include <fmt/format.h>

#include "sim/report/metrics.h"
#include "sim/report/study_page.h"
#include "sim/report/terminal.h"

namespace nvcim::sim {
namespace {

using Rows = std::vector<std::vector<std::string>>;
using workloads::EpochRecord;
using workloads::ReplicaRecord;

bool noisy(const TrainingReport& report) {
  return report.noise.kind != workloads::WeightNoise::none;
}

std::string noise_text(const TrainingReport& report) {
  if (!noisy(report)) return "no noise on the weights";
  std::string text = fmt::format("{} noise on the weights", choice_text(report.noise.kind));
  if (is_censored(report.noise.kind)) {
    const workloads::NoiseMoments moments = noise_moments(report.noise.kind, report.noise.threshold);
    text += fmt::format(", censored at {:g} sigma (mean {:+.4f} sigma{})", report.noise.threshold, moments.mean,
                        report.noise.zero_mean ? ", taken away" : "");
  }
  if (report.noise.mid_level_factor != 1)
    text += fmt::format(", middle levels {:g} times the spread", report.noise.mid_level_factor);
  return text;
}

std::string judge_text(const TrainingReport& report) {
  if (!report.judged) return "";
  return fmt::format("; judged by the {:g} % KPP of {} programmed chips of {} on {} held-out samples",
                     report.judged->kpp, report.judged->instances, report.judged->chip, report.judged->samples);
}

std::string lead_of(const TrainingReport& report) {
  return fmt::format("{} samples of {}; {}{}; seed {}", format_metric(report.samples, "count"), report.data,
                     noise_text(report), judge_text(report), report.seed);
}

Rows rows_of(const TrainingReport& report) {
  Rows rows = {{"epoch", "phase", "loss", "accuracy %"}};
  if (noisy(report)) rows[0].insert(rows[0].end(), {"sigma from", "to", "chosen"});
  if (report.judged) rows[0].push_back(fmt::format("{:g} % KPP", report.judged->kpp));
  for (const EpochRecord& record : report.epochs) {
    const ReplicaRecord& one = record.replicas.at(record.chosen);
    auto& row = rows.emplace_back();
    row = {fmt::format("{}", record.epoch), record.quantised ? "quantised" : "float", fmt::format("{:.4f}", one.loss),
           percent_figure(one.accuracy)};
    if (noisy(report))
      for (double sigma : {record.sigma_low, record.sigma_high, one.sigma})
        row.push_back(record.quantised ? fmt::format("{:.4f}", sigma) : "");
    if (report.judged) row.push_back(one.merit ? percent_figure(*one.merit) : "");
  }
  return rows;
}

LineChart line_chart(std::string title, std::string unit) {
  return {{.title = "epoch", .unit = ""}, {.title = std::move(title), .unit = std::move(unit)}, {}};
}

/// `value` of the replica that went on, in every epoch where it is known.
template <class Value>
ChartSeries chosen(const TrainingReport& report, const char* name, int hue, Value value) {
  ChartSeries series{.name = name, .hue = hue};
  for (const EpochRecord& record : report.epochs)
    if (const std::optional<double> y = value(record, record.replicas.at(record.chosen)))
      series.points.push_back({double(record.epoch), *y});
  return series;
}

LineChart merit_chart(const TrainingReport& report) {
  LineChart chart = line_chart(fmt::format("{:g} % KPP on held-out samples", report.judged->kpp), "%");
  chart.series.push_back(
      chosen(report, "chosen", 0, [](const EpochRecord&, const ReplicaRecord& one) { return one.merit; }));
  ChartSeries all{.name = "replicas", .hue = 3, .dots = true};
  for (const EpochRecord& record : report.epochs)
    for (const ReplicaRecord& one : record.replicas)
      if (one.merit) all.points.push_back({double(record.epoch), *one.merit});
  chart.series.push_back(std::move(all));
  return chart;
}

LineChart sigma_chart(const TrainingReport& report) {
  LineChart chart = line_chart("sigma of the noise, of max|W|", "");
  const auto add = [&](const char* name, int hue, auto value) {
    chart.series.push_back(chosen(report, name, hue, [&](const EpochRecord& record, const ReplicaRecord& one) {
      return record.quantised ? std::optional<double>(value(record, one)) : std::nullopt;
    }));
  };
  add("chosen", 0, [](const EpochRecord&, const ReplicaRecord& one) { return one.sigma; });
  add("interval from", 3, [](const EpochRecord& record, const ReplicaRecord&) { return record.sigma_low; });
  add("interval to", 3, [](const EpochRecord& record, const ReplicaRecord&) { return record.sigma_high; });
  return chart;
}

}  // namespace

Result result_of(const TrainingReport& report) {
  Result result{{.study = "train",
                 .seed = report.seed,
                 .architecture = report.judged ? report.judged->chip : "",
                 .workload = report.network}};
  result.add("accuracy.reference", report.accuracy);
  if (report.float_accuracy >= 0) result.add("accuracy.float", report.float_accuracy);
  result.add("samples.training", report.samples);
  result.tell("data", report.data, "data set or folder of the samples");
  result.tell("noise", choice_text(report.noise.kind), "on the weights during training");
  if (noisy(report)) {
    if (is_censored(report.noise.kind)) result.add("noise.threshold", report.noise.threshold);
    result.add("noise.sigma.min", report.noise.sigma_low);
    result.add("noise.sigma.max", report.noise.sigma_high);
    result.add("noise.mid_level_factor", report.noise.mid_level_factor);
    result.tell("noise.zero_mean", report.noise.zero_mean ? "yes" : "no", "whether the noise's mean is taken away");
  }
  if (report.judged) {
    result.add("samples.held_out", report.judged->samples);
    result.add("judge.instances", report.judged->instances);
    result.add("judge.kpp", report.judged->kpp);
  }
  ResultTable epochs{"epochs",
                     {{"epoch", "index", "from 1"},
                      {"quantised", "flag", "whether weights and maps are those of the chip, or floating point"},
                      {"sigma_low", "ratio", "lower end of the interval of the noise's strength, of max|W|"},
                      {"sigma_high", "ratio", "upper end"},
                      {"chosen", "index", "replica that went on"}}};
  ResultTable replicas{"replicas",
                       {{"epoch", "index", "row of epochs"},
                        {"replica", "index", "of the epoch"},
                        {"sigma", "ratio", "strength of its noise, of max|W|"},
                        {"loss", "nat", "mean cross entropy on the training samples, with the noise"},
                        {"accuracy", "fraction", "of the training samples, with the noise"},
                        {"kpp", "fraction", "KPP of programmed chips on the samples held out, where they judge"}}};
  for (std::size_t at = 0; at < report.epochs.size(); ++at) {
    const EpochRecord& record = report.epochs[at];
    epochs.rows.push_back({record.epoch, record.quantised, record.sigma_low, record.sigma_high, record.chosen});
    for (std::size_t i = 0; i < record.replicas.size(); ++i) {
      const ReplicaRecord& one = record.replicas[i];
      replicas.rows.push_back({at, i, one.sigma, one.loss, one.accuracy, one.merit});
    }
  }
  result.tables = {std::move(epochs), std::move(replicas)};
  return result;
}

std::string training_text(const TrainingReport& report) {
  std::string text =
      fmt::format("{}: {} % of the {} test set", report.network, percent_figure(report.accuracy), report.data);
  if (report.float_accuracy >= 0)
    text += fmt::format(", {} % before quantisation", percent_figure(report.float_accuracy));
  text += "\n";
  if (!report.judged) return text;
  return text + fmt::format("{}{}\n\n", noise_text(report), judge_text(report)) +
         aligned_table(rows_of(report), {true, false, true, true, true, true, true, true}) + "\n";
}

std::string training_page(const TrainingReport& report, const PageTexts& texts) {
  StudyPage page{.kind = "Training",
                 .network = report.network,
                 .architecture = report.judged ? report.judged->chip : "",
                 .lead = lead_of(report),
                 .sections = {}};
  LineChart loss = line_chart("cross entropy on the training samples", "");
  loss.series = {chosen(report, "loss", 0,
                        [](const EpochRecord&, const ReplicaRecord& one) { return std::optional<double>(one.loss); })};
  LineChart accuracy = line_chart("accuracy on the training samples", "%");
  accuracy.series = {chosen(report, "accuracy", 0, [](const EpochRecord&, const ReplicaRecord& one) {
    return std::optional<double>(one.accuracy);
  })};
  page.sections.push_back({"Loss and accuracy",
                           "Of the replica that went on, with the noise of its epoch: first in floating point, then "
                           "with quantised weights and activations.",
                           {loss, accuracy}});
  if (report.judged)
    page.sections.push_back({"K-th percentile performance",
                             "Of every replica, without training noise, on programmed chips.",
                             {merit_chart(report)}});
  if (noisy(report))
    page.sections.push_back(
        {"Strength of the noise",
         "Every epoch three replicas train at the quarter points of the interval; the best one goes "
         "on and the interval shrinks to the half around it.",
         {sigma_chart(report)}});
  page.sections.push_back({"Epochs",
                           fmt::format("Quantised network on the {} test set, without a chip: {} %.", report.data,
                                       percent_figure(report.accuracy)),
                           {PageTable{rows_of(report), 2}}});
  return study_page(page, texts);
}

}  // namespace nvcim::sim
