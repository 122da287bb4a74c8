// SPDX-License-Identifier: Apache-2.0
#include "workloads/idx_file.h"

#include <fmt/format.h>

#include "arch/input_error.h"
#include "workloads/gzip_file.h"

namespace nvcim::workloads {

namespace {

constexpr std::size_t kSizeLimit = std::size_t{1} << 30;
constexpr std::uint32_t kImagesMagic = 0x00000803;  // unsigned bytes, three dimensions
constexpr std::uint32_t kLabelsMagic = 0x00000801;  // unsigned bytes, one dimension
constexpr std::uint32_t kLargestSide = 1024;

std::uint32_t big_endian(const std::vector<std::uint8_t>& bytes, std::size_t offset) {
  return std::uint32_t{bytes[offset]} << 24 | std::uint32_t{bytes[offset + 1]} << 16 |
         std::uint32_t{bytes[offset + 2]} << 8 | std::uint32_t{bytes[offset + 3]};
}

std::vector<std::uint8_t> read_with_header(const std::filesystem::path& file, std::uint32_t magic, const char* kind,
                                           std::size_t header) {
  std::vector<std::uint8_t> bytes = read_file(file, kSizeLimit);
  if (bytes.size() < header)
    throw InputError(file.string(), "",
                     fmt::format("is cut off: {} bytes, the header alone has {}", bytes.size(), header));
  if (big_endian(bytes, 0) != magic)
    throw InputError(
        file.string(), "byte 0",
        fmt::format("is no idx file of {}: magic number 0x{:08x}, wanted 0x{:08x}", kind, big_endian(bytes, 0), magic));
  if (big_endian(bytes, 4) == 0) throw InputError(file.string(), "byte 4", fmt::format("holds no {}", kind));
  return bytes;
}

void check_size(const std::filesystem::path& file, std::uint64_t size, std::uint64_t wanted) {
  if (size < wanted)
    throw InputError(file.string(), "", fmt::format("is cut off: {} bytes, its header promises {}", size, wanted));
  if (size > wanted)
    throw InputError(file.string(), fmt::format("byte {}", wanted),
                     fmt::format("{} bytes follow the data that its header promises", size - wanted));
}

}  // namespace

IdxImages read_idx_images(const std::filesystem::path& file) {
  constexpr std::size_t header = 16;
  std::vector<std::uint8_t> bytes = read_with_header(file, kImagesMagic, "images", header);
  const std::uint32_t count = big_endian(bytes, 4), height = big_endian(bytes, 8), width = big_endian(bytes, 12);
  if (height < 1 || height > kLargestSide || width < 1 || width > kLargestSide)
    throw InputError(file.string(), "byte 8",
                     fmt::format("images of {} x {} pixels; sides of 1..{} are read", height, width, kLargestSide));
  // count < 2^32 and both sides ≤ 2^10: the product fits 64 bits.
  check_size(file, bytes.size(), header + std::uint64_t{count} * height * width);
  bytes.erase(bytes.begin(), bytes.begin() + header);
  return {static_cast<int>(count), static_cast<int>(height), static_cast<int>(width), std::move(bytes)};
}

std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& file) {
  constexpr std::size_t header = 8;
  std::vector<std::uint8_t> bytes = read_with_header(file, kLabelsMagic, "labels", header);
  check_size(file, bytes.size(), header + std::uint64_t{big_endian(bytes, 4)});
  bytes.erase(bytes.begin(), bytes.begin() + header);
  return bytes;
}

}  // namespace nvcim::workloads
