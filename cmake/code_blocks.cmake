# The code blocks of the pages, extracted into ${midas_code_blocks} whenever CMake runs and whenever a
# page changes; see code_blocks.awk. Files whose text stays the same are not written again, so that
# nothing is compiled again.
set(midas_code_blocks "${PROJECT_BINARY_DIR}/code_blocks")
file(GLOB_RECURSE pages CONFIGURE_DEPENDS "docs/*.md")
list(APPEND pages "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CONTRIBUTING.md")
set(extractor "${PROJECT_SOURCE_DIR}/cmake/code_blocks.awk")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pages} "${extractor}")

find_program(MIDAS_AWK awk REQUIRED)
set(extracted "${midas_code_blocks}.new")
file(REMOVE_RECURSE "${extracted}")
file(MAKE_DIRECTORY "${extracted}" "${midas_code_blocks}")
execute_process(COMMAND "${MIDAS_AWK}" -v "directory=${extracted}" -f "${extractor}" ${pages}
  RESULT_VARIABLE result)
if(result)
  message(FATAL_ERROR "A code block cannot be extracted")
endif()
file(GLOB blocks RELATIVE "${midas_code_blocks}" "${midas_code_blocks}/*")
foreach(block IN LISTS blocks)
  if(NOT EXISTS "${extracted}/${block}")
    file(REMOVE "${midas_code_blocks}/${block}")
  endif()
endforeach()
file(GLOB blocks RELATIVE "${extracted}" "${extracted}/*")
foreach(block IN LISTS blocks)
  file(COPY_FILE "${extracted}/${block}" "${midas_code_blocks}/${block}" ONLY_IF_DIFFERENT)
endforeach()
