# A whole build compiles the files of a folder as one, up to eight: headers are parsed and templates
# instantiated once for all of them, which takes about half of the time. CMake's own unity build names files by absolute paths, with
# which a compiler cache finds nothing in another checkout; these batches name them from a folder.
option(BACKCOURT_BATCHES "Compile src/ in batches of files: for whole builds, as make does" OFF)

# In OUT, batches of the sources given, in their order, which are below FOLDER, an include directory.
function(batch out folder)
  set(batches "")
  foreach(source ${ARGN})
    cmake_path(GET source PARENT_PATH parent)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${folder} OUTPUT_VARIABLE name)
    if(NOT parent STREQUAL "${of}" OR size EQUAL 8)
      set(of ${parent})
      set(size 0)
      set(file ${CMAKE_BINARY_DIR}/batches/${name})  # called as its first
      list(APPEND batches ${file})
      set(text_${file} "")
    endif()
    string(APPEND text_${file} "#include \"${name}\"\n")
    math(EXPR size "${size} + 1")
  endforeach()
  foreach(file ${batches})
    file(CONFIGURE OUTPUT ${file} CONTENT "${text_${file}}" @ONLY)  # untouched where it stays the same
  endforeach()
  set(${out} ${batches} PARENT_SCOPE)
endfunction()
