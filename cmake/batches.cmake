# A whole build compiles many files as one: headers are parsed and templates instantiated once for all of them,
# which takes about a third of the time. CMake's own unity build names files by absolute paths, with which a
# compiler cache finds nothing in another checkout; these batches name them from a folder.
option(BACKCOURT_BATCHES "Compile src/ in batches of files: for whole builds, as make does" OFF)

# In OUT, a file that includes the sources given, which are below FOLDER, an include directory.
function(batch out name folder)
  set(text "")
  foreach(source ${ARGN})
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${folder})
    string(APPEND text "#include \"${source}\"\n")
  endforeach()
  set(file ${CMAKE_BINARY_DIR}/batch_${name}.cc)
  file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)  # untouched where it stays the same
  set(${out} ${file} PARENT_SCOPE)
endfunction()
