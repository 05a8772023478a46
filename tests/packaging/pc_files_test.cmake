# Checks that the .pc files are well-formed, for a static and a shared midas, and that pkg-config finds the
# installed files in every layout of folders.
#
#   cmake -D repository=PATH -D scratch=PATH -P pc_files_test.cmake
cmake_minimum_required(VERSION 3.24)
include("${repository}/cmake/pkg_config.cmake")
find_program(pkg_config NAMES pkg-config pkgconf REQUIRED)

# What the file says of `variable`.
function(read_pc result file variable)
  # It may read the files that this one requires, too.
  get_filename_component(folder "${file}" DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} "${folder}")
  execute_process(COMMAND "${pkg_config}" --variable=${variable} "${file}"
    OUTPUT_VARIABLE value OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  get_filename_component(value "${value}" ABSOLUTE)
  set(${result} "${value}" PARENT_SCOPE)
endfunction()

# pkg-config, but not pkgconf, refuses a file in which a field occurs twice.
function(check_fields file)
  file(STRINGS "${file}" fields REGEX "^[A-Za-z.]+:")
  list(TRANSFORM fields REPLACE ":.*" "")
  set(once ${fields})
  list(REMOVE_DUPLICATES once)
  if(NOT fields STREQUAL once)
    message(SEND_ERROR "${file} has a field twice: ${fields}")
  endif()
endfunction()

function(check_layout libdir includedir expected_libdir expected_includedir)
  set(CMAKE_INSTALL_PREFIX "${scratch}/prefix")
  set(CMAKE_INSTALL_LIBDIR "${libdir}")
  set(CMAKE_INSTALL_INCLUDEDIR "${includedir}")
  midas_set_pc_paths()
  midas_set_pc_linkage(${is_shared})
  foreach(name midas midas-c midas-keyring midas-simulator)
    set(file "${expected_libdir}/pkgconfig/${name}.pc")
    configure_file("${repository}/cmake/${name}.pc.in" "${file}" @ONLY)
    check_fields("${file}")
    foreach(variable libdir includedir)
      file(STRINGS "${file}" line REGEX "^${variable}=")
      read_pc(found "${file}" ${variable})
      if(line AND NOT found STREQUAL expected_${variable})
        message(SEND_ERROR "${name}.pc with ${variable} ${${variable}}: ${found}, not ${expected_${variable}}")
      endif()
    endforeach()
  endforeach()
endfunction()

file(REMOVE_RECURSE "${scratch}")
set(prefix "${scratch}/prefix")
foreach(is_shared OFF ON)
  check_layout(lib include "${prefix}/lib" "${prefix}/include")
  check_layout(lib/x86_64-linux-gnu include "${prefix}/lib/x86_64-linux-gnu" "${prefix}/include")
  check_layout("${scratch}/out/lib" "${scratch}/dev/include" "${scratch}/out/lib" "${scratch}/dev/include")
  check_layout(lib "${scratch}/dev/include" "${prefix}/lib" "${scratch}/dev/include")
endforeach()
