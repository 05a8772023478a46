// Uses midas without a host: no token is cached, and the endpoint is a closed port of this machine.
#include <midas/midas.hpp>

#include <iostream>

int main() {
  midas::token_service tokens{{.endpoint = "http://127.0.0.1:9"}};
  const auto cached = tokens.try_get({.resource = "https://vault.azure.net"});
  std::cout << (cached ? "a token is cached\n" : "no token is cached\n");
  return cached ? 1 : 0;
}
