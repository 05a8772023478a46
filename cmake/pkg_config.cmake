# The paths and fields of the .pc files.

# The files locate the prefix relative to themselves, so that an installed tree can be moved, unless the
# folders are absolute paths, as Nix sets them. Sets midas_pc_prefix, midas_pc_libdir and
# midas_pc_includedir from the variables of GNUInstallDirs.
macro(midas_set_pc_paths)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    set(midas_pc_prefix "${CMAKE_INSTALL_PREFIX}")
  else()
    file(RELATIVE_PATH midas_pc_prefix "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix")
    string(PREPEND midas_pc_prefix "\${pcfiledir}/")
  endif()
  midas_below_prefix(midas_pc_libdir "\${prefix}" "${CMAKE_INSTALL_LIBDIR}")
  midas_below_prefix(midas_pc_includedir "\${prefix}" "${CMAKE_INSTALL_INCLUDEDIR}")
endmacro()

# Sets midas_pc_private and midas_pc_and_private. A program that links a static midas must also link the
# libraries that midas uses. No field may occur twice in a file.
macro(midas_set_pc_linkage is_shared)
  if("${is_shared}")
    set(midas_pc_private ".private")
    set(midas_pc_and_private "\nRequires.private: ")
  else()
    set(midas_pc_private "")
    set(midas_pc_and_private ", ")
  endif()
endmacro()

# Sets `result` to `folder`, which is below `prefix` unless it is an absolute path.
function(midas_below_prefix result prefix folder)
  if(NOT IS_ABSOLUTE "${folder}")
    string(PREPEND folder "${prefix}/")
  endif()
  set(${result} "${folder}" PARENT_SCOPE)
endfunction()
