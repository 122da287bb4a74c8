// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <functional>
#include <new>

#include "arch/check.h"
#include "arch/fingerprint.h"
#include "arch/input_error.h"
#include "arch/input_file.h"
#include "arch/json_input.h"
#include "arch/load.h"
#include "arch/output_file.h"
#include "arch/printable.h"
#include "mapping/cell_targets.h"
#include "mapping/chip_match.h"
#include "mapping/guarded_child.h"
#include "mapping/hdf5_file.h"
#include "workloads/weights_fingerprint.h"

namespace nvcim::mapping {
namespace fs = std::filesystem;
namespace {

static_assert(std::endian::native == std::endian::little, "matrices are stored as they lie in memory");

constexpr std::size_t kHeaderBytes = 512;
constexpr std::uintmax_t kMostChipBytes = std::uintmax_t{1} << 34;
constexpr std::string_view kSignature = "nvcim chip\n";
constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";
constexpr std::array kStateNames = {"unwritten", "written", "verified", "unconverged", "unfinished"};
static_assert(kStateNames.size() == kCellStates);
static_assert(sizeof(CellState) == 1);

/// @param bytes  of the whole file   @param hash  of what follows the header
std::string header(std::uintmax_t bytes, std::uint64_t hash) {
  std::string text = fmt::format("{}format {}\nbytes {}\nfingerprint {:016x}\nHDF5 begins at byte {}\n", kSignature,
                                 kChipFormat, bytes, hash, kHeaderBytes);
  text.resize(kHeaderBytes - 1, ' ');
  return text + '\n';
}

hdf5::Id state_type() {
  hdf5::Id type(H5Tenum_create(H5T_STD_U8LE), H5Tclose);
  for (std::uint8_t value = 0; value < kCellStates; ++value) H5Tenum_insert(type, kStateNames[value], &value);
  return type;
}

/// Where a block lies: what its group says beside its cells.
std::array<std::pair<const char*, int>, 9> place_of(const Block& block) {
  return {{{"node", block.node},
           {"copy", block.copy},
           {"row_begin", block.row_begin},
           {"rows", block.rows},
           {"output_begin", block.output_begin},
           {"columns", block.columns},
           {"crossbar", block.crossbar},
           {"crossbar_row", block.crossbar_row},
           {"crossbar_column", block.crossbar_column}}};
}

void write_block(hid_t blocks, int index, const Architecture& architecture, const workloads::Network& network,
                 const Plan& plan, const WrittenBlock& cells) {
  const Block& block = plan.blocks[index];
  const WeightEncoding& encoding = plan.layers[plan.layer_of_node[block.node]].encoding;
  const std::size_t size = std::size_t(block.rows) * block.columns;
  NVCIM_CHECK(cells.codes.size() == size && cells.state.size() == size && cells.pulses.size() == size &&
                  (cells.writing.empty() || cells.writing.size() == size),
              "block {} of {} cells: {} codes, {} states, {} pulses, {} writings", index, size, cells.codes.size(),
              cells.state.size(), cells.pulses.size(), cells.writing.size());
  const CellRange range = cell_range(architecture.device, encoding);
  const hdf5::Id group = hdf5::ImageWriter::create_group(blocks, std::to_string(index));
  hdf5::ImageWriter::add_text(group, "layer", network.nodes[block.node].name);
  for (const auto& [name, value] : place_of(block))
    hdf5::ImageWriter::add_integer(group, name, static_cast<std::uint64_t>(value));
  hdf5::ImageWriter::add_real(group, "step_siemens",
                              (architecture.device.g_max.value() - architecture.device.g_min.value()) / range.span);
  hdf5::ImageWriter::add_integer(group, "pedestal", static_cast<std::uint64_t>(range.pedestal));
  const auto write = [&](const char* name, hid_t type, const auto& values) {
    hdf5::ImageWriter::write_matrix(group, name, type, block.rows, block.columns, values.data());
  };
  write("codes", H5T_STD_I16LE, cells.codes);
  write("state", state_type(), cells.state);
  write("pulses", H5T_STD_U32LE, cells.pulses);
  if (!cells.writing.empty()) write("writing", H5T_STD_U8LE, cells.writing);
}

/// The header's fault, or nothing. @param bytes  the file's first bytes, at most kHeaderBytes
std::string header_fault(std::string_view bytes, std::uintmax_t size, std::uint64_t hash) {
  if (size == 0) return "is empty";
  if (bytes.starts_with(kHdf5Signature)) return "is an HDF5 file, but not a chip that nvcim saved";
  if (!bytes.starts_with(kSignature.substr(0, bytes.size()))) return "is not a chip that nvcim saved";
  if (bytes.size() < kHeaderBytes)
    return fmt::format("is cut short: it has {} bytes, its header alone has {}", size, kHeaderBytes);
  std::string text(bytes);
  int format = 0;
  unsigned long long expected = 0;
  if (std::sscanf(text.c_str() + kSignature.size(), "format %d\nbytes %llu\n", &format, &expected) < 1)
    return "is damaged: its header names no format";
  if (format != kChipFormat) return fmt::format("has format {}, this program reads format {}", format, kChipFormat);
  if (size < expected) return fmt::format("is cut short: it has {} of {} bytes", size, expected);
  if (bytes != header(size, hash)) return "is damaged: its bytes do not have the fingerprint that its header names";
  return {};
}

struct CheckedBytes {
  std::string all;
  std::uint64_t fingerprint = 0;
};

/// Checks every byte of the file.
CheckedBytes read_bytes(const fs::path& path) {
  const InputFile file(path, kMostChipBytes);
  CheckedBytes bytes;
  bytes.all.resize(static_cast<std::size_t>(std::min<std::uintmax_t>(file.size(), kHeaderBytes)));
  file.read(0, bytes.all.data(), bytes.all.size());
  // What is not a chip is not read to its end.
  if (bytes.all.size() == kHeaderBytes && bytes.all.starts_with(kSignature)) {
    bytes.all.resize(static_cast<std::size_t>(file.size()));
    file.read(kHeaderBytes, bytes.all.data() + kHeaderBytes, bytes.all.size() - kHeaderBytes);
    bytes.fingerprint = nvcim::fingerprint(bytes.all.data() + kHeaderBytes, bytes.all.size() - kHeaderBytes);
  }
  const std::string first = bytes.all.substr(0, kHeaderBytes);
  if (const std::string fault = header_fault(first, file.size(), bytes.fingerprint); !fault.empty())
    refuse_file(path, fault);
  return bytes;
}

/// A fingerprint is no signature: whoever makes a file can give it the right one. HDF5 follows addresses and sizes in
/// the bytes without checking all of them, so it gets them in a process of its own.
void with_hdf5(const fs::path& path, const std::string& bytes, std::uint64_t more_memory,
               const std::function<void(const hdf5::Reader&, ChildPipe&)>& child,
               const std::function<void(ChildPipe&)>& parent) {
  constexpr std::uint64_t kLibrary = std::uint64_t{256} << 20;
  ChildLimits limits;
  limits.more_memory = kLibrary + 3 * bytes.size() + more_memory;
  limits.cpu_seconds = static_cast<unsigned>(60 + (bytes.size() + more_memory) / (std::size_t{1} << 20));
  try {
    in_child_process(
        limits,
        [&](ChildPipe& pipe) {
          const hdf5::Reader file(bytes);
          if (!file.good()) refuse_file(path, "is damaged: HDF5 cannot open it");
          child(file, pipe);
        },
        parent);
  } catch (const ChildDied& died) {
    refuse_file(path, fmt::format("is damaged or was not written by nvcim: HDF5 could not read it ({})", died.what()));
  } catch (const std::bad_alloc&) {
    refuse_file(path, "is damaged, or larger than the memory: HDF5 asked for more than there is to read it");
  }
}

/// Faults of a file that is whole but was not written by this program, at most so many.
constexpr std::size_t kShownFaults = 10;

class BlockReader {
 public:
  BlockReader(const ChipFile& chip, const Plan& plan) : chip_(chip), plan_(plan) {}

