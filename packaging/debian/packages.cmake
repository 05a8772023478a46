# The Debian packages: `cpack` in a build of the preset `debian`. docs/packaging.md describes them.
set(MIDAS_DEBIAN_MAINTAINER "The midas authors <midas@example.invalid>" CACHE STRING
  "The maintainer of the Debian packages, with an address")

set(runtime_package libmidas${PROJECT_VERSION_MAJOR})
set(debian_version "${PROJECT_VERSION}-1")
math(EXPR next_minor "${PROJECT_VERSION_MINOR} + 1")
string(TIMESTAMP debian_date "%a, %d %b %Y %H:%M:%S +0000" UTC)  # obeys SOURCE_DATE_EPOCH
file(READ "${PROJECT_SOURCE_DIR}/LICENSE" license_text)
string(REGEX MATCH "Copyright \\(c\\) [^\n]*" copyright_line "${license_text}")
string(REPLACE "Copyright (c) " "" copyright_line "${copyright_line}")
string(REGEX REPLACE "^.*\n\n(Permission.*)$" "\\1" license_text "${license_text}")
string(STRIP "${license_text}" license_text)
string(REPLACE "\n\n" "\n.\n" license_text "${license_text}")
string(REPLACE "\n" "\n " license_text "${license_text}")
set(debian_dir "${PROJECT_BINARY_DIR}/debian")
foreach(file copyright changelog shlibs lintian-overrides)
  configure_file(packaging/debian/${file}.in "${debian_dir}/${file}" @ONLY)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_OUTPUT_FILE_PREFIX "${PROJECT_BINARY_DIR}/packages")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "${MIDAS_DEBIAN_MAINTAINER}")
# Empty: each package has a synopsis of its own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE midas)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/packaging/debian/stage.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/packaging/debian/repack.cmake")
set(CPACK_MIDAS_DEBIAN_DIR "${debian_dir}")

set(CPACK_COMPONENTS_ALL midas_runtime midas_development midas_simulator midas_program midas_systemd)
set(CPACK_COMPONENT_MIDAS_RUNTIME_GROUP runtime)
set(CPACK_COMPONENT_MIDAS_DEVELOPMENT_GROUP development)
set(CPACK_COMPONENT_MIDAS_SIMULATOR_GROUP development)
set(CPACK_COMPONENT_MIDAS_PROGRAM_GROUP program)
set(CPACK_COMPONENT_MIDAS_SYSTEMD_GROUP program)
# The adapters are headers. find_package() finds what each of them adapts to, if it is installed.
foreach(name ${midas_adapters})
  list(APPEND CPACK_COMPONENTS_ALL midas_${name})
  string(TOUPPER "${name}" upper_name)
  set(CPACK_COMPONENT_MIDAS_${upper_name}_GROUP development)
endforeach()

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${runtime_package})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA
  "${debian_dir}/shlibs" "${PROJECT_SOURCE_DIR}/packaging/debian/triggers")
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "Azure managed-identity tokens for concurrent programs (library)
midas gets Azure managed-identity tokens for programs with very many
concurrent callers. The identity endpoint of the host receives one request,
however many threads, coroutines, callbacks and actors request a token, and
a cached token is read in nanoseconds.
.
This package contains the shared library.")

# The headers include those of CAF and tl::expected, the simulator links OpenSSL, and pkg-config reads
# what midas.pc requires.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libmidas-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${runtime_package} (= ${debian_version}), \
libcaf-dev, libcurl4-openssl-dev, libexpected-dev, libssl-dev")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libasio-dev, libboost-dev, libgrpc++-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "Azure managed-identity tokens (development files)
midas gets Azure managed-identity tokens for programs with very many
concurrent callers.
.
This package contains the headers, those of the adapters for Asio, Boost.Asio,
libcurl, the Azure SDK for C++ and gRPC included, what CMake and pkg-config
read, and the simulator: Azure hosts in the process of a test.")

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME midas-tools)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION "Azure managed-identity tokens (command line)
The program midas gets an Azure managed-identity token and prints it,
explains why a host issues none, serves the tokens of a machine to all of its
programs (midas proxy), simulates the identity endpoints of Azure hosts, and
measures the performance of many concurrent callers. The units of systemd for
midas proxy are included, and not enabled.")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_EXTRA
  "${PROJECT_SOURCE_DIR}/packaging/debian/conffiles" "${PROJECT_SOURCE_DIR}/packaging/debian/postinst"
  "${PROJECT_SOURCE_DIR}/packaging/debian/prerm" "${PROJECT_SOURCE_DIR}/packaging/debian/postrm")
set(CPACK_DEBIAN_PROGRAM_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# A program that loads libcurl when it first needs it does not name it among its libraries.
get_target_property(defers_curl midas_program MIDAS_DEFERS_CURL)
if(defers_curl)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_DEPENDS "libcurl4 (>= 7.85)")
endif()
include(CPack)
