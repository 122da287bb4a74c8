// SPDX-License-Identifier: Apache-2.0
// Makes nvcim_precompiled a library; what it is for is its precompiled header.
