// SPDX-License-Identifier: Apache-2.0
#include "sim/parallel/failure_text.h"

#include <fmt/format.h>

#include <charconv>
#include <new>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "arch/check.h"
#include "arch/input_error.h"

namespace nvcim::sim {
namespace {

using Json = nlohmann::json;

}  // namespace

std::string failure_text(const std::exception_ptr& failure) {
  Json json;
  try {
    std::rethrow_exception(failure);
  } catch (const InputError& error) {
    for (const InputIssue& issue : error.issues()) json["issues"].push_back({issue.file, issue.pointer, issue.message});
  } catch (const std::bad_alloc&) {
    json["memory"] = true;
  } catch (const std::exception& error) {
    json["bug"] = error.what();
  } catch (...) {
    json["bug"] = "an exception without a message";
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::exception_ptr failure_of(const std::string& text) {
  const Json json = Json::parse(text);
  if (json.contains("memory")) return std::make_exception_ptr(std::bad_alloc());
  if (json.contains("bug")) return std::make_exception_ptr(std::runtime_error(json["bug"].get<std::string>()));
  std::vector<InputIssue> issues;
  for (const Json& issue : json.at("issues")) issues.push_back({issue[0], issue[1], issue[2]});
  return std::make_exception_ptr(InputError(std::move(issues)));
}

bool is_input_failure(const std::string& text) {
  return !Json::parse(text).contains("bug");
}

std::exception_ptr join_failures(const std::vector<std::exception_ptr>& failures) {
  std::vector<InputIssue> issues;
  std::set<std::string> seen;
  for (std::size_t rank = 0; rank < failures.size(); ++rank) {
    if (!failures[rank]) continue;
    try {
      std::rethrow_exception(failures[rank]);
    } catch (const InputError& error) {
      for (InputIssue issue : error.issues()) {
        if (!seen.insert(issue.text()).second) continue;
        if (rank > 0) issue.message += fmt::format(" (rank {})", rank);
        issues.push_back(std::move(issue));
      }
    } catch (...) {
      return std::current_exception();
    }
  }
  return issues.empty() ? nullptr : std::make_exception_ptr(InputError(std::move(issues)));
}

std::string outcomes_text(const Outcomes& outcomes) {
  std::string text;
  for (std::size_t unit = 0; unit < outcomes.size(); ++unit)
    if (outcomes[unit]) text += fmt::format("{} {}\n", unit, *outcomes[unit]);
  return text;
}

Outcomes outcomes_of(const std::string& text, int units) {
  Outcomes outcomes(std::size_t{unsigned(units)});
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    int unit = -1;
    const char* const stop = std::from_chars(text.c_str() + begin, text.c_str() + end, unit).ptr;
    NVCIM_CHECK(unit >= 0 && unit < units && *stop == ' ', "unit {} of {}", unit, units);
    outcomes[std::size_t(unit)] = std::string(stop + 1, text.c_str() + end);
    begin = end + 1;
  }
  return outcomes;
}

}  // namespace nvcim::sim
