#include "actors/support/store_failure.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/host_text.hpp"

#include <exception>
#include <string>
#include <vector>

namespace midas::internal {

expected<void> guarded_call(const std::function<expected<void>()>& function) {
  const std::string advice = "A token store must return its errors";
  try {
    return function();
  } catch (const std::exception& thrown) {
    return fail(errc::store_failed, concat({"the token store threw ", thrown.what()}), advice);
  } catch (...) {
    return fail(errc::store_failed, "the token store threw a value that is not a std::exception",
                advice);
  }
}

error shown_failure(const error& failure, const store_call& call) {
  constexpr std::size_t max_length = 500;
  std::vector<secret> proofs;
  proofs.reserve(call.tokens.size());
  for (const auto& each : call.tokens) {
    proofs.push_back(each.token.token());
  }
  error result;
  result.code = failure.code;
  result.message = shown_host_text(failure.message, proofs, max_length);
  result.advice = shown_host_text(failure.advice, proofs, max_length);
  return result;
}

}  // namespace midas::internal
