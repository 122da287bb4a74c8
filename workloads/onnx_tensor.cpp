// SPDX-License-Identifier: Apache-2.0
#include "workloads/onnx_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <span>

#include "arch/input_error.h"
#include "arch/input_file.h"

namespace nvcim::workloads::onnx_file {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kLargestTensor = std::int64_t{1} << 28;  // elements

/// Bytes of an element as raw data; 0 for a type that is not read.
std::size_t element_size(int type) {
  switch (type) {
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::INT32:
      return 4;
    case onnx::TensorProto::DOUBLE:
    case onnx::TensorProto::INT64:
      return 8;
    case onnx::TensorProto::UINT8:
    case onnx::TensorProto::INT8:
    case onnx::TensorProto::BOOL:
      return 1;
    default:
      return 0;
  }
}

template <class T>
void decode_as(std::span<const char> raw, std::vector<double>& out) {
  out.resize(raw.size() / sizeof(T));
  for (std::size_t i = 0; i < out.size(); ++i) {
    T value;
    std::memcpy(&value, raw.data() + i * sizeof(T), sizeof(T));
    out[i] = static_cast<double>(value);
  }
}

void decode_raw(int type, std::span<const char> raw, std::vector<double>& out) {
  switch (type) {
    case onnx::TensorProto::FLOAT:
      return decode_as<float>(raw, out);
    case onnx::TensorProto::DOUBLE:
      return decode_as<double>(raw, out);
    case onnx::TensorProto::INT8:
      return decode_as<std::int8_t>(raw, out);
    case onnx::TensorProto::INT32:
      return decode_as<std::int32_t>(raw, out);
    case onnx::TensorProto::INT64:
      return decode_as<std::int64_t>(raw, out);
    default:
      return decode_as<std::uint8_t>(raw, out);
  }
}

void decode_fields(const onnx::TensorProto& proto, std::vector<double>& out) {
  switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT:
      out.assign(proto.float_data().begin(), proto.float_data().end());
      return;
    case onnx::TensorProto::DOUBLE:
      out.assign(proto.double_data().begin(), proto.double_data().end());
      return;
    case onnx::TensorProto::INT64:
      out.assign(proto.int64_data().begin(), proto.int64_data().end());
      return;
    default:
      out.assign(proto.int32_data().begin(), proto.int32_data().end());
  }
}

struct Problem {
  std::string message;
};

std::uint64_t number(const std::string& text, const char* what) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw Problem{fmt::format("its data lie in another file, at a {} that is no whole number", what)};
  return value;
}

/// Bytes from a file in `folder` or below it.
std::vector<char> read_external(const onnx::TensorProto& proto, std::size_t size, const fs::path& folder) {
  std::string location;
  std::uint64_t offset = 0, length = size;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = number(entry.value(), "offset");
    if (entry.key() == "length") length = number(entry.value(), "length");
  }
  std::string shown = location.substr(0, 100);
  for (char& c : shown)
    if (c < 0x20 || c > 0x7e) c = '?';
  std::error_code error;
  // Links are followed first: where the file really lies is what counts.
  const fs::path home = fs::canonical(folder, error);
  const fs::path file = error ? fs::path() : fs::canonical(home / location, error);
  if (location.empty() || location.find('\0') != std::string::npos || fs::path(location).is_absolute())
    throw Problem{fmt::format("its data lie in another file, \"{}\"; a path from the model's folder is wanted", shown)};
  const auto [inside, rest] = std::mismatch(home.begin(), home.end(), file.begin(), file.end());
  const fs::path wanted(location);
  const bool leaves = std::find(wanted.begin(), wanted.end(), "..") != wanted.end();
  if (leaves || (!error && inside != home.end()))
    throw Problem{fmt::format("its data lie in \"{}\", which is outside the model's folder", shown)};
  if (error || !fs::is_regular_file(file, error))
    throw Problem{fmt::format("its data lie in \"{}\", which is no file in the model's folder", shown)};
  const std::uintmax_t whole = fs::file_size(file, error);
  if (length != size) throw Problem{fmt::format("its dimensions promise {} bytes, \"{}\" {}", size, shown, length)};
  if (error || offset > whole || size > whole - offset)
    throw Problem{fmt::format("its {} bytes from {} on are not all in \"{}\", which has {}", size, offset, shown,
                              error ? 0 : whole)};
  std::vector<char> bytes(size);
  try {
    InputFile(file, whole).read(offset, bytes.data(), size);
  } catch (const InputError&) {
    throw Problem{fmt::format("its data in \"{}\" cannot be read", shown)};
  }
  return bytes;
}

Tensor decode(const onnx::TensorProto& proto, const std::optional<fs::path>& folder) {
  if (is_external(proto) && !folder)
    throw Problem{"its data lie in another file; only models with their data inside are read"};
  const std::size_t bytes_each = element_size(proto.data_type());
  if (bytes_each == 0)
    throw Problem{fmt::format("element type {}; float, double, uint8, int8, int32, int64 and bool are read",
                              onnx::TensorProto::DataType_IsValid(proto.data_type())
                                  ? onnx::TensorProto::DataType_Name(onnx::TensorProto::DataType(proto.data_type()))
                                  : std::to_string(proto.data_type()))};
  Tensor tensor;
  tensor.type = proto.data_type();
  std::int64_t count = 1;
  for (const std::int64_t dim : proto.dims()) {
    if (dim < 0 || dim > kLargestTensor || count * dim > kLargestTensor)
      throw Problem{fmt::format("more than {} elements, or a negative dimension", kLargestTensor)};
    count *= dim;
    tensor.dims.push_back(dim);
  }
  const std::size_t bytes = static_cast<std::size_t>(count) * bytes_each;
  if (is_external(proto)) {
    const std::vector<char> raw = read_external(proto, bytes, *folder);
    decode_raw(tensor.type, raw, tensor.values);
  } else if (proto.has_raw_data()) {
    if (proto.raw_data().size() == bytes) decode_raw(tensor.type, proto.raw_data(), tensor.values);
  } else {
    decode_fields(proto, tensor.values);
  }
  if (tensor.values.size() != static_cast<std::size_t>(count))
    throw Problem{fmt::format("its dimensions promise {} elements, its data hold another number", count)};
  if (!std::all_of(tensor.values.begin(), tensor.values.end(), [](double v) { return std::isfinite(v); }))
    throw Problem{"holds a value that is not finite"};
  return tensor;
}

}  // namespace

bool is_external(const onnx::TensorProto& proto) {
  return proto.data_location() == onnx::TensorProto::EXTERNAL || proto.external_data_size() > 0;
}

std::optional<Tensor> decode_tensor(const onnx::TensorProto& proto, const std::optional<fs::path>& folder,
                                    std::string& problem) {
  try {
    return decode(proto, folder);
  } catch (const Problem& found) {
    problem = found.message;
    return std::nullopt;
  }
}

}  // namespace nvcim::workloads::onnx_file
