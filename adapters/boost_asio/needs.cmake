# Boost.Asio needs only Boost's headers.
find_package(Threads QUIET)
if(NOT TARGET Boost::headers)
  find_package(Boost 1.74 QUIET)
endif()
set(midas_adapter_needs Boost::headers Threads::Threads)
