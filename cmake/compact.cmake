# midas_compact: linker flags that make the shared library and the program smaller, and their start
# faster.
include(CheckCXXSourceCompiles)

add_library(midas_compact INTERFACE)
target_link_options(midas_compact INTERFACE LINKER:--gc-sections)

# Relative relocations, which most of ours are, take a twentieth of the space. The loader of glibc
# 2.36 is the first that reads them.
set(CMAKE_REQUIRED_LINK_OPTIONS LINKER:-z,pack-relative-relocs LINKER:--fatal-warnings)
check_cxx_source_compiles("
  #include <features.h>
  #if !__GLIBC_PREREQ(2, 36)
  #error too old
  #endif
  int main() {}" MIDAS_PACKS_RELOCATIONS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(MIDAS_PACKS_RELOCATIONS)
  target_link_options(midas_compact INTERFACE LINKER:-z,pack-relative-relocs)
endif()
