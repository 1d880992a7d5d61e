# add_cuweave_library(NAME SPEC... [ARCHS sm_NN...] [CPU] [STRICT])
#
# Builds the pipelines that TypeScript files export into a package (docs/c.md) in the build folder, and makes a target NAME::NAME of it:
#
#   include(node_modules/cuweave/cmake/cuweave.cmake)
#   add_cuweave_library(prep src/pipelines.ts ARCHS sm_80 sm_90)
#   target_link_libraries(app PRIVATE prep::prep)
#   install(DIRECTORY "${prep_PACKAGE}/" DESTINATION . USE_SOURCE_PERMISSIONS)
#
# SPEC    relative to the current source folder, which is the project's root for cuweave.
# ARCHS   the GPUs to build for; without them, those that `cuweave build` takes. CPU leaves CUDA out.
# STRICT  the same bits on a GPU as on the CPU.
#
# NAME_PACKAGE is the package's folder. Every build asks cuweave whether something changed, which takes a moment and no compiler where
# nothing did. It needs Node.js when it is built, and not where it runs.

set(_cuweave_cli "${CMAKE_CURRENT_LIST_DIR}/../dist/compiler/cli.js")

function(add_cuweave_library NAME)
  cmake_parse_arguments(PARSE_ARGV 1 cuweave "CPU;STRICT" "" "ARCHS")
  if(NOT NAME MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "Expected a name of small letters, digits and _ for add_cuweave_library but received \"${NAME}\"")
  endif()
  if(NOT cuweave_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_cuweave_library(${NAME}) names no file that exports pipelines: write add_cuweave_library(${NAME} src/pipelines.ts)")
  endif()
  if(cuweave_CPU AND cuweave_ARCHS)
    message(FATAL_ERROR "add_cuweave_library(${NAME}): CPU leaves CUDA out, and ARCHS asks for it: drop one of them")
  endif()
  foreach(spec IN LISTS cuweave_UNPARSED_ARGUMENTS)
    if(NOT EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${spec}" AND NOT EXISTS "${spec}")
      message(FATAL_ERROR "add_cuweave_library(${NAME}): there is no ${spec} in ${CMAKE_CURRENT_SOURCE_DIR}")
    endif()
  endforeach()
  find_program(CUWEAVE_NODE NAMES node nodejs DOC "Node.js, which runs cuweave when pipelines are built")
  if(NOT CUWEAVE_NODE)
    message(FATAL_ERROR "add_cuweave_library(${NAME}) needs Node.js: install it, or set CUWEAVE_NODE")
  endif()
  if(NOT EXISTS "${_cuweave_cli}")
    message(FATAL_ERROR "There is no ${_cuweave_cli}: run npm run build:ts in the clone of cuweave")
  endif()

  set(package "${CMAKE_CURRENT_BINARY_DIR}/${NAME}-package")
  set(options)
  if(cuweave_ARCHS)
    string(REPLACE ";" "," archs "${cuweave_ARCHS}")
    list(APPEND options --arch "${archs}")
  endif()
  if(cuweave_CPU)
    list(APPEND options --cpu)
  endif()
  if(cuweave_STRICT)
    list(APPEND options --strict)
  endif()

  add_custom_target(${NAME}_cuweave
    COMMAND "${CUWEAVE_NODE}" "${_cuweave_cli}" build ${cuweave_UNPARSED_ARGUMENTS}
            --out "${CMAKE_CURRENT_BINARY_DIR}/${NAME}-build" --package "${package}" --name ${NAME} ${options}
    BYPRODUCTS "${package}/lib/lib${NAME}.so" "${package}/include/${NAME}/pipelines.h" "${package}/include/${NAME}/pipelines.hpp"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    COMMENT "cuweave build for ${NAME}"
    VERBATIM
  )
  # CMake asks for the folder before the first build makes it.
  file(MAKE_DIRECTORY "${package}/include")
  add_library(${NAME}::${NAME} SHARED IMPORTED GLOBAL)
  set_target_properties(${NAME}::${NAME} PROPERTIES
    IMPORTED_LOCATION "${package}/lib/lib${NAME}.so"
    INTERFACE_INCLUDE_DIRECTORIES "${package}/include"
  )
  add_dependencies(${NAME}::${NAME} ${NAME}_cuweave)
  set(${NAME}_PACKAGE "${package}" PARENT_SCOPE)
endfunction()
