# gRPC: the one that the application has found, or the CMake package below a prefix that it names, or the
# system's. That one is found by pkg-config, because Debian's CMake package of gRPC ends the
# configuration if the plugins for protoc are not installed.
set(midas_adapter_needs gRPC::grpc++)
if(NOT TARGET gRPC::grpc++)
  find_package(gRPC CONFIG QUIET NO_CMAKE_SYSTEM_PATH NO_SYSTEM_ENVIRONMENT_PATH)
endif()
if(NOT TARGET gRPC::grpc++)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(midas_grpc QUIET IMPORTED_TARGET GLOBAL
      NO_CMAKE_PATH NO_CMAKE_ENVIRONMENT_PATH grpc++)
    if(TARGET PkgConfig::midas_grpc)
      set(midas_adapter_needs PkgConfig::midas_grpc)
    endif()
  endif()
endif()
