// The conformance cases: JSON files, each of which begins with its schema.
#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::conformance {

using json = rapidjson::Value;

struct vector_case {
  std::string id;
  /// The name of its file.
  std::string file;
  const json* content = nullptr;
  /// Whether it is from tests/vectors/ rather than from an additional file.
  bool is_own = true;
};

/// The cases of tests/vectors/, ordered by file, followed by those of the files that MIDAS_VECTORS
/// names, separated by colons. Read once.
const std::vector<vector_case>& all_cases();

/// Adds the cases of a file with that name and text. Skips cases that are already in the list with
/// the same content; a different case with the same id becomes "ID (file)". Throws
/// std::runtime_error for a text without cases, or with a repeated id.
void add_cases(const std::string& name, const std::string& text, bool is_own,
               std::vector<vector_case>& cases);

/// The member; a null pointer if it is missing or null.
const json* member(const json& object, std::string_view name);
/// The member as text; empty if it is missing or null.
std::string text_of(const json& object, std::string_view name);
bool is_true(const json& object, std::string_view name);
/// The elements of the member, an array; empty if it is missing.
std::vector<const json*> elements_of(const json& object, std::string_view name);
std::string to_text(const json& value);
/// A value as JSON, for messages.
std::string dump(const json& value);

}  // namespace midas::internal::conformance
