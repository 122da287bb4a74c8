// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

/// Work that a hostile file may crash, in a process of its own: a library that reads foreign bytes with pointers in
/// them (HDF5) cannot be made safe from outside, but it can be kept apart.
namespace nvcim::mapping {

/// One end of the pipe between the two. Errors: an exception that only in_child_process sees.
class ChildPipe {
 public:
  explicit ChildPipe(int descriptor) : descriptor_(descriptor) {}
  void write(const void* from, std::size_t bytes);
  void read(void* to, std::size_t bytes);

  void write_text(const std::string& text);
  std::string read_text(std::size_t most = std::size_t{1} << 20);
  template <class T>
  void write_values(const std::vector<T>& values) {
    const std::uint64_t count = values.size();
    write(&count, sizeof count);
    write(values.data(), values.size() * sizeof(T));
  }
  /// @param most  values; a child that says more has gone wrong
  template <class T>
  std::vector<T> read_values(std::size_t most) {
    std::uint64_t count = 0;
    read(&count, sizeof count);
    if (count > most) give_up();
    std::vector<T> values(static_cast<std::size_t>(count));
    read(values.data(), values.size() * sizeof(T));
    return values;
  }

 private:
  [[noreturn]] static void give_up();

  int descriptor_;
};

struct ChildLimits {
  unsigned cpu_seconds = 60;
  std::uint64_t more_memory = std::uint64_t{1} << 30;  ///< bytes of address space beyond what the process has
};

/// The child ended otherwise than by returning or throwing; what() says how: "signal 11 (Segmentation fault)".
class ChildDied : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs `child` in a copy of this process, with nothing to print to, and meanwhile `parent` here, which reads what the
/// child writes. The child's changes to memory are lost. Not while other threads of this process hold locks that
/// `child` needs. Errors: InputError and std::bad_alloc of `child` are thrown here; ChildDied; InputError when no
/// process can be had.
void in_child_process(const ChildLimits& limits, const std::function<void(ChildPipe&)>& child,
                      const std::function<void(ChildPipe&)>& parent);

}  // namespace nvcim::mapping
