// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// What the project needs of HDF5's C interface. The library is built without locks: one call at a time in a process.
namespace nvcim::mapping::hdf5 {

/// One identifier of the library, closed at the end; negative where the call that gave it failed.
class Id {
 public:
  using Close = herr_t (*)(hid_t);
  Id(hid_t id, Close close) : id_(id), close_(close) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Id& operator=(Id&&) = delete;
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }
  bool good() const { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

/// While one lives, the library prints nothing; then it is as before.
class Silence {
 public:
  Silence();
  ~Silence();
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// A file made in memory: nothing that the disk does can fail inside the library. Every call that fails there is a
/// mistake of ours.
class ImageWriter {
 public:
  /// @param userblock  bytes before the HDF5 part: a power of two, at least 512
  explicit ImageWriter(hsize_t userblock);

  hid_t root() const { return file_; }
  static Id create_group(hid_t in, const std::string& name);
  static void add_text(hid_t to, const char* name, const std::string& text);  ///< an attribute, at most 60 kB
  static void add_integer(hid_t to, const char* name, std::uint64_t value);
  static void add_real(hid_t to, const char* name, double value);
  /// A text of any length as a dataset.
  static void write_text(hid_t in, const char* name, const std::string& text);
  /// [rows][columns] in one chunk: bytes shuffled, deflated, with a Fletcher32 checksum. @param type  of the file,
  /// which the values must have in memory
  static void write_matrix(hid_t in, const char* name, hid_t type, int rows, int columns, const void* values);
  /// The file without its userblock, which the caller puts before it.
  std::string image() const;

 private:
  Silence silence_;
  Id file_;
};

/// Reads with every size checked against what the caller expects before anything is allocated, and nothing outside of
/// the bytes: no links to other files, no data stored in them, no plug-ins. Errors are returned as text, empty when all
/// is well: they are faults of the file. The library itself does not survive every file: guarded_child.h.
class Reader {
 public:
  /// @param bytes  of a whole file with its userblock
  explicit Reader(const std::string& bytes);

  bool good() const { return file_.good(); }
  hid_t root() const { return file_; }
  static Id open_group(hid_t in, const std::string& name);
  static std::string text(hid_t of, const char* name, std::string& value);
  static std::string integer(hid_t of, const char* name, std::uint64_t& value);
  static std::string read_text(hid_t in, const char* name, std::size_t limit, std::string& value);
  /// Whether there is such a link, be it to a dataset that lies here or not.
  static bool has(hid_t in, const char* name);
  /// @param values  room for rows * columns values of `type`
  static std::string read_matrix(hid_t in, const char* name, hid_t type, int rows, int columns, void* values);

 private:
  Silence silence_;
  Id file_;
};

}  // namespace nvcim::mapping::hdf5
