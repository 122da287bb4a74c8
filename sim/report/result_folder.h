// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nvcim::sim {

struct OutputFile {
  std::string name;  ///< without a folder
  std::string text;
};

/// Says before the work whether the folder may be written later; touches nothing.
/// Errors: InputError when the target is a file, a non-empty folder that is not a result of this program, a former
/// result and `replace` is not set, or lies where nothing can be created.
void check_result_folder(const std::filesystem::path& target, bool replace);

/// Writes a whole folder or nothing: the files go to a temporary sibling that is renamed at the end; a former result is
/// moved aside until then. One of the files must be manifest.json, by which a result is recognised later.
/// Errors: as check_result_folder, and InputError with the system's reason (no space left, …); the temporary files are
/// gone then.
void write_result_folder(const std::filesystem::path& target, const std::vector<OutputFile>& files, bool replace);

/// `wanted`, or the first of wanted-2, wanted-3, … that does not exist yet.
std::filesystem::path unused_folder(const std::filesystem::path& wanted);

}  // namespace nvcim::sim
