// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/program.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace nvcim::test {

namespace fs = std::filesystem;

void ProgramTest::SetUp() {
  std::string pattern = (fs::temp_directory_path() / "nvcim-cli-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
  errors_ = pattern + ".err";
}

void ProgramTest::TearDown() {
  fs::remove_all(folder_);
  fs::remove(errors_);
}

Outcome ProgramTest::nvcim(const std::string& arguments, const std::string& launcher) const {
  return run(fmt::format("{} '{}' {}", launcher, NVCIM_PROGRAM, arguments));
}

Outcome ProgramTest::run(const std::string& line) const {
  const std::string command = fmt::format("cd '{0}' && export HOME='{0}' XDG_DATA_HOME= && {1} 2>'{2}' </dev/null",
                                          folder_.string(), line, errors_.string());
  Outcome outcome;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t count; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    outcome.out.append(buffer.data(), count);
  const int status = ::pclose(pipe);
  outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::ifstream errors(errors_);
  std::ostringstream text;
  text << errors.rdbuf();
  outcome.err = text.str();
  return outcome;
}

void ProgramTest::write(const std::string& name, const std::string& text) const {
  fs::create_directories((folder_ / name).parent_path());
  std::ofstream(folder_ / name, std::ios::binary) << text;
}

std::string ProgramTest::read(const std::string& name) const {
  std::ifstream file(folder_ / name, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::map<std::string, std::string> ProgramTest::tree(const std::string& below) const {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / below)) {
    const std::string name = fs::relative(entry.path(), folder_ / below).string();
    files[name] = entry.is_regular_file() ? read((fs::path(below) / name).string()) : "";
  }
  return files;
}

void ProgramTest::write_idx(const std::string& folder, int samples, int height, int width) const {
  const auto big_endian = [](int value) {
    return std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                       static_cast<char>(value)};
  };
  write(folder + "/t10k-images-idx3-ubyte", big_endian(0x803) + big_endian(samples) + big_endian(height) +
                                                big_endian(width) +
                                                std::string(static_cast<std::size_t>(samples) * height * width, '\0'));
  write(folder + "/t10k-labels-idx1-ubyte",
        big_endian(0x801) + big_endian(samples) + std::string(static_cast<std::size_t>(samples), '\0'));
}

}  // namespace nvcim::test
