// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a program of ours does before anything else, in main().
namespace nvcim::cli {

/// Descriptors 0 to 2 that are closed are opened on /dev/null: otherwise the next file that is opened becomes standard
/// output or error, and messages are written into it.
void reserve_standard_descriptors();

/// Has OpenBLAS, which is loaded later, start no threads of its own then. Before there are other threads.
void keep_blas_single();

/// Has the OpenMP library of a program that this one becomes sleep while it waits: spinning threads keep each other
/// from working where there are fewer CPUs than threads. What the user has set stays.
void have_openmp_wait_passively();

}  // namespace nvcim::cli
