// The conformance cases of one file, as JSON that is read through a few helpers.
#pragma once

#include <rapidjson/document.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace midas::test {

/// Throws std::runtime_error, naming the file, when it cannot be read or is no such file.
rapidjson::Document read_vector_file(const std::string& path);

/// Those of tests/vectors, and those that MIDAS_VECTORS names, separated by colons.
std::vector<std::string> vector_files();

/// The text of a member; empty when there is none, or it is null.
std::string text_of(const rapidjson::Value& object, const char* member);

/// The member, or null.
const rapidjson::Value& member_of(const rapidjson::Value& object, const char* member);

/// Puts moments, directories and thumbprints in place of "{{now+60}}", "{{arc_dir}}" and the like.
std::string expanded(std::string text, std::chrono::sys_seconds now);

/// Where the files of a case are, and the certificate of its server, in every case.
inline constexpr std::string_view scratch_directory = "/scratch";
inline constexpr std::string_view server_thumbprint = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567";

}  // namespace midas::test
