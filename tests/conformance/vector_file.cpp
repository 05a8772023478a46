#include "tests/conformance/vector_file.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <list>
#include <set>
#include <sstream>
#include <stdexcept>

namespace midas::internal::conformance {

namespace {

std::vector<std::string> own_files() {
  std::vector<std::string> result;
  for (const auto& entry : std::filesystem::directory_iterator{MIDAS_VECTOR_DIRECTORY}) {
    if (entry.path().extension() == ".json") {
      result.push_back(entry.path().string());
    }
  }
  std::ranges::sort(result);
  return result;
}

std::vector<std::string> further_files() {
  std::vector<std::string> result;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread sets any
  if (const auto* further = std::getenv("MIDAS_VECTORS"); further != nullptr) {
    std::istringstream names{further};
    for (std::string name; std::getline(names, name, ':');) {
      if (!name.empty()) {
        result.push_back(name);
      }
    }
  }
  return result;
}

std::string text_of_file(const std::string& name) {
  std::ifstream file{name, std::ios::binary};
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) {
    throw std::runtime_error{name + " cannot be read"};
  }
  return text.str();
}

void parse(const std::string& name, const std::string& text, rapidjson::Document& into) {
  into.Parse(text.c_str());
  if (into.HasParseError()) {
    throw std::runtime_error{name + ": " + rapidjson::GetParseError_En(into.GetParseError()) +
                             " at byte " + std::to_string(into.GetErrorOffset())};
  }
  if (!into.IsObject() || !into.HasMember("vectors") || !into["vectors"].IsArray()) {
    throw std::runtime_error{name + " has no member \"vectors\" with an array"};
  }
}

std::vector<vector_case> read_all() {
  std::vector<vector_case> result;
  for (const auto& name : own_files()) {
    add_cases(name, text_of_file(name), true, result);
  }
  for (const auto& name : further_files()) {
    add_cases(name, text_of_file(name), false, result);
  }
  return result;
}

const vector_case* find_case(const std::vector<vector_case>& cases, const std::string& id) {
  const auto found = std::ranges::find(cases, id, &vector_case::id);
  return found == cases.end() ? nullptr : &*found;
}

}  // namespace

const std::vector<vector_case>& all_cases() {
  static const auto cases = read_all();
  return cases;
}

void add_cases(const std::string& name, const std::string& text, bool is_own,
               std::vector<vector_case>& cases) {
  // Never destroyed: the cases point into them.
  static auto& documents = *new std::list<rapidjson::Document>;
  auto& document = documents.emplace_back();
  parse(name, text, document);
  const auto file = std::filesystem::path{name}.filename().string();
  std::set<std::string> ids;
  for (const auto& each : document["vectors"].GetArray()) {
    auto id = text_of(each, "id");
    if (id.empty() || !ids.insert(id).second) {
      throw std::runtime_error{name + ": the id \"" + id + "\" is empty or repeated"};
    }
    if (const auto* same = find_case(cases, id); same != nullptr) {
      if (*same->content == each) {
        continue;
      }
      id += " (" + (file == same->file ? name : file) + ")";
    }
    cases.push_back({std::move(id), file, &each, is_own});
  }
}

const json* member(const json& object, std::string_view name) {
  if (!object.IsObject()) {
    return nullptr;
  }
  const auto found =
      object.FindMember(json{name.data(), static_cast<rapidjson::SizeType>(name.size())});
  return found == object.MemberEnd() || found->value.IsNull() ? nullptr : &found->value;
}

std::string to_text(const json& value) {
  return value.IsString() ? std::string{value.GetString(), value.GetStringLength()} : dump(value);
}

std::string text_of(const json& object, std::string_view name) {
  const auto* found = member(object, name);
  return found == nullptr ? std::string{} : to_text(*found);
}

bool is_true(const json& object, std::string_view name) {
  const auto* found = member(object, name);
  return found != nullptr && found->IsBool() && found->GetBool();
}

std::vector<const json*> elements_of(const json& object, std::string_view name) {
  std::vector<const json*> result;
  if (const auto* found = member(object, name); found != nullptr) {
    for (const auto& each : found->GetArray()) {
      result.push_back(&each);
    }
  }
  return result;
}

std::string dump(const json& value) {
  rapidjson::StringBuffer text;
  rapidjson::Writer writer{text};
  value.Accept(writer);
  return {text.GetString(), text.GetSize()};
}

}  // namespace midas::internal::conformance
