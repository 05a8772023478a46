#include "simulator/http/tls_context.hpp"

#include "simulator/http/http_exchange.hpp"

#include <openssl/ssl.h>

#include <exception>
#include <utility>

namespace midas::internal::simulator {

tls_context::tls_context(std::shared_ptr<const tls_certificate> certificate,
                         std::string server_name)
    : server_name_(std::move(server_name)),
      certificate_(std::move(certificate)),
      context_(boost::asio::ssl::context::tls_server) {
  context_.set_options(boost::asio::ssl::context::no_tlsv1 | boost::asio::ssl::context::no_tlsv1_1);
  auto* const native = context_.native_handle();
  certificate_->use_in(*native);
  SSL_CTX_set_tlsext_servername_callback(native, &tls_context::on_server_name);
  SSL_CTX_set_tlsext_servername_arg(native, this);
}

void tls_context::replace(std::shared_ptr<const tls_certificate> certificate) {
  const std::lock_guard lock(mutex_);
  certificate_ = std::move(certificate);
}

std::shared_ptr<const tls_certificate> tls_context::current() const {
  const std::lock_guard lock(mutex_);
  return certificate_;
}

bool tls_context::accepts(const char* name) const noexcept {
  return server_name_.empty() || (name != nullptr && http::equal_ignoring_case(name, server_name_));
}

int tls_context::on_server_name(ssl_st* connection, int* alert, void* self) noexcept {
  const auto& own = *static_cast<const tls_context*>(self);
  if (!own.accepts(SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name))) {
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  try {
    own.current()->use_in(*connection);
    return SSL_TLSEXT_ERR_OK;
  } catch (const std::exception&) {
    *alert = SSL_AD_INTERNAL_ERROR;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
}

}  // namespace midas::internal::simulator
