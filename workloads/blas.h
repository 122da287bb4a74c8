// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cblas.h>

/// OpenBLAS, for the derivatives (library nvcim_sensitivity).
namespace nvcim::workloads {

enum class Transpose { no, yes };

/// c [m][n] = op(a)·op(b) (+ c), row-major, leading dimensions those of the stored matrices.
inline void multiply(Transpose ta, Transpose tb, int m, int n, int k, const float* a, const float* b, float* c,
                     bool add = false) {
  const bool at = ta == Transpose::yes, bt = tb == Transpose::yes;
  cblas_sgemm(CblasRowMajor, at ? CblasTrans : CblasNoTrans, bt ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a,
              at ? m : k, b, bt ? k : n, add ? 1.0f : 0.0f, c, n);
}

/// Our threads share the work, so each product of matrices stays on its own thread. The setting belongs to the process:
/// it is put back afterwards.
class OneBlasThread {
 public:
  OneBlasThread() : before_(openblas_get_num_threads()) { openblas_set_num_threads(1); }
  ~OneBlasThread() { openblas_set_num_threads(before_); }
  OneBlasThread(const OneBlasThread&) = delete;
  OneBlasThread& operator=(const OneBlasThread&) = delete;

 private:
  int before_;
};

}  // namespace nvcim::workloads
