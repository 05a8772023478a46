# Which versions of midas find_package(midas VERSION) accepts. docs/stability.md describes it.
include(CMakePackageConfigHelpers)

# Writes the version file of the package. While the version is 0.x, a minor release may change anything.
function(midas_write_package_version file version)
  set(mode SameMajorVersion)
  if(version VERSION_LESS 1.0)
    set(mode SameMinorVersion)
  endif()
  write_basic_package_version_file("${file}" VERSION "${version}" COMPATIBILITY ${mode})
endfunction()
