// SPDX-License-Identifier: Apache-2.0
#include "workloads/training_checkpoint.h"

#include <fmt/format.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "arch/input_file.h"
#include "arch/output_file.h"

namespace nvcim::workloads {
namespace {

using Json = nlohmann::json;

// "nvcim-training 2 IDENTITY SUM\n", one line of JSON, then the tensors as floats of this machine. SUM is of all that
// follows the first line.
constexpr std::string_view kMagic = "nvcim-training 2 ";
constexpr std::uintmax_t kSizeLimit = std::uintmax_t{1} << 34;

Json json_of(const EpochRecord& record) {
  Json replicas = Json::array();
  for (const ReplicaRecord& one : record.replicas)
    replicas.push_back({{"sigma", one.sigma},
                        {"loss", one.loss},
                        {"accuracy", one.accuracy},
                        {"merit", one.merit ? Json(*one.merit) : Json()}});
  return {{"epoch", record.epoch},     {"quantised", record.quantised}, {"low", record.sigma_low},
          {"high", record.sigma_high}, {"chosen", record.chosen},       {"replicas", replicas}};
}

EpochRecord record_of(const Json& json) {
  EpochRecord record;
  record.epoch = json.at("epoch");
  record.quantised = json.at("quantised");
  record.sigma_low = json.at("low");
  record.sigma_high = json.at("high");
  record.chosen = json.at("chosen");
  for (const Json& one : json.at("replicas")) {
    ReplicaRecord& replica = record.replicas.emplace_back();
    replica.sigma = one.at("sigma");
    replica.loss = one.at("loss");
    replica.accuracy = one.at("accuracy");
    if (!one.at("merit").is_null()) replica.merit = one.at("merit").get<double>();
  }
  return record;
}

std::string sum_of(std::string_view text) {
  return fmt::format("{:016x}", fingerprint(text.data(), text.size()));
}

}  // namespace

void save_checkpoint(const std::filesystem::path& file, const std::string& identity, const TrainingState& state) {
  Json json = {{"epoch", state.epoch},
               {"steps", state.steps},
               {"sigma_low", state.sigma_low},
               {"sigma_high", state.sigma_high},
               {"float_accuracy", state.float_accuracy},
               {"scales", Json::array()},
               {"sizes", Json::array()},
               {"history", Json::array()}};
  for (const MapScale& map : state.scales) json["scales"].push_back({map.scale, map.zero_point, map.bits});
  for (const auto& values : state.values) json["sizes"].push_back(values.size());
  for (const EpochRecord& record : state.history) json["history"].push_back(json_of(record));
  std::string body = json.dump() + "\n";
  for (const auto& values : state.values)
    body.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
  write_file(file, fmt::format("{}{} {}\n", kMagic, identity, sum_of(body)) + body);
}

bool load_checkpoint(const std::filesystem::path& file, const std::string& identity, TrainingState& state) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return false;
  const std::string text = read_input_file(file, kSizeLimit);
  const auto fail = [&](const char* message) { throw InputError(file.string(), "", message); };
  const std::size_t first = text.find('\n');
  if (!text.starts_with(kMagic) || first == std::string::npos) fail("is no checkpoint of a training");
  const std::string_view body = std::string_view(text).substr(first + 1);
  if (!std::string_view(text).substr(0, first).ends_with(" " + sum_of(body)))
    fail("is damaged; remove it to start anew");
  if (!text.starts_with(fmt::format("{}{} ", kMagic, identity)))
    fail("belongs to a training with other options or data; remove it to start anew");
  const std::size_t second = body.find('\n');
  // The sum has been checked, so what does not read now was never written by this program.
  try {
    const Json json = Json::parse(body.substr(0, second));
    state.epoch = json.at("epoch");
    state.steps = json.at("steps");
    state.sigma_low = json.at("sigma_low");
    state.sigma_high = json.at("sigma_high");
    state.float_accuracy = json.at("float_accuracy");
    state.scales.clear();
    for (const Json& map : json.at("scales")) state.scales.push_back({map.at(0), map.at(1), map.at(2)});
    state.history.clear();
    for (const Json& record : json.at("history")) state.history.push_back(record_of(record));
    state.values.clear();
    std::size_t at = second + 1;
    for (const Json& size : json.at("sizes")) {
      const std::size_t count = size, bytes = count * sizeof(float);
      if (at > body.size() || count > (body.size() - at) / sizeof(float)) fail("is damaged; remove it to start anew");
      auto& values = state.values.emplace_back(count);
      std::memcpy(values.data(), body.data() + at, bytes);
      at += bytes;
    }
  } catch (const Json::exception&) {
    fail("is damaged; remove it to start anew");
  }
  return true;
}

}  // namespace nvcim::workloads
