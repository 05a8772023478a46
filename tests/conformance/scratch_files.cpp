#include "tests/conformance/scratch_files.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace midas::internal::conformance {

namespace {

std::string below(const std::string& path, const std::string& directory) {
  return path.starts_with(directory) ? path.substr(directory.size() + 1) : std::string{};
}

void write(const std::filesystem::path& path, std::string content, std::size_t size) {
  content.resize(std::max(content.size(), size), '.');
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file{path, std::ios::binary};
  file << content;
  if (!file.flush()) {
    throw std::runtime_error{path.string() + " cannot be written"};
  }
}

}  // namespace

scratch_files::scratch_files() {
  auto name = (std::filesystem::temp_directory_path() / "midas_conformance_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error{"cannot create the directory " + name};
  }
  directory_ = name;
}

scratch_files::~scratch_files() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void scratch_files::create(const json& content, const template_values& values,
                           host_environment& environment) {
  for (const auto* each : elements_of(content, "files")) {
    const auto path = expand(text_of(*each, "path"), values);
    const auto* exists = member(*each, "exists");
    if (exists != nullptr && !exists->GetBool()) {
      continue;
    }
    if (path == arc_agent_file(environment)) {
      environment.arc_agent_installed = true;
      continue;
    }
    const auto* size = member(*each, "size");
    const auto key = below(path, values.arc_directory);
    const auto place = key.empty() ? std::filesystem::path{path} : directory_ / "arc" / key;
    if (below(place.string(), directory()).empty()) {
      throw std::runtime_error{"the file " + path + " is not in a directory of the case"};
    }
    write(place, expand(text_of(*each, "content"), values),
          size == nullptr ? 0 : size->GetUint64());
  }
}

credential_files scratch_files::reader(const std::string& arc_directory) const {
  auto real = credential_files_of_this_machine();
  auto result = real;
  result.read_key = [real = std::move(real), arc_directory, place = directory_ / "arc"](
                        const std::string& path, std::size_t max_bytes) {
    return real.read_key((place / below(path, arc_directory)).string(), max_bytes);
  };
  return result;
}

}  // namespace midas::internal::conformance
