# The programs of a consumer, in the compiler's default dialect with the features that midas::midas
# requires (gnu++20), and in gnu++23.
set(consumers "${CMAKE_CURRENT_LIST_DIR}")

# The first program of README.md.
file(READ "${consumers}/../../README.md" readme)
if(NOT readme MATCHES "```cpp\n([^`]*)```")
  message(FATAL_ERROR "README.md shows no program in a cpp block")
endif()
file(CONFIGURE OUTPUT first_program.cpp CONTENT "${CMAKE_MATCH_1}" @ONLY)

function(add_consumer name source)
  add_executable(${name} ${source})
  target_compile_options(${name} PRIVATE -Wall -Wextra -Werror)
  target_link_libraries(${name} PRIVATE midas::midas ${ARGN})
endfunction()

add_consumer(first_program "${CMAKE_CURRENT_BINARY_DIR}/first_program.cpp")
add_consumer(consumer "${consumers}/consumer.cpp" midas::simulator)
add_consumer(consumer_23 "${consumers}/consumer.cpp" midas::simulator)
set_target_properties(consumer_23 PROPERTIES CXX_STANDARD 23)
