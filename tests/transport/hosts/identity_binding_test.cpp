#include "transport/hosts/identity_binding.hpp"

#include "messages/make_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/tls_server.hpp"

#include <string>
#include <utility>

namespace identity_binding_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::identity_binding;
using Catch::Matchers::Contains;

namespace {

using variable_map = decltype(host_environment::variables);

const std::string proxy = "https://10.0.0.1:6443/tokens";

host_environment environment_of(variable_map set) { return {.variables = std::move(set)}; }

const std::string& some_certificate() {
  static const auto result = self_signed_certificate{}.pem();
  return result;
}

// What reading the file gives.
auto reading(const expected<sensitive_string>& content) {
  return [&content](const std::string&, std::size_t) { return content; };
}

}  // namespace

TEST_CASE("an environment without any variable of identity bindings describes none") {
  const auto settings = read_settings(
      environment_of({{"AZURE_KUBERNETES_TOKEN_PROXY", " "}, {"AZURE_KUBERNETES_OTHER", "x"}}));
  REQUIRE(settings);
  CHECK_FALSE(*settings);
}

TEST_CASE("the variables of an identity binding are read") {
  const auto settings =
      read_settings(environment_of({{"AZURE_KUBERNETES_TOKEN_PROXY", sensitive_string{proxy}},
                                    {"AZURE_KUBERNETES_SNI_NAME", "proxy.cluster.invalid\n"},
                                    {"AZURE_KUBERNETES_CA_FILE", "/ca.crt"}}));
  REQUIRE(settings);
  REQUIRE(*settings);
  CHECK(origin((*settings)->proxy) == "https://10.0.0.1:6443");
  CHECK((*settings)->proxy.path == "/tokens");
  CHECK((*settings)->server_name == "proxy.cluster.invalid");
  CHECK((*settings)->ca_file == "/ca.crt");
  CHECK((*settings)->ca_data.empty());
}

TEST_CASE("the proxy alone describes an identity binding") {
  const auto settings =
      read_settings(environment_of({{"AZURE_KUBERNETES_TOKEN_PROXY", "https://proxy.invalid"}}));
  REQUIRE(settings);
  REQUIRE(*settings);
  CHECK((*settings)->proxy.path == "/");
  CHECK((*settings)->server_name.empty());
}

TEST_CASE("contradictory variables of identity bindings are named in the error") {
  const auto& pem = some_certificate();
  const auto [set, code, named] = GENERATE_REF(table<variable_map, errc, std::string>({
      {{{"AZURE_KUBERNETES_SNI_NAME", "a"}},
       errc::invalid_configuration,
       "AZURE_KUBERNETES_SNI_NAME is set, but AZURE_KUBERNETES_TOKEN_PROXY is not"},
      {{{"AZURE_KUBERNETES_CA_FILE", "/ca"}},
       errc::invalid_configuration,
       "AZURE_KUBERNETES_CA_FILE is set, but AZURE_KUBERNETES_TOKEN_PROXY is not"},
      {{{"AZURE_KUBERNETES_CA_DATA", sensitive_string{pem}}},
       errc::invalid_configuration,
       "AZURE_KUBERNETES_CA_DATA is set, but AZURE_KUBERNETES_TOKEN_PROXY is not"},
      {{{"AZURE_KUBERNETES_TOKEN_PROXY", "https://a"},
        {"AZURE_KUBERNETES_CA_FILE", "/ca"},
        {"AZURE_KUBERNETES_CA_DATA", sensitive_string{pem}}},
       errc::invalid_configuration,
       "AZURE_KUBERNETES_CA_FILE and AZURE_KUBERNETES_CA_DATA are both set"},
      {{{"AZURE_KUBERNETES_TOKEN_PROXY", "https://a"}, {"AZURE_KUBERNETES_CA_DATA", "no PEM"}},
       errc::invalid_configuration,
       "AZURE_KUBERNETES_CA_DATA has no certificate in PEM"},
      {{{"AZURE_KUBERNETES_TOKEN_PROXY", "https://a"}, {"AZURE_KUBERNETES_SNI_NAME", "a/b"}},
       errc::invalid_configuration,
       "AZURE_KUBERNETES_SNI_NAME must consist of"},
  }));
  const auto settings = read_settings(environment_of(set));
  REQUIRE_FALSE(settings);
  CHECK(settings.error().code == code);
  CHECK_THAT(settings.error().message, Contains(named));
  CHECK_FALSE(settings.error().advice.empty());
}

TEST_CASE("a token proxy that is not an https URL without extras is rejected") {
  const auto [url, code, named] = GENERATE(table<std::string, errc, std::string>({
      {"http://a/hush", errc::endpoint_not_allowed, "must use https"},
      {"http://127.0.0.1:8080", errc::endpoint_not_allowed, "must use https"},
      {"https://user:hush@a", errc::invalid_endpoint, "user info"},
      {"https://a/b?hush", errc::invalid_endpoint, "query"},
      {"https://a/b?", errc::invalid_endpoint, "query"},
      {"https://a/b#part", errc::invalid_endpoint, "fragment"},
      {"10.0.0.1:6443", errc::invalid_endpoint, ""},
      {"ftp://a", errc::invalid_endpoint, ""},
  }));
  CAPTURE(url);
  const auto settings =
      read_settings(environment_of({{"AZURE_KUBERNETES_TOKEN_PROXY", sensitive_string{url}}}));
  REQUIRE_FALSE(settings);
  CHECK(settings.error().code == code);
  CHECK_THAT(settings.error().message,
             Contains("AZURE_KUBERNETES_TOKEN_PROXY") && Contains(named) && !Contains("hush"));
}

