# SPDX-License-Identifier: Apache-2.0
# nvcim_library(NAME SOURCES FILE... [PUBLIC LIBRARY...] [PRIVATE LIBRARY...] [PRECOMPILED HEADER...])
# A static library of the project: nvcim_NAME here, nvcim::NAME where it is installed. It compiles with the precompiled
# headers of nvcim_precompiled, or with these headers and its own where PRECOMPILED names some.
# With NVCIM_UNITY the files of a library are compiled in batches, which halves the work; a file that cannot be is named to
# nvcim_compile_alone(FILE...).
# Headers still include what they use: -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON builds without.

add_library(nvcim_precompiled STATIC scripts/cmake/precompiled.cpp)
target_link_libraries(nvcim_precompiled PUBLIC nvcim_options nlohmann_json::nlohmann_json fmt::fmt Boost::headers)
target_precompile_headers(nvcim_precompiled PRIVATE scripts/cmake/precompiled.h)

function(nvcim_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;PUBLIC;PRIVATE;PRECOMPILED")
  set(target nvcim_${name})
  add_library(${target} STATIC ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_link_libraries(${target} PUBLIC nvcim_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
  if(arg_PRECOMPILED)
    target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/scripts/cmake/precompiled.h ${arg_PRECOMPILED})
  else()
    target_precompile_headers(${target} REUSE_FROM nvcim_precompiled)
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${NVCIM_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  set_property(GLOBAL APPEND PROPERTY NVCIM_LIBRARIES ${target})
endfunction()

function(nvcim_compile_alone)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
