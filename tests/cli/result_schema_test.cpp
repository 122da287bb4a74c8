// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "sim/report/metrics.h"
#include "sim/report/result.h"
#include "tests/cli/input_files.h"

namespace nvcim::test {
namespace {

using nlohmann::json;

/// What a name alone says of the unit: the first of these words that is one of its words. Empty: nothing.
std::string unit_by_name(std::string name) {
  const std::pair<const char*, const char*> words[] = {{"cycles", "count"},
                                                       {"share", "fraction"},
                                                       {"waited", "fraction"},
                                                       {"energy", "J"},
                                                       {"power", "W"},
                                                       {"latency", "s"},
                                                       {"time", "s"},
                                                       {"interval", "s"},
                                                       {"start", "s"},
                                                       {"end", "s"},
                                                       {"area", "m^2"},
                                                       {"samples", "count"},
                                                       {"instances", "count"},
                                                       {"attempts", "count"},
                                                       {"cells", "count"},
                                                       {"crossbars", "count"},
                                                       {"macs", "count"},
                                                       {"rows", "count"},
                                                       {"accuracy", "fraction"},
                                                       {"busy", "fraction"},
                                                       {"stall", "fraction"},
                                                       {"nwc", "fraction"},
                                                       {"residual", "fraction"},
                                                       {"utilization", "fraction"}};
  std::replace(name.begin(), name.end(), '.', '_');
  for (const auto& [word, unit] : words)
    if (("_" + name + "_").find(fmt::format("_{}_", word)) != std::string::npos) return unit;
  return "";
}

/// What is wrong with a result, by the shipped schema and by what no schema can say.
class ResultCheck {
 public:
  ResultCheck() {
    const json document = json::parse(sim::result_schema_text());
    units_ = document["definitions"]["unit"]["enum"].get<std::set<std::string>>();
    const valijson::adapters::NlohmannJsonAdapter adapter(document);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, schema_);
  }

  std::string faults(const json& result) const {
    std::string text;
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    if (!validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(result), &results))
      for (valijson::ValidationResults::Error error; results.popError(error);) {
        for (const std::string& step : error.context) text += step;
        text += ": " + error.description + "\n";
      }
    if (!text.empty()) return text;
    for (const auto& [name, entry] : result["metrics"].items()) {
      const sim::MetricInfo* info = sim::find_metric(name);
      if (info == nullptr)
        text += name + " is not registered\n";
      else if (entry["unit"] != info->unit || entry["doc"] != info->doc)
        text += fmt::format("{}: unit or doc are not the registry's\n", name);
      text += unit_fault(name, entry["unit"]);
    }
    std::set<std::string> tables;
    for (const json& table : result["tables"]) text += faults_of(table, tables);
    return text;
  }

  const std::set<std::string>& units() const { return units_; }

 private:
  static std::string unit_fault(const std::string& name, const std::string& unit) {
    const std::string meant = unit_by_name(name);
    return meant.empty() || meant == unit || unit == "text" ? ""
                                                            : fmt::format("{} is in {}, not {}\n", name, unit, meant);
  }
  static std::string faults_of(const json& table, std::set<std::string>& tables) {
    const std::string name = table["name"];
    std::string text = tables.insert(name).second ? "" : name + " is there twice\n";
    std::set<std::string> columns;
    for (const json& column : table["columns"]) {
      if (!columns.insert(column["name"]).second) text += fmt::format("{}: a column is there twice\n", name);
      text += unit_fault(column["name"], column["unit"]);
    }
    for (const json& row : table["rows"]) {
      if (row.size() != columns.size()) return text + fmt::format("{}: {} cells in a row\n", name, row.size());
      for (std::size_t i = 0; i < row.size(); ++i) {
        const json& column = table["columns"][i];
        const std::string unit = column["unit"];
        const bool fits = row[i].is_null() || (unit == "text"    ? row[i].is_string()
                                               : unit == "flag"  ? row[i].is_boolean()
                                               : unit == "index" ? row[i].is_number_integer()
                                                                 : row[i].is_number());
        if (!fits) text += fmt::format("{}/{}: {} is no {}\n", name, column["name"].dump(), row[i].dump(), unit);
      }
    }
    return text;
  }