TEST_CASE("the path of the token endpoint is joined to that of the proxy") {
  const auto [url, joined] = GENERATE(table<std::string, std::string>({
      {"https://a", "https://a/t/oauth2/v2.0/token"},
      {"https://a/", "https://a/t/oauth2/v2.0/token"},
      {"https://a:443", "https://a/t/oauth2/v2.0/token"},
      {"https://A:8443/b", "https://a:8443/b/t/oauth2/v2.0/token"},
      {"https://a/b/", "https://a/b/t/oauth2/v2.0/token"},
      {"https://a/b//", "https://a/b/t/oauth2/v2.0/token"},
      {"https://a/b%2Fc/d", "https://a/b%2Fc/d/t/oauth2/v2.0/token"},
      {"https://[::1]:8443", "https://[::1]:8443/t/oauth2/v2.0/token"},
  }));
  CHECK(join_url(*parse_url(url), "/t/oauth2/v2.0/token") == joined);
}

TEST_CASE("the content of the authorities' file counts, or while it is empty the one before") {
  const auto& pem = some_certificate();
  const auto other = self_signed_certificate{}.pem();
  CHECK(authorities_after("", pem, "/ca") == pem);
  CHECK(authorities_after(pem, pem, "/ca") == pem);
  CHECK(authorities_after(pem, other, "/ca") == other);
  CHECK(authorities_after(pem, "", "/ca") == pem);
  CHECK(authorities_after(pem, " \n", "/ca") == pem);
}

TEST_CASE("a file without authorities is named in the error") {
  const auto [kept, content, problem] = GENERATE_REF(table<std::string, std::string, std::string>({
      {"", "", "is empty"},
      {"", "\n", "is empty"},
      {"", "not a certificate", "has no certificate in PEM"},
      {some_certificate(), "half of one", "has no certificate in PEM"},
  }));
  const auto authorities = authorities_after(kept, content, "/mnt/ca.crt");
  REQUIRE_FALSE(authorities);
  CHECK(authorities.error().code == errc::invalid_configuration);
  CHECK_THAT(authorities.error().message,
             Contains("AZURE_KUBERNETES_CA_FILE: the file \"/mnt/ca.crt\" " + problem));
}

TEST_CASE("the way to the proxy stays the same object until the authorities change") {
  expected<sensitive_string> content{sensitive_string{}};
  const auto route = make_route({.server_name = "name", .ca_file = "/ca"}, {.ca_file = "/system"},
                                reading(content));
  CHECK_FALSE(route());
  content = sensitive_string{some_certificate()};
  const auto first = route();
  REQUIRE(first);
  CHECK((*first)->ca_pem == some_certificate());
  CHECK((*first)->ca_origin == "AZURE_KUBERNETES_CA_FILE");
  CHECK((*first)->server_name == "name");
  CHECK((*first)->proxy.empty());
  CHECK(*route() == *first);
  content = sensitive_string{};
  CHECK(*route() == *first);
  content = sensitive_string{self_signed_certificate{}.pem()};
  const auto second = route();
  REQUIRE(second);
  CHECK(*second != *first);
  CHECK((*second)->ca_pem == std::string_view{*content});
  content = fail(errc::invalid_configuration, "unreadable");
  CHECK(route().error().message == "unreadable");
}

TEST_CASE("authorities in a variable count alone, and without any the system's do") {
  const auto data = make_route({.ca_data = some_certificate()}, {.ca_file = "/system"}, {});
  CHECK((*data())->ca_pem == some_certificate());
  CHECK((*data())->ca_origin == "AZURE_KUBERNETES_CA_DATA");
  CHECK(*data() == *data());
  const auto system = make_route({}, {.ca_file = "/system", .ca_origin = "SSL_CERT_FILE"}, {});
  CHECK((*system())->ca_pem.empty());
  CHECK((*system())->ca_file == "/system");
  CHECK((*system())->ca_origin == "SSL_CERT_FILE");
}

TEST_CASE("the use of a binding follows from the option, the variables and the host") {
  const auto with = environment_of({{"AZURE_KUBERNETES_TOKEN_PROXY", sensitive_string{proxy}}});
  const auto stray = environment_of({{"AZURE_KUBERNETES_CA_FILE", "/ca"}});
  const host_environment without;
  CHECK(usage_of(without, false, true) == usage::absent);
  CHECK(usage_of(without, true, true) == usage::without_variables);
  CHECK(usage_of(with, true, true) == usage::in_use);
  CHECK(usage_of(with, false, true) == usage::off);
  CHECK(usage_of(stray, false, false) == usage::off);
  CHECK(usage_of(with, true, false) == usage::of_another_host);
  CHECK(usage_of(without, true, false) == usage::of_another_host);

  CHECK(describe(usage::absent, without).empty());
  CHECK_THAT(describe(usage::in_use, with), Contains("goes to AZURE_KUBERNETES_TOKEN_PROXY") &&
                                                Contains("for the host in that URL") &&
                                                Contains("by an authority of this system"));
  auto complete = with;
  complete.variables["AZURE_KUBERNETES_SNI_NAME"] = "proxy.invalid";
  complete.variables["AZURE_KUBERNETES_CA_DATA"] = "PEM";
  CHECK_THAT(describe(usage::in_use, complete),
             Contains("for the name in AZURE_KUBERNETES_SNI_NAME, by an authority in "
                      "AZURE_KUBERNETES_CA_DATA"));
  CHECK(describe(usage::off, stray) ==
        "AZURE_KUBERNETES_CA_FILE is not used: identity bindings are off");
  CHECK_THAT(describe(usage::without_variables, without),
             Contains("no effect without AZURE_KUBERNETES_TOKEN_PROXY"));
  CHECK_THAT(describe(usage::of_another_host, with), Contains("belong to workload identity"));
}

}  // namespace identity_binding_test