  WrittenBlock read(hid_t blocks, int index) {
    const Block& block = plan_.blocks[index];
    at_ = fmt::format("/blocks/{}", index);
    WrittenBlock cells;
    const hdf5::Id group = hdf5::Reader::open_group(blocks, std::to_string(index));
    if (!group.good()) {
      add("", "is missing");
      return cells;
    }
    const std::size_t before = issues_.size();
    for (const auto& [name, expected] : place_of(block)) {
      std::uint64_t found = 0;
      const std::string fault = hdf5::Reader::integer(group, name, found);
      if (!fault.empty())
        add(fmt::format("/{}", name), fault);
      else if (found != static_cast<std::uint64_t>(expected))
        add(fmt::format("/{}", name),
            fmt::format("is {}, {} expected: another version of the program places the network otherwise", found,
                        expected));
    }
    if (issues_.size() != before) return cells;
    read(group, "codes", H5T_STD_I16LE, block, cells.codes);
    read(group, "state", state_type(), block, cells.state);
    read(group, "pulses", H5T_STD_U32LE, block, cells.pulses);
    if (hdf5::Reader::has(group, "writing")) read(group, "writing", H5T_STD_U8LE, block, cells.writing);
    if (issues_.size() != before) return cells;
    const CellRange range =
        cell_range(chip_.architecture.device, plan_.layers[plan_.layer_of_node[block.node]].encoding);
    check_range("codes", cells.codes, range.lowest, range.highest);
    check_range("state", cells.state, 0, kCellStates - 1);
    check_range("writing", cells.writing, 0, chip_.architecture.write_controller.reverify_rounds);
    return cells;
  }

