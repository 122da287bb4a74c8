// SPDX-License-Identifier: Apache-2.0
#include "sim/studies/training_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/report/metrics.h"
#include "sim/report/study_page.h"
#include "sim/report/terminal.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;
using workloads::EpochRecord;
using workloads::ReplicaRecord;

bool noisy(const TrainingReport& report) {
  return report.noise.kind != workloads::WeightNoise::none;
}

std::string noise_text(const TrainingReport& report) {
  if (!noisy(report)) return "no noise on the weights";
  std::string text = fmt::format("{} noise on the weights", workloads::noise_name(report.noise.kind));
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

std::string training_json(const TrainingReport& report) {
  Json json;
  json["schema_version"] = 1;
  json["network"] = report.network;
  json["data"] = report.data;
  json["samples"] = report.samples;
  json["seed"] = report.seed;
  Json noise = {{"kind", workloads::noise_name(report.noise.kind)}};
  if (noisy(report)) {
    if (is_censored(report.noise.kind)) noise["threshold"] = report.noise.threshold;
    noise["zero_mean"] = report.noise.zero_mean;
    noise["sigma_low"] = report.noise.sigma_low;
    noise["sigma_high"] = report.noise.sigma_high;
    noise["mid_level_factor"] = report.noise.mid_level_factor;
  }
  json["noise"] = noise;
  json["judged_by"] = nullptr;
  if (report.judged)
    json["judged_by"] = {{"architecture", report.judged->chip},
                         {"samples", report.judged->samples},
                         {"kpp", report.judged->kpp},
                         {"instances", report.judged->instances}};
  json["metrics"]["accuracy.reference"] = metric_json("accuracy.reference", report.accuracy);
  if (report.float_accuracy >= 0)
    json["metrics"]["accuracy.float"] = metric_json("accuracy.float", report.float_accuracy);
  json["epochs"] = Json::array();
  for (const EpochRecord& record : report.epochs) {
    Json replicas = Json::array();
    for (const ReplicaRecord& one : record.replicas)
      replicas.push_back({{"sigma", one.sigma},
                          {"loss", one.loss},
                          {"accuracy", one.accuracy},
                          {"kpp", one.merit ? Json(*one.merit) : Json()}});
    json["epochs"].push_back({{"epoch", record.epoch},
                              {"quantised", record.quantised},
                              {"sigma_low", record.sigma_low},
                              {"sigma_high", record.sigma_high},
                              {"chosen", record.chosen},
                              {"replicas", replicas}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string training_csv(const TrainingReport& report) {
  std::string text = "epoch,phase,replica,chosen,sigma_low,sigma_high,sigma,loss,accuracy,kpp\n";
  for (const EpochRecord& record : report.epochs)
    for (std::size_t i = 0; i < record.replicas.size(); ++i) {
      const ReplicaRecord& one = record.replicas[i];
      text += fmt::format("{},{},{},{:d},{},{},{},{},{},{}\n", record.epoch, record.quantised ? "quantised" : "float",
                          i, static_cast<int>(i) == record.chosen, record.sigma_low, record.sigma_high, one.sigma,
                          one.loss, one.accuracy, one.merit ? fmt::format("{}", *one.merit) : "");
    }
  return text;
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
