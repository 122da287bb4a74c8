// SPDX-License-Identifier: Apache-2.0
#include "workloads/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "arch/input_error.h"
#include "arch/json_input.h"
#include "arch/printable.h"
#include "workloads/gzip_file.h"
#include "workloads/idx_file.h"

namespace nvcim::workloads {

namespace {

namespace fs = std::filesystem;

struct KnownSet {
  std::string_view name;
  std::vector<fs::path> folders;  // looked in after the caller's search path
  std::string_view how_to_get;
  int classes = 10;
};

const std::vector<KnownSet>& known_sets() {
  static const std::vector<KnownSet> sets = {
      {"fashion_mnist",
       {"/usr/share/datasets/fashion-mnist", "data/fashion_mnist"},
       "install it with: apt-get install dataset-fashion-mnist"},
      {"mnist", {"data/mnist"}, "fetch it with: scripts/fetch_data.sh mnist"},
      {"cifar10", {"data/cifar10"}, "fetch it with: scripts/fetch_data.sh cifar10"},
  };
  return sets;
}

constexpr int kCifarClasses = 10;
constexpr Shape kCifarShape{3, 32, 32};
constexpr std::size_t kCifarRecord = 1 + 3 * 32 * 32;  // label, then the planes red, green, blue
constexpr std::size_t kCifarSizeLimit = std::size_t{1} << 30;

// A name too long or a folder without permission is a path that is not there, not an exception.
bool path_exists(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}
bool folder_exists(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

/// The file `stem` in `folder` under any name it is distributed by.
std::optional<fs::path> find_idx(const fs::path& folder, std::string stem) {
  for (const char* separator : {"-", "."})
    for (const char* suffix : {"", ".gz"}) {
      std::string name = stem;
      name[name.rfind("-idx")] = separator[0];
      if (fs::path path = folder / (name + suffix); path_exists(path)) return path;
    }
  return std::nullopt;
}

std::string images_stem(Split split) {
  return split == Split::train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte";
}
std::string labels_stem(Split split) {
  return split == Split::train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte";
}

std::vector<std::string> cifar_names(Split split) {
  if (split == Split::test) return {"test_batch.bin"};
  return {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"};
}

/// The folder itself, or the one that the archive of CIFAR-10 unpacks to.
fs::path cifar_folder(const fs::path& folder) {
  return folder_exists(folder / "cifar-10-batches-bin") ? folder / "cifar-10-batches-bin" : folder;
}

bool holds_idx(const fs::path& folder) {
  return find_idx(folder, images_stem(Split::train)) || find_idx(folder, images_stem(Split::test)) ||
         find_idx(folder, labels_stem(Split::train)) || find_idx(folder, labels_stem(Split::test));
}

bool holds_cifar(const fs::path& folder) {
  const auto train = cifar_names(Split::train), test = cifar_names(Split::test);
  const fs::path inner = cifar_folder(folder);
  auto is_there = [&](const std::string& name) { return path_exists(inner / name); };
  return std::any_of(train.begin(), train.end(), is_there) || std::any_of(test.begin(), test.end(), is_there);
}

/// Runs `read` and keeps its complaints, so that those of several files come together.
template <class Read>
void collect(std::vector<InputIssue>& issues, Read read) {
  try {
    read();
  } catch (const InputError& error) {
    issues.insert(issues.end(), error.issues().begin(), error.issues().end());
  }
}

void check_labels(const fs::path& file, const std::vector<std::uint8_t>& labels, int classes,
                  std::vector<InputIssue>& issues) {
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] >= classes) {
      issues.push_back({file.string(), fmt::format("sample {}", i),
                        fmt::format("label {} is outside 0..{}", labels[i], classes - 1)});
      return;  // a damaged file has thousands of them
    }
}

/// @param classes  0: as many as its labels tell
Dataset read_idx_folder(const fs::path& folder, Split split, int classes, std::string_view hint) {
  std::vector<InputIssue> issues;
  IdxImages images;
  std::vector<std::uint8_t> labels;
  const auto images_file = find_idx(folder, images_stem(split)), labels_file = find_idx(folder, labels_stem(split));
  if (!images_file)
    issues.push_back({(folder / images_stem(split)).string(), "", fmt::format("no such file, nor with .gz{}", hint)});
  else
    collect(issues, [&] { images = read_idx_images(*images_file); });
  if (!labels_file)
    issues.push_back({(folder / labels_stem(split)).string(), "", fmt::format("no such file, nor with .gz{}", hint)});
  else
    collect(issues, [&] { labels = read_idx_labels(*labels_file); });
  if (labels_file && classes > 0) check_labels(*labels_file, labels, classes, issues);
  if (issues.empty() && std::size_t(images.count) != labels.size())
    issues.push_back(
        {labels_file->string(), "",
         fmt::format("holds {} labels, but {} holds {} images", labels.size(), images_file->string(), images.count)});
  if (!issues.empty()) throw InputError(std::move(issues));
  Dataset set;
  set.shape = {1, images.height, images.width};
  set.pixels = std::move(images.pixels);
  set.labels = std::move(labels);
  set.counted = classes == 0;
  const auto highest = std::max_element(set.labels.begin(), set.labels.end());
  set.classes = !set.counted ? classes : highest == set.labels.end() ? 2 : std::max(2, *highest + 1);
  return set;
}

Dataset read_cifar_folder(const fs::path& folder, Split split, std::string_view hint) {
  std::vector<InputIssue> issues;
  Dataset set;
  set.shape = kCifarShape;
  set.classes = kCifarClasses;
  for (const std::string& name : cifar_names(split)) {
    const fs::path file = cifar_folder(folder) / name;
    if (!path_exists(file)) {
      issues.push_back({file.string(), "", fmt::format("no such file{}", hint)});
      continue;
    }
    collect(issues, [&] {
      const std::vector<std::uint8_t> bytes = read_file(file, kCifarSizeLimit);
      if (bytes.empty() || bytes.size() % kCifarRecord != 0)
        throw InputError(file.string(), "",
                         fmt::format("has {} bytes, which is no whole number of CIFAR-10 records of {} bytes",
                                     bytes.size(), kCifarRecord));
      std::vector<std::uint8_t> labels;
      for (std::size_t at = 0; at < bytes.size(); at += kCifarRecord) {
        labels.push_back(bytes[at]);
        set.pixels.insert(set.pixels.end(), bytes.begin() + std::ptrdiff_t(at + 1),
                          bytes.begin() + std::ptrdiff_t(at + kCifarRecord));
      }
      check_labels(file, labels, kCifarClasses, issues);
      set.labels.insert(set.labels.end(), labels.begin(), labels.end());
    });
  }
  if (!issues.empty()) throw InputError(std::move(issues));
  return set;
}

Dataset read_folder(const fs::path& folder, Split split, int classes, std::string_view hint) {
  const bool idx = holds_idx(folder), cifar = holds_cifar(folder);
  if (idx && cifar)
    throw InputError(folder.string(), "", "holds both idx files and CIFAR-10 batches: give a folder with one data set");
  if (idx) return read_idx_folder(folder, split, classes, hint);
  if (cifar) return read_cifar_folder(folder, split, hint);
  throw InputError(folder.string(), "",
                   "holds no data set: neither idx files (train-images-idx3-ubyte, …) nor CIFAR-10 batches "
                   "(data_batch_1.bin, …)");
}

Dataset load_known(const KnownSet& known, Split split, const std::vector<fs::path>& search_path) {
  std::vector<fs::path> folders;
  for (const fs::path& path : search_path) folders.push_back(path / known.name);
  folders.insert(folders.end(), known.folders.begin(), known.folders.end());
  const std::string hint = fmt::format("; {}", known.how_to_get);
  for (const fs::path& folder : folders)
    if (holds_idx(folder) || holds_cifar(folder)) return read_folder(folder, split, known.classes, hint);
  std::string tried;
  for (const fs::path& folder : folders) tried += (tried.empty() ? "" : ", ") + folder.string();
  throw InputError(std::string(known.name), "",
                   fmt::format("the data set is not there (looked in {}); {}", tried, known.how_to_get));
}

}  // namespace

Dataset load_dataset(std::string_view name_or_folder, Split split, int limit,
                     const std::vector<std::filesystem::path>& search_path) {
  if (limit < 0) throw InputError("", "samples", fmt::format("{} samples: 0 (all) or more", limit));
  const auto& sets = known_sets();
  const auto known =
      std::find_if(sets.begin(), sets.end(), [&](const KnownSet& set) { return set.name == name_or_folder; });
  Dataset set;
  if (known != sets.end()) {
    set = load_known(*known, split, search_path);
    set.name = known->name;
  } else if (const fs::path folder(name_or_folder); folder_exists(folder)) {
    set = read_folder(folder, split, 0, "");
    set.name = printable(fs::absolute(folder).lexically_normal().filename().string());
    if (set.name.empty()) set.name = printable(folder.string());
  } else {
    std::vector<std::string> names;
    for (const KnownSet& one : sets) names.emplace_back(one.name);
    const std::string near = nearest_name(name_or_folder, names);
    throw InputError(std::string(name_or_folder), "",
                     fmt::format("is neither a folder nor a known data set ({}){}", fmt::join(names, ", "),
                                 near.empty() ? "" : fmt::format("; did you mean {}?", near)));
  }
  if (limit > 0 && limit < set.samples()) {
    set.labels.resize(limit);
    set.pixels.resize(std::size_t(limit) * set.shape.size());
  }
  return set;
}

}  // namespace nvcim::workloads
