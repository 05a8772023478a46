# Finds CAF: a package with a CMake configuration (1.x), or else a package of 0.17 without one.
#
# Sets midas_caf_version; midas_caf_definitions: what all code that includes <midas/actors.hpp> must
# define; and midas_caf_has_metrics: whether CAF measures actors.
find_package(CAF QUIET CONFIG)
if(CAF_FOUND)
  if(CAF_VERSION VERSION_LESS 1.0 OR CAF_VERSION VERSION_GREATER_EQUAL 2.0)
    message(FATAL_ERROR "midas: CAF ${CAF_VERSION} in ${CAF_DIR} is not supported; midas needs "
      "CAF 0.17.6 or 1.x. Set CMAKE_PREFIX_PATH to the prefix of one of them")
  endif()
else()
  find_package(CAF 0.17 MODULE REQUIRED)
endif()
set(midas_caf_version "${CAF_VERSION}")
message(STATUS "midas: with CAF ${midas_caf_version}")

set(midas_caf_definitions "")
set(midas_caf_has_metrics OFF)
if(midas_caf_version VERSION_GREATER_EQUAL 1.0)
  set(MIDAS_CAF_FIRST_TYPE_ID 2000 CACHE STRING
    "First of the 200 type ids of CAF 1.x that midas takes; no other library of a program may use them")
  set(midas_caf_definitions "MIDAS_CAF_FIRST_TYPE_ID=${MIDAS_CAF_FIRST_TYPE_ID}")
  set(midas_caf_has_metrics ON)
endif()
