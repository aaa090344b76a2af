# What others wrote, behind one target: third_party.
#   from Debian: CLI11, nlohmann/json, fmt, xxHash, Boost.Beast (headers), OpenSSL, zlib, libarchive
#   from what scripts/bootstrap.sh unpacks: the ADBC driver manager with toml++, nanoarrow with flatcc

find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_library(XXHASH xxhash REQUIRED)
# libarchive is bound in, and of what it can read only zip, tar and xz with their libraries.
find_path(ARCHIVE_FOLDER archive.h REQUIRED)
foreach(library libarchive.a lzma bz2 zstd nettle)
  find_library(LIBRARY_${library} ${library} REQUIRED)
  list(APPEND archive ${LIBRARY_${library}})
endforeach()

set(wheels ${CMAKE_SOURCE_DIR}/build/deps/python)
if(NOT EXISTS ${wheels}/adbc_driver_manager)
  message(FATAL_ERROR "${wheels} is not there. Try: scripts/bootstrap.sh")
endif()

# The driver manager loads libduckdb.so, which has a global SetError of its own; ours must not meet it.
set(adbc ${wheels}/adbc_driver_manager)
file(GLOB adbc_sources ${adbc}/adbc_driver_manager*.cc)
batch(adbc_sources adbc_driver_manager ${wheels} ${adbc_sources})
add_library(adbc_driver_manager STATIC ${adbc_sources})
target_include_directories(adbc_driver_manager SYSTEM PUBLIC ${adbc} PRIVATE ${wheels})
target_compile_definitions(adbc_driver_manager PRIVATE SetError=AdbcDriverManagerSetError)
target_compile_options(adbc_driver_manager PRIVATE -include ${CMAKE_SOURCE_DIR}/src/project/toml_assert.h)
target_link_libraries(adbc_driver_manager PUBLIC ${CMAKE_DL_LIBS})

# With its writer of Arrow streams, which writes their heads by flatcc.
set(parts ${CMAKE_SOURCE_DIR}/build/deps/sources/subprojects)
set(nanoarrow ${parts}/arrow-nanoarrow/src)
file(GLOB flatcc ${parts}/flatcc-*)
set(NANOARROW_VERSION 0.9.0)
set(NANOARROW_VERSION_MAJOR 0)
set(NANOARROW_VERSION_MINOR 9)
set(NANOARROW_VERSION_PATCH 0)
configure_file(${nanoarrow}/nanoarrow/nanoarrow_config.h.in ${CMAKE_BINARY_DIR}/nanoarrow/nanoarrow/nanoarrow_config.h)
file(GLOB nanoarrow_sources ${nanoarrow}/nanoarrow/common/*.c ${nanoarrow}/nanoarrow/ipc/*.c)
add_library(nanoarrow STATIC ${nanoarrow_sources} ${flatcc}/src/runtime/builder.c ${flatcc}/src/runtime/emitter.c
  ${flatcc}/src/runtime/verifier.c ${flatcc}/src/runtime/refmap.c)
target_include_directories(nanoarrow SYSTEM PUBLIC ${nanoarrow} ${CMAKE_BINARY_DIR}/nanoarrow PRIVATE ${flatcc}/include)

add_library(third_party INTERFACE)
if(BACKCOURT_PORTABLE)  # Debian's fmt is of another C++ library
  set(fmt fmt::fmt-header-only)
  add_link_options(-s)
else()
  set(fmt fmt::fmt)
endif()
target_link_libraries(third_party INTERFACE
  adbc_driver_manager nanoarrow CLI11::CLI11 nlohmann_json::nlohmann_json ${fmt} ${XXHASH} Threads::Threads OpenSSL::SSL OpenSSL::Crypto ${archive} ZLIB::ZLIB)
target_include_directories(third_party SYSTEM INTERFACE ${ARCHIVE_FOLDER})
