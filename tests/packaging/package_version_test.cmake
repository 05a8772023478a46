# Checks which versions of midas find_package(midas VERSION) accepts.
#
#   cmake -D repository=PATH -D scratch=PATH -P package_version_test.cmake
cmake_minimum_required(VERSION 3.24)
include("${repository}/cmake/package_version.cmake")

function(check_request installed requested expected)
  set(file "${scratch}/midasConfigVersion.cmake")
  midas_write_package_version("${file}" ${installed})
  set(PACKAGE_FIND_VERSION ${requested})
  string(REPLACE "." ";" parts "${requested}.0")
  list(GET parts 0 PACKAGE_FIND_VERSION_MAJOR)
  list(GET parts 1 PACKAGE_FIND_VERSION_MINOR)
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
  include("${file}")
  if(NOT PACKAGE_VERSION_COMPATIBLE STREQUAL expected)
    message(SEND_ERROR "find_package(midas ${requested}) with midas ${installed}: "
      "${PACKAGE_VERSION_COMPATIBLE}, not ${expected}")
  endif()
endfunction()

check_request(0.1.0 0.1 TRUE)
check_request(0.1.2 0.1.1 TRUE)
check_request(0.1.1 0.1.2 FALSE)
check_request(0.2.0 0.1 FALSE)
check_request(0.1.0 0.2 FALSE)
check_request(1.0.0 0.2 FALSE)
check_request(1.2.0 1.0 TRUE)
check_request(1.0.3 1.1 FALSE)
check_request(2.0.0 1.5 FALSE)
