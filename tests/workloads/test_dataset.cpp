// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <zlib.h>

#include <fstream>

#include "arch/input_error.h"
#include "workloads/dataset.h"

namespace nvcim::workloads {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using Bytes = std::string;

Bytes big_endian(std::uint32_t value) {
  return {char(value >> 24), char(value >> 16), char(value >> 8), char(value)};
}

Bytes idx_images(std::uint32_t count, std::uint32_t height, std::uint32_t width, std::size_t pixels) {
  Bytes bytes = big_endian(0x803) + big_endian(count) + big_endian(height) + big_endian(width);
  for (std::size_t i = 0; i < pixels; ++i) bytes += char(i);
  return bytes;
}
Bytes idx_labels(const std::vector<int>& labels) {
  Bytes bytes = big_endian(0x801) + big_endian(std::uint32_t(labels.size()));
  for (const int label : labels) bytes += char(label);
  return bytes;
}
Bytes cifar_records(const std::vector<int>& labels) {
  Bytes bytes;
  for (const int label : labels) bytes += char(label) + Bytes(3072, char(label * 10));
  return bytes;
}

Bytes gzip(const Bytes& plain) {
  Bytes packed(plain.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::vector<Bytef> in(plain.begin(), plain.end());
  stream.next_in = in.data();
  stream.avail_in = uInt(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = uInt(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// A folder of its own per test, gone afterwards.
class DatasetFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("nvcim_data_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const Bytes& bytes) {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  void write_good_test_split() {
    write("t10k-images-idx3-ubyte", idx_images(3, 2, 2, 12));
    write("t10k-labels-idx1-ubyte", idx_labels({7, 0, 9}));
  }
  std::vector<InputIssue> issues(Split split = Split::test) {
    try {
      load_dataset(folder_.string(), split);
    } catch (const InputError& error) {
      return error.issues();
    }
    return {};
  }
  /// The one complaint about the folder, as the user sees it.
  std::string complaint(Split split = Split::test) {
    const auto all = issues(split);
    EXPECT_EQ(all.size(), 1u);
    return all.empty() ? "" : all.front().text();
  }

  fs::path folder_;
};

TEST_F(DatasetFiles, IdxFilesAreReadPlainAndPacked) {
  write_good_test_split();
  for (const bool packed : {false, true}) {
    if (packed) {
      fs::remove(folder_ / "t10k-images-idx3-ubyte");
      write("t10k-images-idx3-ubyte.gz", gzip(idx_images(3, 2, 2, 12)));
    }
    const Dataset set = load_dataset(folder_.string(), Split::test);
    EXPECT_EQ(set.shape, (Shape{1, 2, 2}));
    EXPECT_THAT(set.labels, testing::ElementsAre(7, 0, 9));
    EXPECT_EQ(set.image(2)[3], 11);
    EXPECT_EQ(set.classes, 10);
  }
}

TEST_F(DatasetFiles, ADotInsteadOfTheDashIsTheSameFile) {
  write("t10k-images.idx3-ubyte", idx_images(1, 2, 2, 4));
  write("t10k-labels.idx1-ubyte", idx_labels({4}));
  EXPECT_EQ(load_dataset(folder_.string(), Split::test).samples(), 1);
}

TEST_F(DatasetFiles, ALimitKeepsTheFirstSamples) {
  write_good_test_split();
  const Dataset set = load_dataset(folder_.string(), Split::test, 2);
  EXPECT_EQ(set.samples(), 2);
  EXPECT_EQ(set.pixels.size(), 8u);
  EXPECT_EQ(load_dataset(folder_.string(), Split::test, 4).samples(), 3);
}

TEST_F(DatasetFiles, CifarBatchesAreReadInOrderFromTheFolderOfTheArchiveToo) {
  for (int k = 1; k <= 5; ++k)
    write("cifar-10-batches-bin/data_batch_" + std::to_string(k) + ".bin", cifar_records({k}));
  const Dataset set = load_dataset(folder_.string(), Split::train);
  EXPECT_EQ(set.shape, (Shape{3, 32, 32}));
  EXPECT_THAT(set.labels, testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(set.image(4)[3071], 50);
}

TEST_F(DatasetFiles, TheSearchPathComesFirst) {
  write("mnist/t10k-images-idx3-ubyte", idx_images(1, 2, 2, 4));
  write("mnist/t10k-labels-idx1-ubyte", idx_labels({4}));
  const Dataset set = load_dataset("mnist", Split::test, 0, {folder_});
  EXPECT_EQ(set.samples(), 1);
  EXPECT_EQ(set.name, "mnist");
}

TEST_F(DatasetFiles, EveryMissingFileIsNamed) {
  write("data_batch_2.bin", cifar_records({1}));
  const auto all = issues(Split::train);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_THAT(all[0].text(), AllOf(HasSubstr("data_batch_1.bin"), HasSubstr("no such file")));
  EXPECT_THAT(all[3].text(), HasSubstr("data_batch_5.bin"));
}

TEST_F(DatasetFiles, MissingLabelsAreNamed) {
  write("t10k-images-idx3-ubyte", idx_images(1, 2, 2, 4));
  EXPECT_THAT(complaint(), HasSubstr("t10k-labels-idx1-ubyte: no such file, nor with .gz"));
}

TEST_F(DatasetFiles, AMissingKnownSetSaysHowToGetIt) {
  write("mnist/t10k-images-idx3-ubyte", idx_images(1, 2, 2, 4));
  try {
    load_dataset("mnist", Split::test, 0, {folder_});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.issues().front().text(), HasSubstr("scripts/fetch_data.sh mnist"));
  }
}

TEST_F(DatasetFiles, AnUnknownNameListsTheKnownOnes) {
  try {
    load_dataset("imagenet", Split::test);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.issues().front().text(),
                HasSubstr("imagenet: is neither a folder nor a known data set (fashion_mnist, mnist, cifar10)"));
  }
  EXPECT_THROW(load_dataset(std::string(5000, 'x'), Split::test), InputError);
}

TEST_F(DatasetFiles, AnEmptyFolderHoldsNoDataSet) {
  EXPECT_THAT(complaint(), HasSubstr("holds no data set"));
}

TEST_F(DatasetFiles, TwoKindsInOneFolderAreRefused) {
  write_good_test_split();
  write("test_batch.bin", cifar_records({1}));
  EXPECT_THAT(complaint(), HasSubstr("holds both idx files and CIFAR-10 batches"));
}

TEST_F(DatasetFiles, AWrongMagicIsNamed) {
  write_good_test_split();
  write("t10k-images-idx3-ubyte", idx_labels({1, 2, 3, 4, 5, 6, 7, 8}));
  EXPECT_THAT(complaint(), HasSubstr("is no idx file of images: magic number 0x00000801, wanted 0x00000803"));
}

TEST_F(DatasetFiles, AHeaderCutOffIsNamed) {
  write_good_test_split();
  write("t10k-labels-idx1-ubyte", big_endian(0x801));
  EXPECT_THAT(complaint(), HasSubstr("is cut off: 4 bytes, the header alone has 8"));
}

TEST_F(DatasetFiles, ImagesCutOffAreNamed) {
  write_good_test_split();
  write("t10k-images-idx3-ubyte", idx_images(3, 2, 2, 11));
  EXPECT_THAT(complaint(), HasSubstr("is cut off: 27 bytes, its header promises 28"));
}

TEST_F(DatasetFiles, TrailingBytesAreNamed) {
  write_good_test_split();
  write("t10k-labels-idx1-ubyte", idx_labels({7, 0, 9}) + "xy");
  EXPECT_THAT(complaint(), HasSubstr("byte 11: 2 bytes follow the data that its header promises"));
}

TEST_F(DatasetFiles, DifferentCountsAreNamed) {
  write_good_test_split();
  write("t10k-labels-idx1-ubyte", idx_labels({7, 0}));
  EXPECT_THAT(complaint(), AllOf(HasSubstr("holds 2 labels"), HasSubstr("holds 3 images")));
}

TEST_F(DatasetFiles, AFolderHasAsManyClassesAsItsLabelsTell) {
  write_good_test_split();
  for (const auto& [labels, classes] :
       {std::pair<std::vector<int>, int>{{7, 10, 11}, 12}, {{0, 0, 0}, 2}, {{255, 1, 2}, 256}}) {
    write("t10k-labels-idx1-ubyte", idx_labels(labels));
    const Dataset set = load_dataset(folder_.string(), Split::test);
    EXPECT_EQ(set.classes, classes);
    EXPECT_TRUE(set.counted);
    // A part of the samples does not change what the network must tell apart.
    EXPECT_EQ(load_dataset(folder_.string(), Split::test, 1).classes, classes);
  }
}

TEST_F(DatasetFiles, ALabelOutOfRangeOfAKnownSetIsNamed) {
  write("mnist/t10k-images-idx3-ubyte", idx_images(3, 2, 2, 0));
  write("mnist/t10k-labels-idx1-ubyte", idx_labels({7, 10, 11}));
  try {
    load_dataset("mnist", Split::test, 0, {folder_});
    FAIL() << "no complaint";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("sample 1: label 10 is outside 0..9"));
  }
}

TEST_F(DatasetFiles, NoSamplesAreRefused) {
  write("t10k-images-idx3-ubyte", idx_images(0, 2, 2, 0));
  write("t10k-labels-idx1-ubyte", idx_labels({}));
  const auto all = issues();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all[0].text(), HasSubstr("holds no images"));
  EXPECT_THAT(all[1].text(), HasSubstr("holds no labels"));
}

TEST_F(DatasetFiles, AHugeImageIsRefusedBeforeItIsAllocated) {
  write_good_test_split();
  write("t10k-images-idx3-ubyte", idx_images(0xffffffff, 0xffffffff, 1, 0));
  EXPECT_THAT(complaint(), HasSubstr("images of 4294967295 x 1 pixels; sides of 1..1024 are read"));
}

TEST_F(DatasetFiles, DamagedGzipIsNamed) {
  write_good_test_split();
  Bytes packed = gzip(idx_labels({7, 0, 9}));
  packed[packed.size() - 6] ^= 1;  // its check sum
  write("t10k-labels-idx1-ubyte", packed);
  EXPECT_THAT(complaint(), HasSubstr("gzip data are damaged (incorrect data check)"));
}

TEST_F(DatasetFiles, GzipCutOffIsNamed) {
  write_good_test_split();
  const Bytes packed = gzip(idx_labels({7, 0, 9}));
  write("t10k-labels-idx1-ubyte", packed.substr(0, packed.size() - 3));
  EXPECT_THAT(complaint(), HasSubstr("gzip data are cut off"));
}

TEST_F(DatasetFiles, BytesAfterGzipAreNamed) {
  write_good_test_split();
  write("t10k-labels-idx1-ubyte", gzip(idx_labels({7, 0, 9})) + "xyz");
  EXPECT_THAT(complaint(), HasSubstr("3 bytes follow the end of the gzip data"));
}

TEST_F(DatasetFiles, ACifarFileOfBrokenRecordsIsNamed) {
  write("test_batch.bin", cifar_records({1, 2}) + "x");
  EXPECT_THAT(complaint(), HasSubstr("has 6147 bytes, which is no whole number of CIFAR-10 records of 3073 bytes"));
}

TEST_F(DatasetFiles, ACifarLabelOutOfRangeIsNamed) {
  write("test_batch.bin", cifar_records({1, 12}));
  EXPECT_THAT(complaint(), HasSubstr("sample 1: label 12 is outside 0..9"));
}

TEST_F(DatasetFiles, AFolderInPlaceOfAFileIsNamed) {
  write_good_test_split();
  fs::remove(folder_ / "t10k-labels-idx1-ubyte");
  fs::create_directory(folder_ / "t10k-labels-idx1-ubyte");
  EXPECT_THAT(complaint(), HasSubstr("is a folder; a file is needed"));
}

TEST_F(DatasetFiles, SeveralMistakesComeTogether) {
  write("t10k-images-idx3-ubyte", idx_images(3, 2, 2, 11));
  write("t10k-labels-idx1-ubyte", idx_labels({7, 0, 9}) + "xy");
  EXPECT_EQ(issues().size(), 2u);
}

TEST(Dataset, FashionMnistOfDebianHasItsPublishedSize) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist")) GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const Dataset test = load_dataset("fashion_mnist", Split::test);
  EXPECT_EQ(test.samples(), 10000);
  EXPECT_EQ(test.shape, (Shape{1, 28, 28}));
  // 1000 of every class (Xiao, Rasul, Vollgraf, arXiv 1708.07747, section 2).
  std::vector<int> counts(10);
  for (const std::uint8_t label : test.labels) ++counts[label];
  EXPECT_THAT(counts, testing::Each(1000));
  EXPECT_EQ(load_dataset("fashion_mnist", Split::train, 100).samples(), 100);
}

}  // namespace
}  // namespace nvcim::workloads