  void finish() const {
    if (!issues_.empty()) throw InputError(issues_);
  }
  bool full() const { return issues_.size() >= kShownFaults; }

 private:
  void add(const std::string& what, const std::string& message) {
    if (!full()) issues_.push_back({chip_.path.string(), at_ + what, message});
  }

  template <class T>
  void read(hid_t group, const char* name, hid_t type, const Block& block, std::vector<T>& values) {
    values.resize(std::size_t(block.rows) * block.columns);
    const std::string fault = hdf5::Reader::read_matrix(group, name, type, block.rows, block.columns, values.data());
    if (!fault.empty()) add(fmt::format("/{}", name), fault);
  }

  template <class T>
  void check_range(const char* name, const std::vector<T>& values, int lowest, int highest) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int value = static_cast<int>(values[i]);
      if (value >= lowest && value <= highest) continue;
      add(fmt::format("/{}", name), fmt::format("{} of cell {} is outside {}..{}", value, i, lowest, highest));
      return;
    }
  }

  const ChipFile& chip_;
  const Plan& plan_;
  std::string at_;
  std::vector<InputIssue> issues_;
};

}  // namespace

std::string chip_bytes(const Architecture& architecture, const workloads::Network& network, const Plan& plan,
                       const WrittenCells& cells, const ChipOrigin& origin) {
  NVCIM_CHECK(cells.blocks.size() == plan.blocks.size(), "{} written blocks for {}", cells.blocks.size(),
              plan.blocks.size());
  const hdf5::ImageWriter file(kHeaderBytes);
  const hid_t root = file.root();
  hdf5::ImageWriter::add_integer(root, "format", kChipFormat);
  hdf5::ImageWriter::add_text(root, "program", origin.program);
  hdf5::ImageWriter::add_text(root, "command", origin.command);
  hdf5::ImageWriter::add_text(root, "workload", origin.workload);
  hdf5::ImageWriter::add_text(root, "network", network.name);
  hdf5::ImageWriter::add_integer(root, "weights_fingerprint", workloads::weights_fingerprint(network));
  hdf5::ImageWriter::add_integer(root, "seed", cells.draws.seed);
  hdf5::ImageWriter::add_integer(root, "instance", cells.draws.instance);
  hdf5::ImageWriter::write_text(root, "architecture", to_json(architecture).dump(2) + "\n");
  const hdf5::Id blocks = hdf5::ImageWriter::create_group(root, "blocks");
  const std::array<std::pair<const char*, const char*>, 4> meanings = {{
      {"codes", "cell right after its last writing; siemens: (codes + pedestal) * step_siemens of the block"},
      {"state", "how far programming of the cell got"},
      {"pulses", "programming pulses that the cell has taken"},
      {"writing", "number of the cell's last writing, 0 the first, n the nth re-verify; missing: all 0"},
  }};
  for (const auto& [name, meaning] : meanings) hdf5::ImageWriter::add_text(blocks, name, meaning);
  for (int index = 0; index < static_cast<int>(plan.blocks.size()); ++index)
    write_block(blocks, index, architecture, network, plan, cells.blocks[index]);

  const std::string body = file.image();
  return header(kHeaderBytes + body.size(), nvcim::fingerprint(body.data(), body.size())) + body;
}

void save_chip(const fs::path& path, const Architecture& architecture, const workloads::Network& network,
               const Plan& plan, const WrittenCells& cells, const ChipOrigin& origin) {
  write_file(path, chip_bytes(architecture, network, plan, cells, origin));
}

