// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The digital operators: what a node may do that is no MVM. An operator is one file of this folder, which defines the
/// operator of its name, and one row here, which makes it a Node::Kind; a row without its file does not link.
#define NVCIM_DIGITAL_OPERATORS(ROW)                                                                       \
  ROW(pool)      /* a window of a map, channel by channel */                                               \
  ROW(add)       /* of two maps or more, of one shape */                                                   \
  ROW(multiply)  /* of two maps */                                                                         \
  ROW(concat)    /* channels of several maps one after the other; one scale, zero point, number of bits */ \
  ROW(lookup)    /* any function of one code */                                                            \
  ROW(rearrange) /* slices, padding, strides, channels in another order */
