# midas_warnings: what every target of ours is compiled with. MIDAS_WERROR makes them errors, as CI does.
option(MIDAS_WERROR "Treat warnings as errors" OFF)

add_library(midas_warnings INTERFACE)
target_compile_options(midas_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${MIDAS_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Optimising, g++ 12 sees overflows in the concatenation of std::strings that are not there (GCC's
  # bugs 105329 and 105651, mended in 13).
  target_compile_options(midas_warnings INTERFACE -Wno-restrict -Wno-stringop-overflow)
endif()