ChipFile open_chip(const fs::path& path) {
  const CheckedBytes bytes = read_bytes(path);
  ChipFile chip;
  chip.path = path;
  chip.fingerprint = bytes.fingerprint;
  std::uint64_t instance = 0;
  const std::array<std::pair<const char*, std::string*>, 4> texts = {{{"program", &chip.origin.program},
                                                                      {"command", &chip.origin.command},
                                                                      {"workload", &chip.origin.workload},
                                                                      {"network", &chip.network}}};
  const std::array<std::pair<const char*, std::uint64_t*>, 3> numbers = {
      {{"weights_fingerprint", &chip.weights_fingerprint}, {"seed", &chip.draws.seed}, {"instance", &instance}}};
  const auto child = [&](const hdf5::Reader& file, ChildPipe& pipe) {
    std::vector<InputIssue> issues;
    const auto read = [&](const char* name, const std::string& fault) {
      if (!fault.empty()) issues.push_back({path.string(), fmt::format("/{}", name), fault});
    };
    for (const auto& [name, value] : texts) read(name, hdf5::Reader::text(file.root(), name, *value));
    for (const auto& [name, value] : numbers) read(name, hdf5::Reader::integer(file.root(), name, *value));
    if (instance > ~std::uint32_t{0}) read("instance", fmt::format("{} is above {}", instance, ~std::uint32_t{0}));
    read("architecture", hdf5::Reader::read_text(file.root(), "architecture", kMaxJsonBytes, chip.architecture_json));
    if (!issues.empty()) throw InputError(std::move(issues));
    for (const auto& [name, value] : texts) pipe.write_text(*value);
    for (const auto& [name, value] : numbers) pipe.write(value, sizeof *value);
    pipe.write_text(chip.architecture_json);
  };
  with_hdf5(path, bytes.all, 0, child, [&](ChildPipe& pipe) {
    for (const auto& [name, value] : texts) *value = printable(pipe.read_text());
    for (const auto& [name, value] : numbers) pipe.read(value, sizeof *value);
    chip.architecture_json = pipe.read_text(kMaxJsonBytes);
  });
  chip.draws.instance = static_cast<std::uint32_t>(instance);
  chip.architecture = parse_architecture(chip.architecture_json, path.string());
  return chip;
}

WrittenCells load_chip(const ChipFile& chip, const Architecture& architecture, const workloads::Network& network,
                       const Plan& plan) {
  if (std::vector<InputIssue> issues = chip_mismatches(chip, architecture, network); !issues.empty())
    throw InputError(std::move(issues));
  const CheckedBytes bytes = read_bytes(chip.path);
  if (bytes.fingerprint != chip.fingerprint) refuse_file(chip.path, "has changed since it was opened");
  const auto child = [&](const hdf5::Reader& file, ChildPipe& pipe) {
    const hdf5::Id blocks = hdf5::Reader::open_group(file.root(), "blocks");
    if (!blocks.good()) throw InputError(chip.path.string(), "/blocks", "is missing");
    BlockReader reader(chip, plan);
    for (int index = 0; index < static_cast<int>(plan.blocks.size()) && !reader.full(); ++index) {
      const WrittenBlock block = reader.read(blocks, index);
      pipe.write_values(block.codes);
      pipe.write_values(block.state);
      pipe.write_values(block.pulses);
      pipe.write_values(block.writing);
    }
    reader.finish();
  };
  WrittenCells cells;
  cells.draws = chip.draws;
  std::size_t largest = 0;
  for (const Block& block : plan.blocks) largest = std::max(largest, std::size_t(block.rows) * block.columns);
  constexpr std::uint64_t kBytesOfACell = 8;  // code, state, pulses, writing
  with_hdf5(chip.path, bytes.all, 4 * kBytesOfACell * largest, child, [&](ChildPipe& pipe) {
    for (std::size_t index = 0; index < plan.blocks.size(); ++index) {
      const std::size_t size = std::size_t(plan.blocks[index].rows) * plan.blocks[index].columns;
      WrittenBlock& block = cells.blocks.emplace_back();
      block.codes = pipe.read_values<std::int16_t>(size);
      block.state = pipe.read_values<CellState>(size);
      block.pulses = pipe.read_values<std::uint32_t>(size);
      block.writing = pipe.read_values<std::uint8_t>(size);
    }
  });
  return cells;
}

}  // namespace nvcim::mapping
