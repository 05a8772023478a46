// The C interface. No exception leaves a function: what midas throws becomes a result.
#include <midas/midas.h>
#include <midas/midas.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Without a service of its own it stands for token_service::shared(), which a forked child
// replaces.
struct midas_service {
  std::optional<midas::token_service> own;
};

namespace {

/// A text that ends with a zero, wiped when it is freed, and not in core dumps. sensitive_string
/// keeps short texts inside the object, which this wipes as well.
class secret_text {
 public:
  secret_text() = default;
  explicit secret_text(std::string_view text) : text_(text) {}
  secret_text(const secret_text&) = delete;
  secret_text& operator=(const secret_text&) = delete;
  ~secret_text() { midas::wipe(text_.data(), text_.size()); }

  [[nodiscard]] const char* c_str() const noexcept { return text_.c_str(); }

 private:
  midas::sensitive_string text_;
};

}  // namespace

struct midas_result {
  explicit midas_result(const midas::access_token& granted)
      : token(granted.token().reveal()),
        authorization(granted.authorization_header().reveal()),
        expires_on(granted.expires_on().time_since_epoch().count()) {}
  explicit midas_result(const midas::error& error)
      : code(static_cast<int>(error.code)),
        text(to_string(error)),
        is_transient(midas::is_transient(error.code)),
        retry_after(error.retry_after.value_or(std::chrono::milliseconds{})) {}
  midas_result(int failure, std::string error_text) : code(failure), text(std::move(error_text)) {}

  int code = MIDAS_OK;
  std::string text{};
  bool is_transient = false;
  std::chrono::milliseconds retry_after{};
  secret_text token{};
  secret_text authorization{};
  std::int64_t expires_on = 0;
};

namespace {

/// An object that threads may use while the process exits.
template <class T>
union never_destroyed {
  template <class... Arguments>
  explicit never_destroyed(Arguments... arguments) : object(arguments...) {}
  never_destroyed(const never_destroyed&) = delete;
  never_destroyed& operator=(const never_destroyed&) = delete;
  ~never_destroyed() {}  // NOLINT(modernize-use-equals-default): = default is deleted in a union

