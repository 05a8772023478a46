// Whose socket listens at an address of this machine.
#include "tools/doctor/listener.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/raw_server.hpp"

#include <unistd.h>

#include <string>

using namespace midas::internal::test;
using namespace midas::internal::tools;

namespace {

const std::string header =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n";

std::string row(const std::string& local, const std::string& state, const std::string& user) {
  return "   0: " + local + " 00000000:0000 " + state +
         " 00000000:00000000 00:00000000 00000000  " + user + "        0 12345 1 0000 100 0 0\n";
}

std::optional<std::uint32_t> owner_in(const std::string& ipv4, const std::string& ipv6,
                                      const std::string& url) {
  return find_listener({.ipv4 = header + ipv4, .ipv6 = header + ipv6}, url);
}

// Port 40342, the one of Azure Arc's agent.
const std::string port = ":9D96";
const std::string local4 = "0100007F" + port;
const std::string any4 = "00000000" + port;
const std::string local6 = "00000000000000000000000001000000" + port;
const std::string any6 = std::string(32, '0') + port;

}  // namespace

TEST_CASE("the owner of a listening socket is found by address and port") {
  CHECK(owner_in(row(local4, "0A", "998"), "", "http://127.0.0.1:40342/token") == 998U);
  CHECK(owner_in(row(local4, "0A", "998"), "", "http://localhost:40342/token") == 998U);
  CHECK(owner_in("", row(local6, "0A", "7"), "http://[::1]:40342/token") == 7U);
  CHECK(owner_in(row("0100007F:0050", "0A", "5"), "", "http://127.0.0.1/token") == 5U);
  CHECK(owner_in(row("0100007F:01BB", "0A", "6"), "", "https://localhost/token") == 6U);
}

TEST_CASE("a socket at the address itself goes before one at all addresses") {
  CHECK(owner_in(row(any4, "0A", "1") + row(local4, "0A", "2"), "", "http://127.0.0.1:40342") ==
        2U);
  CHECK(owner_in(row(any4, "0A", "1"), row(any6, "0A", "3"), "http://127.0.0.1:40342") == 1U);
  CHECK(owner_in("", row(any6, "0A", "3"), "http://127.0.0.1:40342") == 3U);
  CHECK(owner_in(row(any4, "0A", "1"), row(any6, "0A", "3"), "http://[::1]:40342") == 3U);
}

TEST_CASE("other sockets, other addresses and unreadable rows do not count") {
  // A connection, another port, the IPv6 address for an IPv4 one, a row that is cut off.
  CHECK_FALSE(owner_in(row(local4, "01", "9"), "", "http://127.0.0.1:40342"));
  CHECK_FALSE(owner_in(row(local4, "0A", "9"), "", "http://127.0.0.1:40343"));
  CHECK_FALSE(owner_in("", row(local6, "0A", "9"), "http://localhost:40342"));
  CHECK_FALSE(owner_in("   0: " + local4 + " 00000000:0000 0A\n", "", "http://127.0.0.1:40342"));
  CHECK_FALSE(
      owner_in(row("junk", "0A", "9") + row(local4, "0A", "x"), "", "http://127.0.0.1:40342"));
  CHECK_FALSE(owner_in(row(any4, "0A", "9"), "", "http://169.254.169.254:40342"));
  CHECK_FALSE(owner_in(row(any4, "0A", "9"), "", "no URL"));
  CHECK_FALSE(find_listener({}, "http://127.0.0.1:40342"));
}

TEST_CASE("this process listens as its own user") {
  raw_server server{answer_always("")};
  const auto found = listener_at(server.url());
  REQUIRE(found);
  CHECK(found->user_id == ::getuid());
  CHECK_FALSE(listener_at("http://127.0.0.1:" + std::to_string(closed_port())));
}
