# Ends the configuration, with one sentence, if an option needs another one or a flag cannot work.
# Without it, the error would come later, from a generator or a compiler, and name neither.

# midas_require(NEEDED OPTION...): each OPTION that is on needs NEEDED.
function(midas_require needed)
  set(needing "")
  foreach(option IN LISTS ARGN)
    if(${option})
      list(APPEND needing ${option})
    endif()
  endforeach()
  if(needing AND NOT ${needed})
    list(JOIN needing ", " names)
    message(FATAL_ERROR "midas: ${needed} is OFF, but needed by ${names}: set ${needed} to ON, or "
      "these to OFF")
  endif()
endfunction()

midas_require(MIDAS_BUILD_SIMULATOR MIDAS_BUILD_TOOLS MIDAS_BUILD_TESTS MIDAS_BUILD_BENCH)
if(MIDAS_BUILD_TESTS)
  midas_require(MIDAS_INSTALL MIDAS_CONSUMER_TESTS)
endif()
if(" ${CMAKE_CXX_FLAGS} " MATCHES " (-fno-(rtti|exceptions)) ")
  message(FATAL_ERROR "midas: CMAKE_CXX_FLAGS contains ${CMAKE_MATCH_1}, but midas and CAF need RTTI "
    "and exceptions: remove the flag")
endif()
