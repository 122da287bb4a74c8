// SPDX-License-Identifier: Apache-2.0
#include "workloads/blas.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <new>
#include <string_view>

#include "arch/input_error.h"

namespace nvcim::workloads {
namespace {

constexpr const char* kLibrary = "libopenblas.so.0";
// BUFFER_SIZE of OpenBLAS 0.3 on x86-64 is 32 << 22; the rest is the library itself and what goes with it.
constexpr std::size_t kBytesOfAThread = std::size_t{32} << 22;
constexpr std::size_t kBytesOfTheLibrary = std::size_t{96} << 20;

// cblas.h, with the integers of the library of this name (32 bits).
constexpr int kRowMajor = 101, kNoTranspose = 111, kTranspose = 112;
using Sgemm = void (*)(int order, int ta, int tb, int m, int n, int k, float alpha, const float* a, int lda,
                       const float* b, int ldb, float beta, float* c, int ldc);

struct Functions {
  Sgemm sgemm = nullptr;
  int (*get_threads)() = nullptr;
  void (*set_threads)(int) = nullptr;
};

template <class Function>
Function find(void* library, const char* name) {
  if (void* found = ::dlsym(library, name)) return reinterpret_cast<Function>(found);
  throw InputError(kLibrary, name, "is not in it: another library has this name; install libopenblas0-pthread");
}

Functions load() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    throw InputError(kLibrary, "",
                     fmt::format("cannot be loaded ({}); it computes calibrations and derivatives: install "
                                 "libopenblas0-pthread",
                                 reason == nullptr ? "no reason given" : reason));
  }
  return {find<Sgemm>(library, "cblas_sgemm"), find<int (*)()>(library, "openblas_get_num_threads"),
          find<void (*)(int)>(library, "openblas_set_num_threads")};
}

/// A library belongs to the process, as what it was linked with does.
const Functions& functions() {
  static const Functions loaded = load();
  return loaded;
}

bool is_loaded() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return false;
  ::dlclose(library);  // the count, not the library
  return true;
}

/// Where the address space is limited the library waits for memory that never comes.
void check_memory(int threads) {
  const std::size_t bytes =
      (is_loaded() ? 0 : kBytesOfTheLibrary) + static_cast<std::size_t>(threads) * kBytesOfAThread;
  void* const room = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) throw std::bad_alloc();
  ::munmap(room, bytes);
}

}  // namespace

void multiply(Transpose ta, Transpose tb, int m, int n, int k, const float* a, const float* b, float* c, bool add) {
  const bool at = ta == Transpose::yes, bt = tb == Transpose::yes;
  functions().sgemm(kRowMajor, at ? kTranspose : kNoTranspose, bt ? kTranspose : kNoTranspose, m, n, k, 1.0f, a,
                    at ? m : k, b, bt ? k : n, add ? 1.0f : 0.0f, c, n);
}

OneBlasThread::OneBlasThread(int threads) {
  check_memory(std::max(1, threads));
  before_ = functions().get_threads();
  functions().set_threads(1);
}

OneBlasThread::~OneBlasThread() {
  functions().set_threads(before_);
}

std::optional<BlasInfo> blas_in_use() {
  if (!is_loaded()) return std::nullopt;
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_NOLOAD);
  using Text = char* (*)();
  const auto config = reinterpret_cast<Text>(::dlsym(library, "openblas_get_config"));
  const auto core = reinterpret_cast<Text>(::dlsym(library, "openblas_get_corename"));
  BlasInfo info{config == nullptr ? "" : config(), core == nullptr ? "" : core()};
  ::dlclose(library);
  return info;
}

bool is_without_avx2(const std::string& core) {
  using namespace std::string_view_literals;
  constexpr std::array kOlder = {
      "Katmai"sv, "Coppermine"sv,  "Northwood"sv, "Prescott"sv,   "Banias"sv,      "Atom"sv,      "Core2"sv,
      "Penryn"sv, "Dunnington"sv,  "Nehalem"sv,   "Athlon"sv,     "Opteron"sv,     "Barcelona"sv, "Nano"sv,
      "Bobcat"sv, "Sandybridge"sv, "Bulldozer"sv, "Piledriver"sv, "Steamroller"sv, "Generic"sv,   "Unknown"sv};
  // "Opteron(SSE3)" and the like.
  const auto is_it = [&](std::string_view name) { return std::string_view(core).starts_with(name); };
  return std::any_of(kOlder.begin(), kOlder.end(), is_it);
}

}  // namespace nvcim::workloads
