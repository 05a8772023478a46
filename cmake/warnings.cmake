# midas_warnings: the warnings for every target of this repository. CI sets MIDAS_WERROR.
option(MIDAS_WERROR "Treat warnings as errors" OFF)

add_library(midas_warnings INTERFACE)
target_compile_options(midas_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${MIDAS_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # When optimizing, g++ 12 reports overflows in correct concatenations of std::string (GCC bugs 105329
  # and 105651, fixed in GCC 13).
  target_compile_options(midas_warnings INTERFACE -Wno-restrict -Wno-stringop-overflow)
endif()
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The first is true of every class with a member of an anonymous namespace, since its source is
  # included. The second, with more code to inline, reports more empty std::optionals by mistake.
  target_compile_options(midas_warnings INTERFACE -Wno-subobject-linkage -Wno-maybe-uninitialized)
endif()
