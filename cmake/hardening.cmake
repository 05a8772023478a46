# midas_hardening: what an attacker who finds a fault in the code would meet. On by default for
# optimised builds; not with sanitizers, which bring their own checks and cannot be fortified.
option(MIDAS_HARDENING "Stack protector, FORTIFY, CET and full RELRO for optimised builds" ON)

add_library(midas_hardening INTERFACE)
if(MIDAS_HARDENING AND NOT MIDAS_SANITIZE)
  set(optimised $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
  target_compile_options(midas_hardening INTERFACE
    $<${optimised}:-fstack-protector-strong>
    $<${optimised}:-U_FORTIFY_SOURCE>
    $<${optimised}:-D_FORTIFY_SOURCE=2>)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(midas_hardening INTERFACE $<${optimised}:-fcf-protection=full>)
  endif()
  target_link_options(midas_hardening INTERFACE
    $<${optimised}:LINKER:-z,relro> $<${optimised}:LINKER:-z,now>)
endif()
