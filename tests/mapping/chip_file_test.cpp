// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <hdf5.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include "arch/fingerprint.h"
#include "arch/load.h"
#include "tests/mapping/saved_chip.h"
#include "workloads/weights_fingerprint.h"

namespace nvcim::mapping {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(SavedChip, ReadsBackEveryCell) {
  const auto count = [&](CellState state) {
    std::int64_t sum = 0;
    for (const WrittenBlock& block : cells_.blocks) sum += std::count(block.state.begin(), block.state.end(), state);
    return sum;
  };
  ASSERT_GT(count(CellState::verified), 0);
  ASSERT_GT(count(CellState::unconverged), 0);
  ASSERT_THAT(cells_.blocks[0].writing, ::testing::Contains(2));
  cells_.blocks[1].state[5] = CellState::unwritten;
  cells_.blocks[1].state[6] = CellState::unfinished;
  cells_.blocks[1].pulses[7] = 0xffffffff;
  cells_.blocks[1].writing.clear();
  save();
  const WrittenCells loaded = load();
  EXPECT_EQ(loaded.draws.seed, 11u);
  EXPECT_EQ(loaded.draws.instance, 3u);
  EXPECT_TRUE(loaded.blocks == cells_.blocks);
}

TEST_F(SavedChip, SaysWhatItIs) {
  cells_.draws = {0xffffffffffffffffull, 0xffffffffu};
  save();
  const ChipFile chip = open_chip(path_);
  EXPECT_EQ(chip.origin.program, "nvcim 1.2.3");
  EXPECT_EQ(chip.origin.command, "nvcim program x");
  EXPECT_EQ(chip.origin.workload, "my.onnx");
  EXPECT_EQ(chip.draws.seed, 0xffffffffffffffffull);
  EXPECT_EQ(chip.draws.instance, 0xffffffffu);
  EXPECT_EQ(chip.network, network_.name);
  EXPECT_EQ(chip.weights_fingerprint, workloads::weights_fingerprint(network_));
  EXPECT_TRUE(chip.architecture == architecture_);
  EXPECT_TRUE(parse_architecture(chip.architecture_json, "") == architecture_);
  EXPECT_THAT(bytes(), StartsWith("nvcim chip\nformat 1\n"));
}

TEST_F(SavedChip, HasTheSameBytesEveryTime) {
  save();
  const std::string first = bytes();
  const std::uint64_t fingerprint = open_chip(path_).fingerprint;
  save();
  EXPECT_TRUE(bytes() == first);
  ++cells_.blocks[0].codes[0];
  save();
  EXPECT_NE(open_chip(path_).fingerprint, fingerprint);
}

TEST_F(SavedChip, CutShortIsRefusedAtEveryLength) {
  save();
  const std::string whole = bytes();
  for (std::size_t length = 0; length < whole.size(); length += length < 700 ? 1 : 997) {
    put(whole.substr(0, length));
    const std::string text = complaint([&] { open_chip(path_); });
    ASSERT_THAT(text, AllOf(StartsWith(path_.string()), length == 0 ? HasSubstr("is empty") : HasSubstr("cut short")))
        << length;
  }
  put(whole + "x");
  EXPECT_THAT(complaint([&] { open_chip(path_); }), HasSubstr("is damaged"));
}

TEST_F(SavedChip, AChangedByteIsFoundWhereverItIs) {
  save();
  const std::string whole = bytes();
  for (std::size_t at = 0; at < whole.size(); at += at < 700 ? 1 : 211) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    put(damaged);
    ASSERT_NE(complaint([&] { open_chip(path_); }), "") << at;
  }
}

TEST_F(SavedChip, ADamagedBodyIsCalledThat) {
  save();
  std::string damaged = bytes();
  damaged[damaged.size() / 2] ^= 1;
  put(damaged);
  EXPECT_EQ(complaint([&] { open_chip(path_); }),
            path_.string() + ": is damaged: its bytes do not have the fingerprint that its header names");
}

TEST_F(SavedChip, AnotherFormatIsNamed) {
  save();
  std::string other = bytes();
  other.replace(other.find("format 1"), 8, "format 2");
  put(other);
  EXPECT_EQ(complaint([&] { open_chip(path_); }), path_.string() + ": has format 2, this program reads format 1");
}

