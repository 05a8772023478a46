# The library, its headers, and what find_package(midas) reads.
include(CMakePackageConfigHelpers)

set(midas_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/midas")
install(TARGETS midas midas_include EXPORT midasTargets)
install(EXPORT midasTargets NAMESPACE midas:: DESTINATION "${midas_cmake_dir}")
install(FILES midas.hpp actors.hpp DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/midas")
install(DIRECTORY messages transport actors
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/midas"
  FILES_MATCHING PATTERN "*.hpp"
  # What the curl loop is made of includes curl, and is nobody else's.
  REGEX "transport/curl_[a-z_]+\\.hpp$" EXCLUDE)
install(FILES transport/curl_multi_loop.hpp DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/midas/transport")

configure_package_config_file(cmake/midasConfig.cmake.in midasConfig.cmake
  INSTALL_DESTINATION "${midas_cmake_dir}")
write_basic_package_version_file(midasConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/midasConfig.cmake"
  "${PROJECT_BINARY_DIR}/midasConfigVersion.cmake"
  cmake/FindCAF.cmake
  DESTINATION "${midas_cmake_dir}")
if(TARGET midas_program)
  install(TARGETS midas_program)
endif()
