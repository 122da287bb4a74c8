# SPDX-License-Identifier: Apache-2.0
# cmake -D FOLDER=<arch/presets> -D OUTPUT=<file.cpp> -P embed_presets.cmake
# Raw string literals are cut into pieces because compilers may limit the length of one.
function(literal path result)
  file(READ ${path} rest)
  set(text "")
  string(LENGTH "${rest}" length)
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${rest}" ${at} 8000 piece)
    string(APPEND text "R\"nvcim(${piece})nvcim\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

file(GLOB files ${FOLDER}/*.json)
list(SORT files)
set(entries "")
foreach(path ${files})
  get_filename_component(name ${path} NAME_WE)
  literal(${path} text)
  string(APPEND entries "    {\"${name}\",\n${text}},\n")
endforeach()
literal(${FOLDER}/SOURCES.md sources)
file(WRITE ${OUTPUT} "#include \"arch/embedded_presets.h\"

namespace nvcim {
namespace {
constexpr EmbeddedText kPresets[] = {
${entries}};
constexpr std::string_view kSources =
${sources};
}  // namespace
std::span<const EmbeddedText> embedded_presets() { return kPresets; }
std::string_view embedded_sources() { return kSources; }
}  // namespace nvcim
")