TEST_F(SavedChip, ForeignFilesAreRefusedInSilence) {
  const auto open = [&] { open_chip(path_); };
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(complaint(open), HasSubstr("no such file"));
  put("\x89PNG\r\n and so on");
  EXPECT_THAT(complaint(open), HasSubstr("is not a chip that nvcim saved"));
  put("nvcim sweep");
  EXPECT_THAT(complaint(open), HasSubstr("is not a chip that nvcim saved"));
  H5Fclose(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  EXPECT_THAT(complaint(open), HasSubstr("is an HDF5 file, but not a chip that nvcim saved"));
  EXPECT_THAT(complaint([&] { open_chip(root_); }), HasSubstr("is a folder"));
  EXPECT_THAT(complaint([] { open_chip("/dev/zero"); }), HasSubstr("is not a regular file"));
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST_F(SavedChip, AFullDiskLeavesTheFormerChip) {
  save();
  const std::string former = bytes();
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small_limit{10'000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small_limit);
  cells_.draws.seed = 12;
  const std::string text = complaint([&] { save(); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(text, path_.string() + ": cannot be written: File too large");
  EXPECT_TRUE(bytes() == former);
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1);
}

/// Chips that are whole but hold what this program never writes.
class ForgedChip : public SavedChip {
 protected:
  /// Changes the HDF5 part and makes the header fit.
  void forge(const std::function<void(hid_t)>& change) {
    save();
    const hid_t file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    ASSERT_GE(file, 0);
    change(file);
    H5Fclose(file);
    std::string whole = bytes();
    const std::uint64_t hash = fingerprint(whole.data() + 512, whole.size() - 512);
    std::string header = fmt::format("nvcim chip\nformat 1\nbytes {}\nfingerprint {:016x}\nHDF5 begins at byte 512\n",
                                     whole.size(), hash);
    header.resize(511, ' ');
    put(header + "\n" + whole.substr(512));
  }
  std::string fault() {
    return complaint([&] { load(); });
  }
  static void put_matrix(hid_t file, const char* name, hid_t type, hsize_t rows, hsize_t columns, hsize_t chunk = 1) {
    const hsize_t extent[] = {rows, columns}, chunks[] = {chunk, chunk};
    H5Ldelete(file, name, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(2, extent, nullptr);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 2, chunks);
    H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    H5Sclose(space);
  }
};

TEST_F(ForgedChip, AnUnchangedOneLoads) {
  forge([](hid_t) {});
  EXPECT_EQ(fault(), "");
}

TEST_F(ForgedChip, MissingPartsAreNamedTogether) {
  forge([](hid_t file) {
    H5Adelete(file, "seed");
    H5Adelete(file, "network");
    H5Ldelete(file, "architecture", H5P_DEFAULT);
  });
  const std::string at = path_.string();
  EXPECT_THAT(fault(), AllOf(HasSubstr(at + ":/seed: is missing"), HasSubstr(at + ":/network: is missing"),
                             HasSubstr(at + ":/architecture: is missing")));
}

TEST_F(ForgedChip, AMissingBlockOrDatasetIsNamed) {
  forge([](hid_t file) {
    H5Ldelete(file, "blocks/1", H5P_DEFAULT);
    H5Ldelete(file, "blocks/0/pulses", H5P_DEFAULT);
  });
  EXPECT_THAT(fault(), AllOf(HasSubstr(":/blocks/1: is missing"), HasSubstr(":/blocks/0/pulses: is missing")));
}

TEST_F(ForgedChip, AMatrixOfAnotherSizeTypeOrChunkIsNotRead) {
  const hsize_t huge = hsize_t{1} << 40;
  const auto columns = static_cast<hsize_t>(plan_.blocks[0].columns), rows = static_cast<hsize_t>(plan_.blocks[0].rows);
  forge([&](hid_t file) {
    put_matrix(file, "blocks/0/codes", H5T_STD_I16LE, huge, huge, 1 << 10);
    put_matrix(file, "blocks/0/state", H5T_STD_I32LE, rows, columns);
    put_matrix(file, "blocks/0/pulses", H5T_STD_U32LE, rows, columns + 1);
  });
  EXPECT_THAT(
      fault(),
      AllOf(HasSubstr(fmt::format("/blocks/0/codes: holds {} x {} cells, {} x {} expected", huge, huge, rows, columns)),
            HasSubstr("/blocks/0/state: holds values of another type"), HasSubstr("/blocks/0/pulses: holds")));
}

TEST_F(ForgedChip, ACodeThatNoCellCanHoldIsNamed) {
  cells_.blocks[0].codes[3] = 32000;
  save();
  EXPECT_THAT(fault(), HasSubstr("/blocks/0/codes: 32000 of cell 3 is outside"));
}

TEST_F(ForgedChip, ABlockThatLiesElsewhereIsNamed) {
  save();
  Plan other = plan_;
  other.blocks[1].crossbar += 7;
  EXPECT_THAT(complaint([&] { load_chip(open_chip(path_), architecture_, network_, other); }),
              HasSubstr(fmt::format("/blocks/1/crossbar: is {}, {} expected", plan_.blocks[1].crossbar,
                                    other.blocks[1].crossbar)));
}

TEST_F(ForgedChip, AnArchitectureThatIsNoneIsNamed) {
  forge([](hid_t file) {
    H5Ldelete(file, "architecture", H5P_DEFAULT);
    const hid_t type = H5Tcopy(H5T_C_S1);
    const hid_t space = H5Screate(H5S_SCALAR);
    const std::string text = R"({"device": {"sigma": 7}})";
    H5Tset_size(type, text.size());
    const hid_t dataset = H5Dcreate2(file, "architecture", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data());
    H5Dclose(dataset);
    H5Sclose(space);
    H5Tclose(type);
  });
  EXPECT_THAT(fault(), AllOf(HasSubstr(path_.string()), HasSubstr("/device/sigma: 7 is outside 0..1")));
}

}  // namespace
}  // namespace nvcim::mapping
