# Standalone Asio: the package of vcpkg or Conan, or headers alone, as in Debian.
find_package(Threads QUIET)
if(NOT TARGET asio::asio)
  find_package(asio CONFIG QUIET)
endif()
if(NOT TARGET asio::asio)
  find_path(ASIO_INCLUDE_DIR asio/any_io_executor.hpp)
  mark_as_advanced(ASIO_INCLUDE_DIR)
  if(ASIO_INCLUDE_DIR)
    add_library(asio::asio INTERFACE IMPORTED GLOBAL)
    set_target_properties(asio::asio PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${ASIO_INCLUDE_DIR}"
      INTERFACE_COMPILE_DEFINITIONS ASIO_STANDALONE)
  endif()
endif()
set(midas_adapter_needs asio::asio Threads::Threads)
