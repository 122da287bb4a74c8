// SPDX-License-Identifier: Apache-2.0
#include "workloads/model_file.h"

#include <fmt/format.h>

#include <fstream>

#include "arch/check.h"
#include "arch/input_error.h"
#include "workloads/gzip_file.h"
#include "workloads/onnx_read.h"
#include "workloads/zoo_files.h"

namespace nvcim::workloads {

namespace {

constexpr std::size_t kSizeLimit = std::size_t{1} << 29;

std::string zoo_names() {
  std::string names;
  for (const ZooEntry& entry : zoo()) names += (names.empty() ? "" : ", ") + entry.name;
  return names;
}

}  // namespace

Network load_network(std::string_view name_or_file) {
  const std::string name(name_or_file);
  for (const ZooEntry& entry : zoo())
    if (entry.name == name) return read_onnx(name, zoo_file(name + ".onnx"));
  std::error_code error;
  if (!std::filesystem::exists(name, error))
    throw InputError(name, "",
                     fmt::format("is neither a file nor a network that ships with the program ({})", zoo_names()));
  return read_onnx(name, read_file(name, kSizeLimit));
}

void save_network(const Network& network, const std::filesystem::path& file) {
  const std::string bytes = write_onnx(network);
  // Written beside and renamed, so that a failure leaves no half file.
  std::filesystem::path part = file;
  part += ".part";
  std::ofstream stream(part, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  std::error_code error;
  if (stream) std::filesystem::rename(part, file, error);
  if (stream && !error) return;
  std::filesystem::remove(part, error);
  throw InputError(file.string(), "", "cannot be written");
}

}  // namespace nvcim::workloads