  T object;
};

never_destroyed<midas_service> shared_service;
// Results that need no memory.
never_destroyed<midas_result> out_of_memory{MIDAS_OUT_OF_MEMORY, "out_of_memory"};
never_destroyed<midas_result> internal_error{MIDAS_INTERNAL_ERROR, "internal_error"};

const midas_result& result_at(const midas_result* result) {
  return result != nullptr ? *result : out_of_memory.object;
}

std::string text_at(const char* text) { return text != nullptr ? text : ""; }

midas::unexpected misuse(midas::errc code, const char* message) {
  midas::error result;
  result.code = code;
  result.message = message;
  return midas::unexpected{std::move(result)};
}

/// The members that the caller's version of the struct has; the others are zero. Nothing if the
/// caller sets members that only a later version has.
std::optional<midas_request> complete(const midas_request* request) {
  if (request == nullptr || request->size < offsetof(midas_request, identity)) {
    return std::nullopt;
  }
  midas_request result{};
  const auto* const bytes = reinterpret_cast<const unsigned char*>(request);
  const auto known = std::min(request->size, sizeof(result));
  std::memcpy(&result, bytes, known);
  const bool has_more = std::any_of(bytes + known, bytes + request->size,
                                    [](unsigned char byte) { return byte != 0; });
  return has_more ? std::nullopt : std::optional{result};
}

midas::expected<midas::managed_identity> identity_of(const midas_request& request) {
  auto id = text_at(request.identity_id);
  const bool takes_id =
      request.identity != MIDAS_DEFAULT_IDENTITY && request.identity != MIDAS_SYSTEM_ASSIGNED;
  if (!takes_id && !id.empty()) {
    // Otherwise a forgotten kind would get the token of another identity.
    return misuse(midas::errc::invalid_identity,
                  "the request has an identity_id, but its member identity takes none: set that to "
                  "MIDAS_CLIENT_ID, MIDAS_OBJECT_ID or MIDAS_RESOURCE_ID");
  }
  switch (request.identity) {
    case MIDAS_DEFAULT_IDENTITY:
      return midas::managed_identity{};
    case MIDAS_SYSTEM_ASSIGNED:
      return midas::managed_identity::system_assigned();
    case MIDAS_CLIENT_ID:
      return midas::managed_identity::client_id(std::move(id));
    case MIDAS_OBJECT_ID:
      return midas::managed_identity::object_id(std::move(id));
    case MIDAS_RESOURCE_ID:
      return midas::managed_identity::resource_id(std::move(id));
    default:
      return misuse(midas::errc::invalid_identity,
                    "the kind of identity in the request is not a constant of midas.h");
  }
}

midas::expected<midas::access_token> get(midas_service* service, const midas_request* request,
                                         std::chrono::nanoseconds timeout) {
  if (service == nullptr) {
    return misuse(midas::errc::invalid_configuration, "the service is NULL");
  }
  const auto complete_request = complete(request);
  if (!complete_request) {
    return misuse(midas::errc::invalid_resource,
                  "the request is NULL, or its member size is not the sizeof of a midas_request "
                  "that this library knows");
  }
  auto identity = identity_of(*complete_request);
  if (!identity) {
    return midas::unexpected{std::move(identity).error()};
  }
  auto& tokens = service->own ? *service->own : midas::token_service::shared();
  return tokens.get({.identity = std::move(*identity),
                     .resource = text_at(complete_request->resource),
                     .claims = text_at(complete_request->claims),
                     .force_refresh = complete_request->force_refresh != 0},
                    timeout);
}

/// Milliseconds as they are, or the longest timeout.
std::chrono::nanoseconds timeout_of(std::int64_t milliseconds) {
  constexpr auto max_timeout = std::chrono::hours{24 * 366};
  const std::chrono::milliseconds timeout{milliseconds};
  return timeout < max_timeout ? std::chrono::nanoseconds{std::max(timeout, decltype(timeout){})}
                               : max_timeout;
}

}  // namespace

int midas_version() { return MIDAS_C_VERSION; }

midas_service* midas_service_shared() { return &shared_service.object; }

midas_service* midas_service_new(const char* endpoint) {
  try {
    midas::token_service_options options;
    options.endpoint = text_at(endpoint);
    auto service = std::make_unique<midas_service>();
    service->own.emplace(options);
    return service.release();
  } catch (...) {
    return nullptr;
  }
}

void midas_service_free(midas_service* service) {
  if (service != &shared_service.object) {
    delete service;
  }
}

midas_result* midas_get(midas_service* service, const midas_request* request, int64_t timeout_ms) {
  try {
    const auto token = get(service, request, timeout_of(timeout_ms));
    return token ? new midas_result{*token} : new midas_result{token.error()};
  } catch (const std::bad_alloc&) {
    return &out_of_memory.object;
  } catch (...) {
    return &internal_error.object;
  }
}

int midas_code(const midas_result* result) { return result_at(result).code; }

const char* midas_error_text(const midas_result* result) { return result_at(result).text.c_str(); }

int midas_is_transient(const midas_result* result) {
  return result_at(result).is_transient ? 1 : 0;
}

int64_t midas_retry_after_ms(const midas_result* result) {
  return result_at(result).retry_after.count();
}

const char* midas_token(const midas_result* result) { return result_at(result).token.c_str(); }

const char* midas_authorization(const midas_result* result) {
  return result_at(result).authorization.c_str();
}

int64_t midas_expires_on(const midas_result* result) { return result_at(result).expires_on; }

void midas_result_free(midas_result* result) {
  if (result != &out_of_memory.object && result != &internal_error.object) {
    delete result;
  }
}
