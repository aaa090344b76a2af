# A whole build compiles eight files as one: headers are parsed and templates instantiated once for all of
# them, which takes less than half of the time. CMake's own unity build names files by absolute paths, with
# which a compiler cache finds nothing in another checkout; these batches name them from a folder.
option(BACKCOURT_BATCHES "Compile src/ in batches of files: for whole builds, as make does" OFF)

# In OUT, batches of the sources given, which are in FOLDER, an include directory.
function(batch out name folder)
  set(batches "")
  set(sources ${ARGN})
  while(sources)
    list(SUBLIST sources 0 8 files)
    list(REMOVE_ITEM sources ${files})
    set(text "")
    foreach(file ${files})
      cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${folder})
      string(APPEND text "#include \"${file}\"\n")
    endforeach()
    list(LENGTH batches number)
    set(file ${CMAKE_BINARY_DIR}/batches/${name}_${number}.cc)
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)  # untouched where it stays the same
    list(APPEND batches ${file})
  endwhile()
  set(${out} ${batches} PARENT_SCOPE)
endfunction()
