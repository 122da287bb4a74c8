# SPDX-License-Identifier: Apache-2.0
# What cmake --install puts where. Components: program, training, mpi, development, data (the last not in packages, which
# depend on Debian's data sets).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS nvcim RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
foreach(optional nvcim_train:training nvcim_mpi:mpi)
  string(REPLACE ":" ";" optional ${optional})
  list(GET optional 0 target)
  list(GET optional 1 component)
  if(TARGET ${target})
    install(TARGETS ${target} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  endif()
endforeach()

# Made by the program itself, so that they name the options that it has.
set(manual ${CMAKE_BINARY_DIR}/share/nvcim.1)
set(completion ${CMAKE_BINARY_DIR}/share/nvcim.bash)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/share)
add_custom_command(OUTPUT ${manual} ${completion}
                   COMMAND nvcim completion man > ${manual}
                   COMMAND nvcim completion bash > ${completion}
                   DEPENDS nvcim VERBATIM)
add_custom_target(nvcim_manual ALL DEPENDS ${manual} ${completion})
install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${completion} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME nvcim COMPONENT program)

# Presets and networks are part of the program; as files they are something to copy from.
install(DIRECTORY arch/presets arch/schema DESTINATION ${CMAKE_INSTALL_DATADIR}/nvcim COMPONENT program
        FILES_MATCHING PATTERN *.json PATTERN *.md)
install(FILES sim/report/schema/result.schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/nvcim/schema COMPONENT program)
install(DIRECTORY workloads/zoo/ DESTINATION ${CMAKE_INSTALL_DATADIR}/nvcim/networks COMPONENT program
        FILES_MATCHING PATTERN *.onnx PATTERN zoo.json)
install(FILES README.md CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program RENAME copyright)

# The data of the default job, and what scripts/fetch_data.sh fetched, where the installed program looks for it.
if(EXISTS /usr/share/datasets/fashion-mnist)
  install(DIRECTORY /usr/share/datasets/fashion-mnist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/nvcim/data/fashion_mnist COMPONENT data)
endif()
install(DIRECTORY data/ DESTINATION ${CMAKE_INSTALL_DATADIR}/nvcim/data COMPONENT data OPTIONAL)

get_property(libraries GLOBAL PROPERTY NVCIM_LIBRARIES)
set_target_properties(nvcim_options PROPERTIES EXPORT_NAME options)
set_target_properties(nvcim_onnx_proto PROPERTIES EXPORT_NAME onnx_proto)
target_include_directories(nvcim_options INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/nvcim>)
install(TARGETS nvcim_options nvcim_onnx_proto ${libraries} EXPORT nvcim
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY arch device workloads mapping sim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/nvcim COMPONENT development
        FILES_MATCHING PATTERN *.h)
install(EXPORT nvcim NAMESPACE nvcim:: FILE nvcimTargets.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nvcim COMPONENT development)
set(NVCIM_OPTIONAL_DEPENDENCIES "")
if(TARGET nvcim_training)
  string(APPEND NVCIM_OPTIONAL_DEPENDENCIES "find_dependency(Torch)\n")
endif()
if(TARGET nvcim_mpi_ranks)
  set(NVCIM_BOOST_COMPONENTS "COMPONENTS mpi")
  string(APPEND NVCIM_OPTIONAL_DEPENDENCIES "find_dependency(MPI COMPONENTS CXX)\n")
endif()
configure_package_config_file(scripts/cmake/nvcimConfig.cmake.in ${CMAKE_BINARY_DIR}/nvcimConfig.cmake
                              INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nvcim)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/nvcimConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/nvcimConfig.cmake ${CMAKE_BINARY_DIR}/nvcimConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nvcim COMPONENT development)
