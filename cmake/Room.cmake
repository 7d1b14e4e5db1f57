# assay_room(NAME SOURCES ... [TESTS ...] [ROOMS lower rooms ...] [LIBRARIES ...] [PRIVATE ...])
#
# A room is the static library assay_<name> (alias assay::<name>) and, with TESTS, one test binary
# <name>_test whose cases carry the label `fast`. ROOMS are the lower rooms whose headers it includes.
function(assay_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;TESTS;ROOMS;LIBRARIES;PRIVATE" ${ARGN})
  add_library(assay_${name} STATIC ${ROOM_SOURCES})
  add_library(assay::${name} ALIAS assay_${name})
  target_include_directories(assay_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_ROOMS PREPEND assay::)
  target_link_libraries(assay_${name} PUBLIC ${ROOM_ROOMS} ${ROOM_LIBRARIES}
                        PRIVATE ${ROOM_PRIVATE} assay_warnings)
  assay_headers_once(assay_${name})
  if(ASSAY_TESTS AND ROOM_TESTS)
    add_executable(${name}_test ${ROOM_TESTS})
    target_link_libraries(${name}_test PRIVATE assay::${name} assay_test_support GTest::gmock
                          GTest::gtest_main assay_warnings)
    assay_headers_once(${name}_test)
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES LABELS fast TIMEOUT 120)
  endif()
endfunction()

# Heavy headers are compiled once per kind of target. Asio stays out: only `net` includes it, and
# those who include net/task.h pay for it themselves.
function(assay_headers_once target)
  if(NOT TARGET assay_pch)
    file(WRITE ${CMAKE_BINARY_DIR}/assay_pch.cc "")
    add_library(assay_pch STATIC ${CMAKE_BINARY_DIR}/assay_pch.cc)
    target_link_libraries(assay_pch PRIVATE assay_warnings fmt::fmt nlohmann_json::nlohmann_json)
    target_precompile_headers(assay_pch PRIVATE
      <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <optional>
      <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/core.h>
      <nlohmann/json.hpp> <tl/expected.hpp>)
  endif()
  target_precompile_headers(${target} REUSE_FROM assay_pch)
endfunction()
