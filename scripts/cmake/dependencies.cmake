# SPDX-License-Identifier: Apache-2.0
# Everything that is needed to build and run the program, looked for together, so that all that is missing is named at once.
# What only some commands need (libtorch, MPI) is looked for where it is used, and left out where it is not there.

# nvcim_need(FOUND-VARIABLE "library and version" debian-package)
macro(nvcim_need found library package)
  if(NOT ${found})
    string(APPEND nvcim_missing "\n  ${library} (Debian: ${package})")
    list(APPEND nvcim_missing_packages ${package})
  endif()
endmacro()

find_package(Threads REQUIRED)
find_package(PkgConfig QUIET)
find_package(nlohmann_json 3.11 QUIET)
find_package(fmt 9 QUIET)
find_package(Boost 1.74 QUIET)
find_package(Eigen3 3.3 QUIET)
find_package(CLI11 2 QUIET)
find_package(ZLIB QUIET)
find_package(Protobuf QUIET)
find_package(ONNX QUIET)
find_library(HWY_LIBRARY hwy)
find_path(NVCIM_RANDOM123 Random123/philox.h)
if(PKG_CONFIG_FOUND)
  pkg_check_modules(SYSTEMC QUIET IMPORTED_TARGET GLOBAL systemc>=2.3.4)
  # Debian has it beside a variant for MPI, which "hdf5" may mean.
  pkg_search_module(HDF5 QUIET IMPORTED_TARGET GLOBAL hdf5-serial hdf5)
endif()
find_file(NVCIM_CHART_JS NAMES chart.min.js chart.umd.js
          PATHS /usr/share/javascript/chart.js /usr/share/nodejs/chart.js/dist ${CMAKE_PREFIX_PATH} NO_DEFAULT_PATH
          DOC "Chart.js, inlined into the HTML report")

nvcim_need(PKG_CONFIG_FOUND "pkg-config" pkg-config)
nvcim_need(SYSTEMC_FOUND "SystemC 2.3.4, built as C++17 (pkg-config systemc)" libsystemc-dev)
nvcim_need(nlohmann_json_FOUND "nlohmann-json 3.11" nlohmann-json3-dev)
nvcim_need(Boost_FOUND "Boost 1.74, headers" libboost-dev)
nvcim_need(NVCIM_RANDOM123 "Random123" librandom123-dev)
nvcim_need(Eigen3_FOUND "Eigen 3.3" libeigen3-dev)
nvcim_need(HWY_LIBRARY "Highway 1.0" libhwy-dev)
nvcim_need(HDF5_FOUND "HDF5 1.10, serial (pkg-config hdf5)" libhdf5-dev)
nvcim_need(ONNX_FOUND "ONNX 1.12, with its CMake package" libonnx-dev)
nvcim_need(Protobuf_FOUND "Protobuf 3.21" libprotobuf-dev)
nvcim_need(CLI11_FOUND "CLI11 2.1" libcli11-dev)
nvcim_need(fmt_FOUND "fmt 9" libfmt-dev)
nvcim_need(ZLIB_FOUND "zlib" zlib1g-dev)
nvcim_need(NVCIM_CHART_JS "Chart.js 3 (a file chart.min.js; -DNVCIM_CHART_JS=FILE)" libjs-chart.js)

if(nvcim_missing)
  list(JOIN nvcim_missing_packages " " nvcim_missing_packages)
  message(FATAL_ERROR "These were not found:${nvcim_missing}\n"
    "On Debian: apt-get install --no-install-recommends ${nvcim_missing_packages}\n"
    "Elsewhere, or without root: install them under a folder of your own and say\n"
    "  cmake --preset release -DCMAKE_PREFIX_PATH=FOLDER")
endif()

# Debian 13 exports the target with a namespace and the definitions that its headers need; Debian 12 without either.
add_library(nvcim_onnx_proto INTERFACE)
if(TARGET ONNX::onnx_proto)
  target_link_libraries(nvcim_onnx_proto INTERFACE ONNX::onnx_proto protobuf::libprotobuf)
else()
  target_link_libraries(nvcim_onnx_proto INTERFACE onnx_proto protobuf::libprotobuf)
endif()