  valijson::Schema schema_;
  std::set<std::string> units_;
};

/// Every number of `result` as result.csv writes it.
std::set<std::string> lines_of(const json& result) {
  std::set<std::string> lines;
  for (const auto& [name, entry] : result["metrics"].items())
    for (const char* column : {"value", "low", "high"})
      if (entry.contains(column) && !entry[column].is_null())
        lines.insert(fmt::format("metrics,{},{},{},{}", sim::csv_field(name), column, entry[column].get<double>(),
                                 entry["unit"].get<std::string>()));
  for (const json& table : result["tables"])
    for (std::size_t row = 0; row < table["rows"].size(); ++row)
      for (std::size_t i = 0; i < table["columns"].size(); ++i) {
        const json& cell = table["rows"][row][i];
        if (cell.is_number())
          lines.insert(fmt::format("{},{},{},{},{}", table["name"].get<std::string>(), row,
                                   table["columns"][i]["name"].get<std::string>(),
                                   cell.is_number_integer() ? fmt::format("{}", cell.get<std::int64_t>())
                                                            : fmt::format("{}", cell.get<double>()),
                                   table["columns"][i]["unit"].get<std::string>()));
      }
  return lines;
}

class Results : public InputFilesTest {
 protected:
  ResultCheck check_;
};

// Every command that takes --out and finds something out; what prints files (schema, presets, completion) does not.
TEST_F(Results, OfEveryCommandAreOfOneForm) {
  const std::string q = " --workload q.onnx --data d44 ";
  const std::pair<std::string, std::string> commands[] = {
      {"run", "run" + q + "--samples 4 --cycle-samples 2 --set /adc/bits=6"},
      {"run", "run" + q + "--engine functional"},
      {"run", "run" + q + "--engine systemc --cycle-samples 1"},
      {"run", "run --workload q.onnx --data none"},
      {"time_multiplexed_run", "run tiny_2x2" + q +
                                   "--time-multiplex --batch 10 --cycle-samples 2 --set /chip/mesh_rows=1 --set "
                                   "/chip/mesh_columns=1 --set /tile/crossbars=100"},
      {"program", "program --workload q.onnx --instance 3"},
      {"program", "program --workload q.onnx --plan none --engine functional"},
      {"program", "program --workload q.onnx --budget-pulses 40"},
      {"monte_carlo", "mc" + q + "--instances 40 --target 50%"},
      {"monte_carlo",
       "mc swim_paper" + q + "--instances 60 --precision 40% --quantiles 10% --verify 30% --method magnitude"},
      {"monte_carlo", "mc swim_paper" + q + "--instances 1 --verify 1 --method layer_order"},
      {"sweep", "sweep swim_paper" + q + "--instances 2 --methods magnitude,random/row --budgets 0,0.5,1"},
      {"worst_case", "worst-case swim_paper" + q + "--method sign,pgd --bound 0.02 --draws 2"},
      {"worst_case",
       "worst-case swim_paper --workload q.onnx,q.onnx --data d44 --method sign --bound 0.02,0.05 --verify "
       "0.5,1 --selection magnitude --loose-bound 0.1"},
      {"sensitivity", "sensitivity q.onnx --data d44 --compare"},
      {"select", "select swim_paper" + q + "--budget 0.3"},
      {"select", "select swim_paper" + q + "--method magnitude --until-drop 50% --group 0.5 --validation 4"},
      {"calibrate", "calibrate" + q + "--samples 2 --set /adc/bits=5"},
      {"workload", "workload q.onnx --data d44"},
      {"workload", "workload vgg8 --arch tiny_2x2"},
      {"check", "check rram_1t1r_128 --workload q.onnx --set '/chip/technology=130 nm' --set /adc/energy_law=survey"},
      {"check", "check"},
      {"explain", "explain"},
      {"explain", "explain energy.adc"},
#ifdef NVCIM_HAS_TRAINING
      {"train", "train mlp --data d44 --float-epochs 1 --quantised-epochs 1 --threads 1"},
      {"train",
       "train mlp --data d44 --float-epochs 1 --quantised-epochs 1 --threads 1 --noise trice --sigma-max 0.2 "
       "--validation 2 --kpp 20% --kpp-instances 20"},
#endif
  };
  std::set<std::string> studies;
  for (const auto& [study, command] : commands) {
    const Outcome outcome = nvcim(command + " --seed 5 --json --out out --force");
    ASSERT_EQ(outcome.exit_code, 0) << command << "\n" << outcome.err;
    EXPECT_EQ(outcome.out, read("out/result.json")) << command;
    const json result = json::parse(outcome.out);
    EXPECT_EQ(check_.faults(result), "") << command;
    EXPECT_EQ(result["study"], study) << command;
    EXPECT_EQ(result["command"], json::parse(read("out/manifest.json"))["repeat"]) << command;
    EXPECT_FALSE(result["metrics"].empty() && result["tables"].empty()) << command;
    EXPECT_TRUE(result["seed"].is_null() || result["seed"] == 5) << command;
    studies.insert(study);

    // The table of numbers is the same in both files.
    std::istringstream csv(read("out/result.csv"));
    std::set<std::string> lines;
    for (std::string line; std::getline(csv, line);) lines.insert(line);
    EXPECT_TRUE(lines.contains("table,row,column,value,unit")) << command;
    for (const std::string& line : lines_of(result)) EXPECT_TRUE(lines.contains(line)) << command << ": " << line;
  }
  const json document = json::parse(sim::result_schema_text());
  std::set<std::string> known = document["properties"]["study"]["enum"];
#ifndef NVCIM_HAS_TRAINING
  known.erase("train");
#endif
  EXPECT_EQ(studies, known) << "every study that the schema names";
}

