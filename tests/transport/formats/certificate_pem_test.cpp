#include "transport/formats/certificate_pem.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/tls_server.hpp"

#include <openssl/err.h>

#include <string>

using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("a certificate in PEM is found, whatever text is around it") {
  const auto pem = self_signed_certificate{}.pem();
  CHECK(holds_certificate(pem));
  CHECK(holds_certificate(pem.substr(0, pem.find_last_not_of('\n') + 1)));
  CHECK(holds_certificate("# the cluster's authority\n" + pem + "trailing text"));
  CHECK(holds_certificate(pem + self_signed_certificate{}.pem()));
}

TEST_CASE("text without a whole certificate holds none, and leaves no error in OpenSSL's queue") {
  const auto pem = self_signed_certificate{}.pem();
  const std::string text =
      GENERATE_COPY(std::string{}, std::string{"not a certificate"}, pem.substr(0, pem.size() / 2),
                    std::string{"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
                    std::string{"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"},
                    std::string(10, '\0'));
  CHECK_FALSE(holds_certificate(text));
  CHECK(ERR_peek_error() == 0);
}
