// SPDX-License-Identifier: Apache-2.0
#include "workloads/gzip_file.h"

#include <fmt/format.h>
#include <zlib.h>

#include <memory>

#include "arch/input_error.h"
#include "arch/input_file.h"

namespace nvcim::workloads {

namespace {

std::vector<std::uint8_t> inflate_all(const std::filesystem::path& file, std::vector<std::uint8_t>& packed,
                                      std::size_t size_limit) {
  z_stream stream{};
  // 16 + MAX_WBITS: a gzip header, and its check sum is verified.
  if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> guard(&stream, &inflateEnd);
  stream.next_in = packed.data();
  stream.avail_in = static_cast<uInt>(packed.size());
  std::vector<std::uint8_t> out;
  std::vector<std::uint8_t> chunk(std::size_t{1} << 18);
  int status = Z_OK;
  while (status == Z_OK) {
    stream.next_out = chunk.data();
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.insert(out.end(), chunk.begin(), chunk.end() - stream.avail_out);
    if (out.size() > size_limit)
      throw InputError(file.string(), "", fmt::format("unpacks to more than the {} bytes allowed", size_limit));
  }
  if (status == Z_BUF_ERROR)
    throw InputError(file.string(), "", fmt::format("gzip data are cut off after {} bytes", packed.size()));
  if (status != Z_STREAM_END)
    throw InputError(file.string(), fmt::format("byte {}", stream.total_in),
                     fmt::format("gzip data are damaged ({})", stream.msg ? stream.msg : "unknown reason"));
  if (stream.avail_in != 0)
    throw InputError(file.string(), fmt::format("byte {}", stream.total_in),
                     fmt::format("{} bytes follow the end of the gzip data", stream.avail_in));
  return out;
}

}  // namespace

std::vector<std::uint8_t> read_file(const std::filesystem::path& file, std::size_t size_limit) {
  const InputFile input(file, size_limit);
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(input.size()));
  input.read(0, bytes.data(), bytes.size());
  if (bytes.size() >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b) return inflate_all(file, bytes, size_limit);
  return bytes;
}

}  // namespace nvcim::workloads
