# The library, its headers, and what find_package(midas) and pkg-config read.
#
# docs/packaging.md describes the install components.
include(package_version)
include(pkg_config)

set(midas_cmake_dir "${CMAKE_INSTALL_LIBDIR}/cmake/midas")
install(TARGETS midas_headers midas EXPORT midasTargets
  RUNTIME COMPONENT midas_runtime
  LIBRARY COMPONENT midas_runtime NAMELINK_COMPONENT midas_development
  ARCHIVE COMPONENT midas_development
  FILE_SET HEADERS COMPONENT midas_development)
install(EXPORT midasTargets
  NAMESPACE midas:: DESTINATION "${midas_cmake_dir}" COMPONENT midas_development)
if(TARGET midas_keyring)
  install(TARGETS midas_keyring EXPORT midasKeyringTargets
    RUNTIME COMPONENT midas_keyring
    LIBRARY COMPONENT midas_keyring
    ARCHIVE COMPONENT midas_keyring)
  install(EXPORT midasKeyringTargets
    NAMESPACE midas:: DESTINATION "${midas_cmake_dir}" COMPONENT midas_keyring)
endif()
if(TARGET midas_simulator)
  install(TARGETS midas_simulator EXPORT midasSimulatorTargets ARCHIVE COMPONENT midas_simulator)
  install(EXPORT midasSimulatorTargets
    NAMESPACE midas:: DESTINATION "${midas_cmake_dir}" COMPONENT midas_simulator)
endif()
foreach(name ${midas_adapters})
  install(TARGETS midas_${name} EXPORT midas_${name}Targets
    RUNTIME COMPONENT midas_${name}
    LIBRARY COMPONENT midas_${name}
    ARCHIVE COMPONENT midas_${name}
    FILE_SET HEADERS COMPONENT midas_${name})
  install(EXPORT midas_${name}Targets
    NAMESPACE midas:: DESTINATION "${midas_cmake_dir}" COMPONENT midas_${name})
  if(EXISTS "${PROJECT_SOURCE_DIR}/adapters/${name}/needs.cmake")
    install(FILES "adapters/${name}/needs.cmake"
      RENAME midas_${name}Needs.cmake DESTINATION "${midas_cmake_dir}" COMPONENT midas_${name})
  endif()
endforeach()
if(TARGET midas_c)
  install(TARGETS midas_c midas_c_static EXPORT midas_cTargets
    RUNTIME COMPONENT midas_c
    LIBRARY COMPONENT midas_c
    ARCHIVE COMPONENT midas_c
    FILE_SET HEADERS COMPONENT midas_c)
  install(EXPORT midas_cTargets
    NAMESPACE midas:: DESTINATION "${midas_cmake_dir}" COMPONENT midas_c)
endif()
# The tests build the program, too.
if(MIDAS_BUILD_TOOLS)
  install(TARGETS midas_program RUNTIME COMPONENT midas_program)
  if(TARGET midas_manual_pages)
    set(midas_manual_dir "${PROJECT_BINARY_DIR}/manual")
    install(DIRECTORY "${midas_manual_dir}/man1"
      DESTINATION "${CMAKE_INSTALL_MANDIR}" COMPONENT midas_program)
    install(FILES "${midas_manual_dir}/bash/midas"
      DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" COMPONENT midas_program)
    install(FILES "${midas_manual_dir}/zsh/_midas"
      DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions" COMPONENT midas_program)
  endif()
endif()

# The units start the program where it is installed. systemd looks for them below /usr and /usr/local,
# so they are installed only on demand.
if(MIDAS_BUILD_TOOLS AND CMAKE_SYSTEM_NAME STREQUAL "Linux")
  midas_below_prefix(midas_bin_dir "\${CMAKE_INSTALL_PREFIX}" "${CMAKE_INSTALL_BINDIR}")
  install(CODE "
    set(units \"${PROJECT_BINARY_DIR}/systemd\")
    foreach(unit service socket)
      file(READ \"${PROJECT_SOURCE_DIR}/deploy/systemd/midas-proxy.\${unit}\" text)
      string(REPLACE /usr/bin/midas
        \"${midas_bin_dir}/midas\" text \"\${text}\")
      file(WRITE \"\${units}/midas-proxy.\${unit}\" \"\${text}\")
      file(INSTALL \"\${units}/midas-proxy.\${unit}\"
        DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/systemd/system\")
    endforeach()
    file(INSTALL \"${PROJECT_SOURCE_DIR}/deploy/systemd/midas-proxy.conf\"
      DESTINATION \"\${CMAKE_INSTALL_PREFIX}/lib/sysusers.d\")"
    COMPONENT midas_systemd EXCLUDE_FROM_ALL)
endif()

configure_package_config_file(cmake/midasConfig.cmake.in midasConfig.cmake
  INSTALL_DESTINATION "${midas_cmake_dir}")
midas_write_package_version(midasConfigVersion.cmake "${PROJECT_VERSION}")
install(FILES
  "${PROJECT_BINARY_DIR}/midasConfig.cmake"
  "${PROJECT_BINARY_DIR}/midasConfigVersion.cmake"
  cmake/FindCAF.cmake
  DESTINATION "${midas_cmake_dir}" COMPONENT midas_development)

midas_set_pc_paths()
midas_set_pc_linkage("${BUILD_SHARED_LIBS}")
set(midas_pc_flags "")
if(BUILD_SHARED_LIBS)
  set(midas_pc_flags "-DMIDAS_SHARED")
endif()
# CAF has no .pc file. The target of a package manager may be an interface, without a location.
set(midas_pc_caf "-lcaf_core")
get_target_property(midas_caf_type CAF::core TYPE)
if(NOT midas_caf_type STREQUAL "INTERFACE_LIBRARY")
  get_target_property(midas_caf_include CAF::core INTERFACE_INCLUDE_DIRECTORIES)
  get_target_property(midas_caf_library CAF::core LOCATION)
  get_filename_component(midas_caf_prefix "${midas_caf_include}" DIRECTORY)
  get_filename_component(midas_caf_libdir "${midas_caf_library}" DIRECTORY)
  if(NOT midas_caf_prefix IN_LIST CMAKE_SYSTEM_PREFIX_PATH)
    string(APPEND midas_pc_flags " -I${midas_caf_include}")
    set(midas_pc_caf "-L${midas_caf_libdir} -lcaf_core")
  endif()
endif()
foreach(definition IN LISTS midas_caf_definitions)
  string(APPEND midas_pc_flags " -D${definition}")
endforeach()
function(midas_install_pc name component)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${name}.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT ${component})
endfunction()
midas_install_pc(midas midas_development)
if(TARGET midas_c)
  midas_install_pc(midas-c midas_c)
endif()
if(TARGET midas_simulator)
  midas_install_pc(midas-simulator midas_simulator)
endif()
if(TARGET midas_keyring)
  midas_install_pc(midas-keyring midas_keyring)
endif()
