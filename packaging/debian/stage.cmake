# Run by cpack before it builds the packages: adds what Debian wants of every package.
set(runtime ${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME})
set(development ${CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME})
set(program ${CPACK_DEBIAN_PROGRAM_PACKAGE_NAME})

function(compress file)
  execute_process(COMMAND gzip -9n "${file}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

foreach(group runtime development program)
  set(root "${CPACK_TEMPORARY_DIRECTORY}/${group}${CPACK_PACKAGING_INSTALL_PREFIX}")
  set(documents "${root}/share/doc/${${group}}")
  file(COPY "${CPACK_MIDAS_DEBIAN_DIR}/copyright" DESTINATION "${documents}")
  file(COPY_FILE "${CPACK_MIDAS_DEBIAN_DIR}/changelog" "${documents}/changelog.Debian")
  compress("${documents}/changelog.Debian")
endforeach()

set(root "${CPACK_TEMPORARY_DIRECTORY}/runtime${CPACK_PACKAGING_INSTALL_PREFIX}")
file(MAKE_DIRECTORY "${root}/share/lintian/overrides")
file(COPY_FILE "${CPACK_MIDAS_DEBIAN_DIR}/lintian-overrides"
  "${root}/share/lintian/overrides/${runtime}")

set(root "${CPACK_TEMPORARY_DIRECTORY}/program${CPACK_PACKAGING_INSTALL_PREFIX}")
file(GLOB pages "${root}/share/man/man1/*.1")
foreach(page ${pages})
  compress("${page}")
endforeach()
file(COPY "${CMAKE_CURRENT_LIST_DIR}/proxy.json"
  DESTINATION "${CPACK_TEMPORARY_DIRECTORY}/program/etc/midas")
# Where Debian's zsh looks for the completion of packages.
file(RENAME "${root}/share/zsh/site-functions" "${root}/share/zsh/vendor-completions")
