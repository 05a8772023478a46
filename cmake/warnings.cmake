# midas_warnings: what every target of ours is compiled with. MIDAS_WERROR makes them errors, as CI does.
option(MIDAS_WERROR "Treat warnings as errors" OFF)

add_library(midas_warnings INTERFACE)
target_compile_options(midas_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion $<$<BOOL:${MIDAS_WERROR}>:-Werror>)
