// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

/// OpenBLAS, for calibration and derivatives. It is loaded when the first product of matrices is needed and not before:
/// it starts threads and takes 128 MiB of address space for each when it is loaded, and where those cannot be had it
/// tries for ever (0.3.21).
namespace nvcim::workloads {

enum class Transpose { no, yes };

/// c [m][n] = op(a)·op(b) (+ c), row-major, leading dimensions those of the stored matrices. While a OneBlasThread
/// lives.
void multiply(Transpose ta, Transpose tb, int m, int n, int k, const float* a, const float* b, float* c,
              bool add = false);

/// Our threads share the work, so each product of matrices stays on its own thread. The setting belongs to the process:
/// it is put back afterwards.
class OneBlasThread {
 public:
  /// Loads the library where that has not been done. @param threads  of ours that will multiply at a time
  /// Errors: InputError where it is not installed; std::bad_alloc where its memory cannot be had (ulimit -v).
  explicit OneBlasThread(int threads);
  ~OneBlasThread();
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  int before_;
};

/// What the figures of derivatives depend on in their last digits.
struct BlasInfo {
  std::string library;  ///< as it describes itself: "OpenBLAS 0.3.21 … Haswell MAX_THREADS=64"
  std::string core;     ///< whose kernels it chose for this machine: "Haswell"
};

/// Of the library that this process has loaded; none where nothing has needed it.
std::optional<BlasInfo> blas_in_use();

/// Whether a core's kernels do without AVX2 (OpenBLAS, kernel/x86_64): what it falls back to on machines that are newer
/// than itself.
bool is_without_avx2(const std::string& core);

}  // namespace nvcim::workloads
