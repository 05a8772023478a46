#include "store/system_calls.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"

#include <system_error>

namespace midas::internal {

unexpected system_failure(std::string_view action, std::string_view path, int number) {
  return fail(errc::store_failed, concat({"cannot ", action, " ", quoted(path), ": ",
                                          std::generic_category().message(number)}));
}

}  // namespace midas::internal
