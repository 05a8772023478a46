#include "messages/make_error.hpp"

#include "messages/plain_text.hpp"

#include <string>

namespace midas::internal {

error make_error(errc code, std::string_view message, std::string_view advice) {
  error result;
  result.code = code;
  result.message = without_controls(std::string{message});
  result.advice = without_controls(std::string{advice});
  return result;
}

unexpected fail(errc code, std::string_view message, std::string_view advice) {
  return unexpected{make_error(code, message, advice)};
}

}  // namespace midas::internal
