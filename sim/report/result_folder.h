// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace nvcim::sim {

struct OutputFile {
  std::string name;  ///< without a folder
  std::string text;
};

/// manifest.json of a folder that this program wrote; none where there is no such file or it is something else.
std::optional<nlohmann::json> result_manifest(const std::filesystem::path& folder);

/// Says before the work whether the folder may be written later; touches nothing.
/// Errors: InputError when the target is a file, a non-empty folder that is not a result of this program, a former
/// result and `replace` is not set, or lies where nothing can be created.
void check_result_folder(const std::filesystem::path& target, bool replace);

/// Writes a whole folder or nothing: the files go to a temporary sibling that takes the name at the end, in one step
/// with a former result, which is removed then. Killed at any moment, the former or the new result is whole under its
/// name; a hidden sibling (.NAME.partial-…) may be left. One of the files must be manifest.json, by which a result is
/// recognised later.
/// @param last_step  done when every file is written and nothing has its name yet: what fails there leaves no result
/// Errors: as check_result_folder, what last_step throws, and InputError with the system's reason (no space left, …);
/// the temporary files are gone then.
void write_result_folder(const std::filesystem::path& target, const std::vector<OutputFile>& files, bool replace,
                         const std::function<void()>& last_step = {});

/// `wanted`, or the first of wanted-2, wanted-3, … that does not exist yet.
std::filesystem::path unused_folder(const std::filesystem::path& wanted);

}  // namespace nvcim::sim
