# The library, its headers, and what find_package(midas) and pkg-config read.
include(CMakePackageConfigHelpers)

set(midas_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/midas")
install(TARGETS midas_headers midas EXPORT midasTargets FILE_SET HEADERS)
install(EXPORT midasTargets NAMESPACE midas:: DESTINATION "${midas_cmake_dir}")
if(TARGET midas_simulator)
  install(TARGETS midas_simulator EXPORT midasSimulatorTargets)
  install(EXPORT midasSimulatorTargets NAMESPACE midas:: DESTINATION "${midas_cmake_dir}")
endif()
if(TARGET midas_program)
  install(TARGETS midas_program)
endif()

configure_package_config_file(cmake/midasConfig.cmake.in midasConfig.cmake
  INSTALL_DESTINATION "${midas_cmake_dir}")
write_basic_package_version_file(midasConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/midasConfig.cmake"
  "${PROJECT_BINARY_DIR}/midasConfigVersion.cmake"
  cmake/FindCAF.cmake
  DESTINATION "${midas_cmake_dir}")

# A static library leaves it to whoever links it to name what it needs.
set(midas_pc_flags "")
set(midas_pc_private ".private")
if(BUILD_SHARED_LIBS)
  set(midas_pc_flags "-DMIDAS_SHARED")
else()
  set(midas_pc_private "")
endif()
configure_file(cmake/midas.pc.in midas.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/midas.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(TARGET midas_simulator)
  configure_file(cmake/midas-simulator.pc.in midas-simulator.pc @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/midas-simulator.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endif()
