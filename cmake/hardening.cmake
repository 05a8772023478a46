# midas_hardening: compiler and linker flags that make memory errors harder to exploit. On by default
# in optimized builds; off with sanitizers, which cannot be combined with FORTIFY. The test `hardening`
# reads the result from the binaries.
option(MIDAS_HARDENING "Stack protector, FORTIFY, CET and full RELRO in optimized builds" ON)

add_library(midas_hardening INTERFACE)
if(MIDAS_HARDENING AND NOT MIDAS_SANITIZE)
  set(optimized $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
  target_compile_options(midas_hardening INTERFACE
    $<${optimized}:-fstack-protector-strong>
    # Distributions predefine it, and redefinition is a warning.
    $<${optimized}:-U_FORTIFY_SOURCE>
    $<${optimized}:-D_FORTIFY_SOURCE=2>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(midas_hardening INTERFACE $<${optimized}:-fcf-protection=full>)
  endif()
  target_link_options(midas_hardening INTERFACE
    $<${optimized}:LINKER:-z,relro>
    $<${optimized}:LINKER:-z,now>
    $<${optimized}:LINKER:-z,noexecstack>)
endif()
