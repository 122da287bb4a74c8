// SPDX-License-Identifier: Apache-2.0
#include "mapping/hdf5_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "arch/check.h"

namespace nvcim::mapping::hdf5 {
namespace {

constexpr std::size_t kLongestAttribute = 60'000;  // an attribute must fit into an object header of 64 KiB

/// Of the calls that make an image.
template <class T>
T made(T result, const char* what) {
  NVCIM_CHECK(result >= 0, "HDF5 cannot make {}", what);
  return result;
}

Id text_type(std::size_t size) {
  Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, std::max<std::size_t>(size, 1));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

Id scalar() {
  return {H5Screate(H5S_SCALAR), H5Sclose};
}

void add_scalar(hid_t to, const char* name, hid_t file_type, hid_t memory_type, const void* value) {
  const Id space = scalar();
  const Id attribute(made(H5Acreate2(to, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT), name), H5Aclose);
  made(H5Awrite(attribute, memory_type, value), name);
}

/// Without times, so that equal chips give equal bytes.
Id dataset_properties() {
  Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  made(H5Pset_obj_track_times(properties, false), "times");
  return properties;
}

std::string read_as_text(hid_t type, std::size_t limit, std::string& value, const auto& read) {
  if (H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0) return "is not text of a fixed length";
  const std::size_t size = H5Tget_size(type);
  if (size == 0 || size > limit) return fmt::format("has {} bytes, more than {}", size, limit);
  value.assign(size, '\0');
  if (read(value.data()) < 0) return "cannot be read by HDF5";
  value.resize(std::min(value.find('\0'), value.size()));
  return {};
}

bool is_scalar(hid_t space) {
  return H5Sget_simple_extent_npoints(space) == 1;
}

/// An object of this file, not a link to somewhere else.
bool is_here(hid_t in, const char* name) {
  H5L_info_t link{};
  return H5Lexists(in, name, H5P_DEFAULT) > 0 && H5Lget_info(in, name, &link, H5P_DEFAULT) >= 0 &&
         link.type == H5L_TYPE_HARD;
}

Id open_dataset(hid_t in, const char* name) {
  return {is_here(in, name) ? H5Dopen2(in, name, H5P_DEFAULT) : -1, H5Dclose};
}

/// Whether the values lie in this file, as this program writes them.
bool is_stored_here(hid_t dataset, H5D_layout_t layout) {
  const Id properties(H5Dget_create_plist(dataset), H5Pclose);
  return properties.good() && H5Pget_layout(properties) == layout && H5Pget_external_count(properties) == 0;
}

}  // namespace

Silence::Silence() {
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Silence::~Silence() {
  H5Eset_auto2(H5E_DEFAULT, function_, data_);
}

ImageWriter::ImageWriter(hsize_t userblock)
    : file_(
          [&] {
            const Id create(made(H5Pcreate(H5P_FILE_CREATE), "properties"), H5Pclose);
            made(H5Pset_userblock(create, userblock), "a userblock");
            // Every matrix is one chunk; an index with room for 64 would be larger than many of them.
            made(H5Pset_istore_k(create, 1), "an index");
            const Id access(made(H5Pcreate(H5P_FILE_ACCESS), "properties"), H5Pclose);
            constexpr std::size_t kGrowth = 16 << 20;
            made(H5Pset_fapl_core(access, kGrowth, false), "a file in memory");
            return made(H5Fcreate("nvcim: a file in memory", H5F_ACC_TRUNC, create, access), "a file");
          }(),
          H5Fclose) {}

Id ImageWriter::create_group(hid_t in, const std::string& name) {
  return {made(H5Gcreate2(in, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), name.c_str()), H5Gclose};
}

void ImageWriter::add_text(hid_t to, const char* name, const std::string& text) {
  NVCIM_CHECK(text.size() <= kLongestAttribute, "attribute {} of {} bytes", name, text.size());
  const Id type = text_type(text.size());
  add_scalar(to, name, type, type, text.c_str());
}

void ImageWriter::add_integer(hid_t to, const char* name, std::uint64_t value) {
  add_scalar(to, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

void ImageWriter::add_real(hid_t to, const char* name, double value) {
  add_scalar(to, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void ImageWriter::write_text(hid_t in, const char* name, const std::string& text) {
  const Id type = text_type(text.size());
  const Id space = scalar();
  const Id properties = dataset_properties();
  const Id dataset(made(H5Dcreate2(in, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT), name), H5Dclose);
  made(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.c_str()), name);
}

void ImageWriter::write_matrix(hid_t in, const char* name, hid_t type, int rows, int columns, const void* values) {
  const std::array<hsize_t, 2> extent = {static_cast<hsize_t>(rows), static_cast<hsize_t>(columns)};
  const Id space(made(H5Screate_simple(2, extent.data(), nullptr), name), H5Sclose);
  const Id properties = dataset_properties();
  made(H5Pset_chunk(properties, 2, extent.data()), name);
  made(H5Pset_shuffle(properties), name);
  // Cell codes are mostly noise: higher levels cost time and gain almost nothing.
  made(H5Pset_deflate(properties, 1), name);
  made(H5Pset_fletcher32(properties), name);
  const Id dataset(made(H5Dcreate2(in, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT), name), H5Dclose);
  made(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), name);
}

std::string ImageWriter::image() const {
  made(H5Fflush(file_, H5F_SCOPE_GLOBAL), "the file");
  std::string bytes(static_cast<std::size_t>(made(H5Fget_file_image(file_, nullptr, 0), "an image")), '\0');
  made(H5Fget_file_image(file_, bytes.data(), bytes.size()), "an image");
  return bytes;
}

Reader::Reader(const std::string& bytes)
    : file_(
          [&]() -> hid_t {
            H5PLset_loading_state(0);
            const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
            // The core driver with an image takes its bytes from memory; the name is never opened.
            if (H5Pset_fapl_core(access, std::size_t{1} << 20, false) < 0) return -1;
            if (H5Pset_file_image(access, const_cast<char*>(bytes.data()), bytes.size()) < 0) return -1;
            return H5Fopen("nvcim: a chip in memory", H5F_ACC_RDONLY, access);
          }(),
          H5Fclose) {}

Id Reader::open_group(hid_t in, const std::string& name) {
  return {is_here(in, name.c_str()) ? H5Gopen2(in, name.c_str(), H5P_DEFAULT) : -1, H5Gclose};
}

std::string Reader::text(hid_t of, const char* name, std::string& value) {
  const Id attribute(H5Aopen(of, name, H5P_DEFAULT), H5Aclose);
  if (!attribute.good()) return "is missing";
  const Id type(H5Aget_type(attribute), H5Tclose);
  const Id space(H5Aget_space(attribute), H5Sclose);
  if (!is_scalar(space)) return "is not one value";
  return read_as_text(type, kLongestAttribute, value, [&](char* to) { return H5Aread(attribute, type, to); });
}

std::string Reader::integer(hid_t of, const char* name, std::uint64_t& value) {
  const Id attribute(H5Aopen(of, name, H5P_DEFAULT), H5Aclose);
  if (!attribute.good()) return "is missing";
  const Id type(H5Aget_type(attribute), H5Tclose);
  const Id space(H5Aget_space(attribute), H5Sclose);
  if (!is_scalar(space) || H5Tequal(type, H5T_STD_U64LE) <= 0) return "is not one unsigned 64-bit number";
  return H5Aread(attribute, H5T_NATIVE_UINT64, &value) < 0 ? "cannot be read by HDF5" : "";
}

std::string Reader::read_text(hid_t in, const char* name, std::size_t limit, std::string& value) {
  const Id dataset = open_dataset(in, name);
  if (!dataset.good()) return "is missing";
  const Id type(H5Dget_type(dataset), H5Tclose);
  const Id space(H5Dget_space(dataset), H5Sclose);
  if (!is_scalar(space) || !is_stored_here(dataset, H5D_CONTIGUOUS)) return "is not one value";
  return read_as_text(type, limit, value,
                      [&](char* to) { return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to); });
}

bool Reader::has(hid_t in, const char* name) {
  return H5Lexists(in, name, H5P_DEFAULT) > 0;
}

std::string Reader::read_matrix(hid_t in, const char* name, hid_t type, int rows, int columns, void* values) {
  const Id dataset = open_dataset(in, name);
  if (!dataset.good()) return "is missing";
  const Id found_type(H5Dget_type(dataset), H5Tclose);
  const Id space(H5Dget_space(dataset), H5Sclose);
  if (H5Tequal(found_type, type) <= 0) return "holds values of another type";
  std::array<hsize_t, 2> extent{};
  if (H5Sget_simple_extent_ndims(space) != 2 || H5Sget_simple_extent_dims(space, extent.data(), nullptr) != 2)
    return "is not a matrix";
  if (extent[0] != static_cast<hsize_t>(rows) || extent[1] != static_cast<hsize_t>(columns))
    return fmt::format("holds {} x {} cells, {} x {} expected", extent[0], extent[1], rows, columns);
  if (!is_stored_here(dataset, H5D_CHUNKED)) return "is not stored in chunks of this file";
  // A chunk is allocated whole when it is read.
  const Id properties(H5Dget_create_plist(dataset), H5Pclose);
  std::array<hsize_t, 2> chunk{};
  if (H5Pget_chunk(properties, 2, chunk.data()) != 2 || chunk[0] > extent[0] || chunk[1] > extent[1])
    return "is stored in chunks larger than itself";
  return H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0 ? "cannot be read by HDF5" : "";
}

}  // namespace nvcim::mapping::hdf5
