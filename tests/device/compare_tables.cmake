# SPDX-License-Identifier: Apache-2.0
# cmake -D ROOT=… -D TECHNOLOGY=a|b|c -P compare_tables.cmake
find_program(python python3)
if(NOT python)
  message(FATAL_ERROR "this test needs python3 (Debian package python3)")
endif()
set(cells "")
if(NOT TECHNOLOGY STREQUAL "a")
  set(cells --cells ${ROOT}/tests/device/data/relaxation_${TECHNOLOGY}.csv)
endif()
execute_process(COMMAND ${python} ${ROOT}/scripts/fit_relaxation.py ${TECHNOLOGY} ${cells}
                OUTPUT_VARIABLE made RESULT_VARIABLE status)
file(READ ${ROOT}/device/relaxation_technology_${TECHNOLOGY}.cpp embedded)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "fit_relaxation.py failed: ${status}")
elseif(NOT made STREQUAL embedded)
  message(FATAL_ERROR "device/relaxation_technology_${TECHNOLOGY}.cpp is not what scripts/fit_relaxation.py makes")
endif()
