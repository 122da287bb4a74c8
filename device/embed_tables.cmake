# SPDX-License-Identifier: Apache-2.0
# cmake -D FOLDER=<device/tables> -D OUTPUT=<file.cpp> -P embed_tables.cmake
# Raw string literals are cut into pieces because compilers may limit the length of one.
file(GLOB files ${FOLDER}/*.csv)
list(SORT files)
set(entries "")
foreach(path ${files})
  get_filename_component(name ${path} NAME_WE)
  file(READ ${path} rest)
  string(APPEND entries "    {\"${name}\",\n")
  string(LENGTH "${rest}" length)
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${rest}" ${at} 8000 piece)
    string(APPEND entries "R\"nvcim(${piece})nvcim\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  string(APPEND entries "},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"device/embedded_tables.h\"

namespace nvcim::device {
namespace {
constexpr EmbeddedTable kTables[] = {
${entries}};
}  // namespace
std::span<const EmbeddedTable> embedded_tables() { return kTables; }
}  // namespace nvcim::device
")
