// An application made of actors: midas lives in its system, and is asked like any other actor.
//
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_actors
#include <midas/actors.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <iostream>

namespace {

// The cache holds its deadline by itself, so CAF's own timeout can stay out of it: an answered
// request with a timeout of CAF's would keep the system from closing until that timeout.
void reader(caf::event_based_actor* self, const midas::cache_actor& cache) {
  const midas::token_request request{.resource = "https://vault.azure.net"};
  const std::chrono::nanoseconds timeout = std::chrono::seconds{5};
  self->request(cache, caf::infinite, request, timeout)
      .then([](const midas::access_token& token) { std::cout << "got " << token << '\n'; },
            [](const caf::error& error) { std::cerr << midas::to_error(error) << '\n'; });
}

}  // namespace

int main() {
  caf::actor_system_config config;
  caf::actor_system system{config};
  midas::token_service tokens{system};
  caf::scoped_actor self{system};
  self->wait_for(system.spawn(reader, tokens.cache()), system.spawn(reader, tokens.cache()),
                 system.spawn(reader, tokens.cache()));
}
