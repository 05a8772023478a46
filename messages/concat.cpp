#include "messages/concat.hpp"

#include <cstddef>

namespace midas::internal {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto part : parts) {
    size += part.size();
  }
  std::string result;
  result.reserve(size);
  for (const auto part : parts) {
    result += part;
  }
  return result;
}

}  // namespace midas::internal
