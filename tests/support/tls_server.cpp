#include "tests/support/tls_server.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <pthread.h>
#include <signal.h>

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace midas::internal::test {

namespace {

void demand(bool fulfilled, const char* what) {
  if (!fulfilled) {
    throw std::runtime_error{std::string{"the TLS server cannot "} + what};
  }
}

// OpenSSL writes without MSG_NOSIGNAL, and the clients here may close at any time.
void block_broken_pipes() {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

using context_pointer = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

context_pointer make_context(const tls_server_options& options, const self_signed_certificate& own,
                             const self_signed_certificate& another) {
  context_pointer result{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  auto* const context = result.get();
  demand(context != nullptr && SSL_CTX_use_certificate(context, own.certificate()) == 1 &&
             SSL_CTX_use_PrivateKey(context, own.key()) == 1 &&
             SSL_CTX_add1_chain_cert(context, another.certificate()) == 1 &&
             SSL_CTX_set_min_proto_version(context, options.version) == 1 &&
             SSL_CTX_set_max_proto_version(context, options.version) == 1,
         "be set up");
  return result;
}

std::string alternative_name_of(const tls_server_options& options) {
  if (!options.server_name.empty()) {
    return "DNS:" + options.server_name;
  }
  return options.named ? "IP:127.0.0.1" : "";
}

}  // namespace

self_signed_certificate::self_signed_certificate(const std::string& alternative_name,
                                                 std::string_view name)
    : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free), certificate_(X509_new(), &X509_free) {
  auto* const certificate = certificate_.get();
  demand(key_ != nullptr && certificate != nullptr, "make a certificate");
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key_.get());
  auto* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.data()),
                             static_cast<int>(name.size()), -1, 0);
  X509_set_issuer_name(certificate, subject);
  if (!alternative_name.empty()) {
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension{
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_name.c_str()),
        &X509_EXTENSION_free};
    demand(X509_add_ext(certificate, extension.get(), -1) == 1, "name its certificate");
  }
  demand(X509_sign(certificate, key_.get(), EVP_sha256()) != 0, "sign its certificate");
}

sha1_digest self_signed_certificate::digest() const {
  sha1_digest result{};
  demand(X509_digest(certificate_.get(), EVP_sha1(), result.data(), nullptr) == 1,
         "read its certificate");
  return result;
}

std::string self_signed_certificate::pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), &BIO_free};
  demand(PEM_write_bio_X509(memory.get(), certificate_.get()) == 1, "write its certificate");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

tls_server::tls_server(tls_server_options options)
    : options_(std::move(options)),
      own_(alternative_name_of(options_)),
      context_(make_context(options_, own_, another_)) {
  if (!options_.server_name.empty()) {
    SSL_CTX_set_tlsext_servername_callback(context_.get(), &tls_server::on_server_name);
    SSL_CTX_set_tlsext_servername_arg(context_.get(), this);
  }
}

int tls_server::on_server_name(SSL* connection, int* alert, void* self) {
  const auto* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  if (name != nullptr && name == static_cast<tls_server*>(self)->options_.server_name) {
    return SSL_TLSEXT_ERR_OK;
  }
  *alert = SSL_AD_UNRECOGNIZED_NAME;
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string tls_server::url() const {
  return "https://127.0.0.1:" + std::to_string(server_.port());
}

std::size_t tls_server::handshakes() const {
  const std::lock_guard lock{mutex_};
  return handshakes_;
}

std::string tls_server::received() const {
  const std::lock_guard lock{mutex_};
  return received_;
}

void tls_server::serve(int socket) {
  block_broken_pipes();
  const std::unique_ptr<SSL, decltype(&SSL_free)> connection{SSL_new(context_.get()), &SSL_free};
  SSL_set_fd(connection.get(), socket);
  SSL_set_msg_callback(connection.get(), &tls_server::on_message);
  SSL_set_msg_callback_arg(connection.get(), this);
  if (SSL_accept(connection.get()) == 1) {
    answer(connection.get());
    SSL_shutdown(connection.get());
  }
}

void tls_server::on_message(int is_sent, int /*version*/, int type, const void* message,
                            std::size_t size, SSL* /*connection*/, void* self) {
  // The client's half of a handshake ends with this message.
  if (is_sent == 0 && type == SSL3_RT_HANDSHAKE && size != 0 &&
      *static_cast<const unsigned char*>(message) == SSL3_MT_FINISHED) {
    auto& server = *static_cast<tls_server*>(self);
    const std::lock_guard lock{server.mutex_};
    ++server.handshakes_;
  }
}

void tls_server::answer(SSL* connection) {
  const std::string response =
      "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(options_.body.size()) + "\r\n" +
      (options_.closes ? "Connection: close\r\n" : "") + "\r\n" + options_.body;
  const auto renegotiate = [&] {
    char byte = 0;
    // The client's half arrives while the server reads.
    return SSL_renegotiate(connection) == 1 && SSL_do_handshake(connection) == 1 &&
           SSL_peek(connection, &byte, 1) >= 0;
  };
  while (read_request(connection) && (!options_.renegotiates || renegotiate()) &&
         SSL_write(connection, response.data(), static_cast<int>(response.size())) > 0 &&
         !options_.closes) {
  }
}

bool tls_server::read_request(SSL* connection) {
  std::array<char, 4096> buffer{};
  std::string request;
  while (!request.ends_with("\r\n\r\n")) {
    const int count = SSL_read(connection, buffer.data(), static_cast<int>(buffer.size()));
    if (count <= 0) {
      return false;
    }
    const std::string_view piece{buffer.data(), static_cast<std::size_t>(count)};
    request += piece;
    const std::lock_guard lock{mutex_};
    received_ += piece;
  }
  return true;
}

}  // namespace midas::internal::test