TEST(ResultSchema, KnowsTheUnitsOfEveryMetric) {
  const ResultCheck check;
  for (const sim::MetricInfo& info : sim::metric_registry()) {
    EXPECT_TRUE(check.units().contains(std::string(info.unit))) << info.name << ": " << info.unit;
    const std::string meant = unit_by_name(std::string(info.name));
    EXPECT_TRUE(meant.empty() || meant == info.unit) << info.name << ": " << info.unit;
  }
}

TEST(ResultSchema, RefusesWhatReadersDoNotExpect) {
  const ResultCheck check;
  sim::Result result{{.study = "run", .version = "1", .seed = 1, .command = "nvcim run"}};
  result.metrics = {{"accuracy", 0.5, 0.25, 0.75}};
  result.tables = {{"layers", {{"layer", "text", "name"}, {"energy", "J", "of it"}}, {{"conv", 1e-9}}}};
  result.tell("data", "mnist", "the samples");
  const json good = json::parse(sim::result_json(result));
  ASSERT_EQ(check.faults(good), "");
  const std::pair<const char*, json> changes[] = {
      {"/schema_version", 1},
      {"/study", "walk"},
      {"/samples", 4},
      {"/seed", -1},
      {"/version", ""},
      {"/architecture", 3},
      {"/metrics/accuracy/unit", "percentage"},
      {"/metrics/accuracy/unit", "J"},
      {"/metrics/accuracy/value", "0.5"},
      {"/metrics/accuracy/error", 0.1},
      {"/metrics/acuracy", good["metrics"]["accuracy"]},
      {"/tables/0/unit", "J"},
      {"/tables/0/name", "Layers"},
      {"/tables/0/columns/1/unit", "joule"},
      {"/tables/0/columns/1/doc", ""},
      {"/tables/0/columns/1/name", "layer"},
      {"/tables/0/rows/0", {"conv"}},
      {"/tables/0/rows/0/1", "1 nJ"},
      {"/tables/0/rows/0/0", 3},
      {"/facts/data/value", 3},
      {"/facts/data/unit", "text"},
  };
  for (const auto& [pointer, value] : changes) {
    json changed = good;
    changed[json::json_pointer(pointer)] = value;
    EXPECT_NE(check.faults(changed), "") << pointer << " = " << value;
  }
  for (const char* name : {"schema_version", "study", "version", "seed", "command", "architecture", "workload",
                           "metrics", "tables", "facts"}) {
    json changed = good;
    changed.erase(name);
    EXPECT_NE(check.faults(changed), "") << "without " << name;
  }
  json alone = good;
  alone["metrics"]["accuracy"].erase("high");
  EXPECT_NE(check.faults(alone), "") << "an interval with one end";
}

}  // namespace
}  // namespace nvcim::test
